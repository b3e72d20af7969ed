package storetest

import (
	"plausch"
	"plausch/internal/store"
)

var roomTests = []test{
	{"the public room exists from the start", func(f *fixture) {
		byID, err := f.Room(f.ctx(), plausch.PublicRoom)
		f.ok(err)
		byName, err := f.RoomByName(f.ctx(), plausch.PublicRoomName)
		f.ok(err)
		f.equal("by name", byName, byID)
		f.equal("the room", byID, plausch.Room{
			ID: plausch.PublicRoom, Kind: plausch.RoomPublic, Name: plausch.PublicRoomName, Created: byID.Created,
			First: 1, RoomSettings: plausch.RoomSettings{Writers: plausch.WritersMembers},
		})
	}},
	{"the public room has no memberships", func(f *fixture) {
		ann := f.member("ann")
		f.append(join(plausch.PublicRoom, ann, ann))
		f.equal("members", f.members(plausch.PublicRoom), []plausch.AccountID{})
		rooms, err := f.MemberRooms(f.ctx(), ann.ID)
		f.ok(err)
		f.equal("rooms", len(rooms), 0)
	}},
	{"an unknown room is not found", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		carl := f.member("carl")
		f.one(direct(ann, bob, "hi"))
		_, err := f.Room(f.ctx(), 12345)
		f.code(plausch.NotFound, err)
		_, err = f.RoomByName(f.ctx(), "nowhere")
		f.code(plausch.NotFound, err)
		_, err = f.RoomByName(f.ctx(), "") // direct rooms have no name
		f.code(plausch.NotFound, err)
		_, err = f.RoomFor(f.ctx(), 12345, carl.ID)
		f.code(plausch.NotFound, err)
	}},
	{"a created room is read by id and by name", func(f *fixture) {
		ann := f.member("ann")
		for _, kind := range []plausch.RoomKind{plausch.RoomPublic, plausch.RoomPrivate} {
			d := create(kind, "room "+string(kind), ann)
			d.Time = at(33)
			id := f.one(d).Room
			want := plausch.Room{ID: id, Kind: kind, Name: d.Create.Name, Created: at(33), Head: 1, First: 1, RoomSettings: plausch.RoomSettings{Writers: plausch.WritersMembers}}
			byID, err := f.Room(f.ctx(), id)
			f.ok(err)
			f.equal("by id", byID, want)
			byName, err := f.RoomByName(f.ctx(), d.Create.Name)
			f.ok(err)
			f.equal("by name", byName, want)
		}
	}},
	{"the head is the newest seq", func(f *fixture) {
		ann := f.member("ann")
		for want := range int64(5) {
			r, err := f.Room(f.ctx(), plausch.PublicRoom)
			f.ok(err)
			f.equal("head", r.Head, want)
			f.one(message(plausch.PublicRoom, ann, "hi"))
		}
	}},
	{"a direct room is read in either order, without its peer", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		d := direct(bob, ann, "hi")
		d.Time = at(5)
		id := f.one(d).Room
		want := plausch.Room{ID: id, Kind: plausch.RoomDirect, Created: at(5), Head: 3, First: 1, RoomSettings: plausch.RoomSettings{Writers: plausch.WritersMembers}}
		for _, pair := range [][2]plausch.AccountRef{{ann, bob}, {bob, ann}} {
			r, err := f.RoomFor(f.ctx(), id, pair[0].ID)
			f.ok(err)
			theirs := store.JoinedRoom{Room: want, Joined: true, Role: plausch.RoomMember}
			theirs.Peer = pair[1]
			f.equal("direct room", r, theirs)
		}
		for _, pair := range [][2]plausch.AccountRef{{ann, bob}, {bob, ann}} {
			r, err := f.DirectRoom(f.ctx(), pair[0].ID, pair[1].ID)
			f.ok(err)
			f.equal("by its two accounts", r, want)
		}
		_, err := f.DirectRoom(f.ctx(), ann.ID, f.member("carl").ID)
		f.code(plausch.NotFound, err)
		r, err := f.Room(f.ctx(), id)
		f.ok(err)
		f.equal("by id", r, want)
	}},
	{"rooms are listed for those who may see them", testListRooms},
	{"rooms are listed in pages", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		want := []plausch.RoomID{plausch.PublicRoom}
		for _, name := range []string{"d", "c", "b", "a"} {
			want = append(want, f.room(plausch.RoomPublic, name, ann))
			want = append(want, f.room(plausch.RoomPrivate, "private "+name, ann))
			f.room(plausch.RoomPrivate, "hidden "+name, bob)
		}
		for _, limit := range []int{1, 2, 3, 100} {
			var got []plausch.RoomID
			for after := plausch.RoomID(0); ; {
				page, err := f.ListRooms(f.ctx(), ann.ID, true, after, limit)
				f.ok(err)
				if len(page) > limit {
					f.Fatalf("%d rooms in a page of %d", len(page), limit)
				}
				if len(page) == 0 {
					break
				}
				for _, r := range page {
					got = append(got, r.ID)
				}
				after = page[len(page)-1].ID
			}
			f.equal("all pages", got, want)
		}
	}},
	{"memberships follow joins and leaves", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		one := f.room(plausch.RoomPublic, "one", ann)
		two := f.room(plausch.RoomPrivate, "two", ann)
		rooms := func(id plausch.AccountID) []plausch.RoomID {
			rooms, err := f.MemberRooms(f.ctx(), id)
			f.ok(err)
			return append([]plausch.RoomID{}, rooms...)
		}
		f.one(join(two, ann, bob))
		three := f.one(direct(bob, ann, "hi")).Room
		f.equal("ann's", rooms(ann.ID), []plausch.RoomID{one, two, three})
		f.equal("bob's", rooms(bob.ID), []plausch.RoomID{two, three})
		f.equal("members", f.members(two), []plausch.AccountID{ann.ID, bob.ID})
		f.one(leave(two, ann, bob))
		f.equal("bob's", rooms(bob.ID), []plausch.RoomID{three})
		f.equal("members", f.members(two), []plausch.AccountID{ann.ID})
		f.one(join(two, bob, bob))
		f.equal("members", f.members(two), []plausch.AccountID{ann.ID, bob.ID})
	}},
	{"members are listed by id in pages", func(f *fixture) {
		roles := []plausch.Role{plausch.RoleGuest, plausch.RoleMember, plausch.RoleAdmin, plausch.RoleOwner}
		var want []plausch.Member
		var room plausch.RoomID
		for i, role := range roles {
			a := f.account(store.NewAccount{Name: "n" + string(rune('z'-i)), Role: role})
			if i == 0 {
				room = f.room(plausch.RoomPrivate, "room", a.Ref())
			} else {
				f.one(join(room, want[0].AccountRef, plausch.AccountRef{ID: a.ID, Name: "stale"}))
			}
			want = append(want, plausch.Member{AccountRef: a.Ref(), Role: role, RoomRole: plausch.RoomMember})
		}
		want[0].RoomRole = plausch.RoomOwner
		all, err := f.ListMembers(f.ctx(), room, 0, 0)
		f.ok(err)
		f.equal("all", all, want)
		page, err := f.ListMembers(f.ctx(), room, want[0].ID, 2)
		f.ok(err)
		f.equal("a page", page, want[1:3])
		page, err = f.ListMembers(f.ctx(), room, want[3].ID, 0)
		f.ok(err)
		f.equal("after the last", len(page), 0)
	}},
}

