package core

import (
	"context"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/names"
	"plausch/internal/store"
)

const maxPasskeys = 20 // of an account

// BeginPasskey begins to make a passkey of by for an origin. It returns the id of
// the ceremony and the options for the browser, in JSON.
func (c *Core) BeginPasskey(ctx context.Context, by plausch.Account, origin string) (id string, options []byte, err error) {
	if by.Bot || by.Uninvited() {
		return "", nil, plausch.Errorf(plausch.Forbidden, "only permanent accounts have passkeys")
	}
	owner, err := c.passkeyOwner(ctx, by)
	if err != nil {
		return "", nil, err
	}
	if len(owner.Keys) >= maxPasskeys {
		return "", nil, plausch.Errorf(plausch.Invalid, "you have %d passkeys; delete one first", len(owner.Keys))
	}
	name, err := c.store.ServerName(ctx)
	if err != nil {
		return "", nil, err
	}
	return c.ceremonies.Begin(origin, name, owner)
}

func (c *Core) passkeyOwner(ctx context.Context, account plausch.Account) (auth.PasskeyOwner, error) {
	all, err := c.store.ListPasskeys(ctx, account.ID)
	owner := auth.PasskeyOwner{Account: account}
	for _, p := range all {
		owner.Keys = append(owner.Keys, p.Key)
	}
	return owner, err
}

// AddPasskey ends what BeginPasskey began with the browser's answer.
func (c *Core) AddPasskey(ctx context.Context, by plausch.Account, id, name string, response []byte) error {
	if name != "" {
		var err error
		if name, err = names.Display(name); err != nil {
			return err
		}
	}
	passkey, key, err := c.ceremonies.Register(id, by, response)
	if err != nil {
		return err
	}
	err = c.store.CreatePasskey(ctx, store.Passkey{ID: passkey, Account: by.ID, Name: name, Key: key, Created: c.now(), Used: c.now()}, store.Judged{Account: by.ID})
	return conflictError(err)
}

// ListPasskeys returns the passkeys of by, the oldest first.
func (c *Core) ListPasskeys(ctx context.Context, by plausch.Account) ([]store.Passkey, error) {
	return c.store.ListPasskeys(ctx, by.ID)
}

// DeletePasskey forgets a passkey of by. Devices that signed in by it stay.
func (c *Core) DeletePasskey(ctx context.Context, by plausch.Account, passkey []byte) error {
	return c.store.DeletePasskey(ctx, by.ID, passkey)
}

// BeginSignInPasskey begins a sign-in by any passkey of an origin.
func (c *Core) BeginSignInPasskey(ctx context.Context, origin string) (id string, options []byte, err error) {
	name, err := c.store.ServerName(ctx)
	if err != nil {
		return "", nil, err
	}
	return c.ceremonies.BeginSignIn(origin, name)
}

// SignInPasskey ends what BeginSignInPasskey began with the browser's answer, and
// makes a device of the account.
func (c *Core) SignInPasskey(ctx context.Context, from ClientInfo, id string, response []byte) (SignedIn, error) {
	token, err := from.token()
	if err != nil {
		return SignedIn{}, err
	}
	owner, passkey, key, err := c.ceremonies.SignIn(id, response, func(id []byte) (auth.PasskeyOwner, error) {
		p, err := c.store.Passkey(ctx, id)
		if err != nil {
			return auth.PasskeyOwner{}, err
		}
		account, err := c.store.Account(ctx, p.Account)
		return auth.PasskeyOwner{Account: account, Keys: [][]byte{p.Key}}, err
	})
	switch {
	case plausch.CodeOf(err) == plausch.SignInFailed, plausch.CodeOf(err) == plausch.NotFound:
		return SignedIn{}, c.recordFailure(from, err)
	case err != nil:
		return SignedIn{}, err
	case owner.Account.State != plausch.AccountActive:
		return SignedIn{}, errNotActive()
	}
	if err := c.store.UsePasskey(ctx, passkey, key, c.now()); err != nil {
		return SignedIn{}, err
	}
	return c.newDevice(ctx, from, owner.Account, token, store.NewDevice{If: []store.Judged{{Account: owner.Account.ID}}, Passkey: passkey})
}
