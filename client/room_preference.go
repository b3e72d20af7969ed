package client

import (
	"context"

	"plausch"
	"plausch/protocol"
)

// SetRoomPreference changes what the account has chosen for a room that it is in, and
// returns it as it is then. All devices of the account get a [RoomPreference] update.
func (c *Client) SetRoomPreference(ctx context.Context, room plausch.RoomID, change plausch.RoomPreferenceChange) (plausch.RoomPreference, error) {
	params := protocol.NewRoomPreferenceSet(room, change)
	var w protocol.RoomPreference
	err := c.Call(ctx, protocol.MethodRoomPreferenceSet, &params, &w)
	return w.RoomPreference(), err
}
