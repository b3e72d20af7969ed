package core

import (
	"context"
	"errors"
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

// recheck ends the connections of an account whose sign-in is not good any more.
func (a *Admin) recheck(ctx context.Context, id plausch.AccountID) error {
	if a.core == nil {
		return nil
	}
	return a.core.recheck(ctx, id)
}

// conditionsFor returns by what a change of an account was allowed: the rights of who makes it,
// over somebody who has that role.
func (a *Admin) conditionsFor(account plausch.Account) []store.Judged {
	if len(a.conditions) == 0 {
		return nil
	}
	return append(slices.Clone(a.conditions), store.Judged{Account: account.ID, Role: account.Role, Inactive: true})
}

// conflictError tells that what was allowed is not any more when it is to be done.
func conflictError(err error) error {
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
