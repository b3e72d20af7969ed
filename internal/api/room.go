package api

import (
	"context"

	"plausch"
	"plausch/protocol"
)

// RoomByAddress returns the id of the room at an address of the front-ends that
// have such: see core.Core.RoomByAddress. It may run beside other calls.
func (a *API) RoomByAddress(ctx context.Context, c *Caller, address string) (plausch.RoomID, error) {
	if err := checkMayCall(table[protocol.MethodRoomGet], c); err != nil {
		return 0, err
	}
	return a.core.RoomByAddress(ctx, address)
}

func roomList(a *API, ctx context.Context, c *Caller, p *protocol.RoomList) (protocol.Body, error) {
	limit, err := pageLimit(p.Limit)
	if err != nil {
		return nil, err
	}
	rooms, more, err := a.core.ListRooms(ctx, c.Account(), p.Public, plausch.RoomID(p.After), limit)
	if err != nil {
		return nil, err
	}
	result := &protocol.Rooms{Rooms: make([]protocol.Room, len(rooms)), More: more}
	for i, r := range rooms {
		if result.Rooms[i], err = a.room(ctx, c, r.Room, r.Joined); err != nil {
			return nil, err
		}
	}
	return result, nil
}

func roomGet(a *API, ctx context.Context, c *Caller, p *protocol.RoomRef) (protocol.Body, error) {
	room, joined, err := a.core.GetRoom(ctx, c.Account(), plausch.RoomID(p.Room), p.Name)
	if err != nil {
		return nil, err
	}
	w, err := a.room(ctx, c, room, joined)
	return &w, err
}

// room returns a room as a caller sees it: who remembers another epoch learns up to
// where that has the same events.
func (a *API) room(ctx context.Context, c *Caller, r plausch.Room, joined bool) (protocol.Room, error) {
	w := protocol.NewRoom(r, joined)
	if c.epoch == "" {
		return w, nil
	}
	common, err := a.core.CommonSeq(ctx, c.epoch, r.ID)
	common = min(common, r.Head)
	w.Common = &common
	return w, err
}

// Epoch returns the id of the state of the server.
func (a *API) Epoch() string { return a.core.Epoch() }

// CommonSeq returns the last seq of a room that is the same event in another epoch
// and now: see core.Core.CommonSeq. Whether the caller may read the room is not asked.
func (a *API) CommonSeq(ctx context.Context, epoch string, room plausch.RoomID) (int64, error) {
	return a.core.CommonSeq(ctx, epoch, room)
}

func roomCreate(a *API, ctx context.Context, c *Caller, p *protocol.RoomCreate) (protocol.Body, error) {
	kind := plausch.RoomKind(p.Kind)
	if kind == "" {
		kind = plausch.RoomPublic
	}
	room, err := a.core.CreateRoom(ctx, c.Account(), p.Name, kind)
	if err != nil {
		return nil, err
	}
	w := protocol.NewRoom(room, true)
	return &w, nil
}

func roomJoin(a *API, ctx context.Context, c *Caller, p *protocol.RoomRef) (protocol.Body, error) {
	room, err := a.core.JoinRoom(ctx, c.Account(), plausch.RoomID(p.Room), p.Name)
	if err != nil {
		return nil, err
	}
	w, err := a.room(ctx, c, room, true)
	return &w, err
}

func roomLeave(a *API, ctx context.Context, c *Caller, p *protocol.RoomRef) (protocol.Body, error) {
	return &protocol.Empty{}, a.core.LeaveRoom(ctx, c.Account(), plausch.RoomID(p.Room), p.Name)
}
