package core

import (
	"context"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/store"
)

// ChangePassword gives the account of conn a new password, if it knows the old one,
// and ends its other devices.
func (c *Core) ChangePassword(ctx context.Context, conn *Connection, from ClientInfo, old, password string) error {
	by := conn.Account()
	if by.Bot || uninvited(by) {
		return plausch.Errorf(plausch.Forbidden, "only permanent accounts have a password")
	}
	if err := auth.CheckPassword(by.Name, password); err != nil {
		return err
	}
	judged, err := c.verifyOwnPassword(ctx, by, from, old)
	if err != nil {
		return err
	}
	hash, err := c.opts.Passwords.Hash(ctx, from.vouched(), password)
	if err != nil {
		return err
	}
	_, err = c.store.ChangeAccount(ctx, store.AccountChange{
		Account: by.ID, At: c.now(), If: []store.Judged{judged}, PasswordHash: hash, RevokeDevices: true, KeepDevice: conn.device,
	})
	if err != nil {
		return meanwhile(err)
	}
	return c.recheck(ctx, by.ID)
}

// verifyOwnPassword returns by as it is judged, with the hash of its password, or
// Forbidden if password is not that. Guests have none, and need none.
func (c *Core) verifyOwnPassword(ctx context.Context, by plausch.Account, from ClientInfo, password string) (store.Judged, error) {
	_, hash, err := c.store.PasswordHash(ctx, by.Name)
	if err != nil || hash == "" {
		return store.Judged{Account: by.ID}, err
	}
	judged, err := c.checkPassword(ctx, from, by.Name, password)
	if plausch.CodeOf(err) == plausch.SignInFailed {
		err = plausch.Errorf(plausch.Forbidden, "the password is wrong")
	}
	if err == nil && judged.Account != by.ID {
		err = errChanged() // the name is somebody else's by now
	}
	return judged, err
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
	hash, err := c.opts.Passwords.Hash(ctx, from.vouched(), password)
	if err != nil {
		return SignedIn{}, err
	}
	account, err = c.store.ChangeAccount(ctx, store.AccountChange{
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
