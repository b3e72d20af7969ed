package core

import (
	"context"
	"math"
	"time"
	"unicode/utf8"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/names"
	"plausch/internal/store"
)

// Access says who can make an account.
type Access string

const (
	// AccessOpen lets anyone in as a guest, under a free name.
	AccessOpen Access = "open"
	// AccessInvite lets those in who have an invite.
	AccessInvite Access = "invite"
	// AccessClosed lets nobody in who has no account.
	AccessClosed Access = "closed"
)

const (
	// ClaimLife is how long the code is good by which the first owner is made.
	ClaimLife = 30 * time.Minute
	// MaxServerName is the longest name of a server, in bytes.
	MaxServerName = 64
)

// Server is what a server says of itself to anyone.
type Server struct {
	Name   string // empty if nobody has given it one
	Access Access
	// Unclaimed servers have no owner yet.
	Unclaimed bool
	// Epoch is the id of the state of the server: a restored backup begins another.
	Epoch string
}

// Server returns what the server is now.
func (c *Core) Server(ctx context.Context) (Server, error) {
	name, err := c.store.ServerName(ctx)
	if err != nil {
		return Server{}, err
	}
	owned, err := c.store.HasOwner(ctx)
	return Server{Name: name, Access: c.opts.Access, Unclaimed: !owned, Epoch: c.epoch}, err
}

// Epoch returns the id of the state of the server.
func (c *Core) Epoch() string { return c.epoch }

// CommonSeq returns the last seq of a room that is the same event in another epoch
// and now: see store.Settings.
func (c *Core) CommonSeq(ctx context.Context, epoch string, room plausch.RoomID) (int64, error) {
	if epoch == c.epoch {
		return math.MaxInt64, nil
	}
	return c.store.CommonSeq(ctx, epoch, room)
}

// errClosed is told to those who have no account.
func (c *Core) errClosed(ctx context.Context) error {
	switch owned, err := c.store.HasOwner(ctx); {
	case err != nil:
		return err
	case !owned:
		return plausch.Errorf(plausch.SignInFailed,
			"this server is not set up yet; whoever runs it finds the link for that with: plausch claim")
	case c.opts.Access == AccessInvite:
		return plausch.Errorf(plausch.SignInFailed, "this server lets no guests in; ask for an invite, or sign in with the name and password of an account")
	}
	return plausch.Errorf(plausch.SignInFailed, "this server lets no guests in; sign in with the name and password of an account")
}

// Claim makes the first owner of a server by a code of [Admin.CreateClaim], gives
// the server a name, and signs the owner in.
func (c *Core) Claim(ctx context.Context, from ClientInfo, code, serverName, name, password string) (SignedIn, error) {
	if _, ok := auth.ParseCode(code); !ok {
		return SignedIn{}, c.recordFailure(from, errBadClaim())
	}
	n, err := newAccount(name, plausch.RoleOwner)
	if err != nil {
		return SignedIn{}, err
	}
	if n.ServerName, err = checkServerName(serverName); err != nil {
		return SignedIn{}, err
	}
	if err := auth.CheckPassword(n.Name, password); err != nil {
		return SignedIn{}, err
	}
	// The same request again, if its answer was lost, has no good code any more.
	if again, err := c.signedUp(ctx, from, n.Name); err == nil {
		return again, nil
	}
	// Hashing is work that only those may cause who have a good code.
	if n.Claim, _, err = c.ticketByCode(ctx, from, store.PurposeClaim, code); err != nil {
		return SignedIn{}, err
	}
	if n.PasswordHash, err = c.opts.Passwords.Hash(ctx, from.vouched(), password); err != nil {
		return SignedIn{}, err
	}
	n.Audit = &plausch.Audit{Time: c.now(), Action: plausch.AuditClaim}
	in, err := c.signUp(ctx, from, n)
	if plausch.CodeOf(err) == plausch.NotFound {
		err = errBadClaim()
	}
	return in, err
}

// UpdateServer gives the server another name, and returns it as it is kept.
func (a *Admin) UpdateServer(ctx context.Context, name string) (string, error) {
	if err := a.check(isAdmin); err != nil {
		return "", err
	}
	name, err := checkServerName(name)
	if err != nil {
		return "", err
	}
	return name, meanwhile(a.Store.SetServerName(ctx, name, a.audit(plausch.AuditRename, name), a.conditions...))
}

func checkServerName(name string) (string, error) {
	prepared, err := names.Display(name)
	if err != nil || utf8.RuneCountInString(prepared) == 0 || len(prepared) > MaxServerName {
		return "", plausch.Errorf(plausch.Invalid, "the server needs a name of 1 to %d bytes in letters, digits, signs and single spaces", MaxServerName)
	}
	return prepared, nil
}
