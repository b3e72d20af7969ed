package storetest

import (
	"errors"
	"fmt"

	"plausch"
	"plausch/internal/store"
)

// unmet fails unless err is ErrUnmet.
func (f *fixture) unmet(what string, err error) {
	f.Helper()
	if !errors.Is(err, store.ErrUnmet) {
		f.Fatalf("%s: error %v, want ErrUnmet", what, err)
	}
}

var conditionTests = []test{
	{"a draft is committed only if its actor is still what it was judged by", func(f *fixture) {
		ann, bob := f.member("ann"), f.account(store.NewAccount{Name: "bob", Role: plausch.RoleAdmin}).Ref()
		room := f.room(plausch.RoomPrivate, "room", ann)
		draft := func(c store.Conditions) store.Draft {
			d := message(room, bob, "hi")
			d.If = c
			return d
		}
		member, admin, active := draft(store.Conditions{Member: true}), draft(store.Conditions{Role: plausch.RoleAdmin}), draft(store.Conditions{Active: true})
		expect := func(when string, met ...bool) {
			f.Helper()
			for i, r := range f.append(member, admin, active) {
				if got := r.Err == nil; got != met[i] || !met[i] && (!errors.Is(r.Err, store.ErrUnmet) || len(r.Events) > 0) {
					f.Fatalf("%s: draft %d %+v, want met %v", when, i, r, met[i])
				}
			}
		}
		expect("at first", false, true, true)
		f.one(join(room, ann, bob))
		expect("as a member", true, true, true)
		f.change(store.AccountUpdate{Account: bob.ID, Role: plausch.RoleMember})
		expect("with another role", true, false, true)
		f.change(store.AccountUpdate{Account: bob.ID, Role: plausch.RoleAdmin, State: plausch.AccountDeactivated})
		expect("deactivated", true, true, false)
		f.change(store.AccountUpdate{Account: bob.ID, State: plausch.AccountActive})
		expect("active again", true, true, true)
		f.one(leave(room, ann, bob))
		expect("after its leave", false, true, true)
		f.change(store.AccountUpdate{Account: bob.ID, State: plausch.AccountDeleted})
		expect("deleted", false, true, false)
	}},
	{"conditions see the drafts before them in the same batch", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		room := f.room(plausch.RoomPrivate, "room", ann)
		send := message(room, bob, "hi")
		send.If.Member = true
		got := f.append(send, join(room, ann, bob), send, leave(room, ann, bob), send)
		f.unmet("before the join", got[0].Err)
		f.ok(got[2].Err)
		f.unmet("after the leave", got[4].Err)
	}},
	{"a send that was in time is repeated even if its conditions hold no more", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		room := f.room(plausch.RoomPrivate, "room", ann)
		f.one(join(room, ann, bob))
		send := identified(message(room, bob, "hi"), "id")
		send.If = store.Conditions{Active: true, Member: true}
		first := f.one(send)
		f.one(leave(room, ann, bob))
		again := f.append(send)[0]
		f.ok(again.Err)
		f.equal("the repeat", []any{again.Repeated, again.Events[0].Seq}, []any{true, first.Seq})
	}},
	{"the join of a member and the leave of another change nothing", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		room := f.room(plausch.RoomPublic, "room", ann)
		before := f.cursor()
		for i, r := range f.append(join(room, ann, ann), leave(room, bob, bob), join(plausch.PublicRoom, bob, bob)) {
			f.equal(fmt.Sprint("draft ", i), r, store.Appended{Unchanged: true})
		}
		f.equal("events", len(f.log(room)), 1)
		f.equal("cursor", f.cursor(), before)
	}},
	{"nobody who is deleted becomes a member", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		room := f.room(plausch.RoomPrivate, "room", ann)
		f.change(store.AccountUpdate{Account: bob.ID, State: plausch.AccountDeleted})
		add, write := join(room, ann, bob), direct(ann, bob, "hi")
		add.If.Active, write.If.Active = true, true
		for what, d := range map[string]store.Draft{"join": add, "direct": write} {
			f.unmet(what, f.append(d)[0].Err)
		}
	}},
	{"a webhook that was deleted posts nothing more", func(f *fixture) {
		hook, err := f.CreateWebhook(f.ctx(), store.NewWebhook{Room: plausch.PublicRoom, Name: "hook", Token: token(1), At: start})
		f.ok(err)
		post := message(plausch.PublicRoom, hook.Account, "hi")
		post.If.Webhook = hook.ID
		f.one(post)
		f.ok(f.DeleteWebhook(f.ctx(), hook.ID, at(9), 0))
		f.unmet("after the deletion", f.append(post)[0].Err)
	}},
	{"other writes are made only if all is as it was judged", func(f *fixture) {
		admin := f.account(store.NewAccount{Name: "admin", Role: plausch.RoleAdmin, PasswordHash: "$old"})
		room := f.room(plausch.RoomPrivate, "room", admin.Ref())
		bob := f.account(store.NewAccount{Name: "bob", PasswordHash: "$bob"})
		hook, err := f.CreateWebhook(f.ctx(), store.NewWebhook{Room: room, Name: "hook", Token: token(1), At: start})
		f.ok(err)
		n := 100
		writes := map[string]func(j ...store.Judged) error{
			"CreateAccount": func(j ...store.Judged) error {
				n++
				_, err := f.CreateAccount(f.ctx(), store.NewAccount{Name: fmt.Sprint("new", n), Role: plausch.RoleMember, At: start, If: j})
				return err
			},
			"UpdateAccount": func(j ...store.Judged) error {
				_, err := f.UpdateAccount(f.ctx(), store.AccountUpdate{Account: bob.ID, At: start, If: j})
				return err
			},
			"CreateDevice": func(j ...store.Judged) error {
				n++
				_, err := f.CreateDevice(f.ctx(), store.NewDevice{Account: bob.ID, Token: token(n), At: start, If: j})
				return err
			},
			"CreateInvite": func(j ...store.Judged) error {
				n++
				_, err := f.CreateInvite(f.ctx(), store.NewInvite{Token: token(n), Role: plausch.RoleMember, At: start, Expires: at(100), If: j})
				return err
			},
			"RevokeInvite": func(j ...store.Judged) error {
				n++
				i, err := f.CreateInvite(f.ctx(), store.NewInvite{Token: token(n), Role: plausch.RoleMember, At: start, Expires: at(100)})
				f.ok(err)
				return f.RevokeInvite(f.ctx(), i.ID, start, admin.ID, j...)
			},
			"CreateTicket": func(j ...store.Judged) error {
				return f.CreateTicket(f.ctx(), store.Ticket{Hash: token(1), Purpose: store.PurposeReset, Account: bob.ID, Expires: at(100), If: j})
			},
			"CreateWebhook": func(j ...store.Judged) error {
				n++
				_, err := f.CreateWebhook(f.ctx(), store.NewWebhook{Room: room, Name: fmt.Sprint("hook", n), Token: token(n), At: start, If: j})
				return err
			},
			"DeleteWebhook": func(j ...store.Judged) error {
				err := f.DeleteWebhook(f.ctx(), hook.ID, at(9), 0, j...)
				if err == nil {
					n++
					hook, err = f.CreateWebhook(f.ctx(), store.NewWebhook{Room: room, Name: "hook", AnyMaker: true, Token: token(n), At: start})
					f.ok(err)
				}
				return err
			},
		}
		writes["CreateOutgoingWebhook"] = func(j ...store.Judged) error {
			n++
			hook := outgoing(room, admin.ID, n)
			hook.If = j
			made, err := f.CreateOutgoingWebhook(f.ctx(), hook)
			if err == nil {
				f.ok(f.DeleteOutgoingWebhook(f.ctx(), made.ID, start, 0))
			}
			return err
		}
		writes["DeleteOutgoingWebhook"] = func(j ...store.Judged) error {
			n++
			made, err := f.CreateOutgoingWebhook(f.ctx(), outgoing(room, admin.ID, n))
			f.ok(err)
			err = f.DeleteOutgoingWebhook(f.ctx(), made.ID, start, 0, j...)
			if err != nil {
				f.ok(f.DeleteOutgoingWebhook(f.ctx(), made.ID, start, 0))
			}
			return err
		}
		writes["SubscribePush"] = func(j ...store.Judged) error {
			_, err := f.SubscribePush(f.ctx(), plausch.PushSubscription{Account: bob.ID, Kind: plausch.PushNtfy, Endpoint: "https://ntfy.sh/x", Created: start}, j...)
			return err
		}
		judged := store.Judged{Account: admin.ID, Role: plausch.RoleAdmin, PasswordHash: "$old", Member: room}
		for what, write := range writes {
			for name, is := range map[string]struct {
				change func(*store.Judged)
				met    bool
			}{
				"nothing":  {func(*store.Judged) {}, true},
				"another":  {func(j *store.Judged) { *j = store.Judged{Account: bob.ID} }, true},
				"unknown":  {func(j *store.Judged) { j.Account = 12345 }, false},
				"role":     {func(j *store.Judged) { j.Role = plausch.RoleOwner }, false},
				"password": {func(j *store.Judged) { j.PasswordHash = "$new" }, false},
				"room":     {func(j *store.Judged) { j.Account, j.Role, j.PasswordHash = bob.ID, "", "" }, false},
			} {
				j := judged
				is.change(&j)
				if err := write(j); (err == nil) != is.met || !is.met && !errors.Is(err, store.ErrUnmet) {
					f.Errorf("%s with %s changed: error %v, want met %v", what, name, err, is.met)
				}
			}
		}
		f.change(store.AccountUpdate{Account: admin.ID, State: plausch.AccountDeactivated})
		for what, write := range writes {
			f.unmet(what+" by who is deactivated", write(store.Judged{Account: admin.ID}))
			f.ok(write(store.Judged{Account: admin.ID, Inactive: true}))
		}
	}},
	{"a sign-in by a passkey needs it to be there", func(f *fixture) {
		ann := f.member("ann")
		f.ok(f.CreatePasskey(f.ctx(), store.Passkey{ID: []byte("key"), Account: ann.ID, Key: []byte("public"), Created: start, Used: start}))
		device := store.NewDevice{Account: ann.ID, Token: token(1), At: start, Passkey: []byte("key")}
		_, err := f.CreateDevice(f.ctx(), device)
		f.ok(err)
		f.ok(f.DeletePasskey(f.ctx(), ann.ID, []byte("key")))
		device.Token = token(2)
		_, err = f.CreateDevice(f.ctx(), device)
		f.unmet("without it", err)
	}},
}

