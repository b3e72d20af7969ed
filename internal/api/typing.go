package api

import (
	"context"

	"plausch"
	"plausch/protocol"
)

func typing(a *API, ctx context.Context, c *Caller, p *protocol.TypingSet) (protocol.Body, error) {
	room := plausch.RoomID(p.Room)
	if err := a.core.CheckCanType(ctx, c.Account(), room); err != nil {
		return nil, err
	}
	a.hub.Typing(room, c.Account().Ref())
	return &protocol.Empty{}, nil
}
