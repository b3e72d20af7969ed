package core

import (
	"context"
	"encoding/hex"
	"io"

	"plausch"
	"plausch/internal/names"
	"plausch/internal/store"
)

// member returns a room that account is a member of. To others, a room that is
// not public does not exist.
func (c *Core) member(ctx context.Context, account plausch.AccountID, id plausch.RoomID) (plausch.Room, error) {
	room, err := c.store.RoomFor(ctx, id, account)
	switch {
	case plausch.CodeOf(err) == plausch.NotFound:
		return plausch.Room{}, errNoRoom()
	case err != nil:
		return plausch.Room{}, err
	case !room.Joined:
		return plausch.Room{}, errNotMember(room.Room)
	}
	return room.Room, nil
}

// errNotMember is the error of a request of a non-member about a room.
func errNotMember(room plausch.Room) error {
	if room.Kind == plausch.RoomPublic {
		return plausch.Errorf(plausch.Forbidden, "you are not in the room %q; join it first", room.Name)
	}
	return errNoRoom()
}

func errNoRoom() error {
	return plausch.Errorf(plausch.NotFound, "there is no such room, or you are not in it")
}

// GetRoom returns a room that by may see, by id or, if id is 0, by name, and
// what by is there.
func (c *Core) GetRoom(ctx context.Context, by plausch.Account, id plausch.RoomID, name string) (JoinedRoom, error) {
	room, err := c.findRoom(ctx, id, name)
	if err != nil {
		return JoinedRoom{}, err
	}
	found, err := c.store.RoomFor(ctx, room.ID, by.ID)
	if err != nil {
		return JoinedRoom{}, err
	}
	if !found.Joined && found.Kind != plausch.RoomPublic {
		return JoinedRoom{}, errNoRoom()
	}
	return found, nil
}

func (c *Core) findRoom(ctx context.Context, id plausch.RoomID, name string) (room plausch.Room, err error) {
	switch {
	case id != 0:
		room, err = c.store.Room(ctx, id)
	case name == "":
		err = plausch.Errorf(plausch.Invalid, "say which room: room or name")
	default:
		room, err = roomByAddress(ctx, c.store, name)
	}
	if plausch.CodeOf(err) == plausch.NotFound {
		err = errNoRoom()
	}
	return room, err
}

// RoomByAddress returns the id of the room at an address: a name, an id such as
// id:12, or, for programs from before that form, digits alone. Those are a name
// first, and an id only if no room has that name, also none that the caller cannot see: a
// message must not go to another room than is meant. Whether
// the caller may see the room is not asked.
func (c *Core) RoomByAddress(ctx context.Context, address string) (plausch.RoomID, error) {
	room, err := roomByAddress(ctx, c.store, address)
	if id, bare := names.BareID(address); bare && (plausch.CodeOf(err) == plausch.NotFound || plausch.CodeOf(err) == plausch.Invalid) {
		return plausch.RoomID(id), nil
	}
	if plausch.CodeOf(err) == plausch.NotFound {
		err = errNoRoom()
	}
	return room.ID, err
}

// roomByAddress returns the room at an address: a name, or an id such as id:12.
func roomByAddress(ctx context.Context, st store.Store, address string) (plausch.Room, error) {
	if id, ok := names.ID(address); ok {
		return st.Room(ctx, plausch.RoomID(id))
	}
	name, err := names.Room(address)
	if err != nil {
		return plausch.Room{}, err
	}
	return st.RoomByName(ctx, name)
}

// JoinedRoom is a room in a list for an account.
type JoinedRoom = store.JoinedRoom

