package storetest

import (
	"fmt"
	"math"
	"strings"

	"plausch"
	"plausch/internal/store"
)

var eventTests = []test{
	{"pages", testPages},
	{"an unknown room has no events, whatever its number", func(f *fixture) {
		ann := f.member("ann")
		f.one(message(plausch.PublicRoom, ann, "hi"))
		for _, room := range []plausch.RoomID{0, 2, 12345, -1, 1 << 32, 1<<32 + 1, math.MaxInt64, math.MinInt64} {
			events, more, err := f.Events(f.ctx(), room, store.HistoryQuery{Limit: 10})
			f.ok(err)
			f.equal(fmt.Sprint("events of ", room), fmt.Sprint(len(events), more), "0 false")
		}
	}},
	{"rooms do not run into each other", func(f *fixture) {
		ann := f.member("ann")
		rooms := []plausch.RoomID{plausch.PublicRoom, f.room(plausch.RoomPublic, "a", ann), f.room(plausch.RoomPublic, "b", ann)}
		for _, room := range rooms {
			f.one(message(room, ann, fmt.Sprint(room)))
		}
		for _, room := range rooms {
			for _, p := range []store.HistoryQuery{
				{Limit: 10}, {Limit: 10, After: 1}, {Limit: 10, Forward: true}, {Limit: 10, Before: math.MaxInt64},
			} {
				events, _, err := f.Events(f.ctx(), room, p)
				f.ok(err)
				for _, e := range events {
					f.equal("room", e.Room, room)
				}
			}
		}
	}},
	{"names are the accounts' names now", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		room := f.room(plausch.RoomPublic, "room", ann)
		f.one(join(room, plausch.AccountRef{ID: ann.ID, Name: "stale"}, plausch.AccountRef{ID: bob.ID, Name: "stale"}))
		e := f.log(room)[1]
		f.equal("actor and member", fmt.Sprint(e.Actor, e.Member), fmt.Sprint(ann, bob))
		f.ok(f.ReleaseName(f.ctx(), ann.ID)) // the last name is kept for show
		f.equal("actor", f.log(room)[1].Actor, ann)
	}},
	{"a message has no member", func(f *fixture) {
		ann := f.member("ann")
		f.one(message(plausch.PublicRoom, ann, "hi"))
		f.equal("member", f.log(plausch.PublicRoom)[0].Member, plausch.AccountRef{})
	}},
}

