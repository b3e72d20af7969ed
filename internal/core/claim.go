package core

import (
	"context"
	"time"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/store"
)

// ClaimLife is how long the code for the first owner is good.
const ClaimLife = 30 * time.Minute

// Claim makes the first owner of a server by a code of [Admin.CreateClaim], gives
// the server a name, and signs the owner in.
func (c *Core) Claim(ctx context.Context, from ClientInfo, code, serverName, name, password string) (SignedIn, error) {
	if _, ok := auth.ParseLinkCode(code); !ok {
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
	if again, err := c.repeatedSignUp(ctx, from, n.Name); err == nil {
		return again, nil
	}
	// Hashing is expensive: only a valid code may cause it.
	if n.Claim, _, err = c.ticketByCode(ctx, from, store.PurposeClaim, code); err != nil {
		return SignedIn{}, err
	}
	if n.PasswordHash, err = c.opts.Passwords.Hash(ctx, from.hashSource(), password); err != nil {
		return SignedIn{}, err
	}
	n.Audit = &plausch.Audit{Time: c.now(), Action: plausch.AuditClaim}
	in, err := c.signUp(ctx, from, n)
	if plausch.CodeOf(err) == plausch.NotFound {
		err = errBadClaim()
	}
	return in, err
}

// CreateClaim returns a code by which the first owner is made, in the place of the
// last one. The error is Forbidden if there is an owner.
func (a *Admin) CreateClaim(ctx context.Context) (auth.LinkCode, error) {
	code := auth.NewLinkCode()
	return code, a.Store.CreateTicket(ctx, store.Ticket{
		Hash: code.Hash(), Purpose: store.PurposeClaim, Expires: a.now().Add(ClaimLife),
	})
}
