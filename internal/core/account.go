package core

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"sync"
	"time"

	"golang.org/x/text/secure/precis"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/store"
)

// restartTime is how long clients are asked to wait when the server stops.
const restartTime = 2 * time.Second

var nameRule = regexp.MustCompile(`^[a-z0-9._-]{2,32}$`)

// Name returns the one form of a name under which an account or room is known:
// prepared by PRECIS UsernameCaseMapped (RFC 8265, section 3.3), so in lower
// case, and then of 2 to 32 letters a to z, digits, dots, underscores and
// hyphens, which leaves nothing that only looks like another name.
func Name(name string) (string, error) {
	mapped, err := precis.UsernameCaseMapped.String(name)
	if err != nil || !nameRule.MatchString(mapped) {
		return "", plausch.Errorf(plausch.Invalid,
			"%q cannot be a name: it takes 2 to 32 letters a to z, digits, dots, underscores or hyphens", name)
	}
	return mapped, nil
}

// AddAccount makes an account with a password. It needs no running core, so
// that it can work on the database beside a server.
func AddAccount(ctx context.Context, st store.Store, passwords *auth.Hasher, name, password string, role plausch.Role) (plausch.Account, error) {
	display := likes(name)
	name, err := Name(name)
	if err != nil {
		return plausch.Account{}, err
	}
	if err := auth.CheckPassword(name, password); err != nil {
		return plausch.Account{}, err
	}
	hash, err := passwords.Hash(ctx, password)
	if err != nil {
		return plausch.Account{}, fmt.Errorf("hash the password: %w", err)
	}
	now := time.Now().Truncate(time.Millisecond)
	return st.CreateAccount(ctx, store.NewAccount{
		Name: name, Display: display, Role: role, PasswordHash: hash, At: now,
		GuestsSeenBefore: now.Add(-plausch.GuestNameKept),
	})
}

// SignedIn is the outcome of a sign-in.
type SignedIn struct {
	Account plausch.Account
	// Token is that of the new device, empty if none was made.
	Token string
}

// SignInPassword signs in to an account and makes a device of it. Whether the
// name or the password was wrong cannot be told, nor measured.
func (c *Core) SignInPassword(ctx context.Context, name, password string) (SignedIn, error) {
	var id plausch.AccountID
	var hash string // stays empty for unknown names and guests: never verified
	if mapped, err := Name(name); err == nil {
		id, hash, err = c.store.PasswordHash(ctx, mapped)
		if err != nil && plausch.CodeOf(err) != plausch.NotFound {
			return SignedIn{}, err
		}
	}
	if err := c.opts.Passwords.Verify(ctx, hash, password); err != nil {
		return SignedIn{}, err
	}
	account, err := c.store.Account(ctx, id)
	if err != nil {
		return SignedIn{}, err
	}
	token := auth.NewToken()
	if err := c.store.CreateDevice(ctx, id, token.Hash(), c.now()); err != nil {
		return SignedIn{}, err
	}
	return SignedIn{account, token.Text()}, nil
}

// SignInToken signs in to the account of a device.
func (c *Core) SignInToken(ctx context.Context, token string) (SignedIn, error) {
	failed := plausch.Errorf(plausch.SignInFailed, "the token is not known here, or no longer; sign in anew")
	t, err := auth.ParseToken(token)
	if err != nil {
		return SignedIn{}, failed
	}
	account, err := c.store.AccountByToken(ctx, t.Hash())
	switch {
	case plausch.CodeOf(err) == plausch.NotFound:
		return SignedIn{}, failed
	case err != nil:
		return SignedIn{}, err
	case account.Role == plausch.RoleGuest && !c.opts.Open:
		return SignedIn{}, errClosed()
	}
	return SignedIn{Account: account}, nil
}

// SignInGuest makes a guest. A transient one gets no token and exists until it
// leaves (see Arrive); any other is signed in again by its token.
func (c *Core) SignInGuest(ctx context.Context, name string, transient bool) (SignedIn, error) {
	if transient {
		return c.addGuest(ctx, name, nil)
	}
	token := auth.NewToken()
	in, err := c.addGuest(ctx, name, &token)
	in.Token = token.Text()
	return in, err
}

// SignInOwnToken signs in to the account of a device or, if there is none, makes
// a guest with that token, which its client has chosen. So a client whose first
// sign-in got no answer can simply repeat it.
func (c *Core) SignInOwnToken(ctx context.Context, token, name string) (SignedIn, error) {
	in, err := c.SignInToken(ctx, token)
	if plausch.CodeOf(err) != plausch.SignInFailed || !c.opts.Open {
		return in, err
	}
	t, parseErr := auth.ParseToken(token)
	if parseErr != nil {
		return SignedIn{}, parseErr
	}
	if in, err = c.addGuest(ctx, name, &t); plausch.CodeOf(err) != plausch.Taken {
		return in, err
	}
	if again, err := c.SignInToken(ctx, token); err == nil {
		return again, nil // the same sign-in has come first on another connection
	}
	return in, err
}

