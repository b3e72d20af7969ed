package storetest

import (
	"errors"
	"fmt"

	"plausch"
	"plausch/internal/store"
)

var blockTests = []test{
	{"whom an account has blocked is kept until either is gone", func(f *fixture) {
		ann, bob, cem := f.member("ann"), f.member("bob"), f.member("cem")
		blocks := func(account plausch.AccountID, after plausch.AccountID, limit int) string {
			f.Helper()
			all, err := f.ListBlocks(f.ctx(), account, after, limit)
			f.ok(err)
			return fmt.Sprint(all)
		}
		for _, other := range []plausch.AccountRef{cem, bob, bob} {
			f.ok(f.AddBlock(f.ctx(), ann.ID, other.ID, 2))
		}
		f.code(plausch.Forbidden, f.AddBlock(f.ctx(), ann.ID, f.member("dan").ID, 2))
		f.code(plausch.NotFound, f.AddBlock(f.ctx(), bob.ID, 99, 2))
		f.equal("all", blocks(ann.ID, 0, 9), fmt.Sprint([]plausch.AccountRef{bob, cem}))
		f.equal("the first", blocks(ann.ID, 0, 1), fmt.Sprint([]plausch.AccountRef{bob}))
		f.equal("the rest", blocks(ann.ID, bob.ID, 9), fmt.Sprint([]plausch.AccountRef{cem}))
		has, err := f.HasBlocked(f.ctx(), ann.ID, bob.ID)
		f.ok(err)
		reverse, err := f.HasBlocked(f.ctx(), bob.ID, ann.ID)
		f.ok(err)
		f.equal("has", []bool{has, reverse}, []bool{true, false})
		f.ok(f.RemoveBlock(f.ctx(), ann.ID, bob.ID))
		f.ok(f.RemoveBlock(f.ctx(), ann.ID, bob.ID))
		f.equal("one less", blocks(ann.ID, 0, 9), fmt.Sprint([]plausch.AccountRef{cem}))
		f.change(store.AccountUpdate{Account: cem.ID, State: plausch.AccountDeleted})
		f.equal("of a deleted one", blocks(ann.ID, 0, 9), "[]")
		f.ok(f.AddBlock(f.ctx(), ann.ID, bob.ID, 2))
		f.ok(f.ReleaseName(f.ctx(), ann.ID))
		f.equal("of who is gone", blocks(ann.ID, 0, 9), "[]")
		f.code(plausch.NotFound, f.AddBlock(f.ctx(), bob.ID, ann.ID, 2))
	}},
	{"nothing is committed between two one of whom has blocked the other", func(f *fixture) {
		ann, bob, cem := f.member("ann"), f.member("bob"), f.member("cem")
		room := f.one(direct(ann, bob, "hi")).Room
		den := f.room(plausch.RoomPrivate, "den", bob)
		hall := f.room(plausch.RoomPublic, "hall", bob)
		f.one(join(hall, ann, ann))
		f.ok(f.AddBlock(f.ctx(), ann.ID, bob.ID, 9))
		f.ok(f.AddBlock(f.ctx(), ann.ID, cem.ID, 9))
		asked := func(d store.Draft) store.Draft {
			d.If.Unblocked = true
			return d
		}
		for name, c := range map[string]struct {
			draft            store.Draft
			blocked, byActor bool
		}{
			"to the room":           {message(room, bob, "x"), true, false},
			"to the other":          {direct(bob, ann, "x"), true, false},
			"in a room to be made":  {direct(cem, ann, "x"), true, false},
			"by who has blocked":    {message(room, ann, "x"), true, true},
			"to be made by that":    {direct(ann, cem, "x"), true, true},
			"a reaction":            {store.Draft{Room: room, Kind: plausch.EventReact, Time: start, Actor: bob, Target: 3, Text: "👍"}, true, false},
			"bringing into a room":  {join(den, bob, ann), true, false},
			"joining by oneself":    {join(hall, cem, cem), false, false},
			"where there are more":  {message(hall, bob, "x"), false, false},
			"in the room of all":    {message(plausch.PublicRoom, bob, "x"), false, false},
			"bringing the blocked":  {join(hall, ann, cem), false, false},
			"between others":        {direct(bob, cem, "x"), false, false},
			"a room that is no one": {message(99, bob, "x"), false, false},
		} {
			r := f.append(asked(c.draft))[0]
			var unmet *store.Unmet
			if got := errors.As(r.Err, &unmet) && unmet.Blocked; got != c.blocked || got && unmet.ByActor != c.byActor {
				f.Errorf("%s: %+v, want blocked %v, by the actor %v", name, r, c.blocked, c.byActor)
			}
		}
		f.equal("direct room of cem and ann", f.pair(cem, ann), plausch.RoomID(0))
		f.ok(f.RemoveBlock(f.ctx(), ann.ID, bob.ID))
		f.one(asked(message(room, bob, "again")))
		f.one(asked(join(den, bob, ann)))
	}},
}
