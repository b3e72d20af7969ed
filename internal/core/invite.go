package core

import (
	"context"
	"slices"
	"time"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/store"
)

// RedeemInvite makes an account by an invite's code and signs it in. Members have a
// password; guests need none. The account is in the invite's rooms.
func (c *Core) RedeemInvite(ctx context.Context, from ClientInfo, code, name, password string) (SignedIn, error) {
	if _, ok := auth.ParseLinkCode(code); !ok {
		return SignedIn{}, c.recordFailure(from, errBadInvite())
	}
	if c.opts.Access == AccessClosed {
		return SignedIn{}, errNoNewAccounts()
	}
	n, err := newAccount(name, plausch.RoleMember)
	if err != nil {
		return SignedIn{}, err
	}
	// The same request again, if its answer was lost, may have no good invite any
	// more.
	if again, err := c.repeatedSignUp(ctx, from, n.Name); err == nil {
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
		if n.PasswordHash, err = c.opts.Passwords.Hash(ctx, from.hashSource(), password); err != nil {
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

// repeatedSignUp finds the account called name that the same request has made before,
// by the token that its client has chosen.
func (c *Core) repeatedSignUp(ctx context.Context, from ClientInfo, name string) (SignedIn, error) {
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

// InviteOptions says what an invite is good for. The zero value is for one
// member within plausch.InviteLife.
type InviteOptions struct {
	Uses  int           // 0 means 1, below 0 any number
	For   time.Duration // 0 means plausch.InviteLife
	Role  plausch.Role  // empty means member
	Rooms []string      // names of public and private rooms
}

const (
	maxInviteLife  = 365 * 24 * time.Hour
	maxInviteRooms = 20
)

// CreateInvite makes an invite and returns it with its code, which is not kept.
func (a *Admin) CreateInvite(ctx context.Context, o InviteOptions) (plausch.Invite, auth.LinkCode, error) {
	if err := a.check(checkCanInvite); err != nil {
		return plausch.Invite{}, auth.LinkCode{}, err
	}
	now := a.now()
	n := store.NewInvite{Maker: a.by.ID, Role: o.Role, Uses: max(o.Uses, 0), At: now, If: slices.Clone(a.conditions)}
	if o.Uses == 0 {
		n.Uses = 1
	}
	if n.Role == "" {
		n.Role = plausch.RoleMember
	}
	if o.For == 0 {
		o.For = plausch.InviteLife
	}
	n.Expires = now.Add(o.For)
	switch {
	case n.Role != plausch.RoleMember && n.Role != plausch.RoleGuest:
		return plausch.Invite{}, auth.LinkCode{}, plausch.Errorf(plausch.Invalid, "an invite is for a member or a guest, not for %q", n.Role)
	case o.For < time.Minute || o.For > maxInviteLife:
		return plausch.Invite{}, auth.LinkCode{}, plausch.Errorf(plausch.Invalid, "an invite can be valid for a minute to a year, not for %v", o.For)
	case len(o.Rooms) > maxInviteRooms:
		return plausch.Invite{}, auth.LinkCode{}, plausch.Errorf(plausch.Invalid, "an invite names at most %d rooms", maxInviteRooms)
	}
	for _, name := range o.Rooms {
		room, err := a.roomToInvite(ctx, name)
		if err != nil {
			return plausch.Invite{}, auth.LinkCode{}, err
		}
		if room.ID != plausch.PublicRoom { // everyone is in that
			n.Rooms = append(n.Rooms, room.ID)
		}
		if room.Kind == plausch.RoomPrivate && a.by.ID != 0 { // which its members can invite to
			n.If = append(n.If, store.Judged{Account: a.by.ID, Member: room.ID})
		}
	}
	code := auth.NewLinkCode()
	n.Token = code.Hash()
	invite, err := a.Store.CreateInvite(ctx, n)
	return invite, code, conflictError(err)
}

// roomToInvite returns the room called name: what by cannot see, nobody can be invited
// to by it.
func (a *Admin) roomToInvite(ctx context.Context, name string) (plausch.Room, error) {
	if a.core != nil {
		if _, err := a.core.GetRoom(ctx, a.by, 0, name); err != nil {
			return plausch.Room{}, err
		}
	}
	return roomByName(ctx, a.Store, name)
}

func roomByName(ctx context.Context, st store.Store, name string) (plausch.Room, error) {
	room, err := roomByAddress(ctx, st, name)
	if plausch.CodeOf(err) == plausch.NotFound || err == nil && room.Kind == plausch.RoomDirect {
		err = plausch.Errorf(plausch.NotFound, "there is no room %q", name)
	}
	return room, err
}

// ListInvites returns the invites that are good, by id from the first after the
// given one, and whether there are more.
func (a *Admin) ListInvites(ctx context.Context, after plausch.InviteID, limit int) ([]plausch.Invite, bool, error) {
	if err := a.check(checkCanInvite); err != nil {
		return nil, false, err
	}
	all, err := a.Store.ListInvites(ctx, 0, a.now(), after, limit+1)
	return all[:min(len(all), limit)], len(all) > limit, err
}

// RevokeInvite ends an invite that is good.
func (a *Admin) RevokeInvite(ctx context.Context, id plausch.InviteID) error {
	if err := a.check(checkCanInvite); err != nil {
		return err
	}
	err := conflictError(a.Store.RevokeInvite(ctx, id, a.now(), a.by.ID, a.conditions...))
	if plausch.CodeOf(err) == plausch.NotFound {
		err = plausch.Errorf(plausch.NotFound, "there is no invite %d that still works", id)
	}
	return err
}
