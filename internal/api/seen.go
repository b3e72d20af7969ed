package api

import (
	"context"

	"plausch/protocol"
)

func seenSet(a *API, ctx context.Context, c *Caller, p *protocol.SeenSet) (protocol.Body, error) {
	return &protocol.Empty{}, a.core.SetSeen(ctx, c.Account(), p.On)
}
