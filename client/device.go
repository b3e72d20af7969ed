package client

import (
	"context"
	"time"

	"plausch"
	"plausch/protocol"
)

// Device is a sign-in of the account.
type Device struct {
	plausch.Device
	Here bool // it is the one that asks
}

// ListDevices returns the sign-ins of the account, by id.
func (c *Client) ListDevices(ctx context.Context) ([]Device, error) {
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

// RevokeDevice ends a sign-in of the account, with all its connections.
func (c *Client) RevokeDevice(ctx context.Context, id plausch.DeviceID) error {
	return c.Call(ctx, protocol.MethodDeviceRevoke, &protocol.DeviceRevoke{ID: int64(id)}, nil)
}

// NewDevice is a device that waits to be linked to an account, as somebody sees it who has
// signed in.
type NewDevice struct {
	Program string // what it calls itself; not to be trusted
	Address string // where it is, empty if that is not known
	Began   time.Time
	Expires time.Time
}

// BeginLinkDevice has this new device wait for its owner, who types the code on a device
// that has signed in: see [Client.LinkDevice]. Token is one of [NewToken], by which this
// device signs in when [Conn.LinkState] says that it is linked.
func (c *Conn) BeginLinkDevice(ctx context.Context, token string) (code string, expires time.Time, err error) {
	var w protocol.DeviceLinkBegun
	err = c.Call(ctx, protocol.MethodDeviceLinkBegin, &protocol.DeviceLinkBegin{NewToken: token}, &w)
	return w.Code, time.UnixMilli(w.Expires), err
}

// LinkState reports whether the device that has chosen a token was linked; the error is
// plausch.NotFound if it need not wait any more.
func (c *Conn) LinkState(ctx context.Context, token string) (linked bool, err error) {
	var w protocol.DeviceLinkState
	err = c.Call(ctx, protocol.MethodDeviceLinkState, &protocol.DeviceLinkBegin{NewToken: token}, &w)
	return w.Linked, err
}

// CheckLinkDevice returns the new device of a code, to be shown before it is linked.
func (c *Client) CheckLinkDevice(ctx context.Context, code string) (NewDevice, error) {
	if err := checkString(code); err != nil {
		return NewDevice{}, err
	}
	var w protocol.DeviceLink
	err := c.read(ctx, protocol.MethodDeviceLinkCheck, &protocol.DeviceLinkCode{Code: code}, &w)
	return NewDevice{w.Program, w.Address, time.UnixMilli(w.Began), time.UnixMilli(w.Expires)}, err
}

// LinkDevice makes the new device of a code one of the account's, and returns its id.
func (c *Client) LinkDevice(ctx context.Context, code string) (plausch.DeviceID, error) {
	if err := checkString(code); err != nil {
		return 0, err
	}
	var w protocol.DeviceLinked
	err := c.Call(ctx, protocol.MethodDeviceLink, &protocol.DeviceLinkCode{Code: code}, &w)
	return plausch.DeviceID(w.ID), err
}
