package api

import (
	"context"
	"io"
	"time"

	"plausch"
	"plausch/internal/core"
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
	states, err := a.core.ReadStates(ctx, c.Account(), joinedRooms(rooms)...)
	if err != nil {
		return nil, err
	}
	result := &protocol.Rooms{Rooms: make([]protocol.Room, 0, len(rooms)), More: more}
	var page pageSize
	for _, r := range rooms {
		w, err := a.roomWith(ctx, c, r, states)
		if err != nil {
			return nil, err
		}
		if !page.fits(&w) {
			result.More = true
			break
		}
		result.Rooms = append(result.Rooms, w)
	}
	return result, nil
}

// pageSize is how large a page is that rooms are added to: their descriptions may be more
// than a frame holds.
type pageSize struct {
	bytes int
	buf   []byte
}

// fits adds an entry, and reports whether the page fits a frame with it, or has only it.
// JSON is the longer of the codecs.
func (p *pageSize) fits(entry protocol.Body) bool {
	first := p.bytes == 0
	p.buf = protocol.JSON.Encode(p.buf[:0], entry)
	p.bytes += len(p.buf) + 1 // a comma
	return first || p.bytes <= protocol.MaxPageBytes
}

func roomGet(a *API, ctx context.Context, c *Caller, p *protocol.RoomRef) (protocol.Body, error) {
	room, err := a.core.GetRoom(ctx, c.Account(), plausch.RoomID(p.Room), p.Name)
	if err != nil {
		return nil, err
	}
	w, err := a.room(ctx, c, room)
	return &w, err
}

// joinedRooms returns the ids of the rooms that the caller is in.
func joinedRooms(rooms []core.JoinedRoom) (ids []plausch.RoomID) {
	for _, r := range rooms {
		if r.Joined {
			ids = append(ids, r.ID)
		}
	}
	return ids
}

// room returns a room as a caller sees it.
func (a *API) room(ctx context.Context, c *Caller, r core.JoinedRoom) (protocol.Room, error) {
	var states map[plausch.RoomID]plausch.ReadState
	if r.Joined {
		var err error
		if states, err = a.core.ReadStates(ctx, c.Account(), r.ID); err != nil {
			return protocol.Room{}, err
		}
	}
	return a.roomWith(ctx, c, r, states)
}

// roomWith returns a room with what the caller has read of it. Who remembers another
// epoch learns up to where that has the same events.
func (a *API) roomWith(ctx context.Context, c *Caller, r core.JoinedRoom, states map[plausch.RoomID]plausch.ReadState) (protocol.Room, error) {
	state, ok := states[r.ID]
	if ok {
		r.Head = state.AsOf // what is counted goes up to there
	}
	w := protocol.NewRoom(r.Room, r.Role)
	w.SetPreference(r.Preference)
	if ok {
		w.Marker, w.Unread, w.Mentions = state.Marker, int16(state.Unread), int16(state.Mentions)
		if state.Seen != 0 {
			if w.RoomState == nil {
				w.RoomState = &protocol.RoomState{}
			}
			w.Seen = state.Seen
		}
	}
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
	w, err := a.room(ctx, c, core.JoinedRoom{Room: room, Joined: true, Role: plausch.RoomOwner})
	return &w, err
}

func roomJoin(a *API, ctx context.Context, c *Caller, p *protocol.RoomRef) (protocol.Body, error) {
	room, err := a.core.JoinRoom(ctx, c.Account(), plausch.RoomID(p.Room), p.Name)
	if err != nil {
		return nil, err
	}
	w, err := a.room(ctx, c, room)
	return &w, err
}

func roomLeave(a *API, ctx context.Context, c *Caller, p *protocol.RoomRef) (protocol.Body, error) {
	return &protocol.Empty{}, a.core.LeaveRoom(ctx, c.Account(), plausch.RoomID(p.Room), p.Name)
}

func roomUpdate(a *API, ctx context.Context, c *Caller, p *protocol.RoomUpdate) (protocol.Body, error) {
	var retention *time.Duration
	if p.Retention != nil {
		retention = new(time.Duration(max(-1, min(*p.Retention, 2*plausch.MaxRetention.Milliseconds()))) * time.Millisecond) // which is refused
	}
	e, err := a.core.UpdateRoom(ctx, c.Account(), plausch.RoomID(p.Room), plausch.RoomChange{
		Topic: p.Topic, Description: p.Description, Picture: p.Picture, Writers: (*plausch.Writers)(p.Writers), Archived: p.Archived,
		Retention: retention,
	})
	if err != nil {
		return nil, err
	}
	return &protocol.RoomChanged{Seq: e.Seq}, nil
}

// MethodRoomPicture is who may see the picture of a room, whose bytes come over HTTP:
// see [API.OpenRoomPicture].
const MethodRoomPicture = "room.picture"

// OpenRoomPicture returns the picture of a room, and its bytes, to be closed: see
// core.Core.OpenRoomPicture. It may run beside other calls of the caller.
func (a *API) OpenRoomPicture(ctx context.Context, c *Caller, room plausch.RoomID) (core.Avatar, io.ReadSeekCloser, error) {
	if err := checkMayCall(table[MethodRoomPicture], c); err != nil {
		return core.Avatar{}, nil, err
	}
	return a.core.OpenRoomPicture(ctx, c.Account(), room)
}
