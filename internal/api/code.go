package api

import (
	"context"

	"plausch/internal/core"
	"plausch/protocol"
)

func codeCheck(a *API, ctx context.Context, c *Caller, p *protocol.CodeCheck) (protocol.Body, error) {
	good, err := a.core.CheckCode(ctx, c.clientInfo(""), core.Purpose(p.Purpose), p.Code)
	if err != nil {
		return nil, err
	}
	return &protocol.CodeChecked{Role: string(good.Role), Name: good.Account}, nil
}
