package core

import (
	"context"
	"time"

	"plausch"
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
