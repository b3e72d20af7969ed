package core

import (
	"context"
	"fmt"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/names"
	"plausch/internal/store"
)

// newAccount begins an account called name.
func newAccount(name string, role plausch.Role) (store.NewAccount, error) {
	mapped, err := names.NewAccount(name)
	return store.NewAccount{Name: mapped, Display: names.DisplayOf(name), Role: role}, err
}

func (c *Core) createAccount(ctx context.Context, from ClientInfo, n store.NewAccount) (plausch.Account, error) {
	n.At = c.now()
	n.GuestsSeenBefore = n.At.Add(-plausch.GuestNameKept)
	var taken reservation
	if n.Role == plausch.RoleGuest && n.Invite == (store.TokenHash{}) {
		var err error
		if taken, err = c.guests.takeAccount(from.Remote); err != nil {
			return plausch.Account{}, err
		}
	}
	account, err := c.store.CreateAccount(ctx, n)
	if err != nil {
		taken.cancel()
	}
	if plausch.CodeOf(err) == plausch.Taken {
		err = errNameTaken(n.Name)
	}
	return account, err
}

func errNameTaken(name string) error {
	return plausch.Errorf(plausch.Taken, "the name %q belongs to somebody else; choose another", name)
}

// CreateAccount makes an account with a password.
func (a *Admin) CreateAccount(ctx context.Context, name, password string, role plausch.Role) (plausch.Account, error) {
	n, err := newAccount(name, role)
	if err != nil {
		return plausch.Account{}, err
	}
	if err := auth.CheckPassword(n.Name, password); err != nil {
		return plausch.Account{}, err
	}
	if n.PasswordHash, err = a.Passwords.Hash(ctx, auth.Source{Known: true}, password); err != nil {
		return plausch.Account{}, fmt.Errorf("hash the password: %w", err)
	}
	n.Audit = a.audit(plausch.AuditAdd, string(role))
	return a.create(ctx, n)
}

func (a *Admin) create(ctx context.Context, n store.NewAccount) (plausch.Account, error) {
	n.At, n.If = a.now(), a.conditions
	n.GuestsSeenBefore = n.At.Add(-plausch.GuestNameKept)
	account, err := a.Store.CreateAccount(ctx, n)
	return account, conflictError(err)
}

func (c *Core) accountByName(ctx context.Context, name string) (plausch.Account, error) {
	return accountByName(ctx, c.store, name)
}

// accountByName returns the account that holds a name, or that has an id such as id:12.
func accountByName(ctx context.Context, st store.Store, name string) (plausch.Account, error) {
	var account plausch.Account
	var err error
	if id, ok := names.AccountID(name); ok {
		account, err = st.Account(ctx, plausch.AccountID(id))
	} else if name, err = names.Account(name); err == nil {
		account, err = st.AccountByName(ctx, name)
	}
	if plausch.CodeOf(err) == plausch.NotFound || err == nil && account.State == plausch.AccountDeleted {
		err = plausch.Errorf(plausch.NotFound, "there is nobody called %q here", name)
	}
	return account, err
}

// GetAccount returns the account called name, for owners and admins.
func (a *Admin) GetAccount(ctx context.Context, name string) (plausch.Account, error) {
	if err := a.check(checkAdmin); err != nil { // before it can learn who there is
		return plausch.Account{}, err
	}
	return accountByName(ctx, a.Store, name)
}

// accountToManage returns the account called name if it may be changed.
func (a *Admin) accountToManage(ctx context.Context, name string) (plausch.Account, error) {
	account, err := a.GetAccount(ctx, name)
	if err != nil {
		return plausch.Account{}, err
	}
	return account, a.check(func(by plausch.Account) error { return checkCanChange(by, account) })
}

// updateAccount changes an account by those rights.
func (a *Admin) updateAccount(ctx context.Context, account plausch.Account, c store.AccountUpdate) (plausch.Account, error) {
	c.Account, c.At, c.If = account.ID, a.now(), a.conditionsFor(account)
	changed, err := a.Store.UpdateAccount(ctx, c)
	if err != nil {
		return changed, conflictError(err)
	}
	return changed, a.recheck(ctx, account.ID)
}

// UpdateAccount changes how by is called; empty means by its name. What would be
// another's name is Taken. It returns the account as it is now.
func (c *Core) UpdateAccount(ctx context.Context, by plausch.Account, display string) (plausch.Account, error) {
	if display != "" {
		var err error
		if display, err = c.freeDisplay(ctx, by, display); err != nil {
			return by, err
		}
	}
	if err := c.takeSend(ctx, by); err != nil {
		return by, err
	}
	account, err := c.store.UpdateAccount(ctx, store.AccountUpdate{Account: by.ID, At: c.now(), If: []store.Judged{{Account: by.ID}}, Display: &display})
	if err != nil {
		return by, conflictError(err)
	}
	return account, c.recheck(ctx, by.ID)
}

