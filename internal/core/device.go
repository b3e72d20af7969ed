package core

import (
	"context"
	"time"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/network"
	"plausch/internal/store"
)

// ListDevices returns the sign-ins of by.
func (c *Core) ListDevices(ctx context.Context, by plausch.Account) ([]plausch.Device, error) {
	return c.store.ListDevices(ctx, by.ID)
}

// RevokeDevice ends a sign-in of by, with all its connections.
func (c *Core) RevokeDevice(ctx context.Context, by plausch.Account, id plausch.DeviceID) error {
	return c.revokeDevice(ctx, by.ID, id)
}

func (c *Core) revokeDevice(ctx context.Context, account plausch.AccountID, id plausch.DeviceID) error {
	if err := c.store.RevokeDevice(ctx, account, id); err != nil {
		return err
	}
	return c.recheck(ctx, account)
}

// expireDevices forgets the devices that have lasted too long; follow then
// ends their connections.
func (c *Core) expireDevices(ctx context.Context) error {
	now := c.now()
	if err := c.clampTimes(ctx, now); err != nil {
		return err
	}
	return c.store.ExpireDevices(ctx, now.Add(-plausch.DeviceLife), now.Add(-plausch.DeviceIdle))
}

// clampTimes takes care that nothing lasts longer than its life from now, though it
// was made while the clock was ahead. It does nothing by a clock that cannot be
// right: as soon as that was set, everything would have expired.
func (c *Core) clampTimes(ctx context.Context, now time.Time) error {
	if now.Before(plausch.ClockRight) {
		return nil
	}
	return c.store.ClampTimes(ctx, now, map[store.Purpose]time.Duration{store.PurposeClaim: ClaimLife, store.PurposeReset: ResetLife})
}

// NewToken returns a token for a new device whose client cannot make one.
func NewToken() string { return auth.NewToken().Text() }

// BeginLinkDevice has a new device wait for its owner. NewToken of from is the token that it
// will sign in with: it is needed, the server keeps only its hash, and who reads the code does
// not learn it. The same token again gets the same link.
func (c *Core) BeginLinkDevice(ctx context.Context, from ClientInfo) (Link, error) {
	if from.NewToken == "" {
		return Link{}, plausch.Errorf(plausch.Invalid, "choose a token for the new device: new_token")
	}
	token, err := from.token()
	if err != nil {
		return Link{}, err
	}
	if _, _, err := c.store.AccountByToken(ctx, token.Hash()); plausch.CodeOf(err) != plausch.NotFound {
		if err == nil {
			err = plausch.Errorf(plausch.Invalid, "new_token is in use; choose a new one")
		}
		return Link{}, err
	}
	now := c.now()
	l := &c.links
	l.mu.Lock()
	defer l.mu.Unlock()
	l.expire(now)
	if one := l.of(token.Hash()); one != nil {
		return one.Link, nil
	}
	near := 0
	for _, one := range l.all {
		if network.Household(one.Remote) == network.Household(from.Remote) {
			near++
		}
	}
	if len(l.all) >= maxLinks || near >= maxLinksOf {
		return Link{}, &plausch.Error{Code: plausch.RateLimited, Message: "too many new devices wait to be linked; try again in a few minutes", RetryAfter: LinkLife}
	}
	one := &link{Link{newLinkCode(), from.Program, from.Remote, now, now.Add(LinkLife)}, token.Hash()}
	if l.all == nil {
		l.all = map[string]*link{}
	}
	l.all[one.Code] = one
	return one.Link, nil
}

// LinkState reports whether the device that has chosen a token has been linked; else it still
// waits. The error is NotFound if its code has ended.
func (c *Core) LinkState(ctx context.Context, from ClientInfo) (linked bool, err error) {
	token, err := auth.ParseToken(from.NewToken)
	if err != nil {
		return false, errNoLink()
	}
	_, _, err = c.store.AccountByToken(ctx, token.Hash())
	if plausch.CodeOf(err) != plausch.NotFound {
		return err == nil, err
	}
	l := &c.links
	l.mu.Lock()
	defer l.mu.Unlock()
	l.expire(c.now())
	if l.of(token.Hash()) == nil {
		return false, errNoLink()
	}
	return false, nil
}

// CheckLinkDevice returns the new device of a code, for by to see what it is about to link. A
// wrong code counts as a failed attempt.
func (c *Core) CheckLinkDevice(_ context.Context, by plausch.Account, from ClientInfo, code string) (Link, error) {
	if err := checkCanLink(by); err != nil {
		return Link{}, err
	}
	one, ok := c.links.take(parseLinkCode(code), c.now(), false)
	if !ok {
		return Link{}, c.recordFailure(from, errNoLink())
	}
	return one.Link, nil
}

// LinkDevice makes the new device of a code one of by, which it can sign in to from now on. A
// code works once.
func (c *Core) LinkDevice(ctx context.Context, by plausch.Account, from ClientInfo, code string) (plausch.Device, error) {
	if err := checkCanLink(by); err != nil {
		return plausch.Device{}, err
	}
	one, ok := c.links.take(parseLinkCode(code), c.now(), true)
	if !ok {
		return plausch.Device{}, c.recordFailure(from, errNoLink())
	}
	device, err := c.store.CreateDevice(ctx, store.NewDevice{
		Account: by.ID, Token: one.token, Program: one.Program, At: c.now(), If: []store.Judged{{Account: by.ID}},
	})
	if err != nil && plausch.CodeOf(err) != plausch.Taken {
		c.links.putBack(one)
	}
	return device, conflictError(err)
}

// checkCanLink reports why by cannot have another device.
func checkCanLink(by plausch.Account) error {
	switch {
	case by.Transient:
		return plausch.Errorf(plausch.Forbidden, "you are here for this connection only, without a device; sign in with a token first")
	case by.Bot:
		return plausch.Errorf(plausch.Forbidden, "a bot has one token; an admin makes it anew")
	}
	return nil
}

func errNoLink() error {
	return plausch.Errorf(plausch.NotFound, "this code does not work: it may be mistyped, used or have expired; have the new device show another one")
}
