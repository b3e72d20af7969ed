package core

import (
	"context"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/names"
	"plausch/internal/store"
)

// RedeemInvite makes an account by an invite's code and signs it in. Members have a
// password; guests need none. The account is in the invite's rooms.
func (c *Core) RedeemInvite(ctx context.Context, from ClientInfo, code, name, password string) (SignedIn, error) {
	if _, ok := auth.ParseCode(code); !ok {
		return SignedIn{}, c.recordFailure(from, errBadInvite())
	}
	if c.opts.Access == AccessClosed {
		return SignedIn{}, errTakesNobody()
	}
	n, err := newAccount(name, plausch.RoleMember)
	if err != nil {
		return SignedIn{}, err
	}
	// The same request again, if its answer was lost, may have no good invite any
	// more.
	if again, err := c.signedUp(ctx, from, n.Name); err == nil {
		return again, nil
	}
	hash, invite, err := c.inviteByCode(ctx, from, code)
	switch {
	case err != nil:
		return SignedIn{}, err
	case password == "" && invite.Role != plausch.RoleGuest:
		return SignedIn{}, plausch.Errorf(plausch.Invalid, "choose a password for your account")
	case password != "":
		if err := auth.CheckPassword(n.Name, password); err != nil {
			return SignedIn{}, err
		}
		if n.PasswordHash, err = c.opts.Passwords.Hash(ctx, from.vouched(), password); err != nil {
			return SignedIn{}, err
		}
	}
	n.Invite = hash
	in, err := c.signUp(ctx, from, n)
	if plausch.CodeOf(err) == plausch.NotFound {
		err = errBadInvite() // somebody else had the last use
	}
	if err != nil {
		return SignedIn{}, err
	}
	c.opts.Log.Info("joined by an invite", "account", in.Account.ID, "invite", invite.ID)
	for _, room := range invite.Rooms {
		if _, err := c.changeMember(ctx, in.Account, room, plausch.EventJoin, in.Account.Ref(), store.Conditions{Active: true}); err != nil {
			// The account is there; somebody can add it to the room.
			c.opts.Log.Error("a new account is not in the room of its invite", "account", in.Account.ID, "room", room, "err", err)
		}
	}
	return in, nil
}

// signedUp finds the account called name that the same request has made before,
// by the token that its client has chosen.
func (c *Core) signedUp(ctx context.Context, from ClientInfo, name string) (SignedIn, error) {
	if from.NewToken == "" {
		return SignedIn{}, errNoDevice()
	}
	in, err := c.signInToken(ctx, from.NewToken)
	if err == nil && in.Account.Name != name {
		err = plausch.Errorf(plausch.Invalid, "new_token is another account's; choose a new one")
	}
	in.Token = from.NewToken
	return in, err
}

// newAccount begins an account called name.
func newAccount(name string, role plausch.Role) (store.NewAccount, error) {
	mapped, err := names.NewAccount(name)
	return store.NewAccount{Name: mapped, Display: names.DisplayOf(name), Role: role}, err
}

// CreateInvite makes an invite and returns it with its code, which is not kept.
func (c *Core) CreateInvite(ctx context.Context, by plausch.Account, n InviteOptions) (plausch.Invite, auth.Code, error) {
	if err := mayInvite(by); err != nil {
		return plausch.Invite{}, auth.Code{}, err
	}
	for _, name := range n.Rooms {
		// What by cannot see, nobody can be invited to by it.
		if _, _, err := c.GetRoom(ctx, by, 0, name); err != nil {
			return plausch.Invite{}, auth.Code{}, err
		}
	}
	return c.admin(by).CreateInvite(ctx, n)
}

// ListInvites returns the invites that are good, by id from the first after the
// given one, and whether there are more.
func (c *Core) ListInvites(ctx context.Context, by plausch.Account, after plausch.InviteID, limit int) ([]plausch.Invite, bool, error) {
	if err := mayInvite(by); err != nil {
		return nil, false, err
	}
	all, err := c.store.ListInvites(ctx, 0, c.now(), after, limit+1)
	return all[:min(len(all), limit)], len(all) > limit, err
}

// RevokeInvite ends an invite.
func (c *Core) RevokeInvite(ctx context.Context, by plausch.Account, id plausch.InviteID) error {
	if err := mayInvite(by); err != nil {
		return err
	}
	return c.admin(by).RevokeInvite(ctx, id)
}
