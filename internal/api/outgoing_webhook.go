package api

import (
	"context"

	"plausch"
	"plausch/protocol"
)

func outgoingWebhookCreate(a *API, ctx context.Context, c *Caller, p *protocol.OutgoingWebhookCreate) (protocol.Body, error) {
	made, err := a.core.CreateOutgoingWebhook(ctx, c.Account(), plausch.RoomID(p.Room), p.URL)
	if err != nil {
		return nil, err
	}
	return &protocol.OutgoingWebhookCreated{Webhook: protocol.NewOutgoingWebhook(made), Secret: made.Secret}, nil
}

func outgoingWebhookList(a *API, ctx context.Context, c *Caller, p *protocol.OutgoingWebhookList) (protocol.Body, error) {
	hooks, err := a.core.ListOutgoingWebhooks(ctx, c.Account(), plausch.RoomID(p.Room))
	if err != nil {
		return nil, err
	}
	result := &protocol.OutgoingWebhooks{}
	for _, hook := range hooks {
		result.Webhooks = append(result.Webhooks, protocol.NewOutgoingWebhook(hook))
	}
	return result, nil
}

func outgoingWebhookDelete(a *API, ctx context.Context, c *Caller, p *protocol.OutgoingWebhookRef) (protocol.Body, error) {
	return &protocol.Empty{}, a.core.DeleteOutgoingWebhook(ctx, c.Account(), p.ID)
}
