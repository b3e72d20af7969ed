package protocol

import "plausch"

// Webhook is an address at which a program posts into a room.
type Webhook struct {
	ID      int64   `json:"id"`
	Room    int64   `json:"room"`
	Account Account `json:"account"`         // that the messages are from
	Time    int64   `json:"time"`            // when it was made, in milliseconds since 1970-01-01 UTC
	Signed  bool    `json:"signed,omitzero"` // whether what comes has to be signed
}

// NewWebhook returns h as it goes over the wire.
func NewWebhook(h plausch.Webhook) Webhook {
	return Webhook{ID: h.ID, Room: int64(h.Room), Account: NewAccount(h.Account), Time: h.Created.UnixMilli(), Signed: h.Signed}
}

// WebhookCreate is the params of webhook.create.
type WebhookCreate struct {
	Room   int64  `json:"room"`
	Name   string `json:"name"`            // of the account that the messages are from, which is made for it
	Signed bool   `json:"signed,omitzero"` // whether what comes has to be signed
}

// WebhookCreated is the result of webhook.create. What is secret is told this once.
type WebhookCreated struct {
	Webhook Webhook `json:"webhook"`
	Token   string  `json:"token"`           // the end of the address, behind /api/hooks/
	Secret  string  `json:"secret,omitzero"` // that signatures are made with
}

// WebhookList is the params of webhook.list.
type WebhookList struct {
	Room int64 `json:"room"`
}

// Webhooks is the result of webhook.list, by id: at most [plausch.MaxWebhooks].
type Webhooks struct {
	Webhooks []Webhook `json:"webhooks,omitempty"`
}

// WebhookRef is the params of webhook.delete.
type WebhookRef struct {
	ID int64 `json:"id"`
}
