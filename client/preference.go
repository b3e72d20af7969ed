package client

import (
	"context"

	"plausch"
	"plausch/protocol"
)

// GetPreferences returns what the account has chosen for all its rooms and devices.
func (c *Client) GetPreferences(ctx context.Context) (plausch.Preferences, error) {
	var w protocol.Preferences
	err := c.read(ctx, protocol.MethodPreferenceGet, &protocol.Empty{}, &w)
	return w.Preferences(), err
}

// SetPreferences changes that, and returns it as it is then. All devices of the account
// get a [Preferences] update.
func (c *Client) SetPreferences(ctx context.Context, change plausch.PreferenceChange) (plausch.Preferences, error) {
	params := protocol.NewPreferenceSet(change)
	var w protocol.Preferences
	err := c.Call(ctx, protocol.MethodPreferenceSet, &params, &w)
	return w.Preferences(), err
}
