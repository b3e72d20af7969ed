package protocol

import (
	"cmp"
	"time"

	"plausch"
)

// Room is a room as the caller sees it.
type Room struct {
	ID     int64    `json:"id"`
	Kind   string   `json:"kind"`            // public, private or direct
	Name   string   `json:"name,omitzero"`   // absent in direct rooms
	Peer   *Account `json:"peer,omitempty"`  // the other one, in direct rooms
	Seq    int64    `json:"seq"`             // of the newest event, 0 if none
	Joined bool     `json:"joined,omitzero"` // whether the caller is a member
	// Unread and Mentions are counted from Marker up to Seq, to at most
	// [plausch.MaxUnread]. They are small, as a page of rooms is decoded from little.
	Unread   int16 `json:"unread,omitzero"`
	Mentions int16 `json:"mentions,omitzero"`
	// Marker is the seq up to which the caller has read, if it is a member.
	Marker int64 `json:"marker,omitzero"`
	// Common is there if hello had another epoch than the server: the last seq that
	// is the same event in both.
	Common *int64 `json:"common,omitempty"`

	*RoomState // nil if all of it is absent
}

// RoomState is what of a [Room] is mostly absent.
type RoomState struct {
	Role        string `json:"role,omitzero"`        // the caller's in the room, if it is a member
	Topic       string `json:"topic,omitzero"`       // one line
	Description string `json:"description,omitzero"` // several
	Picture     string `json:"picture,omitzero"`     // see [AvatarVersion]
	Writers     string `json:"writers,omitzero"`     // admins if only they write; else absent
	Retention   int64  `json:"retention,omitzero"`   // how long messages are kept, in milliseconds; absent: for ever
	Archived    bool   `json:"archived,omitzero"`    // nobody writes there any more
	Seen        int64  `json:"seen,omitzero"`        // of direct rooms, the seq up to which the other has read, if that is to be seen
	First       int64  `json:"first,omitzero"`       // seq of the oldest event that is kept, if that is not 1; Seq + 1 if none is

	// The rest is what the caller has chosen for the room: see [RoomPreference].
	Level     string `json:"level,omitzero"`
	MuteUntil int64  `json:"mute_until,omitzero"`
	Favourite bool   `json:"favourite,omitzero"`
	Order     int64  `json:"order,omitzero"`
}

// NewRoom returns r as it goes over the wire to a member with a role, or to who is none.
func NewRoom(r plausch.Room, role plausch.RoomRole) Room {
	w := Room{ID: int64(r.ID), Kind: string(r.Kind), Name: r.Name, Seq: r.Head, Joined: role != ""}
	state := RoomState{
		Role: string(role), Topic: r.Topic, Description: r.Description, Picture: AvatarVersion(r.Picture), Archived: r.Archived,
		Retention: r.Retention.Milliseconds(),
	}
	if r.Writers == plausch.WritersAdmins {
		state.Writers = string(r.Writers)
	}
	if r.First > 1 {
		state.First = r.First
	}
	if state != (RoomState{}) {
		w.RoomState = &state
	}
	if r.Kind == plausch.RoomDirect {
		peer := NewAccount(r.Peer)
		w.Peer = &peer
	}
	return w
}

// SetPreference adds what the caller has chosen for the room.
func (w *Room) SetPreference(p plausch.RoomPreference) {
	if p == (plausch.RoomPreference{}) {
		return
	}
	if w.RoomState == nil {
		w.RoomState = new(RoomState)
	}
	of := NewRoomPreference(plausch.RoomID(w.ID), p)
	w.Level, w.MuteUntil, w.Favourite, w.Order = of.Level, of.MuteUntil, of.Favourite, of.Order
}

// Preference returns what the caller has chosen for the room.
func (w *Room) Preference() plausch.RoomPreference {
	if w.RoomState == nil {
		return plausch.RoomPreference{}
	}
	of := RoomPreference{Level: w.Level, MuteUntil: w.MuteUntil, Favourite: w.Favourite, Order: w.Order}
	return of.RoomPreference()
}

// RoomList is the params of room.list.
type RoomList struct {
	Public bool  `json:"public,omitzero"` // public rooms that the caller is not in, too
	After  int64 `json:"after,omitzero"`  // id of the last room of the page before
	Limit  int   `json:"limit,omitzero"`  // at most MaxPage; DefaultPage if 0
}

// Rooms is the result of room.list, by id.
type Rooms struct {
	Rooms []Room `json:"rooms,omitempty"`
	More  bool   `json:"more,omitzero"` // ask again, After the last one
}

// RoomRef is the params of room.get, room.join and room.leave: a room by id or,
// if Room is 0, by the name of a public or private room.
type RoomRef struct {
	Room int64  `json:"room,omitzero"`
	Name string `json:"name,omitzero"`
}

// State returns what w says of the state of the room, and the role of the caller.
func (w *Room) State() (s plausch.RoomSettings, role plausch.RoomRole, first int64) {
	state := RoomState{}
	if w.RoomState != nil {
		state = *w.RoomState
	}
	s = plausch.RoomSettings{
		Topic: state.Topic, Description: state.Description, Picture: state.Picture, Archived: state.Archived,
		Retention: time.Duration(state.Retention) * time.Millisecond,
		Writers:   cmp.Or(plausch.Writers(state.Writers), plausch.WritersMembers),
	}
	return s, plausch.RoomRole(state.Role), max(state.First, 1)
}

// RoomUpdate is the params of room.update: what is absent stays as it is. Picture is the
// id of an uploaded file, or empty to have none. Its result is a [RoomChanged].
type RoomUpdate struct {
	Room        int64   `json:"room"`
	Topic       *string `json:"topic,omitzero"`
	Description *string `json:"description,omitzero"`
	Picture     *string `json:"picture,omitzero"`
	Writers     *string `json:"writers,omitzero"`   // members or admins
	Retention   *int64  `json:"retention,omitzero"` // milliseconds, in whole days; 0: for ever
	Archived    *bool   `json:"archived,omitzero"`
}

// First is the push that tells which events of a room are not kept any more: those below
// First.
type First struct {
	Room  int64 `json:"room"`
	First int64 `json:"first"`
}

// RoomChanged is the result of the methods that change a room or a role in it: the
// event is on disk. Its seq is 0 if there was nothing to change.
type RoomChanged struct {
	Seq int64 `json:"seq"`
}

// RoomCreate is the params of room.create. Its result is a Room.
type RoomCreate struct {
	Name string `json:"name"`
	Kind string `json:"kind,omitzero"` // public (default) or private
}
