package storetest

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"plausch"
	"plausch/internal/store"
)

// model is what a store should do, as simply as it can be said.
type model struct {
	rooms   map[plausch.RoomID]*modelRoom
	order   []plausch.RoomID
	names   map[string]plausch.RoomID
	pairs   map[[2]plausch.AccountID]plausch.RoomID
	sends   map[string]plausch.Event // by actor and client id
	newRoom func() plausch.RoomID    // the id that the store gave the next room
}

type modelRoom struct {
	log     []plausch.Event
	members map[plausch.AccountID]bool
	direct  bool
	// owner and joined are who owns it, and who is in it, the longest first.
	owner  plausch.AccountID
	joined []plausch.AccountRef
}

func (m *model) append(d store.Draft) store.Appended {
	send := fmt.Sprint(d.Actor.ID, " ", d.ClientID)
	if first, ok := m.sends[send]; ok && d.ClientID != "" {
		return store.Appended{Events: []plausch.Event{first}, Repeated: true}
	}
	var events []plausch.Event
	room := d.Room
	switch {
	case d.Create != nil:
		if m.names[d.Create.Name] != 0 {
			return store.Appended{Err: plausch.Errorf(plausch.Taken, "")}
		}
		room = m.room()
		m.names[d.Create.Name] = room
	case d.Room == 0:
		pair := [2]plausch.AccountID{min(d.Direct[0].ID, d.Direct[1].ID), max(d.Direct[0].ID, d.Direct[1].ID)}
		if room = m.pairs[pair]; room == 0 {
			room = m.room()
			m.pairs[pair] = room
			m.rooms[room].direct = true
			for _, member := range d.Direct {
				events = append(events, m.add(room, store.Draft{Time: d.Time, Kind: plausch.EventJoin, Actor: d.Actor, Member: member}))
			}
		}
	case m.rooms[room] == nil:
		return store.Appended{Err: plausch.Errorf(plausch.NotFound, "")}
	}
	if d.Room != 0 && d.Kind != plausch.EventMessage && m.isMember(room, d.Member.ID) == (d.Kind == plausch.EventJoin) {
		return store.Appended{Unchanged: true}
	}
	if r := m.rooms[room]; d.Kind == plausch.EventLeave && d.Member.ID == r.owner && len(r.joined) > 1 {
		next := r.joined[0]
		if next.ID == d.Member.ID {
			next = r.joined[1]
		}
		events = append(events, m.add(room, store.Draft{
			Time: d.Time, Kind: plausch.EventRole, Actor: d.Actor, Member: next, Details: &plausch.Details{Role: plausch.RoomOwner},
		}))
		r.owner = next.ID
	}
	own := m.add(room, d)
	if d.ClientID != "" {
		m.sends[send] = own
	}
	return store.Appended{Events: append(events, own)}
}

func (m *model) isMember(room plausch.RoomID, account plausch.AccountID) bool {
	return room == plausch.PublicRoom || m.rooms[room].members[account]
}

func (m *model) room() plausch.RoomID {
	id := m.newRoom()
	m.rooms[id] = &modelRoom{members: map[plausch.AccountID]bool{}}
	m.order = append(m.order, id)
	return id
}

func (m *model) add(room plausch.RoomID, d store.Draft) plausch.Event {
	r := m.rooms[room]
	e := plausch.Event{
		Room: room, Seq: int64(len(r.log)) + 1, Time: d.Time, Kind: d.Kind,
		Actor: d.Actor, Member: d.Member, Text: d.Text, ClientID: d.ClientID, Details: d.Details,
	}
	r.log = append(r.log, e)
	if d.Kind == plausch.EventJoin && room != plausch.PublicRoom {
		if len(r.joined) == 0 && !r.direct {
			r.owner = d.Member.ID
		}
		r.members[d.Member.ID] = true
		r.joined = append(slices.DeleteFunc(r.joined, func(a plausch.AccountRef) bool { return a.ID == d.Member.ID }), d.Member)
	}
	if d.Kind == plausch.EventLeave {
		delete(r.members, d.Member.ID)
		r.joined = slices.DeleteFunc(r.joined, func(a plausch.AccountRef) bool { return a.ID == d.Member.ID })
		if r.owner == d.Member.ID {
			r.owner = 0
		}
	}
	return e
}

