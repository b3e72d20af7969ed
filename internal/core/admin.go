package core

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/store"
)

// Admin does what those do who run a server, on its database: in the server, for
// an account that the rules of policy.go let, and beside it, for whoever can
// write the data folder. A running server notices what was done beside it (see
// connections).
type Admin struct {
	Store     store.Store
	Passwords *auth.Hasher
	By        plausch.AccountRef // zero on the command line
	// If is by what By was allowed to do it; see also judged.
	If  []store.Judged
	Now func() time.Time // nil means time.Now
}

// ResetLife is how long the code of a password reset is good.
const ResetLife = 24 * time.Hour

func (c *Core) admin(by plausch.Account) *Admin {
	return &Admin{
		Store: c.store, Passwords: c.opts.Passwords, By: by.Ref(), If: []store.Judged{{Account: by.ID, Role: by.Role}}, Now: c.opts.Now,
	}
}

// judged is by what a change of an account was allowed: the rights of who makes it,
// over somebody who has that role.
func (a *Admin) judged(account plausch.Account) []store.Judged {
	if len(a.If) == 0 {
		return nil
	}
	return append(slices.Clone(a.If), store.Judged{Account: account.ID, Role: account.Role, Inactive: true})
}

// change changes an account by those rights.
func (a *Admin) change(ctx context.Context, account plausch.Account, c store.AccountChange) (plausch.Account, error) {
	c.Account, c.At, c.If = account.ID, a.now(), a.judged(account)
	changed, err := a.Store.ChangeAccount(ctx, c)
	return changed, meanwhile(err)
}

// meanwhile tells that what was allowed is not any more when it is to be done.
func meanwhile(err error) error {
	if errors.Is(err, store.ErrUnmet) {
		return errChanged()
	}
	return err
}

func (a *Admin) now() time.Time {
	if a.Now == nil {
		return time.Now().Truncate(time.Millisecond)
	}
	return a.Now().Truncate(time.Millisecond)
}

func (a *Admin) audit(action plausch.AuditAction, detail string) *plausch.Audit {
	return &plausch.Audit{Time: a.now(), Actor: a.By, Action: action, Detail: detail}
}

// CreateAccount makes an account with a password.
func (a *Admin) CreateAccount(ctx context.Context, name, password string, role plausch.Role) (plausch.Account, error) {
	n, err := newAccount(name, role)
	if err != nil {
		return plausch.Account{}, err
	}
	if err := auth.CheckPassword(n.Name, password); err != nil {
		return plausch.Account{}, err
	}
	if n.PasswordHash, err = a.Passwords.Hash(ctx, auth.Source{Known: true}, password); err != nil {
		return plausch.Account{}, fmt.Errorf("hash the password: %w", err)
	}
	n.Audit = a.audit(plausch.AuditAdd, string(role))
	return a.create(ctx, n)
}

// CreateBot makes a bot and returns its token, which is not kept. If there is a bot
// of that name, its tokens before are not good any more.
func (a *Admin) CreateBot(ctx context.Context, name string) (plausch.Account, auth.Token, error) {
	token := auth.NewToken()
	old, err := accountNamed(ctx, a.Store, name)
	switch {
	case err == nil && old.Bot:
		device, err := a.Store.CreateDevice(ctx, store.NewDevice{
			Account: old.ID, Token: token.Hash(), Lasting: true, At: a.now(), If: a.judged(old), Audit: a.audit(plausch.AuditBot, "new token"),
		})
		if err != nil {
			return old, token, meanwhile(err)
		}
		old, err = a.change(ctx, old, store.AccountChange{RevokeDevices: true, KeepDevice: device.ID})
		return old, token, err
	case err != nil && plausch.CodeOf(err) != plausch.NotFound:
		return plausch.Account{}, token, err
	}
	n, err := newAccount(name, plausch.RoleMember)
	if err != nil {
		return plausch.Account{}, token, err
	}
	n.Bot, n.Token, n.Audit = true, token.Hash(), a.audit(plausch.AuditBot, "")
	account, err := a.create(ctx, n)
	return account, token, err
}

