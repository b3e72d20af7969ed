package api

import (
	"context"

	"plausch/internal/core"
	"plausch/protocol"
)

func resetCreate(a *API, ctx context.Context, c *Caller, p *protocol.ResetCreate) (protocol.Body, error) {
	code, expires, err := a.core.Admin(c.Account()).CreateReset(ctx, p.Name)
	if err != nil {
		return nil, err
	}
	return &protocol.ResetCreated{Code: code.Text(), Expires: expires.UnixMilli()}, nil
}

func resetRedeem(a *API, ctx context.Context, c *Caller, p *protocol.ResetRedeem) (protocol.Body, error) {
	return a.completeSignIn(ctx, c, true, func() (core.SignedIn, error) {
		return a.core.RedeemReset(ctx, c.clientInfo(p.NewToken), p.Code, p.Password)
	})
}