// testModel appends random drafts, in random batches, and compares all that
// comes back, and all that is kept, with the model.
func testModel(t *testing.T, open func(t *testing.T) store.Store) {
	rapid.Check(t, func(rt *rapid.T) {
		s := open(t)
		defer s.Close()
		f := &fixture{T: t, Store: s}
		accounts := []plausch.AccountRef{f.member("ann"), f.member("bob"), f.member("eve")}
		m := &model{
			rooms: map[plausch.RoomID]*modelRoom{plausch.PublicRoom: {members: map[plausch.AccountID]bool{}}},
			order: []plausch.RoomID{plausch.PublicRoom},
			names: map[string]plausch.RoomID{plausch.PublicRoomName: plausch.PublicRoom},
			pairs: map[[2]plausch.AccountID]plausch.RoomID{},
			sends: map[string]plausch.Event{},
		}
		for range rapid.IntRange(1, 6).Draw(rt, "batches") {
			drafts := rapid.SliceOfN(drawDraft(accounts, m.order), 1, 12).Draw(rt, "drafts")
			got, err := s.Append(t.Context(), drafts)
			if err != nil {
				rt.Fatal(err)
			}
			for i, d := range drafts {
				m.newRoom = func() plausch.RoomID {
					if len(got[i].Events) == 0 || m.rooms[got[i].Events[0].Room] != nil {
						rt.Fatalf("draft %d %+v made no new room but %+v", i, d, got[i])
					}
					return got[i].Events[0].Room
				}
				want := m.append(d)
				if plausch.CodeOf(got[i].Err) != plausch.CodeOf(want.Err) {
					rt.Fatalf("draft %d: error %v, want %v", i, got[i].Err, want.Err)
				}
				got[i].Err, want.Err, got[i].Cursor = nil, nil, 0
				same(rt, fmt.Sprint("draft ", i), got[i], want)
			}
		}
		for room, want := range m.rooms {
			same(rt, "log", f.log(room), want.log)
			members := map[plausch.AccountID]bool{}
			for _, id := range f.members(room) {
				members[id] = true
			}
			same(rt, "members", members, want.members)
			r, err := s.Room(t.Context(), room)
			if err != nil {
				rt.Fatal(err)
			}
			same(rt, "head", r.Head, len(want.log))
		}
	})
}

func same(rt *rapid.T, what string, got, want any) {
	rt.Helper()
	if g, w := asText(got), asText(want); g != w {
		rt.Fatalf("%s:\n got %s\nwant %s", what, g, w)
	}
}

// asText returns v with what its pointers point to.
func asText(v any) string {
	text, err := json.Marshal(v)
	return fmt.Sprint(string(text), err)
}

// drawDraft draws from few names and ids, so that they meet.
func drawDraft(accounts []plausch.AccountRef, rooms []plausch.RoomID) *rapid.Generator[store.Draft] {
	return rapid.Custom(func(rt *rapid.T) store.Draft {
		actor := rapid.Permutation(accounts).Draw(rt, "actor and member")
		d := store.Draft{
			Time:     at(rapid.IntRange(-1000, 1000).Draw(rt, "time")),
			Kind:     rapid.SampledFrom([]plausch.EventKind{plausch.EventMessage, plausch.EventMessage, plausch.EventJoin, plausch.EventLeave}).Draw(rt, "kind"),
			Actor:    actor[0],
			ClientID: rapid.SampledFrom([]string{"", "", "a", "b", "c"}).Draw(rt, "client id"),
		}
		if d.Kind == plausch.EventMessage {
			d.Text = rapid.StringOfN(rapid.SampledFrom([]rune("aZ0 \n'\"\\%_äß😀")), 1, 20, -1).Draw(rt, "text")
		} else {
			d.Member = actor[1]
		}
		switch rapid.IntRange(0, 5).Draw(rt, "where") {
		case 0:
			d.Create = &plausch.Room{
				Kind: rapid.SampledFrom([]plausch.RoomKind{plausch.RoomPublic, plausch.RoomPrivate}).Draw(rt, "room kind"),
				Name: rapid.SampledFrom([]string{"one", "two", plausch.PublicRoomName}).Draw(rt, "room name"),
			}
		case 1:
			d.Direct = [2]plausch.AccountRef{actor[0], actor[2]}
		case 2:
			d.Room = 12345
		default:
			d.Room = rapid.SampledFrom(rooms).Draw(rt, "room")
		}
		return d
	})
}