func (a *Admin) create(ctx context.Context, n store.NewAccount) (plausch.Account, error) {
	n.At, n.If = a.now(), a.If
	n.GuestsSeenBefore = n.At.Add(-plausch.GuestNameKept)
	account, err := a.Store.CreateAccount(ctx, n)
	return account, meanwhile(err)
}

// GetAccount returns the account called name.
func (a *Admin) GetAccount(ctx context.Context, name string) (plausch.Account, error) {
	return accountNamed(ctx, a.Store, name)
}

// SetPassword gives an account a new password and ends all its devices.
func (a *Admin) SetPassword(ctx context.Context, account plausch.Account, password string) error {
	if account.Bot {
		return plausch.Errorf(plausch.Invalid, "%s is a bot, which has no password", account.Name)
	}
	if err := auth.CheckPassword(account.Name, password); err != nil {
		return err
	}
	hash, err := a.Passwords.Hash(ctx, auth.Source{Known: true}, password)
	if err != nil {
		return fmt.Errorf("hash the password: %w", err)
	}
	_, err = a.change(ctx, account, store.AccountChange{
		PasswordHash: hash, RevokeDevices: true, Audit: a.audit(plausch.AuditPassword, ""),
	})
	return err
}

// CreateReset returns a code by which an account gets a new password, in the place
// of the last one, and until when it is good.
func (a *Admin) CreateReset(ctx context.Context, account plausch.Account) (auth.Code, time.Time, error) {
	if account.Bot || uninvited(account) {
		return auth.Code{}, time.Time{}, plausch.Errorf(plausch.Invalid, "%s has no password that could be reset", account.Name)
	}
	code, expires := auth.NewCode(), a.now().Add(ResetLife)
	err := a.Store.CreateTicket(ctx, store.Ticket{
		Hash: code.Hash(), Purpose: store.PurposeReset, Account: account.ID, Expires: expires, If: a.judged(account), Audit: a.audit(plausch.AuditReset, ""),
	})
	return code, expires, meanwhile(err)
}

// CreateClaim returns a code by which the first owner is made, in the place of the
// last one. The error is Forbidden if there is an owner.
func (a *Admin) CreateClaim(ctx context.Context) (auth.Code, error) {
	code := auth.NewCode()
	return code, a.Store.CreateTicket(ctx, store.Ticket{
		Hash: code.Hash(), Purpose: store.PurposeClaim, Expires: a.now().Add(ClaimLife),
	})
}

// SetRole gives an account another role: owner, admin or member. A guest whom
// nobody has invited stays one. The invites of who may make none any more end.
func (a *Admin) SetRole(ctx context.Context, account plausch.Account, role plausch.Role) (plausch.Account, error) {
	switch {
	case role != plausch.RoleOwner && role != plausch.RoleAdmin && role != plausch.RoleMember:
		return account, plausch.Errorf(plausch.Invalid, "there is no role %q to give; owner, admin and member are", role)
	case account.Transient, uninvited(account):
		return account, plausch.Errorf(plausch.Invalid, "%s is a guest, whose name is kept for a day only; invite them instead", account.Name)
	case account.Bot && role == plausch.RoleOwner:
		return account, plausch.Errorf(plausch.Invalid, "%s is a bot, which can own nothing", account.Name)
	}
	return a.change(ctx, account, store.AccountChange{
		Role: role, Audit: a.audit(plausch.AuditRole, string(role)),
		RevokeInvites: mayInvite(plausch.Account{Role: role}) != nil,
	})
}

