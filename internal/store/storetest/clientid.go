package storetest

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"plausch"
	"plausch/internal/store"
)

// Every repeat of a client id by its actor gets the first event.
var clientIDTests = []test{
	{"a repeat gets the first event, whatever else it says", func(f *fixture) {
		ann, bob, eve := f.member("ann"), f.member("bob"), f.member("eve")
		room := f.room(plausch.RoomPublic, "room", ann)
		first := f.one(identified(message(plausch.PublicRoom, ann, "first"), "id"))
		later := identified(message(plausch.PublicRoom, ann, "first"), "id")
		later.Time = at(86400)
		cases := []struct {
			name  string
			draft store.Draft
		}{
			{"the same", identified(message(plausch.PublicRoom, ann, "first"), "id")},
			{"a day later", later},
			{"another text", identified(message(plausch.PublicRoom, ann, "second"), "id")},
			{"another room", identified(message(room, ann, "first"), "id")},
			{"an unknown room", identified(message(12345, ann, "first"), "id")},
			{"another kind", identified(leave(room, ann, ann), "id")},
			{"a new room", identified(create(plausch.RoomPublic, "new", ann), "id")},
			{"a room that exists", identified(create(plausch.RoomPublic, "room", ann), "id")},
			{"a new direct room", identified(direct(ann, eve, "first"), "id")},
			{"a direct room that exists", identified(direct(ann, bob, "first"), "id")},
		}
		talk := f.one(direct(ann, bob, "hi")).Room
		for _, c := range cases {
			f.equal(c.name, f.append(c.draft)[0], store.Appended{Events: []plausch.Event{first}, Repeated: true})
		}
		f.equal("texts in public", f.texts(plausch.PublicRoom), []string{"first"})
		f.equal("texts in the room", f.texts(room), []string{""})
		f.equal("texts in the direct room", f.texts(talk), []string{"", "", "hi"})
		f.equal("members of the room", f.members(room), []plausch.AccountID{ann.ID})
		_, err := f.RoomByName(f.ctx(), "new")
		f.code(plausch.NotFound, err)
		f.equal("the direct room", f.pair(ann, eve), 0)
	}},
	{"every kind of draft can be repeated", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		room := f.room(plausch.RoomPublic, "room", ann)
		for i, d := range []store.Draft{
			message(room, ann, "hi"),
			join(room, ann, bob),
			leave(room, ann, bob),
			create(plausch.RoomPrivate, "new", ann),
			direct(ann, bob, "hi"),
		} {
			d.ClientID = fmt.Sprint("id", i)
			first := f.one(d)
			f.equal("repeat", f.append(d)[0], store.Appended{Events: []plausch.Event{first}, Repeated: true})
			f.equal("the log's end", f.texts(first.Room)[first.Seq-1:], []string{first.Text})
		}
	}},
	{"the same id of another actor is another send", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		got := f.append(
			identified(message(plausch.PublicRoom, ann, "ann's"), "id"),
			identified(message(plausch.PublicRoom, bob, "bob's"), "id"),
		)
		f.equal("repeated", got[0].Repeated || got[1].Repeated, false)
		f.equal("texts", f.texts(plausch.PublicRoom), []string{"ann's", "bob's"})
	}},
	{"ids are told apart byte by byte", func(f *fixture) {
		ann := f.member("ann")
		ids := []string{"a", "A", "a.", "aa", "0", "00", "0.0", "1e1", "10", strings.Repeat("z", plausch.MaxClientID)}
		for i, id := range ids {
			e := f.one(identified(message(plausch.PublicRoom, ann, "hi"), id))
			f.equal("seq", e.Seq, i+1)
			f.equal("id", f.log(plausch.PublicRoom)[i].ClientID, id)
		}
	}},
	{"no id is no repeat", func(f *fixture) {
		ann := f.member("ann")
		got := f.append(message(plausch.PublicRoom, ann, "hi"), message(plausch.PublicRoom, ann, "hi"))
		f.equal("repeated", got[0].Repeated || got[1].Repeated, false)
		f.equal("texts", f.texts(plausch.PublicRoom), []string{"hi", "hi"})
	}},
	{"a repeat in the same batch leaves no gap", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		got := f.append(
			identified(message(plausch.PublicRoom, ann, "1"), "a"),
			identified(message(plausch.PublicRoom, ann, "2"), "b"),
			identified(message(plausch.PublicRoom, ann, "again"), "a"),
			identified(message(plausch.PublicRoom, ann, "3"), "c"),
			identified(message(plausch.PublicRoom, ann, "again"), "b"),
			identified(direct(ann, bob, "4"), "d"),
			identified(direct(bob, ann, "5"), "d"),
			identified(direct(ann, bob, "again"), "d"),
			identified(create(plausch.RoomPublic, "new", ann), "e"),
			identified(create(plausch.RoomPublic, "new", ann), "e"),
		)
		for i, first := range []int{0, 1, 0, 3, 1, 5, 6, 5, 8, 8} {
			f.ok(got[i].Err)
			f.equal("repeated", got[i].Repeated, first != i)
			own := got[first].Events[len(got[first].Events)-1:]
			f.equal("event", got[i].Events[len(got[i].Events)-1:], own)
		}
		f.equal("texts", f.texts(plausch.PublicRoom), []string{"1", "2", "3"})
		f.equal("direct texts", f.texts(got[5].Events[0].Room), []string{"", "", "4", "5"})
	}},
	{"a failed draft does not use its id up", func(f *fixture) {
		ann := f.member("ann")
		got := f.append(identified(message(12345, ann, "hi"), "id"), identified(message(plausch.PublicRoom, ann, "hi"), "id"))
		f.code(plausch.NotFound, got[0].Err)
		f.ok(got[1].Err)
		f.equal("repeated", got[1].Repeated, false)
	}},
	{"a repeat has the accounts' names now", func(f *fixture) {
		ann := f.member("ann")
		stale := plausch.AccountRef{ID: ann.ID, Name: "stale"}
		f.one(identified(message(plausch.PublicRoom, stale, "hi"), "id"))
		f.equal("actor", f.one(identified(message(plausch.PublicRoom, stale, "hi"), "id")).Actor, ann)
	}},
	{"a thousand concurrent repeats are one send", func(f *fixture) {
		ann := f.member("ann")
		var fresh, repeated atomic.Int32
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				for range 100 {
					got, err := f.Append(f.ctx(), []store.Draft{identified(message(plausch.PublicRoom, ann, "hi"), "id")})
					if err != nil || got[0].Err != nil || len(got[0].Events) != 1 || got[0].Events[0].Seq != 1 {
						f.Errorf("%v %v", got, err)
						return
					}
					if got[0].Repeated {
						repeated.Add(1)
					} else {
						fresh.Add(1)
					}
				}
			})
		}
		wg.Wait()
		f.equal("first and repeats", fmt.Sprint(fresh.Load(), repeated.Load()), "1 999")
		f.equal("texts", f.texts(plausch.PublicRoom), []string{"hi"})
	}},
}
