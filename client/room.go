package client

import (
	"context"
	"fmt"

	"plausch"
	"plausch/protocol"
)

// Room is a room as the account sees it.
type Room struct {
	plausch.Room
	Joined bool // whether the account is a member
	// Read is what it has read of the room, if it is; AsOf is Head.
	Read plausch.ReadState
	// Role is the account's in the room, empty if it is no member.
	Role plausch.RoomRole
	// Preference is what it has chosen for the room.
	Preference plausch.RoomPreference
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

// roomOf converts a room from the wire.
func roomOf(w *protocol.Room) plausch.Room {
	r := plausch.Room{ID: plausch.RoomID(w.ID), Kind: plausch.RoomKind(w.Kind), Name: w.Name, Head: w.Seq}
	r.RoomSettings, _, r.First = w.State()
	if w.Peer != nil {
		r.Peer = w.Peer.Ref()
	}
	return r
}

// joinedRoomOf converts a room from the wire, with the account's membership and marker.
func joinedRoomOf(w *protocol.Room) Room {
	r := Room{Room: roomOf(w), Joined: w.Joined}
	_, r.Role, _ = w.State()
	r.Preference = w.Preference()
	if w.Joined {
		r.Read = plausch.ReadState{Marker: w.Marker, Unread: int(w.Unread), Mentions: int(w.Mentions), AsOf: w.Seq}
		if w.RoomState != nil {
			r.Read.Seen = w.Seen
		}
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

// UpdateRoom changes the settings of a room that the account runs. Picture, if it is
// there, is the id of an uploaded file, or empty for none. Seq is that of the event, 0 if there was nothing to change.
func (c *Client) UpdateRoom(ctx context.Context, room plausch.RoomID, change plausch.RoomChange) (seq int64, err error) {
	for _, text := range []*string{change.Topic, change.Description, change.Picture, (*string)(change.Writers)} {
		if text == nil {
			continue
		}
		if err := checkString(*text); err != nil {
			return 0, err
		}
	}
	var w protocol.RoomChanged
	params := protocol.RoomUpdate{
		Room: int64(room), Topic: change.Topic, Description: change.Description, Picture: change.Picture,
		Writers: (*string)(change.Writers), Archived: change.Archived,
	}
	if change.Retention != nil {
		params.Retention = new(change.Retention.Milliseconds())
	}
	err = c.Call(ctx, protocol.MethodRoomUpdate, &params, &w)
	return w.Seq, err
}

// DownloadRoomPicture writes the picture of a room as Download does. NotFound means that
// it has none.
func (c *Client) DownloadRoomPicture(ctx context.Context, room plausch.RoomID, d Download) (int64, error) {
	return c.download(ctx, d, "rooms", fmt.Sprint("id:", room), "picture")
}
