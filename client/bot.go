package client

import (
	"context"

	"plausch"
	"plausch/protocol"
)

// Bot is an account that signs in by its token alone.
type Bot struct {
	plausch.AccountRef
	Token string // told this once
}

// CreateBot makes a bot, for admins. If there is a bot of that name, it gets a
// new token, and its old one ends.
func (c *Client) CreateBot(ctx context.Context, name string) (Bot, error) {
	var w protocol.BotCreated
	if err := c.Call(ctx, protocol.MethodBotCreate, &protocol.BotCreate{Name: name}, &w); err != nil {
		return Bot{}, err
	}
	return Bot{w.Account.Ref(), w.Token}, nil
}
