package client

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"time"

	"plausch"
	"plausch/protocol"
)

// WebhookCreate are the properties of a new webhook.
type WebhookCreate struct {
	Room   plausch.RoomID
	Name   string // of the account that the messages are from, which is made for it
	Signed bool   // whether what comes has to be signed
}

// WebhookCreated is a new webhook. Its secrets are returned this once.
type WebhookCreated struct {
	plausch.Webhook
	Token  string // the end of its address: see [PostWebhook]
	Secret string // that signatures are made with, if it is signed
}

// CreateWebhook makes a webhook of a room, for those who may.
func (c *Client) CreateWebhook(ctx context.Context, p WebhookCreate) (WebhookCreated, error) {
	var w protocol.WebhookCreated
	params := &protocol.WebhookCreate{Room: int64(p.Room), Name: p.Name, Signed: p.Signed}
	if err := c.Call(ctx, protocol.MethodWebhookCreate, params, &w); err != nil {
		return WebhookCreated{}, err
	}
	return WebhookCreated{webhookOf(&w.Webhook), w.Token, w.Secret}, nil
}

// ListWebhooks returns the webhooks of a room, by id: at most plausch.MaxWebhooks.
func (c *Client) ListWebhooks(ctx context.Context, room plausch.RoomID) ([]plausch.Webhook, error) {
	var w protocol.Webhooks
	if err := c.read(ctx, protocol.MethodWebhookList, &protocol.WebhookList{Room: int64(room)}, &w); err != nil {
		return nil, err
	}
	hooks := make([]plausch.Webhook, len(w.Webhooks))
	for i := range w.Webhooks {
		hooks[i] = webhookOf(&w.Webhooks[i])
	}
	return hooks, nil
}

// DeleteWebhook has nothing be posted to a webhook any more. Its messages stay.
func (c *Client) DeleteWebhook(ctx context.Context, id int64) error {
	return c.Call(ctx, protocol.MethodWebhookDelete, &protocol.WebhookRef{ID: id}, nil)
}

func webhookOf(w *protocol.Webhook) plausch.Webhook {
	return plausch.Webhook{
		ID: w.ID, Room: plausch.RoomID(w.Room), Account: w.Account.Ref(), Created: time.UnixMilli(w.Time),
		Maker: refOf(w.Maker), Paused: w.Paused, Signed: w.Signed,
	}
}

// WebhookPost is what a program posts to a webhook.
type WebhookPost struct {
	Token  string // of the webhook
	Secret string // of the webhook, if what comes has to be signed
	Text   string
	// ID is the same when the same is posted again, at most plausch.MaxClientID
	// bytes; it is then said once. It may be empty.
	ID string
}

// PostWebhook says something in the room of a webhook. It needs nobody to be
// signed in. Address is that of the server, as [Dial] takes it.
func PostWebhook(ctx context.Context, address string, o DialOptions, p WebhookPost) error {
	a, err := ParseAddress(address)
	if err != nil {
		return err
	}
	h, err := newHTTPClient(a, o)
	if err != nil {
		return err
	}
	defer h.close()
	body, err := json.Marshal(map[string]string{"text": p.Text})
	if err != nil {
		return err
	}
	r, err := h.request(ctx, http.MethodPost, bytes.NewReader(body), "hooks", p.Token)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	if p.ID != "" {
		r.Header.Set("Idempotency-Key", p.ID)
	}
	if p.Secret != "" {
		mac := hmac.New(sha256.New, []byte(p.Secret))
		mac.Write(body)
		r.Header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(mac.Sum(nil)))
	}
	answer, err := h.do(r)
	if err != nil {
		return err
	}
	return answer.Body.Close()
}
