package core

import (
	"context"
	"math"
	"unicode/utf8"

	"plausch"
	"plausch/internal/names"
)

// Access says who may make an account.
type Access string

const (
	// AccessOpen lets anyone in as a guest, under a free name.
	AccessOpen Access = "open"
	// AccessInvite needs an invite.
	AccessInvite Access = "invite"
	// AccessClosed takes no new accounts.
	AccessClosed Access = "closed"
)

// MaxServerName is the longest name of a server, in bytes.
const MaxServerName = 64

// Server is the public description of a server.
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

// errClosed is the error of a sign-in without an account.
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

// UpdateServer gives the server another name, and returns it as it is kept.
func (a *Admin) UpdateServer(ctx context.Context, name string) (string, error) {
	if err := a.check(checkAdmin); err != nil {
		return "", err
	}
	name, err := checkServerName(name)
	if err != nil {
		return "", err
	}
	return name, conflictError(a.Store.UpdateServer(ctx, name, a.audit(plausch.AuditRename, name), a.conditions...))
}

func checkServerName(name string) (string, error) {
	prepared, err := names.Display(name)
	if err != nil || utf8.RuneCountInString(prepared) == 0 || len(prepared) > MaxServerName {
		return "", plausch.Errorf(plausch.Invalid, "the server needs a name of 1 to %d bytes in letters, digits, signs and single spaces", MaxServerName)
	}
	return prepared, nil
}
