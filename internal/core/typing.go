package core

import (
	"context"

	"plausch"
)

// CheckCanType returns an error unless by may send typing signals to a room.
func (c *Core) CheckCanType(ctx context.Context, by plausch.Account, room plausch.RoomID) error {
	_, err := c.member(ctx, by.ID, room)
	return err
}
