package storetest

import (
	"fmt"

	"plausch"
	"plausch/internal/store"
)

// mark sets a marker, in a room that the account is in.
func (f *fixture) mark(n store.NewMarker) {
	f.Helper()
	set, err := f.SetMarkers(f.ctx(), []store.NewMarker{n})
	f.ok(err)
	f.equal("set", set[0].Member, true)
}

// read draws what an account has read of a room.
func (f *fixture) read(who plausch.AccountRef, room plausch.RoomID) string {
	f.Helper()
	states, err := f.ReadStates(f.ctx(), who.ID, room)
	f.ok(err)
	s, ok := states[room]
	if !ok {
		return "not in the room"
	}
	return fmt.Sprintf("%d of %d, unread %d, mentions %d", s.Marker, s.AsOf, s.Unread, s.Mentions)
}

var markerTests = []test{
	{"what was there when an account was made is read", func(f *fixture) {
		ann := f.member("ann")
		f.equal("in an empty room", f.read(ann, plausch.PublicRoom), "0 of 0, unread 0, mentions 0")
		f.one(message(plausch.PublicRoom, ann, "one"))
		f.one(message(plausch.PublicRoom, ann, "two"))
		bob := f.member("bob")
		f.equal("then", f.read(bob, plausch.PublicRoom), "2 of 2, unread 0, mentions 0")
		f.one(message(plausch.PublicRoom, ann, "three"))
		f.equal("later", f.read(bob, plausch.PublicRoom), "2 of 3, unread 1, mentions 0")
	}},
	{"what was there before a join is read", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		room := f.room(plausch.RoomPrivate, "den", ann)
		f.one(message(room, ann, "one"))
		f.equal("before", f.read(bob, room), "not in the room")
		f.one(join(room, ann, bob))
		f.one(message(room, ann, "two"))
		f.equal("of who joined", f.read(bob, room), "3 of 4, unread 1, mentions 0")
		f.equal("of who made it", f.read(ann, room), "1 of 4, unread 0, mentions 0")
		f.one(leave(room, bob, bob))
		f.equal("after leaving", f.read(bob, room), "not in the room")
		f.one(message(room, ann, "three"))
		f.one(join(room, bob, bob))
		f.equal("again", f.read(bob, room), "7 of 7, unread 0, mentions 0")
	}},
	{"the first message of a direct room is unread", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		room := f.one(direct(ann, bob, "psst")).Room
		f.equal("of bob", f.read(bob, room), "2 of 3, unread 1, mentions 0")
		f.equal("of ann", f.read(ann, room), "1 of 3, unread 0, mentions 0")
	}},
	{"only messages of others that are not deleted are unread", func(f *fixture) {
		ann, bob, eve := f.member("ann"), f.member("bob"), f.member("eve")
		room := f.room(plausch.RoomPublic, "hall", ann)
		f.one(join(room, bob, bob))                            // 2
		f.one(join(room, eve, eve))                            // 3
		f.one(message(room, ann, "one"))                       // 4
		f.one(message(room, bob, "two"))                       // 5
		f.one(message(room, ann, "three"))                     // 6
		f.one(targeted(plausch.EventEdit, room, ann, 4, "1"))  // 7
		f.one(targeted(plausch.EventReact, room, ann, 5, "👍")) // 8
		f.one(targeted(plausch.EventPin, room, ann, 5, ""))    // 9
		f.equal("of bob", f.read(bob, room), "2 of 9, unread 2, mentions 0")
		f.equal("of eve", f.read(eve, room), "3 of 9, unread 3, mentions 0")
		f.one(targeted(plausch.EventDelete, room, ann, 6, "")) // 10
		f.equal("of bob", f.read(bob, room), "2 of 10, unread 1, mentions 0")
		f.one(message(plausch.PublicRoom, ann, "elsewhere"))
		f.equal("of bob", f.read(bob, room), "2 of 10, unread 1, mentions 0")
	}},
	{"mentions of the account and of the room are counted once", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		room := plausch.PublicRoom
		f.one(mentioning(message(room, ann, "@bob"), bob.ID)) // 1
		both := mentioning(message(room, ann, "@bob @room"), bob.ID)
		both.Details.MentionsRoom = true
		f.one(both) // 2
		everybody := message(room, bob, "@room")
		everybody.Details = &plausch.Details{MentionsRoom: true}
		f.one(everybody)                 // 3: his own
		f.one(message(room, ann, "@bo")) // 4
		f.equal("of bob", f.read(bob, room), "0 of 4, unread 3, mentions 2")
		f.equal("of ann", f.read(ann, room), "0 of 4, unread 1, mentions 1")
		f.one(targeted(plausch.EventEdit, room, ann, 1, "nobody")) // 5
		f.equal("after the edit", f.read(bob, room), "0 of 5, unread 3, mentions 1")
		f.one(targeted(plausch.EventDelete, room, ann, 2, "")) // 6
		f.equal("after the deletion", f.read(bob, room), "0 of 6, unread 2, mentions 0")
		f.one(mentioning(targeted(plausch.EventEdit, room, ann, 4, "@bob"), bob.ID)) // 7
		f.mark(store.NewMarker{Account: bob.ID, Room: room, Seq: 3})
		f.equal("behind the marker", f.read(bob, room), "3 of 7, unread 1, mentions 1")
		f.mark(store.NewMarker{Account: bob.ID, Room: room, Seq: 4})
		f.equal("all read", f.read(bob, room), "4 of 7, unread 0, mentions 0")
	}},
	{"a marker goes forward, and back if it may, and never behind the newest event", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		den := f.room(plausch.RoomPrivate, "den", ann)
		f.one(join(den, ann, bob))
		for _, room := range []plausch.RoomID{plausch.PublicRoom, den} {
			for range 3 {
				f.one(message(room, ann, "hi"))
			}
			head := f.log(room)[len(f.log(room))-1].Seq
			set := func(seq int64, back bool) string {
				f.Helper()
				f.mark(store.NewMarker{Account: bob.ID, Room: room, Seq: seq, Back: back})
				return f.read(bob, room)
			}
			want := func(marker int64, unread int) string {
				return fmt.Sprintf("%d of %d, unread %d, mentions 0", marker, head, unread)
			}
			f.equal("forward", set(head-1, false), want(head-1, 1))
			f.equal("not back", set(1, false), want(head-1, 1))
			f.equal("back", set(head-2, true), want(head-2, 2))
			f.equal("too far", set(head+100, false), want(head, 0))
			f.equal("to the beginning", set(0, true), want(0, 3))
			f.equal("below it", set(-5, true), want(0, 3))
		}
		f.equal("nobody else's", f.read(ann, den), "1 of 5, unread 0, mentions 0")
	}},
	{"who is not in a room has no marker there", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		den := f.room(plausch.RoomPrivate, "den", ann)
		set, err := f.SetMarkers(f.ctx(), []store.NewMarker{
			{Account: bob.ID, Room: den, Seq: 1}, {Account: ann.ID, Room: den, Seq: 1}, {Account: ann.ID, Room: 12345, Seq: 1}, {Account: 12345, Room: plausch.PublicRoom},
		})
		f.ok(err)
		f.equal("set", []bool{set[0].Member, set[1].Member, set[2].Member, set[3].Member}, []bool{false, true, false, false})
	}},
	{"unread messages are counted to a hundred", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		var drafts []store.Draft
		for range plausch.MaxUnread + 1 {
			drafts = append(drafts, mentioning(message(plausch.PublicRoom, ann, "@bob"), bob.ID))
		}
		f.append(drafts...)
		f.equal("of bob", f.read(bob, plausch.PublicRoom), fmt.Sprintf("0 of %d, unread 100, mentions 100", len(drafts)))
	}},
	{"the inbox has the rooms with something unread, the newest first", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		den := f.room(plausch.RoomPrivate, "den", ann)
		f.one(join(den, ann, bob))
		hall := f.room(plausch.RoomPublic, "hall", ann) // without bob
		said := func(d store.Draft, second int) store.Draft {
			d.Time = at(second)
			return d
		}
		inbox := func(limit int) (all []string) {
			f.Helper()
			for q := (store.InboxQuery{Limit: limit}); ; {
				page, more, err := f.Inbox(f.ctx(), bob.ID, q)
				f.ok(err)
				for _, e := range page {
					all = append(all, fmt.Sprintf("%s%s %d %q by %s, %d of %d", e.Name, e.Peer.Name, e.Last.Seq, e.Last.Text, e.Last.Actor.Name, e.Read.Unread, e.Read.AsOf))
					q.Before, q.BeforeRoom = e.Time, e.ID
				}
				if !more {
					return all
				}
			}
		}
		f.equal("at first", len(inbox(10)), 0)
		f.one(said(message(plausch.PublicRoom, ann, "public"), 1))
		f.one(said(message(den, ann, "one"), 2))
		f.one(said(message(den, bob, "mine"), 3))
		f.one(said(message(hall, ann, "hall"), 4))
		f.one(said(direct(ann, bob, "psst"), 2))
		want := []string{`ann 3 "psst" by ann, 1 of 3`, `den 3 "one" by ann, 1 of 4`, `public 1 "public" by ann, 1 of 1`}
		f.equal("at once", inbox(10), want)
		f.equal("in pages", inbox(1), want)
		f.equal("in pages of all", inbox(3), want)
		f.one(said(targeted(plausch.EventEdit, den, ann, 3, "uno"), 5))
		f.mark(store.NewMarker{Account: bob.ID, Room: plausch.PublicRoom, Seq: 1})
		f.one(said(message(den, ann, "two"), 6))
		f.one(said(targeted(plausch.EventDelete, den, ann, 6, ""), 7))
		f.equal("later", inbox(2), []string{`ann 3 "psst" by ann, 1 of 3`, `den 3 "uno" by ann, 1 of 7`})
	}},
	{"the states of several rooms are read at once", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		a, b := f.room(plausch.RoomPublic, "a", bob), f.room(plausch.RoomPublic, "b", bob)
		f.one(join(a, ann, ann))
		states, err := f.ReadStates(f.ctx(), ann.ID, a, b, plausch.PublicRoom, 12345)
		f.ok(err)
		f.equal("states", states, map[plausch.RoomID]plausch.ReadState{plausch.PublicRoom: {}, a: {Marker: 2, AsOf: 2}})
		none, err := f.ReadStates(f.ctx(), ann.ID)
		f.ok(err)
		f.equal("of no rooms", len(none), 0)
	}},
}
