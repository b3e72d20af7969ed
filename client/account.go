package client

import (
	"context"
	"time"

	"plausch"
	"plausch/protocol"
)

// SetDisplay changes how the account is called; empty means by its name. The
// error's code is Taken if it is the name of another account.
func (c *Client) SetDisplay(ctx context.Context, display string) (plausch.AccountRef, error) {
	var me protocol.Account
	if err := c.Call(ctx, protocol.MethodAccountUpdate, &protocol.AccountUpdate{Display: display}, &me); err != nil {
		return plausch.AccountRef{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.account = me.Ref()
	return c.account, nil
}

// ChangePassword gives the account a new password, which ends all its other
// devices. Old is empty if there is none.
func (c *Client) ChangePassword(ctx context.Context, old, password string) error {
	return c.Call(ctx, protocol.MethodPasswordChange, &protocol.PasswordChange{Old: old, Password: password}, nil)
}

// Device is a sign-in of the account.
type Device struct {
	plausch.Device
	Here bool // it is the one that asks
}

// Devices returns the sign-ins of the account, by id.
func (c *Client) Devices(ctx context.Context) ([]Device, error) {
	var w protocol.Devices
	if err := c.read(ctx, protocol.MethodDeviceList, &protocol.Empty{}, &w); err != nil {
		return nil, err
	}
	account := c.Account().ID
	devices := make([]Device, len(w.Devices))
	for i, d := range w.Devices {
		devices[i] = Device{Here: d.Here, Device: plausch.Device{
			ID: plausch.DeviceID(d.ID), Account: account, Program: d.Program,
			Created: time.UnixMilli(d.Created), Used: time.UnixMilli(d.Used),
		}}
	}
	return devices, nil
}

// EndDevice ends a sign-in of the account, with all its connections.
func (c *Client) EndDevice(ctx context.Context, id plausch.DeviceID) error {
	return c.Call(ctx, protocol.MethodDeviceRevoke, &protocol.DeviceRevoke{ID: int64(id)}, nil)
}

// CreateInvite makes an invite and returns it with its code, for those who may.
// Names of rooms are in p.
func (c *Client) CreateInvite(ctx context.Context, p protocol.InviteCreate) (protocol.InviteCreated, error) {
	var made protocol.InviteCreated
	err := c.Call(ctx, protocol.MethodInviteCreate, &p, &made)
	return made, err
}

// The following sign in on a connection by a code instead of a password. With a
// NewToken (see [NewToken]) they can be repeated if the answer was lost.

// Redeem makes an account by the code of an invite.
func (c *Conn) Redeem(ctx context.Context, p protocol.InviteRedeem) (protocol.SignedIn, error) {
	var signed protocol.SignedIn
	err := c.Call(ctx, protocol.MethodInviteRedeem, &p, &signed)
	return signed, err
}

// Claim makes the first owner of a server.
func (c *Conn) Claim(ctx context.Context, p protocol.Claim) (protocol.SignedIn, error) {
	var signed protocol.SignedIn
	err := c.Call(ctx, protocol.MethodClaim, &p, &signed)
	return signed, err
}

// Reset gives an account a new password by a code from an admin.
func (c *Conn) Reset(ctx context.Context, p protocol.ResetRedeem) (protocol.SignedIn, error) {
	var signed protocol.SignedIn
	err := c.Call(ctx, protocol.MethodResetRedeem, &p, &signed)
	return signed, err
}
