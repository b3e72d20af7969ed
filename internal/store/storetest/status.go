package storetest

import (
	"plausch"
	"plausch/internal/store"
)

var statusTests = []test{
	{"a status is kept, and shown in lists of members", func(f *fixture) {
		ann := f.member("ann")
		den := f.room(plausch.RoomPrivate, "den", ann)
		for _, want := range []plausch.Status{{Text: "busy", Emoji: "🏗️", Until: at(60)}, {Text: "on holiday"}, {}} {
			made := f.change(store.AccountUpdate{Account: ann.ID, Status: &want})
			f.equal("made", made.Status, want)
			read, err := f.Account(f.ctx(), ann.ID)
			f.ok(err)
			f.equal("read", read.Status, want)
			members, err := f.ListMembers(f.ctx(), den, 0, 0)
			f.ok(err)
			f.equal("listed", members[0].Status, want)
		}
		f.change(store.AccountUpdate{Account: ann.ID, Status: &plausch.Status{Text: "bye", Emoji: "👋"}})
		f.equal("of a deleted account", f.change(store.AccountUpdate{Account: ann.ID, State: plausch.AccountDeleted}).Status, plausch.Status{})
	}},
}

var seenTests = []test{
	{"markers of the other are seen in direct rooms, if both let them", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		room := f.one(direct(ann, bob, "one")).Room
		den := f.room(plausch.RoomPrivate, "den", ann)
		f.one(join(den, ann, bob))
		f.mark(store.NewMarker{Account: bob.ID, Room: den, Seq: 2})
		seen := func(what string, who plausch.AccountRef, room plausch.RoomID, want int64, peer plausch.AccountID) {
			f.Helper()
			states, err := f.ReadStates(f.ctx(), who.ID, room)
			f.ok(err)
			f.equal(what, []any{states[room].Seen, states[room].Peer}, []any{want, peer})
		}
		moved := func(n store.NewMarker) bool {
			f.Helper()
			set, err := f.SetMarkers(f.ctx(), []store.NewMarker{n})
			f.ok(err)
			f.equal("member", set[0].Member, true)
			return set[0].Moved
		}
		seen("at first", ann, room, 2, bob.ID)
		f.equal("moved", moved(store.NewMarker{Account: bob.ID, Room: room, Seq: 3}), true)
		f.equal("again", moved(store.NewMarker{Account: bob.ID, Room: room, Seq: 3}), false)
		f.equal("not back", moved(store.NewMarker{Account: bob.ID, Room: room, Seq: 1}), false)
		f.equal("in the room of all", moved(store.NewMarker{Account: bob.ID, Room: plausch.PublicRoom, Seq: 1}), false)
		seen("read", ann, room, 3, bob.ID)
		seen("by the other", bob, room, 1, ann.ID)
		seen("in a private room", ann, den, 0, 0)
		seen("in the room of all", ann, plausch.PublicRoom, 0, 0)
		for _, who := range []plausch.AccountRef{ann, bob} {
			f.equal("off", f.change(store.AccountUpdate{Account: who.ID, Seen: new(false)}).Seen, false)
			seen("without the switch of "+who.Name, ann, room, 0, 0)
			seen("without the switch of "+who.Name, bob, room, 0, 0)
			f.change(store.AccountUpdate{Account: who.ID, Seen: new(true)})
		}
		f.ok(f.AddBlock(f.ctx(), bob.ID, ann.ID, 9))
		seen("blocked", ann, room, 0, 0)
		seen("the blocker", bob, room, 0, 0)
		f.ok(f.RemoveBlock(f.ctx(), bob.ID, ann.ID))
		seen("at last", ann, room, 3, bob.ID)
		f.change(store.AccountUpdate{Account: bob.ID, State: plausch.AccountDeleted})
		seen("of a deleted account", ann, room, 0, 0)
	}},
}
