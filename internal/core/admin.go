package core

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/store"
)

// Admin manages a server: for an account, as far as policy.go allows it (see
// [Core.Admin]), or for whoever can write the data folder, who may do everything: that
// is the zero Admin with a Store and Passwords. A server that runs beside notices
// what was done (see connections).
//
// Accounts are called by their names, or by ids such as id:12.
type Admin struct {
	Store     store.Store
	Passwords *auth.Hasher
	Now       func() time.Time // nil means time.Now

	core *Core           // of the server that does it; nil beside one
	by   plausch.Account // for whom, if core is set
	// conditions are by what by is allowed to do it; see also judged.
	conditions []store.Judged
}

// ResetLife is how long the code of a password reset is good.
const ResetLife = 24 * time.Hour

// Admin does for an account what that may do.
func (c *Core) Admin(by plausch.Account) *Admin {
	return &Admin{
		Store: c.store, Passwords: c.opts.Passwords, Now: c.opts.Now,
		core: c, by: by, conditions: []store.Judged{{Account: by.ID, Role: by.Role}},
	}
}

// check asks a rule of policy.go.
func (a *Admin) check(rule func(by plausch.Account) error) error {
	if a.core == nil {
		return nil
	}
	return rule(a.by)
}

// GetAccount returns the account called name, for those who may do anything to
// accounts.
func (a *Admin) GetAccount(ctx context.Context, name string) (plausch.Account, error) {
	if err := a.check(isAdmin); err != nil { // before it can learn who there is
		return plausch.Account{}, err
	}
	return accountNamed(ctx, a.Store, name)
}

// accountToChange returns the account called name if it may be changed.
func (a *Admin) accountToChange(ctx context.Context, name string) (plausch.Account, error) {
	account, err := a.GetAccount(ctx, name)
	if err != nil {
		return plausch.Account{}, err
	}
	return account, a.check(func(by plausch.Account) error { return mayChange(by, account) })
}

// changed ends the connections of an account whose sign-in is not good any more.
func (a *Admin) changed(ctx context.Context, id plausch.AccountID) error {
	if a.core == nil {
		return nil
	}
	return a.core.recheck(ctx, id)
}

// judged is by what a change of an account was allowed: the rights of who makes it,
// over somebody who has that role.
func (a *Admin) judged(account plausch.Account) []store.Judged {
	if len(a.conditions) == 0 {
		return nil
	}
	return append(slices.Clone(a.conditions), store.Judged{Account: account.ID, Role: account.Role, Inactive: true})
}

// change changes an account by those rights.
func (a *Admin) change(ctx context.Context, account plausch.Account, c store.AccountChange) (plausch.Account, error) {
	c.Account, c.At, c.If = account.ID, a.now(), a.judged(account)
	changed, err := a.Store.ChangeAccount(ctx, c)
	if err != nil {
		return changed, meanwhile(err)
	}
	return changed, a.changed(ctx, account.ID)
}

// meanwhile tells that what was allowed is not any more when it is to be done.
func meanwhile(err error) error {
	if errors.Is(err, store.ErrUnmet) {
		return errChanged()
	}
	return err
}

func (a *Admin) now() time.Time {
	if a.Now == nil {
		return time.Now().Truncate(time.Millisecond)
	}
	return a.Now().Truncate(time.Millisecond)
}

