package storetest

import (
	"errors"

	"plausch"
	"plausch/internal/store"
)

var banTests = []test{
	{"who is banned is out, and does not get in", func(f *fixture) {
		ann, bob, carl := f.member("ann"), f.member("bob"), f.member("carl")
		den := f.room(plausch.RoomPublic, "den", ann)
		f.append(join(den, bob, bob), join(den, carl, carl))
		ban := func(by, whom plausch.AccountRef) error {
			return f.AddBan(f.ctx(), store.NewBan{Room: den, Account: whom, By: by, At: start})
		}
		before := f.cursor()
		f.ok(ban(ann, bob))
		f.equal("members", f.members(den), []plausch.AccountID{ann.ID, carl.ID})
		log := f.log(den)
		last := log[len(log)-1]
		f.equal("the log ends", []any{last.Kind, last.Actor, last.Member}, []any{plausch.EventLeave, ann, bob})
		f.equal("changes", f.changes(before), []store.Change{{Room: den, First: last.Seq, Last: last.Seq}})
		f.ok(ban(ann, bob)) // again
		f.code(plausch.Forbidden, f.append(join(den, bob, bob))[0].Err)
		f.code(plausch.Forbidden, f.append(join(den, ann, bob))[0].Err)
		f.equal("members", f.members(den), []plausch.AccountID{ann.ID, carl.ID})
		for _, err := range []error{ban(carl, ann), ban(bob, carl)} { // who does not run the room, and who is not in it
			if !errors.Is(err, store.ErrUnmet) {
				f.Errorf("who may not ban: %v", err)
			}
		}
		dan := f.member("dan")
		f.ok(ban(ann, dan)) // who was never in
		f.equal("the log has", len(f.log(den)), len(log))
		bans, err := f.ListBans(f.ctx(), den, 0, 9)
		f.ok(err)
		f.equal("bans", bans, []plausch.Ban{{Account: bob, By: ann, Time: start}, {Account: dan, By: ann, Time: start}})
		bans, err = f.ListBans(f.ctx(), den, bob.ID, 1)
		f.ok(err)
		f.equal("the second page", bans, []plausch.Ban{{Account: dan, By: ann, Time: start}})

		end := store.NewBan{Room: den, Account: bob, By: carl, At: start}
		if err := f.RemoveBan(f.ctx(), end); !errors.Is(err, store.ErrUnmet) {
			f.Errorf("who may not end a ban: %v", err)
		}
		end.By = ann
		f.ok(f.RemoveBan(f.ctx(), end))
		f.code(plausch.NotFound, f.RemoveBan(f.ctx(), end))
		f.one(join(den, bob, bob))
		audit, err := f.ListAudit(f.ctx(), 0, 9)
		f.ok(err)
		var actions []string
		for _, a := range audit {
			actions = append(actions, string(a.Action)+" "+a.Account.Name+" "+a.Detail)
		}
		f.equal("the audit log", actions, []string{"unban bob room den", "ban dan room den", "ban bob room den"})
		f.change(store.AccountUpdate{Account: dan.ID, State: plausch.AccountDeleted})
		bans, err = f.ListBans(f.ctx(), den, 0, 9)
		f.ok(err)
		f.equal("of who is deleted", len(bans), 0)
	}},
	{"an admin of the server cannot be banned, nor the owner of a room by its admin", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		olga := f.account(store.NewAccount{Name: "olga", Role: plausch.RoleAdmin}).Ref()
		den := f.room(plausch.RoomPublic, "den", ann)
		f.append(join(den, bob, bob), join(den, olga, olga), store.Draft{
			Room: den, Kind: plausch.EventRole, Actor: ann, Member: bob, Time: start, Details: &plausch.Details{Role: plausch.RoomAdmin},
		})
		f.code(plausch.Forbidden, f.AddBan(f.ctx(), store.NewBan{Room: den, Account: olga, By: ann, At: start}))
		if err := f.AddBan(f.ctx(), store.NewBan{Room: den, Account: ann, By: bob, At: start}); !errors.Is(err, store.ErrUnmet) {
			f.Errorf("an owner by an admin: %v", err)
		}
		f.equal("members", len(f.members(den)), 3)
	}},
}
