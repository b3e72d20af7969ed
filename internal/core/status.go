package core

import (
	"context"
	"strings"

	"plausch"
	"plausch/internal/store"
)

// SetStatus has by say something of itself; the zero value ends that. It returns what is
// kept.
func (c *Core) SetStatus(ctx context.Context, by plausch.Account, status plausch.Status) (plausch.Status, error) {
	status.Text = strings.TrimSpace(status.Text)
	if err := status.Check(c.now()); err != nil {
		return plausch.Status{}, err
	}
	account, err := c.setOwn(ctx, by, store.AccountUpdate{Status: &status})
	return account.Status, err
}

// setOwn changes something of by that is its own to decide.
func (c *Core) setOwn(ctx context.Context, by plausch.Account, u store.AccountUpdate) (plausch.Account, error) {
	if err := c.takeSend(ctx, by); err != nil {
		return by, err
	}
	u.Account, u.At, u.If = by.ID, c.now(), []store.Judged{{Account: by.ID}}
	account, err := c.store.UpdateAccount(ctx, u)
	if err != nil {
		return by, conflictError(err)
	}
	return account, c.recheck(ctx, by.ID)
}
