package core

import (
	"context"
	"sync"
	"time"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/names"
	"plausch/internal/store"
)

const (
	// ceremonyTime is how long a person may take over a passkey.
	ceremonyTime = 5 * time.Minute
	// maxCeremonies is how many may be going on at once, so that strangers who
	// begin without an end take a few MiB at most.
	maxCeremonies = 4096
	maxPasskeys   = 20 // of an account
)

// ceremonies are those that were begun and have not ended.
type ceremonies struct {
	mu    sync.Mutex
	begun map[string]ceremony
}

type ceremony struct {
	*auth.Ceremony
	account plausch.AccountID // 0: a sign-in
	until   time.Time
}

func (cs *ceremonies) add(c ceremony, now time.Time) string {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	if len(cs.begun) >= maxCeremonies {
		for id, c := range cs.begun {
			if !now.Before(c.until) || c.until.Sub(now) > ceremonyTime { // or the clock was set back
				delete(cs.begun, id)
			}
		}
	}
	for id := range cs.begun { // any: to refuse would let strangers shut everyone out with few requests
		if len(cs.begun) < maxCeremonies {
			break
		}
		delete(cs.begun, id)
	}
	if cs.begun == nil {
		cs.begun = map[string]ceremony{}
	}
	id := auth.NewCode().Text()
	cs.begun[id] = c
	return id
}

// take returns a ceremony that was begun for account, once.
func (cs *ceremonies) take(id string, account plausch.AccountID, now time.Time) (*auth.Ceremony, error) {
	cs.mu.Lock()
	defer cs.mu.Unlock()
	c, ok := cs.begun[id]
	if !ok || c.account != account || !now.Before(c.until) {
		return nil, plausch.Errorf(plausch.NotFound, "this took too long; begin again")
	}
	delete(cs.begun, id)
	return c.Ceremony, nil
}

// BeginPasskey begins to make a passkey of by for an origin. It returns the id of
// the ceremony and the options for the browser, in JSON.
func (c *Core) BeginPasskey(ctx context.Context, by plausch.Account, origin string) (id string, options []byte, err error) {
	if by.Bot || by.Role == plausch.RoleGuest && !by.Invited {
		return "", nil, plausch.Errorf(plausch.Forbidden, "only accounts that last have passkeys")
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
	options, begun, err := auth.BeginPasskey(origin, name, owner)
	if err != nil {
		return "", nil, err
	}
	return c.ceremonies.add(ceremony{begun, by.ID, c.now().Add(ceremonyTime)}, c.now()), options, nil
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
	begun, err := c.ceremonies.take(id, by.ID, c.now())
	if err != nil {
		return err
	}
	passkey, key, err := begun.Register(response)
	if err != nil {
		return err
	}
	err = c.store.CreatePasskey(ctx, store.Passkey{ID: passkey, Account: by.ID, Name: name, Key: key, Created: c.now(), Used: c.now()}, store.Judged{Account: by.ID})
	return meanwhile(err)
}

// Passkeys returns the passkeys of by, the oldest first.
func (c *Core) Passkeys(ctx context.Context, by plausch.Account) ([]store.Passkey, error) {
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
	options, begun, err := auth.BeginPasskeySignIn(origin, name)
	if err != nil {
		return "", nil, err
	}
	return c.ceremonies.add(ceremony{begun, 0, c.now().Add(ceremonyTime)}, c.now()), options, nil
}

// SignInPasskey ends what BeginSignInPasskey began with the browser's answer, and
// makes a device of the account.
func (c *Core) SignInPasskey(ctx context.Context, from From, id string, response []byte) (SignedIn, error) {
	token, err := from.token()
	if err != nil {
		return SignedIn{}, err
	}
	begun, err := c.ceremonies.take(id, 0, c.now())
	if err != nil {
		return SignedIn{}, c.guessed(from, err)
	}
	owner, passkey, key, err := begun.SignIn(response, func(id []byte) (auth.PasskeyOwner, error) {
		p, err := c.store.Passkey(ctx, id)
		if err != nil {
			return auth.PasskeyOwner{}, err
		}
		account, err := c.store.Account(ctx, p.Account)
		return auth.PasskeyOwner{Account: account, Keys: [][]byte{p.Key}}, err
	})
	switch {
	case plausch.CodeOf(err) == plausch.SignInFailed:
		return SignedIn{}, c.guessed(from, err)
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
