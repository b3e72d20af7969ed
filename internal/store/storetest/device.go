package storetest

import (
	"time"

	"plausch"
	"plausch/internal/store"
)

var deviceTests = []test{
	{"an account may have several", func(f *fixture) {
		ann, bob := f.account(store.NewAccount{Name: "ann"}), f.account(store.NewAccount{Name: "bob"})
		f.device(ann.ID, token(1))
		f.device(bob.ID, token(2))
		f.device(ann.ID, token(3))
		for n, want := range map[int]plausch.Account{1: ann, 2: bob, 3: ann} {
			got, err := f.byToken(token(n))
			f.ok(err)
			f.equal("by token", got, want)
		}
	}},
	{"what is made is what is read", func(f *fixture) {
		ann := f.account(store.NewAccount{Name: "ann", Token: token(1), Program: "first 1", At: at(1)})
		made, err := f.CreateDevice(f.ctx(), store.NewDevice{Account: ann.ID, Token: token(2), Program: "second 2", Lasting: true, At: at(2)})
		f.ok(err)
		f.equal("made", made, plausch.Device{ID: made.ID, Account: ann.ID, Program: "second 2", Lasting: true, Created: at(2), Used: at(2)})
		_, first, err := f.AccountByToken(f.ctx(), token(1))
		f.ok(err)
		f.equal("the first", first, plausch.Device{ID: first.ID, Account: ann.ID, Program: "first 1", Created: at(1), Used: at(1)})
		all, err := f.ListDevices(f.ctx(), ann.ID)
		f.ok(err)
		f.equal("all", all, []plausch.Device{first, made})
	}},
	{"a bot's first device is lasting", func(f *fixture) {
		f.account(store.NewAccount{Name: "robot", Bot: true, Token: token(1)})
		_, d, err := f.AccountByToken(f.ctx(), token(1))
		f.ok(err)
		f.equal("lasting", d.Lasting, true)
	}},
	{"an unknown token is not found", func(f *fixture) {
		_, err := f.byToken(token(1))
		f.code(plausch.NotFound, err)
	}},
	{"a token is of one device", func(f *fixture) {
		ann, bob := f.account(store.NewAccount{Name: "ann", Token: token(1)}), f.member("bob")
		_, err := f.CreateDevice(f.ctx(), store.NewDevice{Account: bob.ID, Token: token(1), At: start})
		f.code(plausch.Taken, err)
		got, err := f.byToken(token(1))
		f.ok(err)
		f.equal("by token", got, ann)
	}},
	{"one is forgotten, the others stay", func(f *fixture) {
		ann, bob := f.account(store.NewAccount{Name: "ann"}), f.member("bob")
		first := f.device(ann.ID, token(1))
		f.device(ann.ID, token(2))
		f.code(plausch.NotFound, f.RevokeDevice(f.ctx(), bob.ID, first.ID)) // not his
		f.ok(f.RevokeDevice(f.ctx(), ann.ID, first.ID))
		_, err := f.byToken(token(1))
		f.code(plausch.NotFound, err)
		_, err = f.byToken(token(2))
		f.ok(err)
		f.code(plausch.NotFound, f.RevokeDevice(f.ctx(), ann.ID, first.ID))
	}},
	{"an id is never given out again", func(f *fixture) {
		ann := f.account(store.NewAccount{Name: "ann"})
		first := f.device(ann.ID, token(1))
		f.ok(f.RevokeDevice(f.ctx(), ann.ID, first.ID))
		f.equal("the same id", f.device(ann.ID, token(2)).ID == first.ID, false)
	}},
	{"being used never goes backwards", func(f *fixture) {
		ann := f.account(store.NewAccount{Name: "ann"})
		d := f.device(ann.ID, token(1))
		other := f.device(ann.ID, token(2))
		f.ok(f.UseDevices(f.ctx(), []plausch.DeviceID{d.ID}, at(5)))
		f.ok(f.UseDevices(f.ctx(), []plausch.DeviceID{d.ID}, at(3)))
		f.ok(f.UseDevices(f.ctx(), nil, at(9)))
		all, err := f.ListDevices(f.ctx(), ann.ID)
		f.ok(err)
		d.Used = at(5)
		f.equal("all", all, []plausch.Device{d, other})
	}},
	{"old and unused ones expire, lasting ones do not", func(f *fixture) {
		ann := f.account(store.NewAccount{Name: "ann"})
		for n, d := range []struct {
			created, used time.Time
			lasting, want bool
		}{
			{at(10), at(20), false, true},
			{at(9), at(20), false, false},
			{at(10), at(19), false, false},
			{at(0), at(0), true, true},
		} {
			made, err := f.CreateDevice(f.ctx(), store.NewDevice{Account: ann.ID, Token: token(n), Lasting: d.lasting, At: d.created})
			f.ok(err)
			f.ok(f.UseDevices(f.ctx(), []plausch.DeviceID{made.ID}, d.used))
		}
		before := f.cursor()
		f.ok(f.ExpireDevices(f.ctx(), at(10), at(20)))
		for n, want := range []bool{true, false, false, true} {
			_, err := f.byToken(token(n))
			if (err == nil) != want {
				f.Errorf("device %d is there: %v, want %v", n, err == nil, want)
			}
		}
		f.equal("changes", f.changes(before), []store.Change{{Account: ann.ID}})
	}},
}
