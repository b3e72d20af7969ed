package api

import (
	"context"

	"plausch"
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
