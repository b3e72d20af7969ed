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
	in, err := c.member(ctx, by.ID, room)
	if err != nil {
		return nil, false, err
	}
	if p.Forward && p.After+1 < in.First || !p.Forward && p.Before > 0 && p.Before <= in.First && in.First > 1 {
		return nil, false, errGone(in.First)
	}
	events, more, err := c.store.Events(ctx, room, p)
	if err == nil && p.Forward && len(events) == 0 {
		err = c.checkNotAhead(ctx, room, p.After)
	}
	return events, more, err
}

// errGone is the error of a request for events below first, which are not kept any more.
func errGone(first int64) error {
	return plausch.Errorf(plausch.Gone, "the events below seq %d of this room are not kept any more; go on after %d", first, first-1)
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
