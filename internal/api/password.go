package api

import (
	"context"

	"plausch/protocol"
)

func passwordChange(a *API, ctx context.Context, c *Caller, p *protocol.PasswordChange) (protocol.Body, error) {
	return &protocol.Empty{}, a.core.ChangePassword(ctx, c.conn, c.clientInfo(""), p.Old, p.Password)
}
