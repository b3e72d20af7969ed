package client

import (
	"context"
	"time"

	"plausch"
	"plausch/protocol"
)

// CreateOutgoingWebhook has what happens in a room from now on posted to an address, for
// those who may. Its Secret, by which posts are signed, is in the result, this once.
func (c *Client) CreateOutgoingWebhook(ctx context.Context, room plausch.RoomID, url string) (plausch.OutgoingWebhook, error) {
	var w protocol.OutgoingWebhookCreated
	params := &protocol.OutgoingWebhookCreate{Room: int64(room), URL: url}
	if err := c.Call(ctx, protocol.MethodOutgoingWebhookCreate, params, &w); err != nil {
		return plausch.OutgoingWebhook{}, err
	}
	hook := outgoingWebhookOf(&w.Webhook)
	hook.Secret = w.Secret
	return hook, nil
}

// ListOutgoingWebhooks returns the outgoing webhooks of a room, by id. Of their addresses
// only who can manage them sees more than the host.
func (c *Client) ListOutgoingWebhooks(ctx context.Context, room plausch.RoomID) ([]plausch.OutgoingWebhook, error) {
	var w protocol.OutgoingWebhooks
	if err := c.read(ctx, protocol.MethodOutgoingWebhookList, &protocol.OutgoingWebhookList{Room: int64(room)}, &w); err != nil {
		return nil, err
	}
	hooks := make([]plausch.OutgoingWebhook, len(w.Webhooks))
	for i := range w.Webhooks {
		hooks[i] = outgoingWebhookOf(&w.Webhooks[i])
	}
	return hooks, nil
}

// DeleteOutgoingWebhook has nothing be posted by an outgoing webhook any more.
func (c *Client) DeleteOutgoingWebhook(ctx context.Context, id int64) error {
	return c.Call(ctx, protocol.MethodOutgoingWebhookDelete, &protocol.OutgoingWebhookRef{ID: id}, nil)
}

func outgoingWebhookOf(w *protocol.OutgoingWebhook) plausch.OutgoingWebhook {
	return plausch.OutgoingWebhook{
		ID: w.ID, Room: plausch.RoomID(w.Room), URL: w.URL, Created: time.UnixMilli(w.Time), Maker: refOf(w.Maker), Paused: w.Paused,
		Cursor: w.Seq, LastError: w.Error, FailingSince: timeOrZero(w.FailingSince), NextTry: timeOrZero(w.NextTry),
	}
}
