package storetest

import (
	"plausch"
	"plausch/internal/store"
)

var deviceTests = []test{
	{"an account may have several", func(f *fixture) {
		ann, bob := f.account(store.NewAccount{Name: "ann"}), f.account(store.NewAccount{Name: "bob"})
		f.ok(f.CreateDevice(f.ctx(), ann.ID, token(1), start))
		f.ok(f.CreateDevice(f.ctx(), bob.ID, token(2), start))
		f.ok(f.CreateDevice(f.ctx(), ann.ID, token(3), start))
		for n, want := range map[int]plausch.Account{1: ann, 2: bob, 3: ann} {
			got, err := f.AccountByToken(f.ctx(), token(n))
			f.ok(err)
			f.equal("by token", got, want)
		}
	}},
	{"an unknown token is not found", func(f *fixture) {
		_, err := f.AccountByToken(f.ctx(), token(1))
		f.code(plausch.NotFound, err)
	}},
	{"one is forgotten, the others stay", func(f *fixture) {
		ann := f.account(store.NewAccount{Name: "ann", Token: token(1)})
		f.ok(f.CreateDevice(f.ctx(), ann.ID, token(2), start))
		f.ok(f.DeleteDevice(f.ctx(), token(1)))
		_, err := f.AccountByToken(f.ctx(), token(1))
		f.code(plausch.NotFound, err)
		_, err = f.AccountByToken(f.ctx(), token(2))
		f.ok(err)
	}},
	{"forgetting an unknown one is no error", func(f *fixture) {
		f.ok(f.DeleteDevice(f.ctx(), token(1)))
	}},
}