// ListRooms returns the rooms that by is in and, with public, the public rooms
// too, by id from the first after the given one, and whether there are more.
func (c *Core) ListRooms(ctx context.Context, by plausch.Account, public bool, after plausch.RoomID, limit int) ([]JoinedRoom, bool, error) {
	found, err := c.store.ListRooms(ctx, by.ID, public, after, limit+1)
	return found[:min(len(found), limit)], len(found) > limit, err
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
	name, err := names.NewRoom(name)
	if err != nil {
		return plausch.Room{}, err
	}
	if err := c.takeSend(ctx, by); err != nil {
		return plausch.Room{}, err
	}
	made, err := c.takeRoom(by)
	if err != nil {
		return plausch.Room{}, err
	}
	e, err := c.log.wait(store.Draft{
		Create: &plausch.Room{Kind: kind, Name: name}, If: store.Conditions{Active: true},
		Time: c.now(), Kind: plausch.EventJoin, Actor: by.Ref(), Member: by.Ref(),
	})
	if plausch.CodeOf(err) == plausch.Taken {
		err = plausch.Errorf(plausch.Taken, "there is already a room %q; choose another name", name)
	}
	if err != nil {
		made.cancel()
		return plausch.Room{}, err
	}
	return plausch.Room{
		ID: e.Room, Kind: kind, Name: name, Created: e.Time, Head: e.Seq, First: 1, RoomSettings: plausch.RoomSettings{Writers: plausch.WritersMembers},
	}, nil
}

// JoinRoom makes by a member of a public room, by id or name.
func (c *Core) JoinRoom(ctx context.Context, by plausch.Account, id plausch.RoomID, name string) (JoinedRoom, error) {
	room, err := c.GetRoom(ctx, by, id, name)
	if err != nil || room.Joined {
		return room, err
	}
	if _, err := c.changeMember(ctx, by, room.ID, plausch.EventJoin, by.Ref(), store.Conditions{Active: true}); err != nil {
		return JoinedRoom{}, err
	}
	return c.store.RoomFor(ctx, room.ID, by.ID)
}

// LeaveRoom ends by's membership of a public or private room, by id or name.
func (c *Core) LeaveRoom(ctx context.Context, by plausch.Account, id plausch.RoomID, name string) error {
	room, err := c.GetRoom(ctx, by, id, name)
	switch {
	case err != nil:
		return err
	case room.ID == plausch.PublicRoom:
		return plausch.Errorf(plausch.Forbidden, "everyone is in %q; it cannot be left", room.Name)
	case room.Kind == plausch.RoomDirect:
		return plausch.Errorf(plausch.Forbidden, "a direct room belongs to its two people; it cannot be left")
	case !room.Joined:
		return plausch.Errorf(plausch.NotFound, "you are not in the room %q", room.Name)
	}
	_, err = c.changeMember(ctx, by, room.ID, plausch.EventLeave, by.Ref(), store.Conditions{Active: true})
	return err
}

// UpdateRoom changes the settings of a room that by runs. Picture, if it is there, is
// the id of a file that by can read, of which a square picture is made as of
// [Core.SetAvatar], or empty for none. If nothing changes, the event is the zero value.
func (c *Core) UpdateRoom(ctx context.Context, by plausch.Account, id plausch.RoomID, change plausch.RoomChange) (plausch.Event, error) {
	if err := checkRoomChange(id, &change); err != nil {
		return plausch.Event{}, err
	}
	if err := c.checkRuns(ctx, by, id, "change it"); err != nil {
		return plausch.Event{}, err
	}
	if err := c.takeSend(ctx, by); err != nil {
		return plausch.Event{}, err
	}
	if change.Picture != nil && *change.Picture != "" {
		defer c.puts.begin(c.opts.Now())()
		hash, err := c.keepPicture(ctx, by, *change.Picture)
		if err != nil {
			return plausch.Event{}, err
		}
		change.Picture = new(hex.EncodeToString(hash[:]))
	}
	e, err := c.log.wait(store.Draft{
		Room: id, Kind: plausch.EventRoom, Actor: by.Ref(), Time: c.now(), Details: &plausch.Details{Room: &change},
		If: store.Conditions{Active: true, Member: true, Manage: true},
	})
	if err == nil && change.Retention != nil {
		c.expireSoon()
	}
	return e, err
}

// OpenRoomPicture returns the picture of a room that by may see, and its bytes. The
// error is NotFound if it has none.
func (c *Core) OpenRoomPicture(ctx context.Context, by plausch.Account, id plausch.RoomID) (Avatar, io.ReadSeekCloser, error) {
	if err := c.checkFilesEnabled(); err != nil {
		return Avatar{}, nil, err
	}
	room, err := c.GetRoom(ctx, by, id, "")
	if err != nil {
		return Avatar{}, nil, err
	}
	return c.openPicture(ctx, room.Picture, "this room")
}
