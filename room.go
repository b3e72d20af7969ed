package plausch

import "time"

// RoomID identifies a room for ever.
type RoomID int64

// PublicRoom is the room that exists from the start and that everyone is in.
// Nobody joins or leaves it: its membership is not stored.
const (
	PublicRoom     RoomID = 1
	PublicRoomName        = "public"
)

// RoomKind says who may enter a room.
type RoomKind string

const (
	// RoomPublic rooms are listed, and anyone signed in may join.
	RoomPublic RoomKind = "public"
	// RoomPrivate rooms are seen by their members only, who add others.
	RoomPrivate RoomKind = "private"
	// RoomDirect rooms belong to two accounts. The first message makes them.
	RoomDirect RoomKind = "direct"
)

// Room is a place to talk and the name of a log.
type Room struct {
	ID      RoomID
	Kind    RoomKind
	Name    string // empty for direct rooms
	Created time.Time
	Head    int64 // seq of the newest event, 0 while there is none
	// Peer is, in a direct room, the one of the two that did not ask.
	Peer AccountRef
}
