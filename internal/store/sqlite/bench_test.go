package sqlite

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"plausch"
	"plausch/internal/store"
)

// BenchmarkAppend commits batches of messages of 100 bytes by 100 senders, to 1
// or more of 100 rooms that each have a past: a commit dirties a page a room.
func BenchmarkAppend(b *testing.B) {
	for _, c := range []struct{ drafts, rooms int }{{1, 1}, {1, 100}, {16, 1}, {64, 1}, {64, 64}, {256, 1}, {256, 100}} {
		b.Run(fmt.Sprintf("%d-in-%d", c.drafts, c.rooms), func(b *testing.B) {
			s := open(b, filepath.Join(b.TempDir(), "bench.db"))
			next := sends(b, s)
			for range 50 {
				appendAll(b, s, next(100, 100))
			}
			b.ReportAllocs()
			for b.Loop() {
				appendAll(b, s, next(c.drafts, c.rooms))
			}
			b.ReportMetric(float64(c.drafts)*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

func appendAll(b testing.TB, s *Store, drafts []store.Draft) {
	if _, err := s.Append(b.Context(), drafts); err != nil {
		b.Fatal(err)
	}
}

// sends makes 100 rooms and returns a maker of batches, which reuses its memory:
// so many drafts to the next so many of the rooms.
func sends(b testing.TB, s *Store) func(drafts, rooms int) []store.Draft {
	var senders []plausch.AccountRef
	rooms := []plausch.RoomID{plausch.PublicRoom}
	for n := range 100 {
		senders = append(senders, newAccount(b, s, fmt.Sprint("sender", n)))
	}
	for n := range 99 {
		got, err := s.Append(b.Context(), []store.Draft{{
			Create: &plausch.Room{Kind: plausch.RoomPublic, Name: fmt.Sprint("room", n)},
			Kind:   plausch.EventJoin, Actor: senders[n], Member: senders[n], Time: toTime(0),
		}})
		if err != nil || got[0].Err != nil {
			b.Fatal(got, err)
		}
		rooms = append(rooms, got[0].Events[0].Room)
	}
	all := make([]store.Draft, 1000)
	text := strings.Repeat("x", 100)
	n, from := int64(0), 0
	return func(count, over int) []store.Draft {
		for i := range count {
			n++
			all[i] = store.Draft{
				Room: rooms[(from+i%over)%len(rooms)], Time: toTime(n), Kind: plausch.EventMessage, Actor: senders[n%100], Text: text,
				ClientID: fmt.Sprintf("%010x%016x", n/10, uint64(n)*0x9e3779b97f4a7c15), // time, then chance
			}
		}
		if over > 1 {
			from += over
		}
		return all[:count]
	}
}

// BenchmarkEvents reads pages of 50 from a log of 20,000.
func BenchmarkEvents(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "bench.db"))
	next := sends(b, s)
	for range 20 {
		appendAll(b, s, next(1000, 1))
	}
	for name, p := range map[string]store.HistoryQuery{
		"newest": {Limit: 50},
		"above":  {Limit: 50, After: 10000},
		"one":    {Limit: 1, After: 10000},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				events, more, err := s.Events(b.Context(), plausch.PublicRoom, p)
				if err != nil || len(events) != p.Limit || !more {
					b.Fatal(len(events), more, err)
				}
			}
		})
	}
}

