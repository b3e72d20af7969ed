package storetest

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"plausch"
	"plausch/internal/store"
)

var accountTests = []test{
	{"what is made is what is read", func(f *fixture) {
		for i, role := range []plausch.Role{plausch.RoleOwner, plausch.RoleAdmin, plausch.RoleMember, plausch.RoleGuest} {
			for _, transient := range []bool{false, true} {
				name := fmt.Sprint(role, transient)
				made := f.account(store.NewAccount{Name: name, Display: "Dis", Role: role, Transient: transient, At: at(i)})
				f.equal("made", made, plausch.Account{
					ID: made.ID, Name: name, Display: "Dis", Role: role, State: plausch.AccountActive, Transient: transient, Seen: true, Created: at(i), LastSeen: at(i),
				})
				byID, err := f.Account(f.ctx(), made.ID)
				f.ok(err)
				f.equal("by id", byID, made)
				byName, err := f.AccountByName(f.ctx(), name)
				f.ok(err)
				f.equal("by name", byName, made)
			}
		}
	}},
	{"an unknown account is not found", func(f *fixture) {
		_, err := f.Account(f.ctx(), 12345)
		f.code(plausch.NotFound, err)
		_, err = f.AccountByName(f.ctx(), "nobody")
		f.code(plausch.NotFound, err)
		_, _, err = f.PasswordHash(f.ctx(), "nobody")
		f.code(plausch.NotFound, err)
	}},
	{"a held name is taken and nothing is made", func(f *fixture) {
		f.member("ann")
		_, err := f.CreateAccount(f.ctx(), store.NewAccount{Name: "ann", Role: plausch.RoleMember, At: start, Token: token(1)})
		f.code(plausch.Taken, err)
		_, err = f.byToken(token(1))
		f.code(plausch.NotFound, err)
	}},
	{"of many who want a name at once one gets it", func(f *fixture) {
		var got atomic.Int32
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				_, err := f.CreateAccount(f.ctx(), store.NewAccount{Name: "ann", Role: plausch.RoleMember, At: start})
				switch plausch.CodeOf(err) {
				case "":
					got.Add(1)
				case plausch.Taken:
				default:
					f.Errorf("error %v", err)
				}
			})
		}
		wg.Wait()
		f.equal("accounts made", got.Load(), 1)
	}},
	{"the first device is made with the account", func(f *fixture) {
		made := f.account(store.NewAccount{Name: "ann", Token: token(1)})
		got, err := f.byToken(token(1))
		f.ok(err)
		f.equal("by token", got, made)
	}},
	{"no token makes no device", func(f *fixture) {
		f.member("ann")
		f.member("bob")
		_, err := f.byToken(store.TokenHash{})
		f.code(plausch.NotFound, err)
	}},
	{"a name may be taken over from", testTakeover},
	{"a guest who lost the name keeps the rest", func(f *fixture) {
		old := f.account(store.NewAccount{Name: "gast", Role: plausch.RoleGuest, Token: token(1)})
		room := f.room(plausch.RoomPrivate, "den", old.Ref())
		f.one(message(room, old.Ref(), "mine"))
		made := f.account(store.NewAccount{Name: "gast", Role: plausch.RoleGuest, At: at(10), GuestsSeenBefore: at(5), Token: token(2)})

		still, err := f.Account(f.ctx(), old.ID)
		f.ok(err)
		f.equal("the old account", still, old)
		f.equal("members", f.members(room), []plausch.AccountID{old.ID})
		f.equal("author", f.log(room)[1].Actor, old.Ref())
		_, err = f.byToken(token(1))
		f.code(plausch.NotFound, err)
		got, err := f.byToken(token(2))
		f.ok(err)
		f.equal("the new device's", got, made)
	}},
	{"password hash", func(f *fixture) {
		ann := f.account(store.NewAccount{Name: "ann", PasswordHash: "$hash"})
		guest := f.account(store.NewAccount{Name: "gast", Role: plausch.RoleGuest})
		id, hash, err := f.PasswordHash(f.ctx(), "ann")
		f.ok(err)
		f.equal("of a member", fmt.Sprint(id, hash), fmt.Sprint(ann.ID, "$hash"))
		id, hash, err = f.PasswordHash(f.ctx(), "gast")
		f.ok(err)
		f.equal("of a guest", fmt.Sprint(id, hash), fmt.Sprint(guest.ID, ""))
		f.ok(f.ReleaseName(f.ctx(), ann.ID))
		_, _, err = f.PasswordHash(f.ctx(), "ann")
		f.code(plausch.NotFound, err)
	}},
	{"a display name changes everywhere", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		talk := f.one(direct(bob, ann, "hi")).Room
		display := "Bobby"
		changed := f.change(store.AccountUpdate{Account: bob.ID, Display: &display})
		bob.Display = display
		f.equal("the change", changed.Ref(), bob)
		account, err := f.Account(f.ctx(), bob.ID)
		f.ok(err)
		f.equal("the account", account.Ref(), bob)
		f.equal("the author", f.log(talk)[2].Actor, bob)
		rooms, err := f.ListRooms(f.ctx(), ann.ID, false, plausch.PublicRoom, 9)
		f.ok(err)
		f.equal("the peer", rooms[0].Peer, bob)
		members, err := f.ListMembers(f.ctx(), talk, 0, 0)
		f.ok(err)
		f.equal("the members", fmt.Sprint(members[0].AccountRef, members[1].AccountRef), fmt.Sprint(ann, bob))
	}},
	{"a new name takes the display name of it from others", func(f *fixture) {
		shown := func(id plausch.AccountID) string {
			a, err := f.Account(f.ctx(), id)
			f.ok(err)
			return a.Display
		}
		ann := f.account(store.NewAccount{Name: "ann", Display: "Bob", Role: plausch.RoleMember})
		eve := f.account(store.NewAccount{Name: "eve", Display: "@ bOb", Role: plausch.RoleMember})
		for _, n := range []store.NewAccount{
			{Name: "bob", Role: plausch.RoleGuest, At: at(1)}, {Name: "bob", Role: plausch.RoleMember, Bot: true, At: at(1)},
		} {
			_, err := f.CreateAccount(f.ctx(), n)
			f.code(plausch.Taken, err)
		}
		f.equal("the display name beside who may not", shown(ann.ID), "Bob")
		bob := f.account(store.NewAccount{Name: "bob", Display: "BOB", Role: plausch.RoleMember, At: at(1)})
		f.equal("the display names", shown(ann.ID)+shown(eve.ID)+shown(bob.ID), "BOB")
		for _, back := range []string{"bob", "bOB", "@Bob", "@@ bob"} {
			_, err := f.UpdateAccount(f.ctx(), store.AccountUpdate{Account: ann.ID, Display: &back, At: at(2)})
			f.code(plausch.Taken, err)
			_, err = f.UpdateAccount(f.ctx(), store.AccountUpdate{Account: bob.ID, Display: &back, At: at(2)})
			f.ok(err)
		}
	}},
	{"the display name of a guest who is gone keeps no name", func(f *fixture) {
		gast := f.account(store.NewAccount{Name: "gast", Display: "Bob", Role: plausch.RoleGuest, At: at(1)})
		n := store.NewAccount{Name: "bob", Role: plausch.RoleGuest, At: at(9), GuestsSeenBefore: at(1)}
		_, err := f.CreateAccount(f.ctx(), n)
		f.code(plausch.Taken, err)
		n.GuestsSeenBefore = at(2)
		f.account(n)
		a, err := f.Account(f.ctx(), gast.ID)
		f.ok(err)
		f.equal("the display name", a.Display, "")
	}},
	{"accounts are listed by id in pages", func(f *fixture) {
		var want []plausch.Account
		for _, name := range []string{"e", "d", "c", "b", "a"} {
			want = append(want, f.account(store.NewAccount{Name: name}))
		}
		var got []plausch.Account
		for after := plausch.AccountID(0); ; {
			page, err := f.ListAccounts(f.ctx(), after, 2, start)
			f.ok(err)
			if len(page) == 0 {
				break
			}
			if len(page) > 2 {
				f.Fatalf("%d accounts in a page of 2", len(page))
			}
			got = append(got, page...)
			after = page[len(page)-1].ID
		}
		f.equal("all pages", got, want)
	}},
	{"only guests seen lately and holders are listed", func(f *fixture) {
		names := func() (names []string) {
			all, err := f.ListAccounts(f.ctx(), 0, 100, at(10))
			f.ok(err)
			for _, a := range all {
				names = append(names, a.Name)
			}
			return names
		}
		f.account(store.NewAccount{Name: "member", At: at(0)})
		f.account(store.NewAccount{Name: "guest before", Role: plausch.RoleGuest, At: at(10).Add(-time.Millisecond)})
		f.account(store.NewAccount{Name: "guest at", Role: plausch.RoleGuest, At: at(10)})
		f.account(store.NewAccount{Name: "guest after", Role: plausch.RoleGuest, At: at(11)})
		gone := f.account(store.NewAccount{Name: "gone", At: at(20)})
		f.ok(f.ReleaseName(f.ctx(), gone.ID))
		f.equal("listed", names(), []string{"member", "guest at", "guest after"})
	}},
	{"being seen never goes backwards", func(f *fixture) {
		early := f.account(store.NewAccount{Name: "early", At: at(1)})
		late := f.account(store.NewAccount{Name: "late", At: at(9)})
		other := f.account(store.NewAccount{Name: "other", At: at(1)})
		f.ok(f.SeeAccounts(f.ctx(), []plausch.AccountID{early.ID, late.ID}, at(5)))
		f.ok(f.SeeAccounts(f.ctx(), nil, at(99)))
		for id, want := range map[plausch.AccountID]time.Time{early.ID: at(5), late.ID: at(9), other.ID: at(1)} {
			a, err := f.Account(f.ctx(), id)
			f.ok(err)
			f.equal(a.Name+" seen", a.LastSeen, want)
			f.equal(a.Name+" created", a.Created.After(a.LastSeen), false)
		}
	}},
	{"release takes the name and every device", func(f *fixture) {
		ann := f.account(store.NewAccount{Name: "ann", Token: token(1)})
		bob := f.account(store.NewAccount{Name: "bob", Token: token(2)})
		f.device(ann.ID, token(3))
		room := f.room(plausch.RoomPrivate, "den", ann.Ref())
		for range 2 { // twice is no error
			f.ok(f.ReleaseName(f.ctx(), ann.ID))
		}
		_, err := f.AccountByName(f.ctx(), "ann")
		f.code(plausch.NotFound, err)
		for _, n := range []int{1, 3} {
			_, err = f.byToken(token(n))
			f.code(plausch.NotFound, err)
		}
		still, err := f.Account(f.ctx(), ann.ID)
		f.ok(err)
		f.equal("the account", still, ann)
		f.equal("its event", f.log(room)[0].Actor, ann.Ref())
		got, err := f.byToken(token(2))
		f.ok(err)
		f.equal("another's device", got, bob)
	}},
	{"a released name starts as a new account", func(f *fixture) {
		ids := map[plausch.AccountID]bool{}
		for range 3 {
			a := f.account(store.NewAccount{Name: "ann"})
			if ids[a.ID] {
				f.Fatalf("the id %d was given out twice", a.ID)
			}
			ids[a.ID] = true
			f.ok(f.ReleaseName(f.ctx(), a.ID))
			f.ok(f.ReleaseName(f.ctx(), a.ID))
		}
		// An old account that is released once more does not take its name from
		// the one that holds it now.
		now := f.account(store.NewAccount{Name: "ann"})
		for id := range ids {
			f.ok(f.ReleaseName(f.ctx(), id))
		}
		got, err := f.AccountByName(f.ctx(), "ann")
		f.ok(err)
		f.equal("the holder", got, now)
	}},
	{"transient accounts are released together", func(f *fixture) {
		f.account(store.NewAccount{Name: "t1", Role: plausch.RoleGuest, Transient: true, Node: "n1", Token: token(1)})
		f.account(store.NewAccount{Name: "t2", Role: plausch.RoleGuest, Transient: true, Node: "n1"})
		kept := f.account(store.NewAccount{Name: "kept", Role: plausch.RoleGuest, Token: token(2)})
		other := f.account(store.NewAccount{Name: "t3", Role: plausch.RoleGuest, Transient: true, Node: "n2", Token: token(3)})
		f.ok(f.ReleaseTransient(f.ctx(), "n1"))
		f.ok(f.ReleaseTransient(f.ctx(), "n1"))
		for _, name := range []string{"t1", "t2"} {
			_, err := f.AccountByName(f.ctx(), name)
			f.code(plausch.NotFound, err)
		}
		_, err := f.byToken(token(1))
		f.code(plausch.NotFound, err)
		got, err := f.byToken(token(2))
		f.ok(err)
		f.equal("who stays", got, kept)
		got, err = f.byToken(token(3))
		f.ok(err)
		f.equal("who is connected to another node", got, other)
	}},
	{"transient accounts of a node that does not come back are released", func(f *fixture) {
		const day = 24 * time.Hour
		guest := func(name, node string, n int) {
			f.account(store.NewAccount{Name: name, Role: plausch.RoleGuest, Transient: true, Node: node, Token: token(n), At: at(0)})
		}
		holders := func(want ...string) {
			f.Helper()
			accounts, err := f.ListAccounts(f.ctx(), 0, 100, at(0))
			f.ok(err)
			var got []string
			for _, a := range accounts {
				got = append(got, a.Name)
			}
			f.equal("who holds a name", got, want)
		}
		renew := func(node string, at time.Time) { f.Helper(); f.ok(f.RenewNode(f.ctx(), node, at, at.Add(-day))) }

		renew("lost", at(0))
		renew("", at(0))
		guest("ann", "lost", 1)
		guest("bob", "", 2)
		guest("eve", "unknown", 3)
		f.account(store.NewAccount{Name: "kept", Role: plausch.RoleGuest, Token: token(4), At: at(0)})

		renew("", at(0).Add(day)) // the last moment of the other
		holders("ann", "bob", "kept")
		renew("", at(0).Add(day+time.Millisecond))
		holders("bob", "kept")
		_, err := f.byToken(token(1))
		f.code(plausch.NotFound, err)
		_, err = f.byToken(token(2))
		f.ok(err)

		guest("ann", "lost", 5) // it comes back after all
		renew("lost", at(0).Add(3*day))
		holders("kept", "ann") // and finds that the other has gone

		// A node by whose clock it is next week is not alive for longer than others.
		f.ok(f.RenewNode(f.ctx(), "ahead", at(0).Add(7*day), at(0)))
		guest("tom", "ahead", 6)
		f.ok(f.ClampTimes(f.ctx(), at(0).Add(3*day), nil))
		holders("kept", "ann", "tom")
		renew("lost", at(0).Add(4*day+time.Millisecond))
		holders("kept", "ann")
	}},
}

