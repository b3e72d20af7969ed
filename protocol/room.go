package protocol

import "plausch"

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
}

// NewRoom returns r as it goes over the wire.
func NewRoom(r plausch.Room, joined bool) Room {
	w := Room{ID: int64(r.ID), Kind: string(r.Kind), Name: r.Name, Seq: r.Head, Joined: joined}
	if r.Kind == plausch.RoomDirect {
		peer := NewAccount(r.Peer)
		w.Peer = &peer
	}
	return w
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

// RoomCreate is the params of room.create. Its result is a Room.
type RoomCreate struct {
	Name string `json:"name"`
	Kind string `json:"kind,omitzero"` // public (default) or private
}
