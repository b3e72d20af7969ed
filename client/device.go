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
