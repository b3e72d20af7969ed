package api

import (
	"context"

	"plausch/protocol"
)

func statusSet(a *API, ctx context.Context, c *Caller, p *protocol.Status) (protocol.Body, error) {
	status, err := a.core.SetStatus(ctx, c.Account(), p.Status())
	if err != nil {
		return nil, err
	}
	if w := protocol.NewStatus(status, a.core.Now()); w != nil {
		return w, nil
	}
	return &protocol.Status{}, nil
}
