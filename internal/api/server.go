package api

import (
	"context"

	"plausch/protocol"
)

func serverUpdate(a *API, ctx context.Context, c *Caller, p *protocol.ServerUpdate) (protocol.Body, error) {
	name, err := a.core.Admin(c.Account()).UpdateServer(ctx, p.Name)
	if err != nil {
		return nil, err
	}
	return &protocol.ServerInfo{Name: name}, nil
}
