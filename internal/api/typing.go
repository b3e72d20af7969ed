package api

import (
	"context"

	"plausch"
	"plausch/protocol"
)

func typing(a *API, ctx context.Context, c *Caller, p *protocol.TypingSet) (protocol.Body, error) {
	room := plausch.RoomID(p.Room)
	tell, err := a.core.CanType(ctx, c.Account(), room)
	if err != nil || !tell {
		return &protocol.Empty{}, err
	}
	a.hub.Typing(room, c.Account().Ref())
	return &protocol.Empty{}, nil
}
