package core

import (
	"context"

	"plausch"
	"plausch/internal/names"
	"plausch/internal/store"
)

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
	account, err := c.store.ChangeAccount(ctx, store.AccountChange{Account: by.ID, At: c.now(), If: []store.Judged{{Account: by.ID}}, Display: &display})
	if err != nil {
		return by, meanwhile(err)
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
