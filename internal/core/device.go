package core

import (
	"context"
	"time"

	"plausch"
	"plausch/internal/store"
)

// Devices returns the sign-ins of by.
func (c *Core) Devices(ctx context.Context, by plausch.Account) ([]plausch.Device, error) {
	return c.store.ListDevices(ctx, by.ID)
}

// EndDevice ends a sign-in of by, with all its connections.
func (c *Core) EndDevice(ctx context.Context, by plausch.Account, id plausch.DeviceID) error {
	return c.endDevice(ctx, by.ID, id)
}

func (c *Core) endDevice(ctx context.Context, account plausch.AccountID, id plausch.DeviceID) error {
	if err := c.store.DeleteDevice(ctx, account, id); err != nil {
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
