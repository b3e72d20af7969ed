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

// Admin manages a server, in one of two ways. That of [Core.Admin] acts for an account,
// by the rules in policy.go. The zero Admin with a Store and Passwords acts for a command
// on the data folder and may do everything; a server that runs on the same folder
// notices the changes (see connections).
//
// A name is an account's name, or an id such as id:12.
type Admin struct {
	Store     store.Store
	Passwords *auth.Hasher
	Now       func() time.Time // nil means time.Now

	core *Core           // nil for a command
	by   plausch.Account // the account that acts, if core is set
	// conditions are what allows by to act; see conditionsFor.
	conditions []store.Judged
}

// Admin returns an Admin that acts for an account.
func (c *Core) Admin(by plausch.Account) *Admin {
	return &Admin{
		Store: c.store, Passwords: c.opts.Passwords, Now: c.opts.Now,
		core: c, by: by, conditions: []store.Judged{{Account: by.ID, Role: by.Role}},
	}
}

// check applies a rule of policy.go.
func (a *Admin) check(rule func(by plausch.Account) error) error {
	if a.core == nil {
		return nil
	}
	return rule(a.by)
}

// recheck ends the connections of an account whose sign-in is no longer valid.
func (a *Admin) recheck(ctx context.Context, id plausch.AccountID) error {
	if a.core == nil {
		return nil
	}
	return a.core.recheck(ctx, id)
}

// conditionsFor returns the conditions of a change of an account: the rights of a.by, and
// the role that account has.
func (a *Admin) conditionsFor(account plausch.Account) []store.Judged {
	if len(a.conditions) == 0 {
		return nil
	}
	return append(slices.Clone(a.conditions), store.Judged{Account: account.ID, Role: account.Role, Inactive: true})
}

// conflictError returns errChanged for a write whose conditions no longer hold, and any
// other error as it is.
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
