package storetest

import (
	"fmt"
	"strings"

	"plausch"
	"plausch/internal/store"
)

func roleOf(room plausch.RoomID, by, member plausch.AccountRef, role plausch.RoomRole) store.Draft {
	return store.Draft{Room: room, Time: start, Kind: plausch.EventRole, Actor: by, Member: member, Details: &plausch.Details{Role: role}}
}

// roles returns who is what in a room.
func (f *fixture) roles(room plausch.RoomID) string {
	f.Helper()
	members, err := f.ListMembers(f.ctx(), room, 0, 0)
	f.ok(err)
	var all []string
	for _, m := range members {
		all = append(all, fmt.Sprint(m.Name, " ", m.RoomRole))
	}
	return strings.Join(all, ", ")
}

var roleTests = []test{
	{"the repeat of a leave makes nobody the owner", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		room := f.room(plausch.RoomPublic, "room", ann)
		f.one(join(room, bob, bob))
		sent := message(plausch.PublicRoom, ann, "hi")
		again := leave(room, ann, ann)
		sent.ClientID, again.ClientID = "id", "id"
		f.one(sent)
		got := f.append(again)[0]
		f.ok(got.Err)
		if !got.Repeated || len(f.log(room)) != 2 {
			f.Fatalf("the repeat added %+v", f.log(room))
		}
	}},
	{"when the last owner leaves, another becomes one before", func(f *fixture) {
		ann, bob, eve := f.member("ann"), f.member("bob"), f.member("eve")
		room := f.room(plausch.RoomPublic, "room", ann)
		f.one(join(room, eve, eve))
		f.one(join(room, bob, bob))
		f.one(leave(room, eve, eve))
		f.one(join(room, eve, eve))
		got := f.append(leave(room, ann, ann))[0]
		f.ok(got.Err)
		if len(got.Events) != 2 || got.Events[1].Kind != plausch.EventLeave {
			f.Fatalf("the leave added %+v", got.Events)
		}
		for _, e := range []plausch.Event{got.Events[0], f.log(room)[5]} {
			f.equal("the event before", []any{e.Seq, e.Kind, e.Actor, e.Member, *e.Details}, []any{6, plausch.EventRole, ann, bob, plausch.Details{Role: plausch.RoomOwner}})
		}
		f.equal("roles", f.roles(room), "bob owner, eve member")
		f.one(join(room, ann, ann))
		f.equal("and back", f.roles(room), "ann member, bob owner, eve member")
	}},
	{"an admin comes before a member, who is not active last", func(f *fixture) {
		ann, bob, eve, joe := f.member("ann"), f.member("bob"), f.member("eve"), f.member("joe")
		room := f.room(plausch.RoomPrivate, "room", ann)
		for _, who := range []plausch.AccountRef{bob, eve, joe} {
			f.one(join(room, ann, who))
		}
		f.one(roleOf(room, ann, joe, plausch.RoomAdmin))
		f.one(roleOf(room, ann, bob, plausch.RoomAdmin))
		f.change(store.AccountUpdate{Account: bob.ID, State: plausch.AccountDeactivated})
		f.change(store.AccountUpdate{Account: ann.ID, State: plausch.AccountDeleted})
		f.equal("roles", f.roles(room), "bob admin, eve member, joe owner")
		f.append(leave(room, joe, joe))
		f.equal("roles", f.roles(room), "bob admin, eve owner")
		f.append(leave(room, eve, eve))
		f.equal("roles", f.roles(room), "bob owner")
	}},
	{"a leave that is a repeat makes nobody the owner", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		room := f.room(plausch.RoomPublic, "room", ann)
		f.one(join(room, bob, bob))
		said := message(plausch.PublicRoom, ann, "hi")
		said.ClientID = "1"
		first := f.one(said)
		again := leave(room, ann, ann)
		again.ClientID = "1"
		got := f.append(again)[0]
		f.ok(got.Err)
		f.equal("the answer", []any{got.Repeated, got.Events[0].Room, got.Events[0].Seq}, []any{true, first.Room, first.Seq})
		f.equal("the room's events", len(f.log(room)), 2)
		f.equal("the roles", f.roles(room), "ann owner, bob member")
	}},
	{"the last owner keeps the role", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		room := f.room(plausch.RoomPrivate, "room", ann)
		f.one(join(room, ann, bob))
		f.code(plausch.Forbidden, f.append(roleOf(room, ann, ann, plausch.RoomMember))[0].Err)
		f.one(roleOf(room, ann, bob, plausch.RoomOwner))
		f.one(roleOf(room, ann, ann, plausch.RoomMember))
		f.equal("roles", f.roles(room), "ann member, bob owner")
	}},
	{"who joins an empty room is its owner", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		room := f.room(plausch.RoomPublic, "room", ann)
		f.one(leave(room, ann, ann))
		f.one(join(room, bob, bob))
		f.one(join(room, ann, ann))
		f.equal("roles", f.roles(room), "ann member, bob owner")
	}},
	{"a change that changes nothing is no event", func(f *fixture) {
		ann := f.member("ann")
		room := f.room(plausch.RoomPublic, "room", ann)
		change := func(c plausch.RoomChange) store.Draft {
			return store.Draft{Room: room, Time: start, Kind: plausch.EventRoom, Actor: ann, Details: &plausch.Details{Room: &c}}
		}
		all := plausch.RoomChange{Topic: new("birds"), Writers: new(plausch.WritersAdmins), Archived: new(true)}
		f.one(change(all))
		f.equal("again", f.append(change(all))[0], store.Appended{Unchanged: true})
		f.equal("a part", f.append(change(plausch.RoomChange{Archived: new(true)}))[0], store.Appended{Unchanged: true})
		f.one(change(plausch.RoomChange{Topic: new("birds"), Archived: new(false)}))
	}},
	{"a room's picture names its bytes", func(f *fixture) {
		ann := f.member("ann")
		hash := store.ContentHash{7}
		change := func(picture string) {
			f.one(store.Draft{
				Room: plausch.PublicRoom, Time: start, Kind: plausch.EventRoom, Actor: ann, Details: &plausch.Details{Room: &plausch.RoomChange{Picture: &picture}},
			})
		}
		named := func(what string, want ...bool) {
			f.Helper()
			now, before, err := f.NamesContent(f.ctx(), hash)
			f.ok(err)
			f.equal(what, []bool{now, before}, want)
		}
		named("at first", false, false)
		change(fmt.Sprintf("%x", hash[:]))
		named("set", true, false)
		released := func(what string, want int) {
			f.Helper()
			hashes, err := f.ListReleased(f.ctx(), store.ContentHash{}, 10)
			f.ok(err)
			f.equal(what, len(hashes), want)
		}
		f.change(store.AccountUpdate{Account: ann.ID, Avatar: &hash})
		f.change(store.AccountUpdate{Account: ann.ID, Avatar: &store.ContentHash{}})
		released("an avatar of before that a room still has", 0)
		change("")
		released("that nothing has", 1)
		named("taken away", false, true)
	}},
	{"an archived room is not open", func(f *fixture) {
		ann := f.member("ann")
		room := f.room(plausch.RoomPublic, "room", ann)
		said := f.one(message(room, ann, "hi")).Seq
		react := store.Draft{Room: room, Time: start, Kind: plausch.EventReact, Actor: ann, Target: said, Text: "👍", If: store.Conditions{Open: true}}
		archive := func(yes bool) {
			f.one(store.Draft{Room: room, Time: start, Kind: plausch.EventRoom, Actor: ann, Details: &plausch.Details{Room: &plausch.RoomChange{Archived: &yes}}})
		}
		archive(true)
		f.unmet("a reaction", f.append(react)[0].Err)
		archive(false)
		f.one(react)
	}},
}
