package protocol

import "plausch"

// Webhook is an address at which a program posts into a room.
type Webhook struct {
	ID      int64   `json:"id"`
	Room    int64   `json:"room"`
	Account Account `json:"account"`         // that the messages are from
	Time    int64   `json:"time"`            // when it was made, in milliseconds since 1970-01-01 UTC
	Signed  bool    `json:"signed,omitzero"` // whether what comes has to be signed
	// Maker is nil if it was made on the server's command line.
	Maker *Account `json:"maker,omitempty"`
	// Paused is whether it takes nothing while its maker may not make webhooks of the room.
	Paused bool `json:"paused,omitzero"`
}

// NewWebhook returns h as it goes over the wire.
func NewWebhook(h plausch.Webhook) Webhook {
	w := Webhook{ID: h.ID, Room: int64(h.Room), Account: NewAccount(h.Account), Time: h.Created.UnixMilli(), Signed: h.Signed, Paused: h.Paused}
	if h.Maker.ID != 0 {
		maker := NewAccount(h.Maker)
		w.Maker = &maker
	}
	return w
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
	Room int64 `json:"room"` // 0 for all that the caller is in
}

// Webhooks is the result of webhook.list, by id: at most [plausch.MaxWebhooks] of each
// room.
type Webhooks struct {
	Webhooks []Webhook `json:"webhooks,omitempty"`
}

// WebhookRef is the params of webhook.delete.
type WebhookRef struct {
	ID int64 `json:"id"`
}
