package api

import (
	"context"

	"plausch"
	"plausch/internal/core"
	"plausch/protocol"
)

// maxDevices is the most devices in the result of device.list, by the bounds of a
// frame.
const maxDevices = 100

func deviceList(a *API, ctx context.Context, c *Caller, _ *protocol.Empty) (protocol.Body, error) {
	devices, err := a.core.ListDevices(ctx, c.Account())
	if err != nil {
		return nil, err
	}
	result := &protocol.Devices{}
	for _, d := range devices[max(0, len(devices)-maxDevices):] {
		result.Devices = append(result.Devices, protocol.Device{
			ID: int64(d.ID), Program: d.Program, Created: d.Created.UnixMilli(), Used: d.Used.UnixMilli(), Here: d.ID == c.conn.Device(),
		})
	}
	return result, nil
}

// deviceRevoke ends a device, which may be that of the caller itself: then it is
// told so like any other connection of it.
func deviceRevoke(a *API, ctx context.Context, c *Caller, p *protocol.DeviceRevoke) (protocol.Body, error) {
	return &protocol.Empty{}, a.core.RevokeDevice(ctx, c.Account(), plausch.DeviceID(p.ID))
}

// NewToken returns a token for a front-end that keeps it for a device.
func NewToken() string { return core.NewToken() }

func deviceLinkBegin(a *API, ctx context.Context, c *Caller, p *protocol.DeviceLinkBegin) (protocol.Body, error) {
	link, err := a.core.BeginLinkDevice(ctx, c.clientInfo(p.NewToken))
	if err != nil {
		return nil, err
	}
	return &protocol.DeviceLinkBegun{Code: link.Code, Expires: link.Expires.UnixMilli()}, nil
}

func deviceLinkState(a *API, ctx context.Context, c *Caller, p *protocol.DeviceLinkBegin) (protocol.Body, error) {
	linked, err := a.core.LinkState(ctx, c.clientInfo(p.NewToken))
	if err != nil {
		return nil, err
	}
	return &protocol.DeviceLinkState{Linked: linked}, nil
}

func deviceLinkCheck(a *API, ctx context.Context, c *Caller, p *protocol.DeviceLinkCode) (protocol.Body, error) {
	link, err := a.core.CheckLinkDevice(ctx, c.Account(), c.clientInfo(""), p.Code)
	if err != nil {
		return nil, err
	}
	result := &protocol.DeviceLink{Program: link.Program, Began: link.Began.UnixMilli(), Expires: link.Expires.UnixMilli()}
	if link.Remote.IsValid() {
		result.Address = link.Remote.String()
	}
	return result, nil
}

func deviceLink(a *API, ctx context.Context, c *Caller, p *protocol.DeviceLinkCode) (protocol.Body, error) {
	device, err := a.core.LinkDevice(ctx, c.Account(), c.clientInfo(""), p.Code)
	if err != nil {
		return nil, err
	}
	return &protocol.DeviceLinked{ID: int64(device.ID)}, nil
}