func (a *Admin) audit(action plausch.AuditAction, detail string) *plausch.Audit {
	return &plausch.Audit{Time: a.now(), Actor: a.by.Ref(), Action: action, Detail: detail}
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

// CreateBot makes a bot and returns its token, which is not kept. If there is a bot
// of that name, its tokens before are not good any more.
func (a *Admin) CreateBot(ctx context.Context, name string) (plausch.Account, auth.Token, error) {
	if err := a.check(isAdmin); err != nil {
		return plausch.Account{}, auth.Token{}, err
	}
	token := auth.NewToken()
	old, err := accountNamed(ctx, a.Store, name)
	switch {
	case err == nil && old.Bot:
		if err := a.check(func(by plausch.Account) error { return mayChange(by, old) }); err != nil {
			return plausch.Account{}, auth.Token{}, err
		}
		device, err := a.Store.CreateDevice(ctx, store.NewDevice{
			Account: old.ID, Token: token.Hash(), Lasting: true, At: a.now(), If: a.judged(old), Audit: a.audit(plausch.AuditBot, "new token"),
		})
		if err != nil {
			return old, token, meanwhile(err)
		}
		old, err = a.change(ctx, old, store.AccountChange{RevokeDevices: true, KeepDevice: device.ID})
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

func (a *Admin) create(ctx context.Context, n store.NewAccount) (plausch.Account, error) {
	n.At, n.If = a.now(), a.conditions
	n.GuestsSeenBefore = n.At.Add(-plausch.GuestNameKept)
	account, err := a.Store.CreateAccount(ctx, n)
	return account, meanwhile(err)
}

// SetPassword gives an account a new password and ends all its devices.
func (a *Admin) SetPassword(ctx context.Context, name, password string) error {
	account, err := a.accountToChange(ctx, name)
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
	_, err = a.change(ctx, account, store.AccountChange{
		PasswordHash: hash, RevokeDevices: true, Audit: a.audit(plausch.AuditPassword, ""),
	})
	return err
}

// CreateReset returns a code by which an account gets a new password, in the place
// of the last one, and until when it is good.
func (a *Admin) CreateReset(ctx context.Context, name string) (auth.Code, time.Time, error) {
	account, err := a.accountToChange(ctx, name)
	if err != nil {
		return auth.Code{}, time.Time{}, err
	}
	if account.Bot || uninvited(account) {
		return auth.Code{}, time.Time{}, plausch.Errorf(plausch.Invalid, "%s has no password that could be reset", account.Name)
	}
	code, expires := auth.NewCode(), a.now().Add(ResetLife)
	err = a.Store.CreateTicket(ctx, store.Ticket{
		Hash: code.Hash(), Purpose: store.PurposeReset, Account: account.ID, Expires: expires, If: a.judged(account), Audit: a.audit(plausch.AuditReset, ""),
	})
	return code, expires, meanwhile(err)
}

// CreateClaim returns a code by which the first owner is made, in the place of the
// last one. The error is Forbidden if there is an owner.
func (a *Admin) CreateClaim(ctx context.Context) (auth.Code, error) {
	code := auth.NewCode()
	return code, a.Store.CreateTicket(ctx, store.Ticket{
		Hash: code.Hash(), Purpose: store.PurposeClaim, Expires: a.now().Add(ClaimLife),
	})
}

// SetRole gives an account another role: owner, admin or member. A guest whom
// nobody has invited stays one. The invites of who may make none any more end.
func (a *Admin) SetRole(ctx context.Context, name string, role plausch.Role) (plausch.Account, error) {
	if err := a.check(isOwner); err != nil {
		return plausch.Account{}, err
	}
	account, err := a.accountToChange(ctx, name)
	if err != nil {
		return account, err
	}
	switch {
	case role != plausch.RoleOwner && role != plausch.RoleAdmin && role != plausch.RoleMember:
		return account, plausch.Errorf(plausch.Invalid, "there is no role %q; choose owner, admin or member", role)
	case account.Transient, uninvited(account):
		return account, plausch.Errorf(plausch.Invalid, "%s is a guest, whose name is kept for a day only; invite them instead", account.Name)
	case account.Bot && role == plausch.RoleOwner:
		return account, plausch.Errorf(plausch.Invalid, "%s is a bot, which cannot be an owner", account.Name)
	}
	return a.change(ctx, account, store.AccountChange{
		Role: role, Audit: a.audit(plausch.AuditRole, string(role)),
		RevokeInvites: mayInvite(plausch.Account{Role: role}) != nil,
	})
}

// DeactivateAccount shuts an account out, and ends the invites by which it could come
// back as another.
func (a *Admin) DeactivateAccount(ctx context.Context, name string) error {
	account, err := a.accountToChange(ctx, name)
	if err != nil {
		return err
	}
	_, err = a.change(ctx, account, store.AccountChange{
		State: plausch.AccountDeactivated, RevokeDevices: !account.Bot && account.Role != plausch.RoleGuest,
		RevokeInvites: true, Audit: a.audit(plausch.AuditDeactivate, ""),
	})
	return err
}

// ActivateAccount lets an account in again.
func (a *Admin) ActivateAccount(ctx context.Context, name string) error {
	account, err := a.accountToChange(ctx, name)
	if err != nil {
		return err
	}
	_, err = a.change(ctx, account, store.AccountChange{
		State: plausch.AccountActive, Audit: a.audit(plausch.AuditActivate, ""),
	})
	return err
}

// DeleteAccount deletes an account for good. What it wrote stays, under the name
// plausch.DeletedName, or goes, with erase. It leaves its rooms, and those who stay
// see it.
func (a *Admin) DeleteAccount(ctx context.Context, name string, erase bool) error {
	account, err := a.accountToChange(ctx, name)
	if err != nil {
		return err
	}
	return a.deleteAccount(ctx, account, erase)
}

func (a *Admin) deleteAccount(ctx context.Context, account plausch.Account, erase bool) error {
	detail := account.Name // the last place where it stands
	if erase {
		detail += ", with its messages"
	}
	_, err := a.change(ctx, account, store.AccountChange{
		State: plausch.AccountDeleted, EraseTexts: erase, Audit: a.audit(plausch.AuditDelete, detail),
	})
	if err == nil && a.core != nil {
		err = a.core.log.follow(ctx) // which tells that it has left its rooms
	}
	return err
}

// DeleteAccount deletes the account called name, or with an empty name that of
// conn. Who deletes itself has to know its password, and conn has to be ended then, as
// own says. Its messages go with erase.
func (c *Core) DeleteAccount(ctx context.Context, conn *Connection, from ClientInfo, name, password string, erase bool) (own bool, err error) {
	by := conn.Account()
	account, admin := by, c.Admin(by)
	if name != "" {
		account, err = admin.accountToChange(ctx, name)
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
// given one, and whether there are more. Guests who will lose theirs are not among
// them.
func (a *Admin) ListAccounts(ctx context.Context, after plausch.AccountID, limit int) ([]plausch.Account, bool, error) {
	if err := a.check(isAdmin); err != nil {
		return nil, false, err
	}
	all, err := a.Store.ListAccounts(ctx, after, limit+1, a.now().Add(-plausch.GuestNameKept))
	return all[:min(len(all), limit)], len(all) > limit, err
}
