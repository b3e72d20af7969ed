package storetest

import (
	"errors"
	"fmt"

	"plausch"
	"plausch/internal/store"
)

var webhookTests = []test{
	{"a webhook brings its account", func(f *fixture) {
		ann := f.member("ann")
		room := f.room(plausch.RoomPublic, "garden", ann)
		made, err := f.CreateWebhook(f.ctx(), hook(room, "gnome", ann.ID, 1))
		f.ok(err)
		gnome, err := f.AccountByName(f.ctx(), "gnome")
		f.ok(err)
		f.equal("account", made.Account, gnome.Ref())
		f.equal("webhook", made, plausch.Webhook{ID: made.ID, Room: room, Account: gnome.Ref(), Created: start, Signed: true, Maker: ann})
		if gnome.Role != plausch.RoleMember {
			f.Errorf("the account is a %s", gnome.Role)
		}
		got, err := f.WebhookByToken(f.ctx(), token(1))
		f.ok(err)
		f.equal("by token", got, store.Webhook{Webhook: made, Secret: "s"})
		byID, err := f.Webhook(f.ctx(), made.ID)
		f.ok(err)
		f.equal("by id", byID, made)
	}},
	{"what is not there is not found", func(f *fixture) {
		_, err := f.WebhookByToken(f.ctx(), token(1))
		f.code(plausch.NotFound, err)
		_, err = f.Webhook(f.ctx(), 1)
		f.code(plausch.NotFound, err)
		f.code(plausch.NotFound, f.DeleteWebhook(f.ctx(), 1, at(9), 0))
	}},
	{"a name is that of its maker's webhooks", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		first, err := f.CreateWebhook(f.ctx(), hook(1, "gnome", ann.ID, 1))
		f.ok(err)
		f.ok(f.DeleteWebhook(f.ctx(), first.ID, at(9), 0))
		second, err := f.CreateWebhook(f.ctx(), hook(1, "gnome", ann.ID, 2))
		f.ok(err)
		f.equal("account", second.Account, first.Account)
		for n, by := range []plausch.AccountID{bob.ID, 0} {
			_, err = f.CreateWebhook(f.ctx(), hook(1, "gnome", by, 10+n))
			f.code(plausch.Taken, err)
			any := hook(1, "gnome", by, 20+n)
			any.AnyMaker = true
			_, err = f.CreateWebhook(f.ctx(), any)
			f.ok(err)
		}
		for _, person := range []string{"ann", "bob"} {
			n := hook(1, person, ann.ID, 30)
			n.AnyMaker = true
			_, err = f.CreateWebhook(f.ctx(), n)
			f.code(plausch.Taken, err)
		}
		_, err = f.WebhookByToken(f.ctx(), token(30))
		f.code(plausch.NotFound, err)
	}},
	{"lists are of one room, or of all", func(f *fixture) {
		ann := f.member("ann")
		garden := f.room(plausch.RoomPublic, "garden", ann)
		var made []plausch.Webhook
		for n, room := range []plausch.RoomID{1, garden, 1} {
			h, err := f.CreateWebhook(f.ctx(), hook(room, "gnome", ann.ID, n))
			f.ok(err)
			made = append(made, h)
		}
		for room, want := range map[plausch.RoomID][]plausch.Webhook{0: made, 1: {made[0], made[2]}, garden: {made[1]}, 99: nil} {
			got, err := f.ListWebhooks(f.ctx(), room)
			f.ok(err)
			f.equal("list", got, want)
		}
	}},
	{"a deleted one is gone", func(f *fixture) {
		ann := f.member("ann")
		made, err := f.CreateWebhook(f.ctx(), hook(1, "gnome", ann.ID, 1))
		f.ok(err)
		f.ok(f.DeleteWebhook(f.ctx(), made.ID, at(9), 0))
		_, err = f.WebhookByToken(f.ctx(), token(1))
		f.code(plausch.NotFound, err)
		left, err := f.ListWebhooks(f.ctx(), 0)
		f.ok(err)
		f.equal("list", left, []plausch.Webhook(nil))
		f.code(plausch.NotFound, f.DeleteWebhook(f.ctx(), made.ID, at(9), 0))
		_, err = f.AccountByName(f.ctx(), "gnome") // its messages are there
		f.ok(err)
	}},
	{"it is paused while its maker could not make it", func(f *fixture) {
		owner := f.account(store.NewAccount{Name: "olga", Role: plausch.RoleOwner})
		for n, c := range []struct {
			what        string
			role        plausch.Role // of the maker
			byOwner     bool         // the room is not the maker's
			stop, goOn  func(maker plausch.Account, room plausch.RoomID)
			alwaysGoing bool
		}{
			{what: "shut out, and let in again", role: plausch.RoleMember,
				stop: func(maker plausch.Account, _ plausch.RoomID) {
					f.change(store.AccountUpdate{Account: maker.ID, State: plausch.AccountDeactivated})
				},
				goOn: func(maker plausch.Account, _ plausch.RoomID) {
					f.change(store.AccountUpdate{Account: maker.ID, State: plausch.AccountActive})
				}},
			{what: "no admin any more, and one again", role: plausch.RoleAdmin, byOwner: true,
				stop: func(maker plausch.Account, _ plausch.RoomID) {
					f.change(store.AccountUpdate{Account: maker.ID, Role: plausch.RoleMember})
				},
				goOn: func(maker plausch.Account, _ plausch.RoomID) {
					f.change(store.AccountUpdate{Account: maker.ID, Role: plausch.RoleOwner})
				}},
			{what: "no admin any more, of its own room", role: plausch.RoleAdmin, alwaysGoing: true,
				stop: func(maker plausch.Account, _ plausch.RoomID) {
					f.change(store.AccountUpdate{Account: maker.ID, Role: plausch.RoleMember})
				}},
			{what: "not in the room, and back", role: plausch.RoleAdmin, byOwner: true,
				stop: func(maker plausch.Account, room plausch.RoomID) {
					f.append(store.Draft{Room: room, Kind: plausch.EventLeave, Actor: maker.Ref(), Member: maker.Ref(), Time: at(5)})
				},
				goOn: func(maker plausch.Account, room plausch.RoomID) {
					f.append(store.Draft{Room: room, Kind: plausch.EventJoin, Actor: maker.Ref(), Member: maker.Ref(), Time: at(6)})
				}},
			{what: "deleted", role: plausch.RoleMember, stop: func(maker plausch.Account, _ plausch.RoomID) {
				f.change(store.AccountUpdate{Account: maker.ID, State: plausch.AccountDeleted})
			}},
		} {
			maker := f.account(store.NewAccount{Name: fmt.Sprint("maker", n), Role: c.role})
			host := maker
			if c.byOwner {
				host = owner
			}
			room := f.room(plausch.RoomPublic, fmt.Sprint("room", n), host.Ref())
			if c.byOwner {
				f.append(store.Draft{Room: room, Kind: plausch.EventJoin, Actor: maker.Ref(), Member: maker.Ref(), Time: at(1)})
			}
			made, err := f.CreateWebhook(f.ctx(), hook(room, fmt.Sprint("gnome", n), maker.ID, n))
			f.ok(err)
			expect := func(when string, paused bool) {
				f.Helper()
				byToken, err := f.WebhookByToken(f.ctx(), token(n))
				f.ok(err)
				byID, err := f.Webhook(f.ctx(), made.ID)
				f.ok(err)
				list, err := f.ListWebhooks(f.ctx(), room)
				f.ok(err)
				got := []bool{byToken.Paused, byID.Paused, list[0].Paused}
				f.equal(fmt.Sprintf("maker is %s: paused %s", c.what, when), got, []bool{paused, paused, paused})
				post := store.Draft{Room: room, Kind: plausch.EventMessage, Actor: made.Account, Text: "hi", Time: at(9), If: store.Conditions{Webhook: made.ID}}
				done, err := f.Append(f.ctx(), []store.Draft{post})
				f.ok(err)
				var unmet *store.Unmet
				if refused := errors.As(done[0].Err, &unmet) && unmet.Webhook; refused != paused || !refused && done[0].Err != nil {
					f.Errorf("maker is %s: %s, a post ends with %v", c.what, when, done[0].Err)
				}
			}
			expect("at first", false)
			c.stop(maker, room)
			expect("then", !c.alwaysGoing)
			if c.goOn != nil {
				c.goOn(maker, room)
				expect("in the end", false)
			}
		}
	}},
	{"without its name an account posts no more", func(f *fixture) {
		ann := f.member("ann")
		made, err := f.CreateWebhook(f.ctx(), hook(1, "gnome", ann.ID, 1))
		f.ok(err)
		f.ok(f.ReleaseName(f.ctx(), made.Account.ID))
		_, err = f.WebhookByToken(f.ctx(), token(1))
		f.code(plausch.NotFound, err)
	}},
}

func hook(room plausch.RoomID, name string, maker plausch.AccountID, n int) store.NewWebhook {
	return store.NewWebhook{Room: room, Name: name, Maker: maker, Token: token(n), Secret: "s", At: start}
}