func testListRooms(f *fixture) {
	ann, bob, eve := f.member("ann"), f.member("bob"), f.member("eve")
	open := f.room(plausch.RoomPublic, "open", bob)
	den := f.room(plausch.RoomPrivate, "den", bob)
	f.one(join(den, bob, ann))
	talk := f.one(direct(ann, bob, "hi")).Room
	other := f.one(direct(eve, bob, "hi")).Room
	f.one(message(plausch.PublicRoom, ann, "hi"))
	f.ok(f.ReleaseName(f.ctx(), eve.ID)) // a peer without a name keeps the last one

	room := func(id plausch.RoomID, peer plausch.AccountRef) store.JoinedRoom {
		r, err := f.Room(f.ctx(), id)
		f.ok(err)
		r.Peer = peer
		return store.JoinedRoom{Room: r, Joined: true, Role: plausch.RoomMember}
	}
	seen := func(id plausch.RoomID) store.JoinedRoom {
		r := room(id, plausch.AccountRef{})
		r.Joined, r.Role = false, ""
		return r
	}
	own := func(id plausch.RoomID) store.JoinedRoom {
		r := room(id, plausch.AccountRef{})
		r.Role = plausch.RoomOwner
		return r
	}
	none := plausch.AccountRef{}
	public := room(plausch.PublicRoom, none)
	f.equal("the head of public", public.Head, 1)
	cases := []struct {
		name   string
		who    plausch.AccountID
		public bool
		want   []store.JoinedRoom
	}{
		{"own rooms", ann.ID, false, []store.JoinedRoom{public, room(den, none), room(talk, bob)}},
		{"own and public rooms", ann.ID, true, []store.JoinedRoom{public, seen(open), room(den, none), room(talk, bob)}},
		{"the peer is the other one", bob.ID, false, []store.JoinedRoom{public, own(open), own(den), room(talk, ann), room(other, eve)}},
		{"a stranger's", 12345, false, []store.JoinedRoom{public}},
		{"a stranger's and public rooms", 12345, true, []store.JoinedRoom{public, seen(open)}},
	}
	for _, c := range cases {
		got, err := f.ListRooms(f.ctx(), c.who, c.public, 0, 100)
		f.ok(err)
		f.equal(c.name, got, c.want)
		for _, want := range got {
			one, err := f.RoomFor(f.ctx(), want.ID, c.who)
			f.ok(err)
			f.equal(c.name+", one by one", one, want)
		}
	}
}
