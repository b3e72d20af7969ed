package core

import (
	"context"

	"plausch"
)

// CheckCanType reports why by may not tell a room that it is writing there, if so.
func (c *Core) CheckCanType(ctx context.Context, by plausch.Account, room plausch.RoomID) error {
	_, err := c.member(ctx, by.ID, room)
	return err
}
