package core

import (
	"context"
	"time"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/store"
)

// ResetLife is how long the code of a password reset is good.
const ResetLife = 24 * time.Hour

// CreateReset returns a code by which an account gets a new password, in the place
// of the last one, and until when it is good.
func (a *Admin) CreateReset(ctx context.Context, name string) (auth.LinkCode, time.Time, error) {
	account, err := a.accountToManage(ctx, name)
	if err != nil {
		return auth.LinkCode{}, time.Time{}, err
	}
	if account.Bot || account.Uninvited() {
		return auth.LinkCode{}, time.Time{}, plausch.Errorf(plausch.Invalid, "%s has no password that could be reset", account.Name)
	}
	code, expires := auth.NewLinkCode(), a.now().Add(ResetLife)
	err = a.Store.CreateTicket(ctx, store.Ticket{
		Hash: code.Hash(), Purpose: store.PurposeReset, Account: account.ID, Expires: expires, If: a.conditionsFor(account), Audit: a.audit(plausch.AuditReset, ""),
	})
	return code, expires, conflictError(err)
}

// RedeemReset gives an account a new password by a code of CreateReset, ends all its
// devices, and signs in to it.
func (c *Core) RedeemReset(ctx context.Context, from ClientInfo, code, password string) (SignedIn, error) {
	token, err := from.token()
	if err != nil {
		return SignedIn{}, err
	}
	spend, ticket, err := c.ticketByCode(ctx, from, store.PurposeReset, code)
	if err != nil {
		return SignedIn{}, err
	}
	account, err := c.store.Account(ctx, ticket.Account)
	if err != nil {
		return SignedIn{}, err
	}
	if err := auth.CheckPassword(account.Name, password); err != nil {
		return SignedIn{}, err
	}
	hash, err := c.opts.Passwords.Hash(ctx, from.hashSource(), password)
	if err != nil {
		return SignedIn{}, err
	}
	account, err = c.store.UpdateAccount(ctx, store.AccountUpdate{
		Account: account.ID, At: c.now(), Ticket: spend, PasswordHash: hash, RevokeDevices: true,
		Audit: &plausch.Audit{Time: c.now(), Actor: account.Ref(), Action: plausch.AuditPassword},
	})
	switch {
	case plausch.CodeOf(err) == plausch.NotFound:
		return SignedIn{}, errBadReset() // it was used meanwhile
	case err != nil:
		return SignedIn{}, err
	}
	if err := c.recheck(ctx, account.ID); err != nil {
		return SignedIn{}, err
	}
	if account.State != plausch.AccountActive {
		return SignedIn{}, errNotActive()
	}
	return c.newDevice(ctx, from, account, token, store.NewDevice{If: []store.Judged{{Account: account.ID, PasswordHash: hash}}})
}