func testTakeover(f *fixture) {
	guest := store.NewAccount{Role: plausch.RoleGuest, At: at(10)}
	cases := []struct {
		name   string
		holder store.NewAccount
		before time.Time
		taken  bool
	}{
		{"a guest last seen before", guest, at(10).Add(time.Millisecond), false},
		{"not a guest last seen just then", guest, at(10), true},
		{"not a guest last seen after", guest, at(9), true},
		{"not a guest when no time is given", guest, time.Time{}, true},
		{"not a transient guest", store.NewAccount{Role: plausch.RoleGuest, Transient: true, At: at(10)}, at(99), true},
		{"not a member", store.NewAccount{Role: plausch.RoleMember, At: at(10)}, at(99), true},
		{"not an admin", store.NewAccount{Role: plausch.RoleAdmin, At: at(10)}, at(99), true},
		{"not an owner", store.NewAccount{Role: plausch.RoleOwner, At: at(10)}, at(99), true},
	}
	for i, c := range cases {
		c.holder.Name = fmt.Sprint("name", i)
		old := f.account(c.holder)
		made, err := f.CreateAccount(f.ctx(), store.NewAccount{
			Name: c.holder.Name, Role: plausch.RoleMember, At: at(100), GuestsSeenBefore: c.before,
		})
		want := made.ID
		if c.taken {
			f.code(plausch.Taken, err)
			want = old.ID
		} else {
			f.ok(err)
		}
		holder, err := f.AccountByName(f.ctx(), c.holder.Name)
		f.ok(err)
		f.equal(c.name+": the holder", holder.ID, want)
		f.equal(c.name+": a new id", made.ID == old.ID, false)
	}
}
