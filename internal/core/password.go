package core

import (
	"context"
	"fmt"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/names"
	"plausch/internal/store"
)

// ChangePassword gives the account of conn a new password, if it knows the old one,
// and ends its other devices.
func (c *Core) ChangePassword(ctx context.Context, conn *Connection, from ClientInfo, old, password string) error {
	by := conn.Account()
	if by.Bot || by.Uninvited() {
		return plausch.Errorf(plausch.Forbidden, "only permanent accounts have a password")
	}
	if err := auth.CheckPassword(by.Name, password); err != nil {
		return err
	}
	judged, err := c.verifyOwnPassword(ctx, by, from, old)
	if err != nil {
		return err
	}
	hash, err := c.opts.Passwords.Hash(ctx, from.hashSource(), password)
	if err != nil {
		return err
	}
	_, err = c.store.UpdateAccount(ctx, store.AccountUpdate{
		Account: by.ID, At: c.now(), If: []store.Judged{judged}, PasswordHash: hash, RevokeDevices: true, KeepDevice: conn.device,
	})
	if err != nil {
		return conflictError(err)
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

// checkPassword returns the account that holds name, with its hash, if password is
// its. Verifying takes long: what follows from it is to be judged by both.
func (c *Core) checkPassword(ctx context.Context, from ClientInfo, name, password string) (store.Judged, error) {
	name, err := names.Account(name)
	if err != nil {
		name = "-" // nobody's: all that can be no name is guessed at together
	}
	attempt, err := c.throttle.Begin(ctx, from.Remote, name)
	if err != nil {
		return store.Judged{}, err
	}
	defer attempt.Withdraw() // unless it is decided: there was no turn for it
	id, hash, err := c.passwordHash(ctx, name)
	if err != nil {
		return store.Judged{}, err
	}
	if err := c.opts.Passwords.Verify(ctx, c.throttle.Source(from.Remote), hash, password); err != nil {
		if plausch.CodeOf(err) == plausch.SignInFailed {
			attempt.Failed()
		}
		return store.Judged{}, err
	}
	attempt.Succeeded()
	c.opts.Passwords.Know(from.Remote)
	return store.Judged{Account: id, PasswordHash: hash}, nil
}

// passwordHash returns the account that holds a name, and its hash. The hash is
// empty for names that nobody holds and for guests, so it is never verified.
func (c *Core) passwordHash(ctx context.Context, mapped string) (plausch.AccountID, string, error) {
	id, hash, err := c.store.PasswordHash(ctx, mapped)
	if plausch.CodeOf(err) == plausch.NotFound {
		return 0, "", nil
	}
	return id, hash, err
}

// SetPassword gives an account a new password and ends all its devices.
func (a *Admin) SetPassword(ctx context.Context, name, password string) error {
	account, err := a.accountToManage(ctx, name)
	if err != nil {
		return err
	}
	if account.Bot {
		return plausch.Errorf(plausch.Invalid, "%s is a bot, which has no password", account.Name)
	}
	if err := auth.CheckPassword(account.Name, password); err != nil {
		return err
	}
	hash, err := a.Passwords.Hash(ctx, auth.Source{Known: true}, password)
	if err != nil {
		return fmt.Errorf("hash the password: %w", err)
	}
	_, err = a.updateAccount(ctx, account, store.AccountUpdate{
		PasswordHash: hash, RevokeDevices: true, Audit: a.audit(plausch.AuditPassword, ""),
	})
	return err
}
