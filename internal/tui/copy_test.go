package tui

import (
	"context"
	"path/filepath"
	"testing"

	"plausch"
	"plausch/client"
)

// The next start shows what was seen last, before the server has said a word, and goes on
// behind it.
func TestStartFromTheLocalCopy(t *testing.T) {
	w := newWindow(t, 80, 24)
	w.tell(client.RoomJoined{Room: plausch.Room{ID: 1, Kind: plausch.RoomPublic, Name: "public"}, Epoch: "e"})
	w.tell(client.RoomJoined{Room: plausch.Room{ID: 2, Kind: plausch.RoomPrivate, Name: "den", RoomSettings: plausch.RoomSettings{Topic: "bears"}}, Epoch: "e"})
	w.tell(client.CaughtUp{Epoch: "e"})
	for i := range 300 {
		w.says(1, bob, "message %d", i)
	}
	w.says(2, carla, "unread")
	w.happens(plausch.Event{Kind: plausch.EventReact, Actor: bob, Target: 300, Text: "👍"})
	w.session.copyPath = filepath.Join(t.TempDir(), "copy", "anna.json")
	w.keepCopies()

	seen := readCopy(w.session.copyPath)
	if seen == nil {
		t.Fatal("there is no copy")
	}
	var o client.Options
	seen.goOn(&o)
	for _, test := range []struct{ room, head, want int64 }{{1, 301, 301}, {1, 310, 301}, {1, 9000, 9000 - keepEvents}, {2, 1, 1}, {3, 50, 0}, {3, 900, 900 - keepEvents}} {
		if got := o.Begin(plausch.Room{ID: plausch.RoomID(test.room), Head: test.head}); got != test.want {
			t.Errorf("room %d with the head %d begins behind %d, want %d", test.room, test.head, got, test.want)
		}
	}
	s := newSession(w.session.login, nil, true)
	s.copy = seen
	next := &window{T: t, Model: newModel(context.Background(), Options{}, []*session{s}), session: s, seqs: w.seqs, wall: w.wall}
	next.texts = &english
	next.arrange()
	next.shows("message 299", "👍 1", "⊡den", "public>")
	next.whole()
	next.tell(client.State{Phase: client.Online, Account: anna},
		client.RoomJoined{Room: plausch.Room{ID: 1, Kind: plausch.RoomPublic, Name: "public", Head: 301}, After: 301, Epoch: "e"},
		client.RoomJoined{Room: plausch.Room{ID: 2, Kind: plausch.RoomPrivate, Name: "den", Head: 1}, After: 1, Epoch: "e", Read: plausch.ReadState{AsOf: 1, Unread: 1}},
		client.CaughtUp{Epoch: "e"})
	next.says(1, bob, "today")
	next.shows("message 299", "today", "⊡den")
	if n := len(next.opened().Messages); n != copiedMessages+1 {
		t.Errorf("there are %d messages", n)
	}
	// A server that was set back drops what both have not in common.
	next.tell(client.RoomReset{Room: 1, Head: 250, Epoch: "f"})
	next.lacks("message 299", "today")
}

func BenchmarkStartFromTheLocalCopy(b *testing.B) {
	w := busy(&testing.T{})
	w.tell(client.CaughtUp{Epoch: ""})
	path := filepath.Join(b.TempDir(), "copy.json")
	c := &localCopy{Epoch: "e", Account: anna}
	for _, r := range w.server().Rooms() {
		c.Rooms = append(c.Rooms, copiedRoom{Room: r.Room, Last: w.opened().Last(), Messages: newestHeld(w.opened())})
	}
	if err := c.write(path); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s := newSession(w.session.login, nil, true)
		s.copy = readCopy(path)
		newModel(context.Background(), Options{}, []*session{s}).View()
	}
}
