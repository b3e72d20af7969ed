package protocol

import (
	"time"

	"plausch"
)

// RoomPreference is what the caller has chosen for a room: the result of
// room_preference.set, and the push that tells it to all sessions of the account.
type RoomPreference struct {
	Room      int64  `json:"room"`
	Level     string `json:"level,omitzero"`      // everything, mentions or nothing; absent: as of [Preferences]
	MuteUntil int64  `json:"mute_until,omitzero"` // milliseconds since 1970-01-01 UTC
	Favourite bool   `json:"favourite,omitzero"`
	Order     int64  `json:"order,omitzero"` // rooms with a smaller one come first
}

// RoomPreferenceSet is the params of room_preference.set: what is absent stays as it is.
type RoomPreferenceSet struct {
	Room      int64   `json:"room"`
	Level     *string `json:"level,omitzero"`      // empty: as of [Preferences]
	MuteUntil *int64  `json:"mute_until,omitzero"` // 0: not muted
	Favourite *bool   `json:"favourite,omitzero"`
	Order     *int64  `json:"order,omitzero"`
}

// NewRoomPreference returns p as it goes over the wire.
func NewRoomPreference(room plausch.RoomID, p plausch.RoomPreference) RoomPreference {
	w := RoomPreference{Room: int64(room), Level: string(p.Level), Favourite: p.Favourite, Order: p.Order}
	if !p.MuteUntil.IsZero() {
		w.MuteUntil = p.MuteUntil.UnixMilli()
	}
	return w
}

// RoomPreference returns what w says.
func (w *RoomPreference) RoomPreference() plausch.RoomPreference {
	return plausch.RoomPreference{Level: plausch.NotifyLevel(w.Level), MuteUntil: timeOrZero(w.MuteUntil), Favourite: w.Favourite, Order: w.Order}
}

// NewRoomPreferenceSet returns c as params.
func NewRoomPreferenceSet(room plausch.RoomID, c plausch.RoomPreferenceChange) RoomPreferenceSet {
	w := RoomPreferenceSet{Room: int64(room), Level: (*string)(c.Level), Favourite: c.Favourite, Order: c.Order}
	if c.MuteUntil != nil {
		w.MuteUntil = new(NewRoomPreference(room, plausch.RoomPreference{MuteUntil: *c.MuteUntil}).MuteUntil)
	}
	return w
}

// Change returns what w is to change.
func (w *RoomPreferenceSet) Change() plausch.RoomPreferenceChange {
	c := plausch.RoomPreferenceChange{Level: (*plausch.NotifyLevel)(w.Level), Favourite: w.Favourite, Order: w.Order}
	if w.MuteUntil != nil {
		c.MuteUntil = new(timeOrZero(*w.MuteUntil))
	}
	return c
}

func timeOrZero(milli int64) time.Time {
	if milli == 0 {
		return time.Time{}
	}
	return time.UnixMilli(milli).UTC()
}