// addGuest makes a guest, transient if there is no token.
func (c *Core) addGuest(ctx context.Context, name string, token *auth.Token) (SignedIn, error) {
	if !c.opts.Open {
		return SignedIn{}, errClosed()
	}
	mapped, err := Name(name)
	if err != nil {
		return SignedIn{}, err
	}
	taken := plausch.Errorf(plausch.Taken, "the name %q belongs to somebody else; choose another", mapped)
	if c.isHere(mapped) {
		return SignedIn{}, taken // however old its LastSeen is by now
	}
	now := c.now()
	guest := store.NewAccount{
		Name: mapped, Display: likes(name), Role: plausch.RoleGuest, Transient: token == nil, At: now,
		GuestsSeenBefore: now.Add(-plausch.GuestNameKept),
	}
	if token != nil {
		guest.Token = token.Hash()
	}
	account, err := c.store.CreateAccount(ctx, guest)
	if plausch.CodeOf(err) == plausch.Taken {
		return SignedIn{}, taken
	}
	return SignedIn{Account: account}, err
}

// SignOut forgets the device that token belongs to.
func (c *Core) SignOut(ctx context.Context, token string) error {
	t, err := auth.ParseToken(token)
	if err != nil {
		return nil // there is no such device
	}
	return c.store.DeleteDevice(ctx, t.Hash())
}

// Guests reports whether guests are let in.
func (c *Core) Guests() bool { return c.opts.Open }

func errClosed() error {
	return plausch.Errorf(plausch.SignInFailed, "this server lets no guests in; sign in with the name and password of an account")
}

// here knows which accounts are connected, to write LastSeen and to end
// transient accounts.
type here struct {
	mu    sync.Mutex
	names map[string]*arrived // nobody else gets such a name
	left  []plausch.AccountID // since the last write of LastSeen
}

// arrived is an account that is connected.
type arrived struct {
	id          plausch.AccountID
	connections int
}

// Arrive tells that account has a connection more, and Leave that it has one
// less. When its last one leaves, the name of a transient account is free at once.
func (c *Core) Arrive(account plausch.Account) {
	c.here.mu.Lock()
	defer c.here.mu.Unlock()
	a := c.here.names[account.Name]
	if a == nil {
		a = &arrived{id: account.ID}
		c.here.names[account.Name] = a
	}
	a.connections++
}

func (c *Core) isHere(name string) bool {
	c.here.mu.Lock()
	defer c.here.mu.Unlock()
	return c.here.names[name] != nil
}

// Leave is to be called once for each Arrive.
func (c *Core) Leave(account plausch.Account) {
	c.here.mu.Lock()
	a := c.here.names[account.Name]
	a.connections--
	last := a.connections == 0
	if last {
		delete(c.here.names, account.Name)
		if !account.Transient {
			c.here.left = append(c.here.left, account.ID)
		}
	}
	c.here.mu.Unlock()
	if last && account.Transient {
		if err := c.store.ReleaseName(context.Background(), account.ID); err != nil {
			c.opts.Log.Error("a guest's name stays taken until a restart", "account", account.ID, "err", err)
		}
	}
}

// keepSeen writes LastSeen: of those who left within seconds, of those who are
// here every plausch.SeenEvery, so that a crash takes at most that from a
// guest's 24 hours.
func (c *Core) keepSeen(ctx context.Context) {
	const leftEvery = 5 * time.Second
	tick := time.NewTicker(leftEvery)
	defer tick.Stop()
	lastAll := c.opts.Now()
	for {
		select {
		case <-ctx.Done():
			c.writeSeen(true)
			return
		case <-tick.C:
			all := c.opts.Now().Sub(lastAll).Abs() >= plausch.SeenEvery
			if all {
				lastAll = c.opts.Now()
			}
			c.writeSeen(all)
		}
	}
}

func (c *Core) writeSeen(all bool) {
	c.here.mu.Lock()
	ids := c.here.left
	c.here.left = nil
	if all {
		for _, a := range c.here.names {
			ids = append(ids, a.id)
		}
	}
	c.here.mu.Unlock()
	if len(ids) == 0 {
		return
	}
	err := c.store.SeeAccounts(context.Background(), ids, c.now())
	if errors.Is(err, store.ErrBroken) {
		c.opts.Fatal(err)
	} else if err != nil {
		c.opts.Log.Error("when accounts were last seen is not written", "accounts", len(ids), "err", err)
	}
}
