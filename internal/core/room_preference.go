package core

import (
	"context"
	"time"

	"plausch"
	"plausch/internal/bus"
)

// SetRoomPreference changes what by has chosen for a room that it is in, and tells all its
// sessions.
func (c *Core) SetRoomPreference(ctx context.Context, by plausch.Account, room plausch.RoomID, change plausch.RoomPreferenceChange) (plausch.RoomPreference, error) {
	var none plausch.RoomPreference
	if change == (plausch.RoomPreferenceChange{}) {
		return none, plausch.Errorf(plausch.Invalid, "say what is to change: level, mute_until, favourite or order")
	}
	if err := checkLevel(change.Level); err != nil {
		return none, err
	}
	if until := change.MuteUntil; until != nil && (until.Before(time.UnixMilli(0)) && !until.IsZero() || until.Year() > maxYear) {
		return none, plausch.Errorf(plausch.Invalid, "mute_until is a time in milliseconds since 1970, or 0; to mute a room for good, choose the level nothing")
	}
	if order := change.Order; order != nil && (*order < -plausch.MaxOrder || *order > plausch.MaxOrder) {
		return none, plausch.Errorf(plausch.Invalid, "order is from -%d to %[1]d", int64(plausch.MaxOrder))
	}
	if _, err := c.member(ctx, by.ID, room); err != nil {
		return none, err
	}
	if err := c.takeSend(ctx, by); err != nil {
		return none, err
	}
	c.preferring.Lock()
	defer c.preferring.Unlock()
	kept, err := c.store.SetRoomPreference(ctx, by.ID, room, change)
	if err == nil {
		c.opts.Bus.Signal(bus.Signal{Kind: bus.SignalRoomPreference, Room: room, Account: by.ID, RoomPreference: &kept})
	}
	return kept, err
}

// maxYear is the last that times are kept of.
const maxYear = 9999