// freeDisplay returns the one form of a display name that by may have.
func (c *Core) freeDisplay(ctx context.Context, by plausch.Account, display string) (string, error) {
	prepared, err := names.Display(display)
	if err != nil {
		return "", err
	}
	name, ok := names.ReadAsName(prepared)
	switch {
	case !ok:
		return prepared, nil
	case name == by.Name:
		return names.DisplayOf(prepared), nil
	}
	if err := names.CheckReserved(name); err != nil {
		return "", err
	}
	switch _, err := c.store.AccountByName(ctx, name); {
	case plausch.CodeOf(err) == plausch.NotFound:
		return prepared, nil
	case err != nil:
		return "", err
	}
	return "", plausch.Errorf(plausch.Taken, "%q is the name of somebody else; choose another display name", prepared)
}

// SetRole gives an account another role: owner, admin or member. A guest without an
// invite stays a guest. An account that may not invite any more loses its invites.
func (a *Admin) SetRole(ctx context.Context, name string, role plausch.Role) (plausch.Account, error) {
	if err := a.check(checkOwner); err != nil {
		return plausch.Account{}, err
	}
	account, err := a.accountToManage(ctx, name)
	if err != nil {
		return account, err
	}
	switch {
	case role != plausch.RoleOwner && role != plausch.RoleAdmin && role != plausch.RoleMember:
		return account, plausch.Errorf(plausch.Invalid, "there is no role %q; choose owner, admin or member", role)
	case account.Transient, account.Uninvited():
		return account, plausch.Errorf(plausch.Invalid, "%s is a guest, whose name is kept for a day only; invite them instead", account.Name)
	case account.Bot && role == plausch.RoleOwner:
		return account, plausch.Errorf(plausch.Invalid, "%s is a bot, which cannot be an owner", account.Name)
	}
	return a.updateAccount(ctx, account, store.AccountUpdate{
		Role: role, Audit: a.audit(plausch.AuditRole, string(role)),
		RevokeInvites: checkCanInvite(plausch.Account{Role: role}) != nil,
	})
}

// DeactivateAccount shuts an account out, and revokes its invites: by one it could come
// back as another account.
func (a *Admin) DeactivateAccount(ctx context.Context, name string) error {
	account, err := a.accountToManage(ctx, name)
	if err != nil {
		return err
	}
	_, err = a.updateAccount(ctx, account, store.AccountUpdate{
		State: plausch.AccountDeactivated, RevokeDevices: !account.Bot && account.Role != plausch.RoleGuest,
		RevokeInvites: true, Audit: a.audit(plausch.AuditDeactivate, ""),
	})
	return err
}

// ActivateAccount lets an account in again.
func (a *Admin) ActivateAccount(ctx context.Context, name string) error {
	account, err := a.accountToManage(ctx, name)
	if err != nil {
		return err
	}
	_, err = a.updateAccount(ctx, account, store.AccountUpdate{
		State: plausch.AccountActive, Audit: a.audit(plausch.AuditActivate, ""),
	})
	return err
}

// DeleteAccount deletes an account for good. What it wrote stays, under the name
// plausch.DeletedName, or goes, with erase. It leaves its rooms, and those who stay
// see it.
func (a *Admin) DeleteAccount(ctx context.Context, name string, erase bool) error {
	account, err := a.accountToManage(ctx, name)
	if err != nil {
		return err
	}
	return a.deleteAccount(ctx, account, erase)
}

func (a *Admin) deleteAccount(ctx context.Context, account plausch.Account, erase bool) error {
	detail := account.Name // it is kept nowhere else
	if erase {
		detail += ", with its messages"
	}
	_, err := a.updateAccount(ctx, account, store.AccountUpdate{
		State: plausch.AccountDeleted, EraseTexts: erase, Audit: a.audit(plausch.AuditDelete, detail),
	})
	switch {
	case err != nil:
		return err
	case a.core != nil:
		return a.core.log.follow(ctx) // which tells that it has left its rooms
	case !erase:
		return nil
	}
	// A server that runs does so, too; but there may be none.
	for more := true; more; {
		if more, err = a.Store.EraseMessages(ctx, a.now()); err != nil {
			return err
		}
	}
	return a.Store.ClearDeleted(ctx)
}

// DeleteAccount deletes the account called name or, with an empty name, that of conn.
// An account needs its password to delete itself; own is true then, and conn has to be
// ended. With erase its messages are deleted, too.
func (c *Core) DeleteAccount(ctx context.Context, conn *Connection, from ClientInfo, name, password string, erase bool) (own bool, err error) {
	by := conn.Account()
	account, admin := by, c.Admin(by)
	if name != "" {
		account, err = admin.accountToManage(ctx, name)
	}
	if own = err == nil && account.ID == by.ID; own {
		var judged store.Judged
		judged, err = c.verifyOwnPassword(ctx, by, from, password)
		admin.conditions = []store.Judged{judged}
	}
	if err != nil {
		return false, err
	}
	conn.closing.Store(own)
	if err := admin.deleteAccount(ctx, account, erase); err != nil {
		conn.closing.Store(false)
		return false, err
	}
	return own, nil
}

// ListAccounts returns the accounts that hold a name, by id from the first after the
// given one, and whether there are more. It leaves out guests whose names have expired.
func (a *Admin) ListAccounts(ctx context.Context, after plausch.AccountID, limit int) ([]plausch.Account, bool, error) {
	if err := a.check(checkAdmin); err != nil {
		return nil, false, err
	}
	all, err := a.Store.ListAccounts(ctx, after, limit+1, a.now().Add(-plausch.GuestNameKept))
	return all[:min(len(all), limit)], len(all) > limit, err
}
