package core

import (
	"context"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/store"
)

// Purpose says what a code is good for: one of store.Purpose, or PurposeInvite.
type Purpose = store.Purpose

// PurposeInvite is the purpose of the codes of invites.
const PurposeInvite Purpose = "invite"

// CodeInfo describes a valid code to the person who has it.
type CodeInfo struct {
	Role    plausch.Role // that an invite gives
	Account string       // name of the account that a reset is for
}

// CheckCode reports whether a code can be used now, without using it, so that
// nobody fills in a form in vain. A wrong code counts as a failed attempt, as in
// its use. The error is NotFound if it is not good, and Forbidden for invites
// while the server takes nobody new.
func (c *Core) CheckCode(ctx context.Context, from ClientInfo, purpose Purpose, code string) (CodeInfo, error) {
	switch purpose {
	case PurposeInvite:
		if c.opts.Access == AccessClosed {
			return CodeInfo{}, errNoNewAccounts()
		}
		_, invite, err := c.inviteByCode(ctx, from, code)
		return CodeInfo{Role: invite.Role}, err
	case store.PurposeClaim:
		_, _, err := c.ticketByCode(ctx, from, purpose, code)
		return CodeInfo{}, err
	case store.PurposeReset:
		_, ticket, err := c.ticketByCode(ctx, from, purpose, code)
		if err != nil {
			return CodeInfo{}, err
		}
		account, err := c.store.Account(ctx, ticket.Account)
		return CodeInfo{Account: account.Name}, err
	}
	return CodeInfo{}, plausch.Errorf(plausch.Invalid, "purpose is what the code is for: claim, invite or reset")
}

// inviteByCode returns the invite that a code is of, and the hash of the code.
func (c *Core) inviteByCode(ctx context.Context, from ClientInfo, code string) (store.TokenHash, plausch.Invite, error) {
	parsed, ok := auth.ParseLinkCode(code)
	if !ok {
		return store.TokenHash{}, plausch.Invite{}, c.recordFailure(from, errBadInvite())
	}
	invite, err := c.store.InviteByToken(ctx, parsed.Hash(), c.now())
	if plausch.CodeOf(err) == plausch.NotFound {
		err = c.recordFailure(from, errBadInvite())
	}
	return parsed.Hash(), invite, err
}

// ticketByCode returns the ticket that a code is of, and the hash of the code. A
// claim is not good once there is an owner, however that became one.
func (c *Core) ticketByCode(ctx context.Context, from ClientInfo, purpose store.Purpose, code string) (store.TokenHash, store.Ticket, error) {
	bad := errBadReset()
	if purpose == store.PurposeClaim {
		bad = errBadClaim()
	}
	parsed, ok := auth.ParseLinkCode(code)
	if !ok {
		return store.TokenHash{}, store.Ticket{}, c.recordFailure(from, bad)
	}
	ticket, err := c.store.Ticket(ctx, parsed.Hash(), purpose, c.now())
	if err == nil && purpose == store.PurposeClaim {
		var owned bool
		if owned, err = c.store.HasOwner(ctx); owned && err == nil {
			return store.TokenHash{}, store.Ticket{}, bad // right, but of no use: nothing was guessed
		}
	}
	if plausch.CodeOf(err) == plausch.NotFound {
		err = c.recordFailure(from, bad)
	}
	return parsed.Hash(), ticket, err
}

func errBadInvite() error {
	return plausch.Errorf(plausch.NotFound, "this invite link does not work: it may have been used, revoked, cut off or have expired; ask for a new one")
}

func errBadClaim() error {
	return plausch.Errorf(plausch.NotFound,
		"this setup link does not work: it may have been used or replaced, or have expired, or the server already has an owner; for a new link, run: plausch claim")
}

func errBadReset() error {
	return plausch.Errorf(plausch.NotFound, "this password link does not work: it may have been used, replaced or have expired; ask an admin for a new one")
}

func errNoNewAccounts() error {
	return plausch.Errorf(plausch.Forbidden, "this server is not accepting new members at the moment")
}
