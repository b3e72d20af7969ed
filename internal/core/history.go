package core

import (
	"context"

	"plausch"
	"plausch/internal/store"
)

// HistoryQuery asks for a part of a room's log.
type HistoryQuery = store.HistoryQuery

// History returns a part of the log of a room that by is in.
func (c *Core) History(ctx context.Context, by plausch.Account, room plausch.RoomID, p HistoryQuery) ([]plausch.Event, bool, error) {
	if p.After < 0 || p.Before < 0 {
		return nil, false, plausch.Errorf(plausch.Invalid, "after and before are seqs: they cannot be negative")
	}
	if _, err := c.member(ctx, by.ID, room); err != nil {
		return nil, false, err
	}
	events, more, err := c.store.Events(ctx, room, p)
	if err == nil && p.Forward && len(events) == 0 {
		err = c.checkNotAhead(ctx, room, p.After)
	}
	return events, more, err
}

// checkNotAhead reports that the log of room ends before seq: whoever goes on
// behind seq would hear nothing, and not know why.
func (c *Core) checkNotAhead(ctx context.Context, room plausch.RoomID, seq int64) error {
	r, err := c.store.Room(ctx, room)
	if err != nil || seq <= r.Head {
		return err
	}
	return plausch.Errorf(plausch.Invalid, "seq %d is ahead of the log of this room, which ends at %d: "+
		"the seq is another room's, or the server went back to an older state (a backup); go on from %d, or read again from 0", seq, r.Head, r.Head)
}
