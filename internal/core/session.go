package core

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/names"
	"plausch/internal/store"
)

// restartTime is how long clients are asked to wait when the server stops.
const restartTime = 2 * time.Second

// ClientInfo is the address and the program of a client that has not signed in yet.
type ClientInfo struct {
	Remote  netip.Addr // the zero Addr counts as a private address
	Program string     // what the client calls itself
	// NewToken, if not empty, is the text of the token that is made, if one is:
	// the client has chosen it (see auth.NewToken), so that the same request, sent
	// again because its answer was lost, has the same outcome.
	NewToken string
	// FoldName gives a new guest a free name made from one that is not valid (see
	// names.Fold): some programs send the name of the user.
	FoldName bool
}

// hashSource is the source of a hash for a client that has shown a valid secret.
func (f ClientInfo) hashSource() auth.Source { return auth.Source{Addr: f.Remote, Known: true} }

// token returns the token to make.
func (f ClientInfo) token() (auth.Token, error) {
	if f.NewToken == "" {
		return auth.NewToken(), nil
	}
	t, err := auth.ParseToken(f.NewToken)
	if err != nil {
		return t, plausch.Errorf(plausch.Invalid, "new_token is no token: it takes %s and 32 random bytes in base64url", auth.TokenPrefix)
	}
	return t, nil
}

// SignedIn is the outcome of a sign-in.
type SignedIn struct {
	Account plausch.Account
	Device  plausch.DeviceID // 0 for transient guests
	// Token is that of the new device, empty if none was made.
	Token string

	used time.Time // of the device
}

// SignInPassword signs in to an account and makes a device of it. Whether the
// name or the password was wrong cannot be told, nor measured.
func (c *Core) SignInPassword(ctx context.Context, from ClientInfo, name, password string) (SignedIn, error) {
	token, err := from.token()
	if err != nil {
		return SignedIn{}, err
	}
	judged, err := c.checkPassword(ctx, from, name, password)
	if err != nil {
		return SignedIn{}, err
	}
	account, err := c.store.Account(ctx, judged.Account)
	switch {
	case err != nil:
		return SignedIn{}, err
	case account.State != plausch.AccountActive:
		return SignedIn{}, errNotActive()
	}
	return c.newDevice(ctx, from, account, token, store.NewDevice{If: []store.Judged{judged}})
}

// newDevice makes a device of an account, or finds the one that the same request
// has made before. By says by what the sign-in was allowed.
func (c *Core) newDevice(ctx context.Context, from ClientInfo, account plausch.Account, token auth.Token, by store.NewDevice) (SignedIn, error) {
	by.Account, by.Token, by.Program, by.At = account.ID, token.Hash(), from.Program, c.now()
	device, err := c.store.CreateDevice(ctx, by)
	if errors.Is(err, store.ErrUnmet) {
		return SignedIn{}, plausch.Errorf(plausch.SignInFailed, "the account has just been changed; sign in again")
	}
	if plausch.CodeOf(err) == plausch.Taken {
		var of plausch.Account
		of, device, err = c.store.AccountByToken(ctx, token.Hash())
		if err == nil && of.ID != account.ID {
			err = plausch.Errorf(plausch.Invalid, "new_token is another account's; choose a new one")
		}
	}
	if err != nil {
		return SignedIn{}, err
	}
	return SignedIn{Account: account, Device: device.ID, Token: token.Text(), used: device.Used}, nil
}

// SignInToken signs in to the account of a device.
func (c *Core) SignInToken(ctx context.Context, from ClientInfo, token string) (SignedIn, error) {
	in, err := c.signInToken(ctx, token)
	switch {
	case plausch.CodeOf(err) == plausch.SignInFailed:
		err = c.recordFailure(from, err)
	case err == nil && !in.Account.Uninvited():
		c.throttle.SignedIn(from.Remote)
		c.opts.Passwords.Know(from.Remote)
	}
	return in, err
}

func (c *Core) signInToken(ctx context.Context, token string) (SignedIn, error) {
	t, err := auth.ParseToken(token)
	if err != nil {
		return SignedIn{}, errNoDevice()
	}
	account, device, err := c.store.AccountByToken(ctx, t.Hash())
	switch {
	case plausch.CodeOf(err) == plausch.NotFound:
		return SignedIn{}, errNoDevice()
	case err != nil:
		return SignedIn{}, err
	case device.Expired(c.now()):
		// So that it stays expired, whatever the clock will say.
		if err := c.store.RevokeDevice(ctx, account.ID, device.ID); err != nil && plausch.CodeOf(err) != plausch.NotFound {
			return SignedIn{}, err
		}
		return SignedIn{}, errNoDevice()
	case account.State != plausch.AccountActive:
		return SignedIn{}, errNotActive()
	case account.Uninvited() && c.opts.Access != AccessOpen:
		return SignedIn{}, c.errClosed(ctx)
	}
	return SignedIn{Account: account, Device: device.ID, used: device.Used}, nil
}

