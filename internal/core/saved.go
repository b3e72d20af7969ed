package core

import (
	"context"

	"plausch"
	"plausch/internal/bus"
	"plausch/internal/store"
)

// share is what by can have of something of which an account can have most: guests whom
// nobody has invited have less, since their accounts cost nothing.
func share(by plausch.Account, most int) int {
	if by.Uninvited() {
		return most / plausch.GuestShare
	}
	return most
}

// setPersonal changes what by has done with a message for itself, and tells all its
// sessions.
func (c *Core) setPersonal(ctx context.Context, by plausch.Account, change store.PersonalChange) (plausch.Personal, error) {
	if _, err := c.member(ctx, by.ID, change.Room); err != nil {
		return plausch.Personal{}, err
	}
	if err := c.takeSend(ctx, by); err != nil {
		return plausch.Personal{}, err
	}
	change.Account, change.MaxHidden, change.MaxSaved = by.ID, share(by, plausch.MaxHidden), share(by, plausch.MaxSaved)
	p, err := c.store.SetPersonal(ctx, change)
	if err == nil {
		c.opts.Bus.Signal(bus.Signal{Kind: bus.SignalPersonal, Account: by.ID, Personal: p})
	}
	return p, err
}

// SavedQuery asks for a part of the messages that somebody has saved.
type SavedQuery = store.PageQuery[plausch.SavedMessage]

// ListSaved returns the messages that by has saved, as they are now, the last saved first,
// and whether there are more. Those of rooms that it is not in any more are left out.
func (c *Core) ListSaved(ctx context.Context, by plausch.Account, q SavedQuery) ([]plausch.SavedMessage, bool, error) {
	return c.store.ListSaved(ctx, by.ID, q)
}
