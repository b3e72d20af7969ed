// Package timeline is what a chat client draws: rooms in order, each with its
// newest messages, unread counts, what is not sent yet, drafts, who is writing
// and who is there.
//
// It is state and nothing else: no goroutine, no lock, no clock and no I/O. One
// goroutine owns a [Timeline] and tells it, by [Timeline.Apply], what the
// client tells and what the user does:
//
//	for u := range c.Updates(ctx) {
//		t.Apply(time.Now(), timeline.Update{Update: u})
//	}
//
// Strings are as the server sent them: whoever draws them on a terminal cleans
// them first (client.Clean).
package timeline

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"plausch"
	"plausch/client"
)

// DefaultWindow is how many messages of a room are kept unless told otherwise.
const DefaultWindow = 500

// maxGrowth is how many windows a room may hold while its user pages back.
const maxGrowth = 4

// Timeline is the state. Make it by [New].
type Timeline struct {
	window int
	rooms  map[Key]*Room
	// alias leads from a direct room that did not exist to the one that does.
	alias    map[Key]Key
	open     Key
	away     bool // the user does not look at the open room
	me       plausch.AccountRef
	state    client.State
	caughtUp bool // once
	presence map[plausch.AccountID]plausch.Presence
}

// New returns an empty timeline that keeps window messages of each room,
// [DefaultWindow] if 0.
func New(window int) *Timeline {
	if window <= 0 {
		window = DefaultWindow
	}
	return &Timeline{
		window: window, rooms: make(map[Key]*Room), alias: make(map[Key]Key),
		presence: make(map[plausch.AccountID]plausch.Presence),
	}
}

// Key names a room in a timeline: by its id, or, while the direct room with
// somebody does not exist yet, by the other's name in lower case. The second
// form stays good when the room comes into being.
type Key struct {
	ID   plausch.RoomID
	Peer string
}

// ByID returns the key of a room.
func ByID(id plausch.RoomID) Key { return Key{ID: id} }

// ByPeer returns the key of the direct room with the account called name.
func ByPeer(name string) Key { return Key{Peer: strings.ToLower(name)} }

// Action is something that changes a timeline: an [Update] of the client, or
// [Open], [Focus], [Read], [Draft], [Older] or [Dismiss] by the user.
type Action interface {
	apply(t *Timeline, now time.Time)
}

// Apply changes t. Now has to come from one clock; only the expiry of typing
// depends on it.
func (t *Timeline) Apply(now time.Time, a Action) { a.apply(t, now) }

// Connection returns the client's last state.
func (t *Timeline) Connection() client.State { return t.state }

// Me returns who is signed in, or was last.
func (t *Timeline) Me() plausch.AccountRef { return t.me }

// Presence returns whether somebody can be expected to answer, Offline if the
// server did not tell.
func (t *Timeline) Presence(id plausch.AccountID) plausch.Presence {
	if p, ok := t.presence[id]; ok {
		return p
	}
	return plausch.Offline
}

// Opened returns the room that the user looks at, nil if none.
func (t *Timeline) Opened() *Room { return t.Room(t.open) }

// Room returns a room, nil if there is none. It belongs to the timeline: do not
// change it.
func (t *Timeline) Room(k Key) *Room { return t.rooms[t.resolve(k)] }

func (t *Timeline) resolve(k Key) Key {
	if to, ok := t.alias[k]; ok {
		return to
	}
	return k
}

// Rooms returns the rooms to list: in the section Public the room that everyone
// is in and then the others by name, in the section Private private rooms by
// name and then direct ones by the other's name. The order does not depend on
// what happens in them. A room that was left is listed as long as it is open.
func (t *Timeline) Rooms() []*Room {
	rooms := make([]*Room, 0, len(t.rooms))
	for _, r := range t.rooms {
		if !r.Left || r == t.Opened() || len(r.Sends) > 0 {
			rooms = append(rooms, r)
		}
	}
	slices.SortFunc(rooms, func(a, b *Room) int {
		return cmp.Or(
			cmp.Compare(a.rank(), b.rank()),
			strings.Compare(a.Name, b.Name),
			cmp.Compare(a.Key.ID, b.Key.ID),
			strings.Compare(a.Key.Peer, b.Key.Peer),
		)
	})
	return rooms
}

// Unread returns the sums over all rooms.
func (t *Timeline) Unread() (messages, mentions int) {
	for _, r := range t.rooms {
		if !r.Left {
			messages += r.Unread
			mentions += r.Mentions
		}
	}
	return messages, mentions
}

// Typing returns who is writing in a room, by name.
func (t *Timeline) Typing(now time.Time, k Key) []plausch.AccountRef {
	r := t.Room(k)
	if r == nil {
		return nil
	}
	var who []plausch.AccountRef
	for a, until := range r.typing {
		if now.Before(until) {
			who = append(who, a)
		} else {
			delete(r.typing, a)
		}
	}
	slices.SortFunc(who, func(a, b plausch.AccountRef) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), cmp.Compare(a.ID, b.ID))
	})
	return who
}

// room returns the room of k, which it makes if need be.
func (t *Timeline) room(k Key) *Room {
	k = t.resolve(k)
	r := t.rooms[k]
	if r == nil {
		r = &Room{Key: k, Name: k.Peer, limit: t.window, typing: make(map[plausch.AccountRef]time.Time)}
		if k.ID == 0 {
			r.Kind = plausch.RoomDirect
		}
		t.rooms[k] = r
	}
	return r
}

// become makes the room that waited under a peer's name the room that exists.
func (t *Timeline) become(waiting Key, id plausch.RoomID) {
	from := t.rooms[waiting]
	if waiting.ID != 0 || t.resolve(waiting) != waiting {
		return
	}
	to := t.room(ByID(id))
	t.alias[waiting] = to.Key
	if t.open == waiting {
		t.open = to.Key
	}
	if from == nil {
		return
	}
	delete(t.rooms, waiting)
	to.Sends = append(from.Sends, to.Sends...)
	if to.Draft == "" {
		to.Draft = from.Draft
	}
	if to.Name == "" {
		to.Name, to.Kind = from.Name, from.Kind
	}
	to.settle()
}
