package api

import (
	"context"

	"plausch"
	"plausch/internal/core"
	"plausch/protocol"
)

func markerSet(a *API, ctx context.Context, c *Caller, p *protocol.MarkerSet) (protocol.Body, error) {
	room := plausch.RoomID(p.Room)
	state, err := a.core.SetMarker(ctx, c.Account(), core.NewMarker{Room: room, Seq: p.Seq, Back: p.Back})
	if err != nil {
		return nil, err
	}
	w := protocol.NewMarker(room, state)
	return &w, nil
}
