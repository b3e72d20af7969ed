package api

import (
	"context"

	"plausch"
	"plausch/protocol"
)

func roomPreferenceSet(a *API, ctx context.Context, c *Caller, p *protocol.RoomPreferenceSet) (protocol.Body, error) {
	room := plausch.RoomID(p.Room)
	kept, err := a.core.SetRoomPreference(ctx, c.Account(), room, p.Change())
	if err != nil {
		return nil, err
	}
	w := protocol.NewRoomPreference(room, kept)
	return &w, nil
}
