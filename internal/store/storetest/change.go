package storetest

import (
	"strings"
	"sync"
	"sync/atomic"

	"plausch"
	"plausch/internal/store"
)

var changeTests = []test{
	{"what is not named stays", func(f *fixture) {
		ann := f.account(store.NewAccount{Name: "ann", Display: "Ann", PasswordHash: "$1", Token: token(1)})
		f.equal("nothing", f.change(store.AccountUpdate{Account: ann.ID}), ann)
		ann.Role = plausch.RoleAdmin
		f.equal("the role", f.change(store.AccountUpdate{Account: ann.ID, Role: plausch.RoleAdmin}), ann)
		ann.State = plausch.AccountDeactivated
		f.equal("the state", f.change(store.AccountUpdate{Account: ann.ID, State: plausch.AccountDeactivated}), ann)
		none := ""
		ann.Display = none
		f.equal("the display name", f.change(store.AccountUpdate{Account: ann.ID, Display: &none}), ann)
		avatar := store.ContentHash{1, 2}
		ann.Avatar = "0102" + strings.Repeat("00", 30)
		f.equal("the picture", f.change(store.AccountUpdate{Account: ann.ID, Avatar: &avatar}), ann)
		f.equal("the picture still", f.change(store.AccountUpdate{Account: ann.ID}), ann)
		ann.Avatar = ""
		f.equal("no picture", f.change(store.AccountUpdate{Account: ann.ID, Avatar: new(store.ContentHash)}), ann)
		f.equal("the password", f.change(store.AccountUpdate{Account: ann.ID, PasswordHash: "$2"}), ann)
		_, hash, err := f.PasswordHash(f.ctx(), "ann")
		f.ok(err)
		f.equal("the hash", hash, "$2")
		still, err := f.byToken(token(1))
		f.ok(err)
		f.equal("in the end", still, ann)
	}},
	{"an unknown account is not found", func(f *fixture) {
		_, err := f.UpdateAccount(f.ctx(), store.AccountUpdate{Account: 12345, Role: plausch.RoleOwner, At: start})
		f.code(plausch.NotFound, err)
	}},
	{"devices end but the one that is kept", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		f.device(ann.ID, token(1))
		kept := f.device(ann.ID, token(2))
		f.device(bob.ID, token(3))
		f.change(store.AccountUpdate{Account: ann.ID, RevokeDevices: true, KeepDevice: kept.ID})
		for n, want := range map[int]plausch.Code{1: plausch.NotFound, 2: "", 3: ""} {
			_, err := f.byToken(token(n))
			f.code(want, err)
		}
	}},
	{"a deleted account is nobody's", testDelete},
	{"the texts of an account can go", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		f.one(identified(message(plausch.PublicRoom, ann, "mine"), "id"))
		f.one(message(plausch.PublicRoom, bob, "his"))
		f.upload(ann, "pending", 7)
		sent := message(plausch.PublicRoom, ann, "with a file")
		sent.Attachments = []string{f.upload(ann, "sent", 5).ID}
		f.one(sent)
		f.one(store.Draft{Room: plausch.PublicRoom, Kind: plausch.EventEdit, Target: 1, Actor: ann, Text: "mine, too"})
		f.one(store.Draft{Room: plausch.PublicRoom, Kind: plausch.EventPin, Target: 1, Actor: bob})
		f.one(store.Draft{Room: plausch.PublicRoom, Kind: plausch.EventReact, Target: 1, Actor: bob, Text: "👍"})
		f.change(store.AccountUpdate{Account: ann.ID, State: plausch.AccountDeleted, EraseTexts: true})
		for more := true; more; {
			var err error
			more, err = f.EraseMessages(f.ctx(), start)
			f.ok(err)
		}
		f.equal("texts", f.texts(plausch.PublicRoom), []string{"", "his", "", "", "", "👍", ""})
		said := f.log(plausch.PublicRoom)[6]
		f.equal("what the log says", []any{said.Kind, said.Member.ID, said.Target}, []any{plausch.EventDelete, ann.ID, int64(0)})
		state, err := f.Messages(f.ctx(), plausch.PublicRoom, bob.ID, store.MessageQuery{Limit: 10})
		f.ok(err)
		for i, want := range []int64{1, 0, 3} {
			m := state.Messages[i]
			f.equal("a message", []any{m.Deleted, m.Edited, m.Pinned, len(m.Reactions)}, []any{want, int64(0), int64(0), 0})
		}
		f.equal("files of its message", len(f.log(plausch.PublicRoom)[2].Attachments), 0)
		f.attachedBytes(ann, 0)
		for _, id := range []string{"pending", "sent"} {
			_, err := f.Attachment(f.ctx(), id)
			f.code(plausch.NotFound, err)
		}
	}},
	{"the last owner stays", testLastOwner},
	{"of two owners who go at once one stays", func(f *fixture) {
		for range 20 {
			var owners []plausch.AccountID
			for _, name := range []string{"ann", "bob"} {
				owners = append(owners, f.account(store.NewAccount{Name: name, Role: plausch.RoleOwner}).ID)
			}
			var refused atomic.Int32
			var wg sync.WaitGroup
			for i, id := range owners {
				c := store.AccountUpdate{Account: id, At: start, Role: plausch.RoleMember}
				if i > 0 {
					c = store.AccountUpdate{Account: id, At: start, State: plausch.AccountDeleted}
				}
				wg.Go(func() {
					switch _, err := f.UpdateAccount(f.ctx(), c); plausch.CodeOf(err) {
					case "":
					case plausch.Forbidden:
						refused.Add(1)
					default:
						f.Error(err)
					}
				})
			}
			wg.Wait()
			f.equal("refused", refused.Load(), 1)
			owned, err := f.HasOwner(f.ctx())
			f.ok(err)
			f.equal("owned", owned, true)
			for _, id := range owners { // so that the next round begins without one
				f.ok(f.ReleaseName(f.ctx(), id))
			}
		}
	}},
	{"changes are told to those who ask", func(f *fixture) {
		ann, bob, eve := f.member("ann"), f.member("bob"), f.account(store.NewAccount{Name: "eve", Token: token(1)})
		before := f.cursor()
		f.change(store.AccountUpdate{Account: bob.ID, Role: plausch.RoleAdmin})
		f.change(store.AccountUpdate{Account: ann.ID, Role: plausch.RoleAdmin})
		f.change(store.AccountUpdate{Account: bob.ID, Role: plausch.RoleMember})
		f.device(ann.ID, token(2)) // a device more changes nothing for those there are
		f.equal("changes", f.changes(before), []store.Change{{Account: bob.ID}, {Account: ann.ID}, {Account: bob.ID}})
		_, d, err := f.AccountByToken(f.ctx(), token(1))
		f.ok(err)
		before = f.cursor()
		f.ok(f.RevokeDevice(f.ctx(), eve.ID, d.ID))
		f.equal("changes", f.changes(before), []store.Change{{Account: eve.ID}})
		f.equal("changes after the last", len(f.changes(f.cursor())), 0)
	}},
	{"who is deleted leaves its rooms, but direct ones, in the same commit", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		room := f.room(plausch.RoomPublic, "room", bob)
		f.one(join(room, ann, ann))
		pair := f.one(direct(ann, bob, "hi")).Room
		before := f.cursor()
		f.change(store.AccountUpdate{Account: ann.ID, State: plausch.AccountDeleted, At: at(5)})
		f.equal("changes", f.changes(before), []store.Change{{Room: room, First: 3, Last: 3}, {Account: ann.ID}})
		f.equal("cursor", f.cursor(), before+1)
		e := f.log(room)[2]
		f.equal("the event", []any{e.Kind, e.Actor.ID, e.Member.ID, e.Time.Equal(at(5))}, []any{plausch.EventLeave, ann.ID, ann.ID, true})
		f.equal("members", f.members(room), []plausch.AccountID{bob.ID})
		f.equal("members of the direct room", f.members(pair), []plausch.AccountID{ann.ID, bob.ID})
	}},
}

