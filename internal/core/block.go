package core

import (
	"context"

	"plausch"
	"plausch/internal/bus"
)

// AddBlock has by not be written to directly by the account called name any more, nor be
// notified of what it writes, nor be brought into rooms by it; and by cannot write to it
// directly either. Others, and the account itself, are not told. It returns who that is.
func (c *Core) AddBlock(ctx context.Context, by plausch.Account, name string) (plausch.AccountRef, error) {
	other, err := c.accountByName(ctx, name)
	if err != nil {
		return plausch.AccountRef{}, err
	}
	if other.ID == by.ID {
		return plausch.AccountRef{}, plausch.Errorf(plausch.Invalid, "you cannot block yourself, %s", other.Name)
	}
	if err := c.takeSend(ctx, by); err != nil {
		return plausch.AccountRef{}, err
	}
	err = c.store.AddBlock(ctx, by.ID, other.ID, share(by, plausch.MaxBlocks))
	return c.tellBlock(by, other.Ref(), true, err)
}

// RemoveBlock ends that.
func (c *Core) RemoveBlock(ctx context.Context, by plausch.Account, name string) (plausch.AccountRef, error) {
	other, err := c.accountByName(ctx, name)
	if err != nil {
		return plausch.AccountRef{}, err
	}
	if err := c.takeSend(ctx, by); err != nil {
		return plausch.AccountRef{}, err
	}
	return c.tellBlock(by, other.Ref(), false, c.store.RemoveBlock(ctx, by.ID, other.ID))
}

// tellBlock tells the sessions of by whom it has blocked or not any more, unless that failed.
func (c *Core) tellBlock(by plausch.Account, other plausch.AccountRef, blocked bool, err error) (plausch.AccountRef, error) {
	if err == nil {
		c.opts.Bus.Signal(bus.Signal{Kind: bus.SignalBlock, Account: by.ID, From: other, Blocked: blocked})
	}
	return other, err
}

// ListBlocks returns whom by has blocked, by id from the first after the given one, and
// whether there are more.
func (c *Core) ListBlocks(ctx context.Context, by plausch.Account, after plausch.AccountID, limit int) ([]plausch.AccountRef, bool, error) {
	found, err := c.store.ListBlocks(ctx, by.ID, after, limit+1)
	return found[:min(len(found), limit)], len(found) > limit, err
}

// blocked reports whether one of two accounts has blocked the other.
func (c *Core) blocked(ctx context.Context, a, b plausch.AccountID) (bool, error) {
	is, err := c.store.HasBlocked(ctx, a, b)
	if err == nil && !is {
		is, err = c.store.HasBlocked(ctx, b, a)
	}
	return is, err
}

// errBlocked is of what one of two has blocked. Who is blocked does not learn that from it:
// the words go for other reasons, too.
func errBlocked(byActor bool) error {
	if byActor {
		return plausch.Errorf(plausch.Forbidden, "you have blocked this person; end that first")
	}
	return plausch.Errorf(plausch.Forbidden, "this person cannot be reached that way")
}
