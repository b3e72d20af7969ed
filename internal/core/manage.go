package core

import (
	"context"
	"errors"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/names"
	"plausch/internal/store"
)

// accountToChange returns the account called name if by may change it.
func (c *Core) accountToChange(ctx context.Context, by plausch.Account, name string) (plausch.Account, error) {
	if err := isAdmin(by); err != nil { // before it can learn who there is
		return plausch.Account{}, err
	}
	account, err := c.accountNamed(ctx, name)
	if err != nil {
		return plausch.Account{}, err
	}
	return account, mayChange(by, account)
}

// Accounts returns the accounts that hold a name, by id from the first after the
// given one, and whether there are more. Guests who will lose theirs are not among
// them.
func (c *Core) Accounts(ctx context.Context, by plausch.Account, after plausch.AccountID, limit int) ([]plausch.Account, bool, error) {
	if err := isAdmin(by); err != nil {
		return nil, false, err
	}
	all, err := c.store.ListAccounts(ctx, after, limit+1, c.now().Add(-plausch.GuestNameKept))
	return all[:min(len(all), limit)], len(all) > limit, err
}

// SetRole gives the account called name another role.
func (c *Core) SetRole(ctx context.Context, by plausch.Account, name string, role plausch.Role) error {
	if err := isOwner(by); err != nil {
		return err
	}
	account, err := c.accountNamed(ctx, name)
	if err != nil {
		return err
	}
	if _, err := c.admin(by).SetRole(ctx, account, role); err != nil {
		return err
	}
	return c.recheck(ctx, account.ID)
}

// Deactivate shuts the account called name out, and Activate lets it in again.
func (c *Core) Deactivate(ctx context.Context, by plausch.Account, name string) error {
	account, err := c.accountToChange(ctx, by, name)
	if err != nil {
		return err
	}
	if err := c.admin(by).DeactivateAccount(ctx, account); err != nil {
		return err
	}
	return c.recheck(ctx, account.ID)
}

func (c *Core) Activate(ctx context.Context, by plausch.Account, name string) error {
	account, err := c.accountToChange(ctx, by, name)
	if err != nil {
		return err
	}
	return c.admin(by).ActivateAccount(ctx, account)
}

// DeleteAccount deletes the account called name, or with an empty name that of
// l. Who deletes itself has to know its password, and l has to leave then, as own
// says. Its messages go with erase.
func (c *Core) DeleteAccount(ctx context.Context, conn *Connection, from ClientInfo, name, password string, erase bool) (own bool, err error) {
	by := conn.Account()
	account := by
	if name != "" {
		account, err = c.accountToChange(ctx, by, name)
	}
	admin := c.admin(by)
	if own = err == nil && account.ID == by.ID; own {
		var judged store.Judged
		judged, err = c.verifyOwnPassword(ctx, by, from, password)
		admin.If = []store.Judged{judged}
	}
	if err != nil {
		return false, err
	}
	conn.closing.Store(own)
	if err := admin.DeleteAccount(ctx, account, erase); err != nil {
		conn.closing.Store(false)
		return false, err
	}
	return own, errors.Join(c.recheck(ctx, account.ID), c.log.follow(ctx))
}

// CreateBot makes a bot, or a new token for the bot of that name.
func (c *Core) CreateBot(ctx context.Context, by plausch.Account, name string) (plausch.Account, auth.Token, error) {
	if err := isAdmin(by); err != nil {
		return plausch.Account{}, auth.Token{}, err
	}
	if mapped, err := names.Account(name); err == nil {
		if old, err := c.store.AccountByName(ctx, mapped); err == nil && old.Bot {
			if err := mayChange(by, old); err != nil {
				return plausch.Account{}, auth.Token{}, err
			}
		}
	}
	account, token, err := c.admin(by).CreateBot(ctx, name)
	if err != nil {
		return account, token, err
	}
	return account, token, c.recheck(ctx, account.ID)
}

// Audit returns entries of the audit log, the newest first, with ids below before
// (0: all), and whether there are more.
func (c *Core) Audit(ctx context.Context, by plausch.Account, before int64, limit int) ([]plausch.Audit, bool, error) {
	if err := isOwner(by); err != nil {
		return nil, false, err
	}
	all, err := c.store.ListAudit(ctx, before, limit+1)
	return all[:min(len(all), limit)], len(all) > limit, err
}
