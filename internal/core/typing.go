package core

import (
	"context"

	"plausch"
)

// CanType reports whether others are told that by is writing in a room that it is in: not
// in a direct room one of whose two people has blocked the other.
func (c *Core) CanType(ctx context.Context, by plausch.Account, room plausch.RoomID) (bool, error) {
	r, err := c.member(ctx, by.ID, room)
	if err != nil || r.Kind != plausch.RoomDirect {
		return err == nil, err
	}
	blocked, err := c.blocked(ctx, by.ID, r.Peer.ID)
	return !blocked, err
}