// recordFailure counts a wrong secret, and returns wrong or, after too many, RateLimited.
// Valid secrets are never limited: they cannot be guessed, and the limit only keeps
// attempts from using up the server.
func (c *Core) recordFailure(from ClientInfo, wrong error) error {
	if err := c.secrets.Fail(from.Remote); err != nil {
		return err
	}
	return wrong
}

// SignInGuest makes a guest. A transient one gets no token and exists until it
// leaves (see Connect); any other is signed in again by its token.
func (c *Core) SignInGuest(ctx context.Context, from ClientInfo, name string, transient bool) (SignedIn, error) {
	if c.opts.Access != AccessOpen {
		return SignedIn{}, c.errClosed(ctx)
	}
	guest := store.NewAccount{Display: names.DisplayOf(name), Role: plausch.RoleGuest, Transient: transient, Node: c.opts.Node, Program: from.Program}
	var err error
	switch guest.Name, err = names.NewAccount(name); {
	case err == nil:
		return c.newGuest(ctx, from, guest)
	case !from.FoldName:
		return SignedIn{}, err
	}
	guest.Display = names.FoldedDisplay(name)
	for n := 1; n <= maxFolded; n++ {
		guest.Name = names.Fold(name, n)
		in, err := c.newGuest(ctx, from, guest)
		if plausch.CodeOf(err) != plausch.Taken {
			return in, err
		}
	}
	return SignedIn{}, plausch.Errorf(plausch.Taken, "too many people already have the name %q; choose another", name)
}

// maxFolded is the most guests with names folded into the same one.
const maxFolded = 100

func (c *Core) newGuest(ctx context.Context, from ClientInfo, guest store.NewAccount) (SignedIn, error) {
	if !guest.Transient {
		return c.signUp(ctx, from, guest)
	}
	if c.isConnected(guest.Name) {
		return SignedIn{}, errNameTaken(guest.Name)
	}
	account, err := c.createAccount(ctx, from, guest)
	return SignedIn{Account: account}, err
}

// SignInOwnToken signs in to the account of a device or, if there is none, makes
// a guest with that token, which its client has chosen. So a client whose first
// sign-in got no answer can simply repeat it.
func (c *Core) SignInOwnToken(ctx context.Context, from ClientInfo, token, name string) (SignedIn, error) {
	if _, err := auth.ParseToken(token); err != nil || c.opts.Access != AccessOpen {
		return c.SignInToken(ctx, from, token)
	}
	in, err := c.signInToken(ctx, token)
	if !errors.Is(err, errUnknownToken) {
		return in, err
	}
	from.NewToken = token
	in, err = c.SignInGuest(ctx, from, name, false)
	if plausch.CodeOf(err) == plausch.Taken {
		if again, err := c.signInToken(ctx, token); err == nil {
			return again, nil // the same sign-in has come first on another connection
		}
		return SignedIn{}, c.recordFailure(from, err) // an htl client's token is no good secret
	}
	in.Token = "" // it is none that was made here
	return in, err
}

// signUp makes an account with a device, or finds the one that the same request
// has made before.
func (c *Core) signUp(ctx context.Context, from ClientInfo, n store.NewAccount) (SignedIn, error) {
	token, err := from.token()
	if err != nil {
		return SignedIn{}, err
	}
	if from.NewToken != "" {
		again, err := c.signInToken(ctx, from.NewToken)
		switch {
		case err == nil && again.Account.Name == n.Name:
			again.Token = from.NewToken
			return again, nil
		case err == nil:
			return SignedIn{}, plausch.Errorf(plausch.Invalid, "new_token is another account's; choose a new one")
		}
	}
	if c.isConnected(n.Name) {
		if again, err := c.repeatedSignUp(ctx, from, n.Name); err == nil {
			return again, nil // came first on another connection
		}
		return SignedIn{}, errNameTaken(n.Name) // however old its LastSeen is by now
	}
	n.Token, n.Program = token.Hash(), from.Program
	account, err := c.createAccount(ctx, from, n)
	if plausch.CodeOf(err) == plausch.Taken && from.NewToken != "" {
		// The same request may have come first on another connection.
		if again, err := c.signInToken(ctx, from.NewToken); err == nil && again.Account.Name == n.Name {
			again.Token = from.NewToken
			return again, nil
		}
	}
	if err != nil {
		return SignedIn{}, err
	}
	_, device, err := c.store.AccountByToken(ctx, token.Hash())
	return SignedIn{Account: account, Device: device.ID, Token: token.Text(), used: device.Used}, err
}

// SignOut forgets the device by which conn signed in, and ends its other
// connections.
func (c *Core) SignOut(ctx context.Context, conn *Connection) error {
	if conn.device == 0 {
		return nil
	}
	conn.closing.Store(true)
	err := c.revokeDevice(ctx, conn.Account().ID, conn.device)
	if plausch.CodeOf(err) == plausch.NotFound {
		return nil
	}
	conn.closing.Store(err == nil)
	return err
}
