package core

import (
	"context"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/store"
)

// CreateBot makes a bot and returns its token, which is not kept. If there is a bot
// of that name, its tokens before are not good any more.
func (a *Admin) CreateBot(ctx context.Context, name string) (plausch.Account, auth.Token, error) {
	if err := a.check(checkAdmin); err != nil {
		return plausch.Account{}, auth.Token{}, err
	}
	token := auth.NewToken()
	old, err := accountByName(ctx, a.Store, name)
	switch {
	case err == nil && old.Bot:
		if err := a.check(func(by plausch.Account) error { return checkCanChange(by, old) }); err != nil {
			return plausch.Account{}, auth.Token{}, err
		}
		device, err := a.Store.CreateDevice(ctx, store.NewDevice{
			Account: old.ID, Token: token.Hash(), Lasting: true, At: a.now(), If: a.conditionsFor(old), Audit: a.audit(plausch.AuditBot, "new token"),
		})
		if err != nil {
			return old, token, conflictError(err)
		}
		old, err = a.updateAccount(ctx, old, store.AccountUpdate{RevokeDevices: true, KeepDevice: device.ID})
		return old, token, err
	case err != nil && plausch.CodeOf(err) != plausch.NotFound:
		return plausch.Account{}, token, err
	}
	n, err := newAccount(name, plausch.RoleMember)
	if err != nil {
		return plausch.Account{}, token, err
	}
	n.Bot, n.Token, n.Audit = true, token.Hash(), a.audit(plausch.AuditBot, "")
	account, err := a.create(ctx, n)
	return account, token, err
}
