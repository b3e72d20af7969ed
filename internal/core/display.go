package core

import (
	"context"
	"unicode"

	"golang.org/x/text/secure/precis"

	"plausch"
	"plausch/internal/store"
)

// DisplayName returns the one form of a display name: prepared by PRECIS
// Nickname (RFC 8266, section 2), and then of 1 to plausch.MaxDisplay bytes
// without anything invisible or anything that turns the direction of writing.
func DisplayName(display string) (string, error) {
	prepared, err := precis.Nickname.String(display)
	if err != nil {
		return "", plausch.Errorf(plausch.Invalid, "%q cannot be a display name: write it in letters, digits, signs and single spaces", display)
	}
	if len(prepared) > plausch.MaxDisplay {
		return "", plausch.Errorf(plausch.TooLarge, "the display name has %d bytes; at most %d are allowed", len(prepared), plausch.MaxDisplay)
	}
	for _, r := range prepared {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return "", plausch.Errorf(plausch.Invalid, "the display name has the invisible character %U; leave it out", r)
		}
	}
	return prepared, nil
}

// likes returns the display name of somebody who signs up as name: name as it
// was written, or nothing if that is the name's one form.
func likes(name string) string {
	display, err := DisplayName(name)
	mapped, nameErr := Name(name)
	if err != nil || nameErr != nil || display == mapped {
		return ""
	}
	return display
}

// SetDisplay changes how by is called; empty means by its name. What would be
// another's name is Taken. It returns the account as it is now.
func (c *Core) SetDisplay(ctx context.Context, by plausch.Account, display string) (plausch.Account, error) {
	if display != "" {
		var err error
		if display, err = c.freeDisplay(ctx, by, display); err != nil {
			return by, err
		}
	}
	if err := c.sends.take(ctx, by.ID); err != nil {
		return by, err
	}
	account, err := c.store.ChangeAccount(ctx, store.AccountChange{Account: by.ID, At: c.now(), Display: &display})
	if err != nil {
		return by, err
	}
	return account, c.recheck(ctx, by.ID, nil)
}

// freeDisplay returns the one form of a display name that by may have.
func (c *Core) freeDisplay(ctx context.Context, by plausch.Account, display string) (string, error) {
	prepared, err := DisplayName(display)
	if err != nil {
		return "", err
	}
	name, err := Name(prepared)
	switch {
	case err != nil: // it is nothing that a name can be
		return prepared, nil
	case name == by.Name:
		return likes(prepared), nil
	}
	if _, err := NewName(name); err != nil {
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