// testPages asks for pages of a log of ten messages, whose sizes are their seqs.
func testPages(f *fixture) {
	ann := f.member("ann")
	for n := range 10 {
		f.one(message(plausch.PublicRoom, ann, strings.Repeat("x", n+1)))
	}
	size := func(e *plausch.Event) int { return len(e.Text) }
	cases := []struct {
		name string
		page store.HistoryQuery
		want string
		more bool
	}{
		{"all", store.HistoryQuery{Limit: 100}, "1 2 3 4 5 6 7 8 9 10", false},
		{"exactly all", store.HistoryQuery{Limit: 10}, "1 2 3 4 5 6 7 8 9 10", false},
		{"one short of all", store.HistoryQuery{Limit: 9}, "2 3 4 5 6 7 8 9 10", true},
		{"the newest", store.HistoryQuery{Limit: 3}, "8 9 10", true},
		{"the newest below", store.HistoryQuery{Before: 8, Limit: 3}, "5 6 7", true},
		{"the last page down", store.HistoryQuery{Before: 3, Limit: 3}, "1 2", false},
		{"the exact last page down", store.HistoryQuery{Before: 4, Limit: 3}, "1 2 3", false},
		{"below the first", store.HistoryQuery{Before: 1, Limit: 3}, "", false},
		{"below what is not there yet", store.HistoryQuery{Before: 99, Limit: 2}, "9 10", true},
		{"below the largest number", store.HistoryQuery{Before: math.MaxInt64, Limit: 2}, "9 10", true},
		{"the oldest above", store.HistoryQuery{Forward: true, After: 2, Limit: 3}, "3 4 5", true},
		{"the oldest of all", store.HistoryQuery{Forward: true, Limit: 3}, "1 2 3", true},
		{"all from the oldest", store.HistoryQuery{Forward: true, Limit: 10}, "1 2 3 4 5 6 7 8 9 10", false},
		{"the oldest below", store.HistoryQuery{Forward: true, Before: 4, Limit: 2}, "1 2", true},
		{"the exact oldest below", store.HistoryQuery{Forward: true, Before: 4, Limit: 3}, "1 2 3", false},
		{"the newest above", store.HistoryQuery{After: 2, Limit: 3}, "8 9 10", true},
		{"the last page up", store.HistoryQuery{Forward: true, After: 8, Limit: 3}, "9 10", false},
		{"the exact last page up", store.HistoryQuery{Forward: true, After: 7, Limit: 3}, "8 9 10", false},
		{"above the newest", store.HistoryQuery{Forward: true, After: 10, Limit: 3}, "", false},
		{"far above the newest", store.HistoryQuery{Forward: true, After: 99, Limit: 3}, "", false},
		{"above the largest number", store.HistoryQuery{Forward: true, After: math.MaxInt64, Limit: 3}, "", false},
		{"above, in another room's number", store.HistoryQuery{Forward: true, After: 1 << 32, Limit: 3}, "", false},
		{"between", store.HistoryQuery{Forward: true, After: 2, Before: 8, Limit: 100}, "3 4 5 6 7", false},
		{"between, from the oldest", store.HistoryQuery{Forward: true, After: 2, Before: 8, Limit: 2}, "3 4", true},
		{"all between, from the oldest", store.HistoryQuery{Forward: true, After: 2, Before: 8, Limit: 5}, "3 4 5 6 7", false},
		{"between, from the newest", store.HistoryQuery{After: 2, Before: 8, Limit: 2}, "6 7", true},
		{"all between, from the newest", store.HistoryQuery{After: 2, Before: 8, Limit: 5}, "3 4 5 6 7", false},
		{"one short of all between", store.HistoryQuery{After: 2, Before: 8, Limit: 4}, "4 5 6 7", true},
		{"bytes between", store.HistoryQuery{Forward: true, After: 2, Before: 8, Limit: 100, MaxBytes: 1, Size: size}, "3", true},
		{"between neighbours", store.HistoryQuery{Forward: true, After: 2, Before: 3, Limit: 2}, "", false},
		{"between crossed bounds", store.HistoryQuery{Forward: true, After: 8, Before: 2, Limit: 2}, "", false},
		{"bytes for all", store.HistoryQuery{Limit: 100, MaxBytes: 55, Size: size}, "1 2 3 4 5 6 7 8 9 10", false},
		{"a byte short of all", store.HistoryQuery{Limit: 100, MaxBytes: 54, Size: size}, "2 3 4 5 6 7 8 9 10", true},
		{"bytes for the newest three", store.HistoryQuery{Limit: 100, MaxBytes: 27, Size: size}, "8 9 10", true},
		{"a byte short of three", store.HistoryQuery{Limit: 100, MaxBytes: 26, Size: size}, "9 10", true},
		{"no bytes are enough for one", store.HistoryQuery{Limit: 100, MaxBytes: 1, Size: size}, "10", true},
		{"bytes going up", store.HistoryQuery{Forward: true, After: 1, Limit: 100, MaxBytes: 9, Size: size}, "2 3 4", true},
		{"a byte short going up", store.HistoryQuery{Forward: true, After: 1, Limit: 100, MaxBytes: 8, Size: size}, "2 3", true},
		{"at least one going up", store.HistoryQuery{Forward: true, After: 9, Limit: 100, MaxBytes: 1, Size: size}, "10", false},
		{"the limit comes before the bytes", store.HistoryQuery{Limit: 2, MaxBytes: 55, Size: size}, "9 10", true},
		{"at least one, whatever the limit", store.HistoryQuery{Limit: 0}, "10", true},
	}
	for _, c := range cases {
		events, more, err := f.Events(f.ctx(), plausch.PublicRoom, c.page)
		f.ok(err)
		var seqs []string
		for _, e := range events {
			seqs = append(seqs, fmt.Sprint(e.Seq))
			f.equal(c.name+": text", len(e.Text), e.Seq)
		}
		f.equal(c.name+": seqs", strings.Join(seqs, " "), c.want)
		f.equal(c.name+": more", more, c.more)
	}
}