func testDelete(f *fixture) {
	ann := f.account(store.NewAccount{Name: "ann", Display: "Ann", PasswordHash: "$hash", Token: token(1)})
	bob := f.member("bob")
	room := f.room(plausch.RoomPrivate, "den", ann.Ref())
	f.one(join(room, ann.Ref(), bob))
	f.one(message(room, ann.Ref(), "mine"))
	talk := f.one(direct(ann.Ref(), bob, "psst")).Room
	invite, err := f.CreateInvite(f.ctx(), store.NewInvite{Token: token(5), Maker: ann.ID, Role: plausch.RoleMember, At: start, Expires: at(100)})
	f.ok(err)

	gone := f.change(store.AccountUpdate{Account: ann.ID, State: plausch.AccountDeleted})
	f.equal("the account", gone.Ref(), plausch.AccountRef{ID: ann.ID, Name: plausch.DeletedName})
	f.equal("the state", gone.State, plausch.AccountDeleted)
	_, err = f.AccountByName(f.ctx(), "ann")
	f.code(plausch.NotFound, err)
	_, err = f.byToken(token(1))
	f.code(plausch.NotFound, err)
	_, err = f.InviteByToken(f.ctx(), token(5), start)
	f.code(plausch.NotFound, err)
	f.code(plausch.NotFound, f.RevokeInvite(f.ctx(), invite.ID, start, bob.ID))
	f.equal("its message", f.log(room)[2].Text, "mine")
	f.equal("the author", f.log(room)[2].Actor, gone.Ref())
	f.equal("members", f.members(room), []plausch.AccountID{bob.ID})
	f.equal("of the direct room", f.members(talk), []plausch.AccountID{ann.ID, bob.ID})
	_, err = f.UpdateAccount(f.ctx(), store.AccountUpdate{Account: ann.ID, State: plausch.AccountActive, At: start})
	f.code(plausch.NotFound, err)
	f.equal("a new one", f.member("ann").ID == ann.ID, false)
}

