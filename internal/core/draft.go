package core

import (
	"context"

	"plausch"
	"plausch/internal/bus"
)

// SetDraft keeps what by has begun to write in a room that it is in, and tells all its
// sessions. Of several devices that write at once the last to be kept stays: Edit says
// which that is.
func (c *Core) SetDraft(ctx context.Context, by plausch.Account, d plausch.Draft) (plausch.Draft, error) {
	if d.Text != "" {
		if err := plausch.CheckText(d.Text); err != nil {
			return d, err
		}
	}
	if err := plausch.CheckClientID(d.Source); err != nil {
		return d, plausch.Errorf(plausch.Invalid, "source is at most %d bytes of printable ASCII", plausch.MaxClientID)
	}
	if d.Target < 0 {
		return d, plausch.Errorf(plausch.Invalid, "target cannot be negative")
	}
	if _, err := c.member(ctx, by.ID, d.Room); err != nil {
		return d, err
	}
	edit, err := c.store.SetDraft(ctx, by.ID, d)
	if err != nil {
		return d, err
	}
	d.Edit = edit
	c.opts.Bus.Signal(bus.Signal{Kind: bus.SignalDraft, Room: d.Room, Account: by.ID, Draft: d})
	return d, nil
}

// ListDrafts returns what by has begun to write, by room from the first after the given
// one, and whether there is more.
func (c *Core) ListDrafts(ctx context.Context, by plausch.Account, after plausch.RoomID, limit int) ([]plausch.Draft, bool, error) {
	found, err := c.store.ListDrafts(ctx, by.ID, after, limit+1)
	return found[:min(len(found), limit)], len(found) > limit, err
}