// DeactivateAccount shuts an account out, and ends the invites by which it could come
// back as another; Activate lets it in again.
func (a *Admin) DeactivateAccount(ctx context.Context, account plausch.Account) error {
	_, err := a.change(ctx, account, store.AccountChange{
		State: plausch.AccountDeactivated, RevokeDevices: !account.Bot && account.Role != plausch.RoleGuest,
		RevokeInvites: true, Audit: a.audit(plausch.AuditDeactivate, ""),
	})
	return err
}

func (a *Admin) ActivateAccount(ctx context.Context, account plausch.Account) error {
	_, err := a.change(ctx, account, store.AccountChange{
		State: plausch.AccountActive, Audit: a.audit(plausch.AuditActivate, ""),
	})
	return err
}

// DeleteAccount deletes an account for good. What it wrote stays, under the name
// plausch.DeletedName, or goes, with erase. It leaves its rooms, and those who stay
// see it.
func (a *Admin) DeleteAccount(ctx context.Context, account plausch.Account, erase bool) error {
	detail := account.Name // the last place where it stands
	if erase {
		detail += ", with its messages"
	}
	_, err := a.change(ctx, account, store.AccountChange{
		State: plausch.AccountDeleted, EraseTexts: erase, Audit: a.audit(plausch.AuditDelete, detail),
	})
	return err
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
func (a *Admin) CreateInvite(ctx context.Context, o InviteOptions) (plausch.Invite, auth.Code, error) {
	now := a.now()
	n := store.NewInvite{Maker: a.By.ID, Role: o.Role, Uses: max(o.Uses, 0), At: now, If: slices.Clone(a.If)}
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
		return plausch.Invite{}, auth.Code{}, plausch.Errorf(plausch.Invalid, "an invite is for a member or a guest, not for %q", n.Role)
	case o.For < time.Minute || o.For > maxInviteLife:
		return plausch.Invite{}, auth.Code{}, plausch.Errorf(plausch.Invalid, "an invite is good for a minute to a year, not for %v", o.For)
	case len(o.Rooms) > maxInviteRooms:
		return plausch.Invite{}, auth.Code{}, plausch.Errorf(plausch.Invalid, "an invite names at most %d rooms", maxInviteRooms)
	}
	for _, name := range o.Rooms {
		room, err := roomNamed(ctx, a.Store, name)
		if err != nil {
			return plausch.Invite{}, auth.Code{}, err
		}
		if room.ID != plausch.PublicRoom { // everyone is in that
			n.Rooms = append(n.Rooms, room.ID)
		}
		if room.Kind == plausch.RoomPrivate && a.By.ID != 0 { // which its members can invite to
			n.If = append(n.If, store.Judged{Account: a.By.ID, Member: room.ID})
		}
	}
	code := auth.NewCode()
	n.Token = code.Hash()
	invite, err := a.Store.CreateInvite(ctx, n)
	return invite, code, meanwhile(err)
}

func roomNamed(ctx context.Context, st store.Store, name string) (plausch.Room, error) {
	room, err := roomAt(ctx, st, name)
	if plausch.CodeOf(err) == plausch.NotFound || err == nil && room.Kind == plausch.RoomDirect {
		err = plausch.Errorf(plausch.NotFound, "there is no room %q", name)
	}
	return room, err
}

// UpdateServer gives the server another name, and returns it as it is kept.
func (a *Admin) UpdateServer(ctx context.Context, name string) (string, error) {
	name, err := checkServerName(name)
	if err != nil {
		return "", err
	}
	return name, meanwhile(a.Store.SetServerName(ctx, name, a.audit(plausch.AuditRename, name), a.If...))
}

// RevokeInvite ends an invite that is good.
func (a *Admin) RevokeInvite(ctx context.Context, id plausch.InviteID) error {
	err := meanwhile(a.Store.RevokeInvite(ctx, id, a.now(), a.By.ID, a.If...))
	if plausch.CodeOf(err) == plausch.NotFound {
		err = plausch.Errorf(plausch.NotFound, "there is no invite %d that is still good", id)
	}
	return err
}