func testLastOwner(f *fixture) {
	owned := func() bool {
		owned, err := f.HasOwner(f.ctx())
		f.ok(err)
		return owned
	}
	f.equal("owned at first", owned(), false)
	member := f.member("member")
	f.change(store.AccountUpdate{Account: member.ID, Role: plausch.RoleAdmin}) // there is none to lose
	ann := f.account(store.NewAccount{Name: "ann", Role: plausch.RoleOwner, Token: token(1)})
	f.equal("owned", owned(), true)
	changes := map[string]store.AccountUpdate{
		"demote":     {Account: ann.ID, At: start, Role: plausch.RoleAdmin, RevokeDevices: true},
		"deactivate": {Account: ann.ID, At: start, State: plausch.AccountDeactivated, RevokeDevices: true},
		"delete":     {Account: ann.ID, At: start, State: plausch.AccountDeleted, RevokeDevices: true},
	}
	for what, c := range changes {
		_, err := f.UpdateAccount(f.ctx(), c)
		if plausch.CodeOf(err) != plausch.Forbidden {
			f.Fatalf("%s: %v, want it forbidden", what, err)
		}
		still, err := f.byToken(token(1))
		f.ok(err)
		f.equal("after it was refused", still, ann)
	}
	f.change(store.AccountUpdate{Account: member.ID, Role: plausch.RoleOwner})
	f.change(store.AccountUpdate{Account: ann.ID, State: plausch.AccountDeactivated})
	f.equal("owned by another", owned(), true)
	_, err := f.UpdateAccount(f.ctx(), store.AccountUpdate{Account: member.ID, Role: plausch.RoleMember, At: start})
	f.code(plausch.Forbidden, err) // the other owner is not active
}
