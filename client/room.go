package client

import (
	"context"

	"plausch"
	"plausch/protocol"
)

// Room is a room as the account sees it.
type Room struct {
	plausch.Room
	Joined bool // whether the account is a member
	// Read is what it has read of the room, if it is; AsOf is Head.
	Read plausch.ReadState
}

// RoomRef names a room: by ID or, if that is 0, by the Name of a public or
// private room.
type RoomRef struct {
	ID   plausch.RoomID
	Name string
}

func (r RoomRef) wire() *protocol.RoomRef {
	return &protocol.RoomRef{Room: int64(r.ID), Name: r.Name}
}

// roomOf returns what a room on the wire says.
func roomOf(w *protocol.Room) plausch.Room {
	r := plausch.Room{ID: plausch.RoomID(w.ID), Kind: plausch.RoomKind(w.Kind), Name: w.Name, Head: w.Seq}
	if w.Peer != nil {
		r.Peer = w.Peer.Ref()
	}
	return r
}

// joinedRoomOf returns what a room on the wire says of the account, too.
func joinedRoomOf(w *protocol.Room) Room {
	r := Room{Room: roomOf(w), Joined: w.Joined}
	if w.Joined {
		r.Read = plausch.ReadState{Marker: w.Marker, Unread: int(w.Unread), Mentions: int(w.Mentions), AsOf: w.Seq}
	}
	return r
}

// The methods below wait for a connection if there is none. Those that change
// nothing are repeated when the connection is lost; the others fail with
// [ErrLost], and whether they were carried out is then unknown. Refusals are
// *plausch.Error.

// ListRooms returns the rooms that the account is in and, with public, all public
// rooms too, by id.
func (c *Client) ListRooms(ctx context.Context, public bool) ([]Room, error) {
	var rooms []Room
	params := protocol.RoomList{Public: public, Limit: protocol.MaxPage}
	for {
		var page protocol.Rooms
		if err := c.read(ctx, protocol.MethodRoomList, &params, &page); err != nil {
			return nil, err
		}
		for i := range page.Rooms {
			w := &page.Rooms[i]
			rooms = append(rooms, joinedRoomOf(w))
			params.After = max(params.After, w.ID)
		}
		if !page.More || len(page.Rooms) == 0 {
			return rooms, nil
		}
	}
}

// GetRoom returns a room, or NotFound if there is none that the account may see.
func (c *Client) GetRoom(ctx context.Context, r RoomRef) (Room, error) {
	return c.room(r.Name, func(w *protocol.Room) error {
		return c.read(ctx, protocol.MethodRoomGet, r.wire(), w)
	})
}

// CreateRoom makes a public or private room with the account as its first
// member. The error's code is Taken if there is one of that name.
func (c *Client) CreateRoom(ctx context.Context, name string, kind plausch.RoomKind) (Room, error) {
	return c.room(name, func(w *protocol.Room) error {
		return c.Call(ctx, protocol.MethodRoomCreate, &protocol.RoomCreate{Name: name, Kind: string(kind)}, w)
	})
}

// JoinRoom makes the account a member of a public room.
func (c *Client) JoinRoom(ctx context.Context, r RoomRef) (Room, error) {
	return c.room(r.Name, func(w *protocol.Room) error {
		return c.Call(ctx, protocol.MethodRoomJoin, r.wire(), w)
	})
}

// LeaveRoom ends the account's membership of a public or private room.
func (c *Client) LeaveRoom(ctx context.Context, r RoomRef) error {
	if err := checkString(r.Name); err != nil {
		return err
	}
	return c.Call(ctx, protocol.MethodRoomLeave, r.wire(), nil)
}

// room returns the room that call gets, which sends name.
func (c *Client) room(name string, call func(*protocol.Room) error) (Room, error) {
	if err := checkString(name); err != nil {
		return Room{}, err
	}
	var w protocol.Room
	if err := call(&w); err != nil {
		return Room{}, err
	}
	return joinedRoomOf(&w), nil
}