var cursorTests = []test{
	{"each commit that changes something has the next number", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		before := f.cursor()
		got := f.append(message(plausch.PublicRoom, ann, "1"), create(plausch.RoomPublic, "room", ann), message(plausch.PublicRoom, ann, "2"))
		for i, r := range got {
			f.equal(fmt.Sprint("cursor of draft ", i), r.Cursor, before+1)
		}
		room := got[1].Events[0].Room
		f.equal("changes", f.changes(before), []store.Change{{Room: plausch.PublicRoom, First: 1, Last: 2}, {Room: room, First: 1, Last: 1}})
		f.equal("a draft that fails", f.append(message(12345, ann, "hi"))[0].Cursor, 0)
		f.equal("cursor", f.cursor(), before+1)
		f.change(store.AccountUpdate{Account: bob.ID, Role: plausch.RoleAdmin})
		f.equal("cursor", f.cursor(), before+2)
		f.ok(f.SeeAccounts(f.ctx(), []plausch.AccountID{ann.ID}, at(1)))
		f.equal("cursor after what nobody follows", f.cursor(), before+2)
	}},
	{"changes come in commit order, in pages", func(f *fixture) {
		ann := f.member("ann")
		before := f.cursor()
		for i := range 5 {
			f.one(message(plausch.PublicRoom, ann, fmt.Sprint(i)))
		}
		some, last, err := f.Changes(f.ctx(), before, 3)
		f.ok(err)
		f.equal("the first page", []any{some, last}, []any{[]store.Change{
			{Room: 1, First: 1, Last: 1}, {Room: 1, First: 2, Last: 2}, {Room: 1, First: 3, Last: 3},
		}, before + 3})
		rest, last, err := f.Changes(f.ctx(), last, 100)
		f.ok(err)
		f.equal("the second page", []any{len(rest), last}, []any{2, before + 5})
		none, same, err := f.Changes(f.ctx(), last, 100)
		f.ok(err)
		f.equal("nothing more", []any{len(none), same}, []any{0, last})
	}},
}
