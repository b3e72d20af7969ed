package api

import (
	"context"

	"plausch/protocol"
)

func botCreate(a *API, ctx context.Context, c *Caller, p *protocol.BotCreate) (protocol.Body, error) {
	bot, token, err := a.core.Admin(c.Account()).CreateBot(ctx, p.Name)
	if err != nil {
		return nil, err
	}
	return &protocol.BotCreated{Account: protocol.NewOwnAccount(bot, a.core.Now()), Token: token.Text()}, nil
}
