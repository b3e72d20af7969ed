package main

import (
	"context"
	"errors"
	"strings"

	"plausch"
	"plausch/client"
	"plausch/client/ktn"
	"plausch/internal/names"
)

// target is where somebody wants to write or read: a room, or a person.
type target struct {
	room string // or
	peer string // both in the form that package names gives an address
}

// parseTarget reads ROOM or @NAME, or instead of the name an id such as id:12.
func parseTarget(s string) (t target, err error) {
	if strings.HasPrefix(names.TrimSpace(s), "@") {
		t.peer, err = names.AccountAddress(s)
	} else {
		t.room, err = names.RoomAddress(s)
	}
	if err != nil {
		return target{}, usageErrorf("%q is neither a room nor, with @ before it, a person: %w", s, err)
	}
	return t, nil
}

// is reports whether r is the room that t names.
func (t target) is(r plausch.Room) bool {
	if id, ok := names.ID(t.room); ok {
		return r.ID == plausch.RoomID(id)
	}
	if id, ok := names.ID(t.peer); ok {
		return r.Kind == plausch.RoomDirect && r.Peer.ID == plausch.AccountID(id)
	}
	return targetOf(r) == t
}

// check reports why there cannot be such a target on the server at a.
func (t target) check(a client.Address) error {
	switch {
	case !a.KTN():
	case t.peer != "":
		return ktn.ErrPrivate
	case t.room != plausch.PublicRoomName:
		return ktn.ErrOneRoom
	}
	return nil
}

// String returns t as [parseTarget] reads it.
func (t target) String() string {
	if t.peer != "" {
		return "@" + t.peer
	}
	return t.room
}

// targetOf returns how people call a room.
func targetOf(r plausch.Room) target {
	if r.Kind == plausch.RoomDirect {
		return target{peer: client.CleanLine(r.Peer.Name)}
	}
	return target{room: client.CleanLine(r.Name)}
}

// enter waits until c is signed in and returns where messages to t go. A public
// room is joined if need be.
func (t target) enter(ctx context.Context, c *client.Client) (client.Outgoing, error) {
	if t.peer != "" {
		return client.Outgoing{To: t.peer}, c.WaitOnline(ctx)
	}
	if t.room == plausch.PublicRoomName {
		return client.Outgoing{Room: plausch.PublicRoom}, c.WaitOnline(ctx)
	}
	for {
		ref := client.RoomRef{Name: t.room}
		if id, ok := names.ID(t.room); ok {
			ref = client.RoomRef{ID: plausch.RoomID(id)}
		}
		room, err := c.Room(ctx, ref)
		if err == nil && !room.Joined {
			room, err = c.JoinRoom(ctx, client.RoomRef{ID: room.ID})
			if errors.Is(err, client.ErrLost) {
				continue // joining twice does no harm
			}
		}
		if plausch.CodeOf(err) == plausch.NotFound {
			err = plausch.Errorf(plausch.NotFound, "there is no room %s, or it is private and you are not in it", t.room)
		}
		if err != nil {
			return client.Outgoing{}, err
		}
		return client.Outgoing{Room: room.ID}, nil
	}
}
