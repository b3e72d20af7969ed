package plausch

import "time"

// DeviceID identifies a device for ever.
type DeviceID int64

// Device is one sign-in: a program that has a token of an account.
type Device struct {
	ID      DeviceID
	Account AccountID
	Program string // what the client called itself; not to be trusted
	// Lasting devices, those of bots, do not expire.
	Lasting bool
	Created time.Time
	Used    time.Time // last, to within [SeenEvery]
}

const (
	// DeviceIdle is how long a device lasts that is not used, and DeviceLife how
	// long it lasts in any case. Then its account signs in anew.
	DeviceIdle = 30 * 24 * time.Hour
	DeviceLife = 90 * 24 * time.Hour
)

// Expired reports whether the device has lasted too long.
func (d Device) Expired(now time.Time) bool {
	return !d.Lasting && (now.Sub(d.Created) >= DeviceLife || now.Sub(d.Used) >= DeviceIdle)
}
