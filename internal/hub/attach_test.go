package hub

import (
	"fmt"
	"testing"

	"plausch"
	"plausch/internal/bus"
)

// manyIDs returns n rooms, 1 twice among them.
func manyIDs(n int) []plausch.RoomID {
	ids := []plausch.RoomID{1}
	for i := range n {
		ids = append(ids, plausch.RoomID(i+1))
	}
	return ids
}

// TestManyRooms: a session in more rooms than it has a list for hears each once,
// leaves some, comes back, and leaves nothing behind.
func TestManyRooms(t *testing.T) {
	const rooms = 3 * lockedRooms
	local := new(bus.Local)
	h := New(local)
	defer h.Close()
	who := plausch.AccountRef{ID: 7, Name: "ann"}
	session := &recordingSession{who: who.ID}
	a, err := h.Subscribe(session, plausch.Account{ID: who.ID, Name: who.Name}, Wants{}, func() ([]plausch.RoomID, error) { return manyIDs(rooms), nil })
	if err != nil {
		t.Fatal(err)
	}
	seq := int64(0)
	heard := func(kind plausch.EventKind, want func(room int) bool) {
		t.Helper()
		seq++
		session.heard = nil
		for room := 1; room <= rooms; room++ {
			e := plausch.Event{Room: plausch.RoomID(room), Seq: seq, Kind: kind, Actor: who}
			if kind != plausch.EventMessage {
				if e.Member = who; room%3 != 0 {
					continue
				}
			}
			local.Publish([]plausch.Event{e})
		}
		got := map[int]int{}
		for _, e := range session.heard {
			got[int(e.Room)]++
		}
		for room := 1; room <= rooms; room++ {
			if n := got[room]; n > 1 || (n == 1) != want(room) {
				t.Fatalf("%s %d of room %d was heard %d times", kind, seq, room, n)
			}
		}
	}
	every := func(int) bool { return true }
	third := func(room int) bool { return room%3 == 0 }
	heard(plausch.EventMessage, every)
	heard(plausch.EventLeave, third)
	heard(plausch.EventMessage, func(room int) bool { return !third(room) })
	heard(plausch.EventJoin, third)
	heard(plausch.EventMessage, every)
	a.Unsubscribe()
	if s := h.Stats(); s != (Stats{}) {
		t.Errorf("the hub still has %+v", s)
	}
}

// BenchmarkAttach is one attachment and its end. The time of a room must not grow
// with their number: with a search through the list, a room of 30,000 took 150 times
// as long as one of 100, all of it under the lock; now it takes 1.5 times as long, in
// pieces.
func BenchmarkAttach(b *testing.B) {
	for _, rooms := range []int{1, 100, 3000, 30000} {
		b.Run(fmt.Sprint(rooms), func(b *testing.B) {
			h := New(new(bus.Local))
			defer h.Close()
			ids := manyIDs(rooms)
			for b.Loop() {
				a, err := h.Subscribe(&recordingSession{}, plausch.Account{ID: 1}, Wants{}, func() ([]plausch.RoomID, error) { return ids, nil })
				if err != nil {
					b.Fatal(err)
				}
				a.Unsubscribe()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rooms), "ns/room")
		})
	}
}
