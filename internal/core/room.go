package core

import (
	"context"
	"sync"

	"plausch"
	"plausch/internal/store"
)

// rooms remembers the rooms that were asked for, so that a send needs no query
// to know whether its sender is a member. The log keeps it true.
type rooms struct {
	store store.Store

	// mu is held while a room is loaded: a join that is committed meanwhile is
	// either in what was loaded or applied after it.
	mu    sync.RWMutex
	known map[plausch.RoomID]*room
}

// room is what the rules need to know of a room.
type room struct {
	id      plausch.RoomID
	kind    plausch.RoomKind
	name    string
	members map[plausch.AccountID]struct{} // nil for PublicRoom, which has everyone
}

// get returns a room, or NotFound.
func (r *rooms) get(ctx context.Context, id plausch.RoomID) (*room, error) {
	r.mu.RLock()
	known := r.known[id]
	r.mu.RUnlock()
	if known != nil {
		return known, nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if known := r.known[id]; known != nil {
		return known, nil
	}
	stored, err := r.store.Room(ctx, id)
	if err != nil {
		return nil, err
	}
	loaded := &room{id: id, kind: stored.Kind, name: stored.Name}
	if id != plausch.PublicRoom {
		members, err := r.store.Members(ctx, id, 0, 0)
		if err != nil {
			return nil, err
		}
		loaded.members = make(map[plausch.AccountID]struct{}, len(members))
		for _, m := range members {
			loaded.members[m.ID] = struct{}{}
		}
	}
	r.known[id] = loaded
	return loaded, nil
}

// has reports whether account is a member of room.
func (r *rooms) has(room *room, account plausch.AccountID) bool {
	if room.id == plausch.PublicRoom {
		return true
	}
	r.mu.RLock()
	defer r.mu.RUnlock()
	_, ok := room.members[account]
	return ok
}

// apply applies joins and leaves to the rooms that are known.
func (r *rooms) apply(events []plausch.Event) {
	for i := range events {
		e := &events[i]
		if e.Kind != plausch.EventJoin && e.Kind != plausch.EventLeave {
			continue
		}
		r.mu.Lock()
		if room := r.known[e.Room]; room != nil && room.members != nil {
			if e.Kind == plausch.EventJoin {
				room.members[e.Member.ID] = struct{}{}
			} else {
				delete(room.members, e.Member.ID)
			}
		}
		r.mu.Unlock()
	}
}

// member returns a room that account is a member of. To others, a room that is
// not public does not exist.
func (c *Core) member(ctx context.Context, account plausch.AccountID, id plausch.RoomID) (*room, error) {
	room, err := c.rooms.get(ctx, id)
	if plausch.CodeOf(err) == plausch.NotFound {
		return nil, errNoRoom()
	}
	if err != nil {
		return nil, err
	}
	if !c.rooms.has(room, account) {
		if room.kind == plausch.RoomPublic {
			return nil, plausch.Errorf(plausch.Forbidden, "you are not in the room %q; join it first", room.name)
		}
		return nil, errNoRoom()
	}
	return room, nil
}

func errNoRoom() error {
	return plausch.Errorf(plausch.NotFound, "there is no such room, or you are not in it")
}

// FindRoom returns a room that by may see, by id or, if id is 0, by name, and
// whether by is a member.
func (c *Core) FindRoom(ctx context.Context, by plausch.Account, id plausch.RoomID, name string) (plausch.Room, bool, error) {
	room, err := c.lookUp(ctx, id, name)
	if err != nil {
		return plausch.Room{}, false, err
	}
	known, err := c.rooms.get(ctx, room.ID)
	if err != nil {
		return plausch.Room{}, false, err
	}
	joined := c.rooms.has(known, by.ID)
	if !joined && room.Kind != plausch.RoomPublic {
		return plausch.Room{}, false, errNoRoom()
	}
	if room.Kind == plausch.RoomDirect {
		members, err := c.store.Members(ctx, room.ID, 0, 2)
		if err != nil {
			return plausch.Room{}, false, err
		}
		for _, m := range members {
			if m.ID != by.ID {
				room.Peer = m.AccountRef
			}
		}
	}
	return room, joined, nil
}

func (c *Core) lookUp(ctx context.Context, id plausch.RoomID, name string) (room plausch.Room, err error) {
	switch {
	case id != 0:
		room, err = c.store.Room(ctx, id)
	case name == "":
		err = plausch.Errorf(plausch.Invalid, "say which room: room or name")
	default:
		if name, err = Name(name); err == nil {
			room, err = c.store.RoomByName(ctx, name)
		}
	}
	if plausch.CodeOf(err) == plausch.NotFound {
		err = errNoRoom()
	}
	return room, err
}

// ListedRoom is a room in a list for an account.
type ListedRoom struct {
	plausch.Room
	Joined bool
}

// ListRooms returns the rooms that by is in and, with public, the public rooms
// too, by id from the first after the given one, and whether there are more.
func (c *Core) ListRooms(ctx context.Context, by plausch.Account, public bool, after plausch.RoomID, limit int) ([]ListedRoom, bool, error) {
	found, err := c.store.ListRooms(ctx, by.ID, public, after, limit+1)
	if err != nil {
		return nil, false, err
	}
	more := len(found) > limit
	found = found[:min(len(found), limit)]
	listed := make([]ListedRoom, len(found))
	for i, room := range found {
		known, err := c.rooms.get(ctx, room.ID)
		if err != nil {
			return nil, false, err
		}
		listed[i] = ListedRoom{room, c.rooms.has(known, by.ID)}
	}
	return listed, more, nil
}

// MemberRooms returns the ids of all rooms that account is in.
func (c *Core) MemberRooms(ctx context.Context, account plausch.AccountID) ([]plausch.RoomID, error) {
	ids, err := c.store.MemberRooms(ctx, account)
	return append(ids, plausch.PublicRoom), err
}

// CreateRoom makes a public or private room with by as its first member.
func (c *Core) CreateRoom(ctx context.Context, by plausch.Account, name string, kind plausch.RoomKind) (plausch.Room, error) {
	if kind != plausch.RoomPublic && kind != plausch.RoomPrivate {
		return plausch.Room{}, plausch.Errorf(plausch.Invalid, "a room is public or private, not %q", kind)
	}
	name, err := Name(name)
	if err != nil {
		return plausch.Room{}, err
	}
	if err := c.sends.take(ctx, by.ID); err != nil {
		return plausch.Room{}, err
	}
	e, err := c.log.wait(store.Draft{
		Create: &plausch.Room{Kind: kind, Name: name},
		Time:   c.now(), Kind: plausch.EventJoin, Actor: by.Ref(), Member: by.Ref(),
	})
	if plausch.CodeOf(err) == plausch.Taken {
		err = plausch.Errorf(plausch.Taken, "there is a room %q already; choose another name", name)
	}
	if err != nil {
		return plausch.Room{}, err
	}
	return plausch.Room{ID: e.Room, Kind: kind, Name: name, Created: e.Time, Head: e.Seq}, nil
}

// JoinRoom makes by a member of a public room, by id or name.
func (c *Core) JoinRoom(ctx context.Context, by plausch.Account, id plausch.RoomID, name string) (plausch.Room, error) {
	room, joined, err := c.FindRoom(ctx, by, id, name)
	if err != nil || joined {
		return room, err
	}
	e, err := c.changeMember(ctx, by, room.ID, plausch.EventJoin, by.Ref())
	room.Head = e.Seq
	return room, err
}

// LeaveRoom ends by's membership of a public or private room, by id or name.
func (c *Core) LeaveRoom(ctx context.Context, by plausch.Account, id plausch.RoomID, name string) error {
	room, joined, err := c.FindRoom(ctx, by, id, name)
	switch {
	case err != nil:
		return err
	case room.ID == plausch.PublicRoom:
		return plausch.Errorf(plausch.Forbidden, "everyone is in %q; it cannot be left", room.Name)
	case room.Kind == plausch.RoomDirect:
		return plausch.Errorf(plausch.Forbidden, "a direct room belongs to its two people; it cannot be left")
	case !joined:
		return plausch.Errorf(plausch.NotFound, "you are not in the room %q", room.Name)
	}
	_, err = c.changeMember(ctx, by, room.ID, plausch.EventLeave, by.Ref())
	return err
}
