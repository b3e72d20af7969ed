package api

import (
	"context"
	"net/netip"

	"plausch"
	"plausch/internal/core"
	"plausch/protocol"
)

// MethodWebhookPost is what programs do that know nothing but an address: they
// post over HTTP, whose front-end calls OpenWebhook and PostWebhook.
const MethodWebhookPost = "webhook.post"

func webhookPost(_ *API, _ context.Context, _ *Caller, _ Params, reply Reply) {
	reply(nil, plausch.Errorf(plausch.Unsupported, "webhooks are posted to over HTTP"))
}

// OpenWebhook returns the webhook that a token is the address of: see
// core.Core.OpenWebhook.
func (a *API) OpenWebhook(ctx context.Context, token string) (core.Webhook, error) {
	return a.core.OpenWebhook(ctx, token)
}

// RecordPostFailure counts a refused post: see core.Core.RecordPostFailure.
func (a *API) RecordPostFailure(remote netip.Addr, why error) error {
	return a.core.RecordPostFailure(remote, why)
}

// PostWebhook says something through a webhook: see core.Core.PostWebhook.
func (a *API) PostWebhook(ctx context.Context, hook core.Webhook, text, clientID string) (plausch.Event, error) {
	return a.core.PostWebhook(ctx, hook, text, clientID)
}

func webhookCreate(a *API, ctx context.Context, c *Caller, p *protocol.WebhookCreate) (protocol.Body, error) {
	made, err := a.core.CreateWebhook(ctx, c.Account(), plausch.RoomID(p.Room), p.Name, p.Signed)
	if err != nil {
		return nil, err
	}
	return &protocol.WebhookCreated{Webhook: protocol.NewWebhook(made.Webhook), Token: made.Token, Secret: made.Secret}, nil
}

func webhookList(a *API, ctx context.Context, c *Caller, p *protocol.WebhookList) (protocol.Body, error) {
	hooks, err := a.core.ListWebhooks(ctx, c.Account(), plausch.RoomID(p.Room))
	if err != nil {
		return nil, err
	}
	result := &protocol.Webhooks{Webhooks: make([]protocol.Webhook, len(hooks))}
	for i, hook := range hooks {
		result.Webhooks[i] = protocol.NewWebhook(hook)
	}
	return result, nil
}

func webhookDelete(a *API, ctx context.Context, c *Caller, p *protocol.WebhookRef) (protocol.Body, error) {
	return &protocol.Empty{}, a.core.DeleteWebhook(ctx, c.Account(), p.ID)
}