// BenchmarkMessages reads pages of 50 messages as they are now, and as many of the log
// beside them: of plain ones, and of ones of which every tenth was edited, is an answer
// or has 20 reactions.
func BenchmarkMessages(b *testing.B) {
	for _, lively := range []bool{false, true} {
		s := open(b, filepath.Join(b.TempDir(), "bench.db"))
		next := sends(b, s)
		for range 20 {
			drafts := next(1000, 1)
			sender := drafts[0].Actor
			appendAll(b, s, drafts)
			if !lively {
				continue
			}
			r, err := s.Room(b.Context(), plausch.PublicRoom)
			if err != nil {
				b.Fatal(err)
			}
			var changes []store.Draft
			for seq := r.Head - 999; seq <= r.Head; seq += 10 {
				change := store.Draft{Room: plausch.PublicRoom, Time: toTime(1), Actor: sender, Target: seq, Kind: plausch.EventEdit, Text: "changed"}
				answer := change
				answer.Kind = plausch.EventMessage
				changes = append(changes, change, answer)
				for _, d := range drafts[:20] {
					react := change
					react.Kind, react.Actor, react.Text = plausch.EventReact, d.Actor, "👍"
					changes = append(changes, react)
				}
			}
			appendAll(b, s, changes)
		}
		name := map[bool]string{false: "plain", true: "lively"}[lively]
		b.Run("history/"+name, func(b *testing.B) {
			for b.Loop() {
				if events, _, err := s.Events(b.Context(), plausch.PublicRoom, store.HistoryQuery{Limit: 50}); err != nil || len(events) != 50 {
					b.Fatal(len(events), err)
				}
			}
		})
		b.Run("messages/"+name, func(b *testing.B) {
			for b.Loop() {
				state, err := s.Messages(b.Context(), plausch.PublicRoom, 1, store.MessageQuery{Limit: 50, Before: 10000})
				if err != nil || len(state.Messages) != 50 {
					b.Fatal(len(state.Messages), err)
				}
			}
		})
	}
}

// BenchmarkReadStates counts what is unread in a page of 50 rooms, and in 1,000, and reads
// a page of an inbox of 1,000 rooms, of a million messages; and a page of messages. Every
// fifth room has over 100 unread messages, the others ten.
func BenchmarkReadStates(b *testing.B) {
	const rooms, each = 1000, 1000
	s := open(b, filepath.Join(b.TempDir(), "bench.db"))
	ann, bob := newAccount(b, s, "ann"), newAccount(b, s, "bob")
	ids := manyRooms(b, s, ann, bob, rooms)
	text := strings.Repeat("x", 100)
	drafts := make([]store.Draft, 0, rooms)
	for n := range each {
		drafts = drafts[:0]
		for _, id := range ids {
			drafts = append(drafts, store.Draft{Room: id, Time: toTime(int64(n)), Kind: plausch.EventMessage, Actor: ann, Text: text})
		}
		appendAll(b, s, drafts)
	}
	markers := make([]store.NewMarker, rooms)
	for i, id := range ids {
		markers[i] = store.NewMarker{Account: bob.ID, Room: id, Seq: each + 2 - 10}
		if i%5 == 0 {
			markers[i].Seq = each / 2
		}
	}
	if _, err := s.SetMarkers(b.Context(), markers); err != nil {
		b.Fatal(err)
	}
	for _, n := range []int{50, rooms} {
		b.Run(fmt.Sprint("counts-", n), func(b *testing.B) {
			for b.Loop() {
				states, err := s.ReadStates(b.Context(), bob.ID, ids[:n]...)
				if err != nil || len(states) != n || states[ids[0]].Unread != plausch.MaxUnread || states[ids[1]].Unread != 10 {
					b.Fatal(len(states), states[ids[0]], states[ids[1]], err)
				}
			}
		})
	}
	b.Run("inbox", func(b *testing.B) {
		for b.Loop() {
			page, more, err := s.Inbox(b.Context(), bob.ID, store.InboxQuery{Limit: 50})
			if err != nil || len(page) != 50 || !more {
				b.Fatal(len(page), more, err)
			}
		}
	})
	b.Run("messages", func(b *testing.B) {
		for b.Loop() {
			state, err := s.Messages(b.Context(), ids[500], bob.ID, store.MessageQuery{Around: 500, Limit: 50})
			if err != nil || len(state.Messages) != 50 {
				b.Fatal(len(state.Messages), err)
			}
		}
	})
}

// manyRooms makes rooms of two accounts.
func manyRooms(b testing.TB, s *Store, maker, other plausch.AccountRef, n int) (ids []plausch.RoomID) {
	for i := range n {
		got, err := s.Append(b.Context(), []store.Draft{{
			Create: &plausch.Room{Kind: plausch.RoomPrivate, Name: fmt.Sprint(maker.Name, i)},
			Kind:   plausch.EventJoin, Actor: maker, Member: maker, Time: toTime(0),
		}})
		if err != nil || got[0].Err != nil {
			b.Fatal(got, err)
		}
		id := got[0].Events[0].Room
		appendAll(b, s, []store.Draft{{Room: id, Kind: plausch.EventJoin, Actor: maker, Member: other, Time: toTime(0)}})
		ids = append(ids, id)
	}
	return ids
}
