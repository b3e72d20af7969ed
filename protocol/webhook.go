package protocol

import "plausch"

//msgp:limit arrays:256 maps:64

// Webhook is an address at which a program posts into a room.
type Webhook struct {
	ID      int64   `json:"id" msg:"id"`
	Room    int64   `json:"room" msg:"room"`
	Account Account `json:"account" msg:"account"`                  // that the messages are from
	Time    int64   `json:"time" msg:"time"`                        // when it was made, in milliseconds since 1970-01-01 UTC
	Signed  bool    `json:"signed,omitzero" msg:"signed,omitempty"` // whether what comes has to be signed
}

// NewWebhook returns h as it goes over the wire.
func NewWebhook(h plausch.Webhook) Webhook {
	return Webhook{ID: h.ID, Room: int64(h.Room), Account: NewAccount(h.Account), Time: h.Created.UnixMilli(), Signed: h.Signed}
}

// WebhookCreate is the params of webhook.create.
type WebhookCreate struct {
	Room   int64  `json:"room" msg:"room"`
	Name   string `json:"name" msg:"name"`                        // of the account that the messages are from, which is made for it
	Signed bool   `json:"signed,omitzero" msg:"signed,omitempty"` // whether what comes has to be signed
}

// WebhookCreated is the result of webhook.create. What is secret is told this once.
type WebhookCreated struct {
	Webhook Webhook `json:"webhook" msg:"webhook"`
	Token   string  `json:"token" msg:"token"`                      // the end of the address, behind /api/hooks/
	Secret  string  `json:"secret,omitzero" msg:"secret,omitempty"` // that signatures are made with
}

// WebhookList is the params of webhook.list.
type WebhookList struct {
	Room int64 `json:"room" msg:"room"`
}

// Webhooks is the result of webhook.list, by id: at most [plausch.MaxWebhooks].
type Webhooks struct {
	Webhooks []Webhook `json:"webhooks,omitempty" msg:"webhooks,omitempty"`
}

// WebhookRef is the params of webhook.delete.
type WebhookRef struct {
	ID int64 `json:"id" msg:"id"`
}
