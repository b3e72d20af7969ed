package api

import (
	"context"

	"plausch/internal/core"
	"plausch/protocol"
)

func claim(a *API, ctx context.Context, c *Caller, p *protocol.Claim) (protocol.Body, error) {
	return a.completeSignIn(ctx, c, true, func() (core.SignedIn, error) {
		return a.core.Claim(ctx, c.clientInfo(p.NewToken), p.Code, p.ServerName, p.Name, p.Password)
	})
}
