package api

import (
	"context"

	"plausch"
	"plausch/protocol"
)

func accountUpdate(a *API, ctx context.Context, c *Caller, p *protocol.AccountUpdate) (protocol.Body, error) {
	account, err := a.core.UpdateAccount(ctx, c.Account(), p.Display)
	if err != nil {
		return nil, err
	}
	me := protocol.NewOwnAccount(account, a.core.Now())
	return &me, nil
}

func accountList(a *API, ctx context.Context, c *Caller, p *protocol.AccountList) (protocol.Body, error) {
	limit, err := pageLimit(p.Limit)
	if err != nil {
		return nil, err
	}
	accounts, more, err := a.core.Admin(c.Account()).ListAccounts(ctx, plausch.AccountID(p.After), min(limit, protocol.MaxLongPage))
	if err != nil {
		return nil, err
	}
	result := &protocol.Accounts{Accounts: make([]protocol.AccountInfo, len(accounts)), More: more}
	for i, account := range accounts {
		result.Accounts[i] = protocol.NewAccountInfo(account)
	}
	return result, nil
}

func accountRole(a *API, ctx context.Context, c *Caller, p *protocol.AccountRole) (protocol.Body, error) {
	_, err := a.core.Admin(c.Account()).SetRole(ctx, p.Name, plausch.Role(p.Role))
	return &protocol.Empty{}, err
}

func accountDeactivate(a *API, ctx context.Context, c *Caller, p *protocol.AccountName) (protocol.Body, error) {
	return &protocol.Empty{}, a.core.Admin(c.Account()).DeactivateAccount(ctx, p.Name)
}

func accountActivate(a *API, ctx context.Context, c *Caller, p *protocol.AccountName) (protocol.Body, error) {
	return &protocol.Empty{}, a.core.Admin(c.Account()).ActivateAccount(ctx, p.Name)
}

func accountDelete(a *API, ctx context.Context, c *Caller, p *protocol.AccountDelete) (protocol.Body, error) {
	own, err := a.core.DeleteAccount(ctx, c.conn, c.clientInfo(""), p.Name, p.Password, p.Erase)
	if own {
		c.Close()
	}
	return &protocol.Empty{}, err
}
