package storetest

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"plausch"
	"plausch/internal/store"
)

var storeTests = []test{
	{"the database answers", func(f *fixture) {
		f.ok(f.Ping(f.ctx()))
	}},
	{"a cancelled call returns the context's error and keeps nothing", func(f *fixture) {
		ann := f.member("ann")
		ctx, cancel := context.WithCancel(f.ctx())
		cancel()
		calls := map[string]func() error{
			"Append": func() error {
				_, err := f.Append(ctx, []store.Draft{message(plausch.PublicRoom, ann, "hi")})
				return err
			},
			"CreateAccount": func() error {
				_, err := f.CreateAccount(ctx, store.NewAccount{Name: "bob", Role: plausch.RoleMember})
				return err
			},
			"ReleaseName": func() error { return f.ReleaseName(ctx, ann.ID) },
			"Account":     func() error { _, err := f.Account(ctx, ann.ID); return err },
			"Events": func() error {
				_, _, err := f.Events(ctx, plausch.PublicRoom, store.HistoryQuery{Limit: 1})
				return err
			},
		}
		for range 20 { // a store that waits for a lock and the context may pick either
			for name, call := range calls {
				if err := call(); !errors.Is(err, context.Canceled) {
					f.Fatalf("%s: error %v, want the context's", name, err)
				}
			}
		}
		f.equal("texts", f.texts(plausch.PublicRoom), []string{})
		_, err := f.AccountByName(f.ctx(), "bob")
		f.code(plausch.NotFound, err)
		_, err = f.AccountByName(f.ctx(), "ann")
		f.ok(err)
	}},
}

