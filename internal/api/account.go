package api

import (
	"context"

	"plausch"
	"plausch/protocol"
)

func accountUpdate(a *API, ctx context.Context, c *Caller, p *protocol.AccountUpdate) (protocol.Body, error) {
	account, err := a.core.SetDisplay(ctx, c.account, p.Display)
	if err != nil {
		return nil, err
	}
	c.account = account
	a.hub.Rename(account.Ref())
	me := ownAccount(account)
	return &me, nil
}

// ownAccount is an account as it is told about itself.
func ownAccount(account plausch.Account) protocol.Account {
	w := protocol.NewAccount(account.Ref())
	w.Role = string(account.Role)
	return w
}
