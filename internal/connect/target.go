package connect

import (
	"context"
	"errors"
	"strings"

	"plausch"
	"plausch/client"
	"plausch/client/ktn"
	"plausch/internal/names"
)

// Target is where somebody wants to write or read: a room, or a person.
type Target struct {
	Room string // or
	Peer string // both in the form that package names gives an address
}

// ParseTarget reads ROOM or @NAME, or instead of the name an id such as id:12.
func ParseTarget(s string) (t Target, err error) {
	if strings.HasPrefix(names.TrimSpace(s), "@") {
		t.Peer, err = names.AccountAddress(s)
	} else {
		t.Room, err = names.RoomAddress(s)
	}
	if err != nil {
		return Target{}, Usagef("%q is neither a room nor, with @ before it, a person: %w", s, err)
	}
	return t, nil
}

// Is reports whether r is the room that t names.
func (t Target) Is(r plausch.Room) bool {
	if id, ok := names.ID(t.Room); ok {
		return r.ID == plausch.RoomID(id)
	}
	if id, ok := names.ID(t.Peer); ok {
		return r.Kind == plausch.RoomDirect && r.Peer.ID == plausch.AccountID(id)
	}
	return TargetOf(r) == t
}

// Check reports why there cannot be such a target on the server at a.
func (t Target) Check(a client.Address) error {
	switch {
	case !a.KTN():
	case t.Peer != "":
		return ktn.ErrPrivate
	case t.Room != plausch.PublicRoomName:
		return ktn.ErrOneRoom
	}
	return nil
}

// String returns t as [ParseTarget] reads it.
func (t Target) String() string {
	if t.Peer != "" {
		return "@" + t.Peer
	}
	return t.Room
}

// TargetOf returns how people call a room.
func TargetOf(r plausch.Room) Target {
	if r.Kind == plausch.RoomDirect {
		return Target{Peer: client.CleanLine(r.Peer.Name)}
	}
	return Target{Room: client.CleanLine(r.Name)}
}

// Ref returns the room that t names, if it is one, as a client takes it.
func (t Target) Ref() client.RoomRef {
	if id, ok := names.ID(t.Room); ok {
		return client.RoomRef{ID: plausch.RoomID(id)}
	}
	return client.RoomRef{Name: t.Room}
}

// Find returns the room of t, which the account of c is in.
func (t Target) Find(ctx context.Context, c *client.Client) (plausch.RoomID, error) {
	if t.Peer == "" {
		room, err := c.GetRoom(ctx, t.Ref())
		if plausch.CodeOf(err) == plausch.NotFound {
			err = plausch.Errorf(plausch.NotFound, "there is no room %s, or it is private and you are not in it", t.Room)
		}
		return room.ID, err
	}
	rooms, err := c.ListRooms(ctx, false)
	if err != nil {
		return 0, err
	}
	for _, r := range rooms {
		if t.Is(r.Room) {
			return r.ID, nil
		}
	}
	return 0, plausch.Errorf(plausch.NotFound, "you and %s have not written each other yet", t.Peer)
}

// Enter waits until c is signed in and returns where messages to t go. A public
// room is joined if need be.
func (t Target) Enter(ctx context.Context, c *client.Client) (client.Outgoing, error) {
	if t.Peer != "" {
		return client.Outgoing{To: t.Peer}, c.WaitOnline(ctx)
	}
	if t.Room == plausch.PublicRoomName {
		return client.Outgoing{Room: plausch.PublicRoom}, c.WaitOnline(ctx)
	}
	for {
		room, err := c.GetRoom(ctx, t.Ref())
		if err == nil && !room.Joined {
			room, err = c.JoinRoom(ctx, client.RoomRef{ID: room.ID})
			if errors.Is(err, client.ErrLost) {
				continue // joining twice does no harm
			}
		}
		if plausch.CodeOf(err) == plausch.NotFound {
			err = plausch.Errorf(plausch.NotFound, "there is no room %s, or it is private and you are not in it", t.Room)
		}
		if err != nil {
			return client.Outgoing{}, err
		}
		return client.Outgoing{Room: room.ID}, nil
	}
}