var appendTests = []test{
	{"no drafts are no error", func(f *fixture) {
		f.append()
	}},
	{"results match the drafts, in order", func(f *fixture) {
		ann := f.member("ann")
		room := f.room(plausch.RoomPublic, "room", ann)
		got := f.append(
			message(plausch.PublicRoom, ann, "p1"),
			message(room, ann, "r2"),
			message(plausch.PublicRoom, ann, "p2"),
			message(room, ann, "r3"),
		)
		for i, want := range []plausch.Event{
			{Room: plausch.PublicRoom, Seq: 1, Text: "p1"},
			{Room: room, Seq: 2, Text: "r2"},
			{Room: plausch.PublicRoom, Seq: 2, Text: "p2"},
			{Room: room, Seq: 3, Text: "r3"},
		} {
			want.Time, want.Kind, want.Actor = start, plausch.EventMessage, ann
			f.equal(fmt.Sprint("result ", i), got[i], store.Appended{Cursor: got[0].Cursor, Events: []plausch.Event{want}})
		}
	}},
	{"what is appended is what is read", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		room := f.room(plausch.RoomPrivate, "room", ann)
		long := strings.Repeat("\n\tä😀", plausch.MaxText/8)
		drafts := []store.Draft{
			identified(message(room, ann, "hi"), "id-1"),
			identified(join(room, ann, bob), "id-2"),
			leave(room, bob, bob),
			message(room, bob, long),
		}
		drafts[0].Time = time.Date(1969, 7, 20, 20, 17, 40, 123456789, time.FixedZone("", 3600))
		want := f.log(room)
		for _, r := range f.append(drafts...) {
			f.ok(r.Err)
			want = append(want, r.Events...)
		}
		f.equal("the log", f.log(room), want)
		f.equal("time in whole milliseconds", want[1].Time.UnixNano(), drafts[0].Time.Truncate(time.Millisecond).UnixNano())
		f.equal("the member", want[2].Member, bob)
		f.equal("the text", want[4].Text, long)
	}},
	{"an unknown room is not found, whatever its number", func(f *fixture) {
		ann := f.member("ann")
		for _, room := range []plausch.RoomID{2, 12345, -1, 1 << 32, 1<<32 + 1, 1<<62 + 1, -1 << 63} {
			r := f.append(message(room, ann, "hi"))[0]
			f.code(plausch.NotFound, r.Err)
			f.equal("events", len(r.Events), 0)
		}
		f.equal("texts in public", f.texts(plausch.PublicRoom), []string{})
	}},
	{"a held room name is taken, by either kind", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		f.room(plausch.RoomPublic, "one", ann)
		f.room(plausch.RoomPrivate, "two", ann)
		for _, name := range []string{"one", "two", plausch.PublicRoomName} {
			for _, kind := range []plausch.RoomKind{plausch.RoomPublic, plausch.RoomPrivate} {
				r := f.append(create(kind, name, bob))[0]
				f.code(plausch.Taken, r.Err)
				f.equal("events", len(r.Events), 0)
			}
		}
		rooms, err := f.MemberRooms(f.ctx(), bob.ID)
		f.ok(err)
		f.equal("bob's rooms", len(rooms), 0)
	}},
	{"of two in a batch who create a room the first gets it", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		got := f.append(create(plausch.RoomPublic, "one", ann), create(plausch.RoomPrivate, "one", bob))
		f.ok(got[0].Err)
		f.code(plausch.Taken, got[1].Err)
		f.equal("members", f.members(got[0].Events[0].Room), []plausch.AccountID{ann.ID})
	}},
	{"a direct room begins with the joins of the two", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		got := f.append(identified(direct(ann, bob, "hi"), "id"))[0]
		f.ok(got.Err)
		f.equal("events", len(got.Events), 3)
		joined := map[plausch.AccountRef]bool{}
		for i, e := range got.Events {
			f.equal("seq", e.Seq, i+1)
			f.equal("actor", e.Actor, ann)
			if i < 2 {
				f.equal("kind", e.Kind, plausch.EventJoin)
				joined[e.Member] = true
			}
		}
		f.equal("joined", joined, map[plausch.AccountRef]bool{ann: true, bob: true})
		f.equal("its own event", got.Events[2].Text+got.Events[2].ClientID, "hiid")
		f.equal("the log", f.log(got.Events[0].Room), got.Events)
		f.equal("members", f.members(got.Events[0].Room), []plausch.AccountID{ann.ID, bob.ID})
	}},
	{"a direct room is made once, whoever writes first", func(f *fixture) {
		ann, bob, eve := f.member("ann"), f.member("bob"), f.member("eve")
		got := f.append(direct(ann, bob, "1"), direct(bob, ann, "2"), direct(ann, bob, "3"), direct(ann, eve, "4"))
		for i, events := range []int{3, 1, 1, 3} {
			f.ok(got[i].Err)
			f.equal("events", len(got[i].Events), events)
		}
		room := got[0].Events[0].Room
		f.one(direct(bob, ann, "5"))
		f.equal("texts", f.texts(room), []string{"", "", "1", "2", "3", "5"})
		f.equal("another pair has another room", got[3].Events[0].Room == room, false)
	}},
	{"a draft that fails does not hinder the others", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		got := f.append(
			message(plausch.PublicRoom, ann, "1"),
			message(12345, ann, "lost"),
			message(plausch.PublicRoom, ann, "2"),
			create(plausch.RoomPublic, plausch.PublicRoomName, ann),
			direct(ann, bob, "d"),
			join(12345, ann, bob),
			message(plausch.PublicRoom, ann, "3"),
		)
		for i, want := range []plausch.Code{"", plausch.NotFound, "", plausch.Taken, "", plausch.NotFound, ""} {
			f.code(want, got[i].Err)
		}
		f.equal("texts", f.texts(plausch.PublicRoom), []string{"1", "2", "3"})
		f.equal("texts", f.texts(got[4].Events[0].Room), []string{"", "", "d"})
	}},
	{"a defective draft keeps the whole batch from being kept", func(f *fixture) {
		ann := f.member("ann")
		nowhere := message(0, ann, "hi")
		both := message(plausch.PublicRoom, ann, "hi")
		both.Create = &plausch.Room{Kind: plausch.RoomPublic, Name: "room"}
		kindless := message(plausch.PublicRoom, ann, "hi")
		kindless.Kind = "unheard-of"
		alone := direct(ann, ann, "hi")
		directly := create(plausch.RoomDirect, "room", ann)
		for i, d := range []store.Draft{nowhere, both, kindless, alone, directly} {
			_, err := f.Append(f.ctx(), []store.Draft{message(plausch.PublicRoom, ann, "good"), d})
			if err == nil {
				f.Errorf("draft %d: no error", i)
			}
		}
		f.equal("texts", f.texts(plausch.PublicRoom), []string{})
		f.equal("seq of the next", f.one(message(plausch.PublicRoom, ann, "hi")).Seq, 1)
	}},
	{"seqs have no gaps under concurrent appends", func(f *fixture) {
		ann := f.member("ann")
		rooms := []plausch.RoomID{plausch.PublicRoom, f.room(plausch.RoomPublic, "a", ann), f.room(plausch.RoomPublic, "b", ann)}
		const writers, batches, size = 8, 15, 7
		acks := make([][]plausch.Event, writers)
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				for b := range batches {
					var drafts []store.Draft
					for i := range size {
						n := (b*size + i)
						drafts = append(drafts, message(rooms[(w+n)%3], ann, fmt.Sprint(w, " ", n)))
					}
					got, err := f.Append(f.ctx(), drafts)
					if err != nil {
						f.Errorf("writer %d: %v", w, err)
						return
					}
					for _, r := range got {
						acks[w] = append(acks[w], r.Events...)
					}
				}
			})
		}
		wg.Wait()
		read := map[plausch.RoomID][]plausch.Event{}
		total := 0
		for _, room := range rooms {
			f.texts(room) // checks the seqs
			read[room] = f.log(room)
			total += len(read[room])
		}
		f.equal("events", total, writers*batches*size+2)
		for w, events := range acks {
			last := map[plausch.RoomID]int64{}
			for _, e := range events {
				f.equal("acknowledged", e, read[e.Room][e.Seq-1])
				if e.Seq <= last[e.Room] {
					f.Fatalf("writer %d: room %d: seq %d came after %d", w, e.Room, e.Seq, last[e.Room])
				}
				last[e.Room] = e.Seq
			}
		}
	}},
	{"two who write to each other at once share a room", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		var wg sync.WaitGroup
		for i := range 20 {
			d := direct(ann, bob, "hi")
			if i%2 == 0 {
				d = direct(bob, ann, "hi")
			}
			wg.Go(func() {
				if got, err := f.Append(f.ctx(), []store.Draft{d}); err != nil || got[0].Err != nil {
					f.Errorf("%v %v", got, err)
				}
			})
		}
		wg.Wait()
		f.equal("events", len(f.texts(f.pair(ann, bob))), 22)
	}},
}
