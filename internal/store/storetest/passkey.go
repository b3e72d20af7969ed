package storetest

import (
	"plausch"
	"plausch/internal/store"
)

var passkeyTests = []test{
	{"what is made is what is read", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		first := store.Passkey{ID: []byte{0, 1}, Account: ann.ID, Name: "phone", Key: []byte("{}"), Created: at(1), Used: at(1)}
		second := store.Passkey{ID: []byte{2}, Account: ann.ID, Name: "", Key: []byte("{2}"), Created: at(2), Used: at(2)}
		f.ok(f.CreatePasskey(f.ctx(), second))
		f.ok(f.CreatePasskey(f.ctx(), first))
		f.code(plausch.Taken, f.CreatePasskey(f.ctx(), store.Passkey{ID: first.ID, Account: bob.ID, Key: []byte("{}"), Created: at(3), Used: at(3)}))
		got, err := f.Passkey(f.ctx(), first.ID)
		f.ok(err)
		f.equal("by id", got, first)
		all, err := f.ListPasskeys(f.ctx(), ann.ID)
		f.ok(err)
		f.equal("all", all, []store.Passkey{first, second})
		f.ok(f.UsePasskey(f.ctx(), first.ID, []byte("{9}"), at(9)))
		got, err = f.Passkey(f.ctx(), first.ID)
		f.ok(err)
		first.Key, first.Used = []byte("{9}"), at(9)
		f.equal("after use", got, first)
	}},
	{"one is deleted by its account only", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		id := []byte{1}
		f.ok(f.CreatePasskey(f.ctx(), store.Passkey{ID: id, Account: ann.ID, Key: []byte("{}"), Created: at(1), Used: at(1)}))
		f.code(plausch.NotFound, f.DeletePasskey(f.ctx(), bob.ID, id))
		f.ok(f.DeletePasskey(f.ctx(), ann.ID, id))
		_, err := f.Passkey(f.ctx(), id)
		f.code(plausch.NotFound, err)
	}},
	{"they go with the account", func(f *fixture) {
		ann := f.member("ann")
		f.ok(f.CreatePasskey(f.ctx(), store.Passkey{ID: []byte{1}, Account: ann.ID, Key: []byte("{}"), Created: at(1), Used: at(1)}))
		f.change(store.AccountUpdate{Account: ann.ID, State: plausch.AccountDeleted})
		_, err := f.Passkey(f.ctx(), []byte{1})
		f.code(plausch.NotFound, err)
	}},
}
