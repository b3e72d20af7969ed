package protocol

import "plausch"

// OutgoingWebhook is an address to which the events of a room are posted.
type OutgoingWebhook struct {
	ID   int64  `json:"id"`
	Room int64  `json:"room"`
	URL  string `json:"url"`  // its scheme and host alone for those who cannot manage it
	Time int64  `json:"time"` // when it was made, in milliseconds since 1970-01-01 UTC
	Seq  int64  `json:"seq,omitzero"`
	// Maker is nil if it was made on the server's command line.
	Maker *Account `json:"maker,omitempty"`
	// Paused is whether nothing is posted while its maker may not make webhooks of the room.
	Paused bool `json:"paused,omitzero"`
	// Error is why the last post failed, FailingSince since when none has succeeded,
	// NextTry when it is tried again; both times in milliseconds since 1970-01-01 UTC.
	Error        string `json:"error,omitzero"`
	FailingSince int64  `json:"failing_since,omitzero"`
	NextTry      int64  `json:"next_try,omitzero"`
}

// NewOutgoingWebhook returns h as it goes over the wire.
func NewOutgoingWebhook(h plausch.OutgoingWebhook) OutgoingWebhook {
	w := OutgoingWebhook{
		ID: h.ID, Room: int64(h.Room), URL: h.URL, Time: h.Created.UnixMilli(), Seq: h.Cursor, Paused: h.Paused, Error: h.LastError,
	}
	if h.Maker.ID != 0 {
		maker := NewAccount(h.Maker)
		w.Maker = &maker
	}
	if !h.FailingSince.IsZero() {
		w.FailingSince = h.FailingSince.UnixMilli()
	}
	if !h.NextTry.IsZero() {
		w.NextTry = h.NextTry.UnixMilli()
	}
	return w
}

// OutgoingWebhookCreate is the params of outgoing_webhook.create.
type OutgoingWebhookCreate struct {
	Room int64  `json:"room"`
	URL  string `json:"url"`
}

// OutgoingWebhookCreated is the result of outgoing_webhook.create.
type OutgoingWebhookCreated struct {
	Webhook OutgoingWebhook `json:"webhook"`
	Secret  string          `json:"secret"` // what is posted is signed with it; told this once
}

// OutgoingWebhookList is the params of outgoing_webhook.list.
type OutgoingWebhookList struct {
	Room int64 `json:"room"`
}

// OutgoingWebhooks is the result of outgoing_webhook.list, by id: at most
// [plausch.MaxOutgoingWebhooks].
type OutgoingWebhooks struct {
	Webhooks []OutgoingWebhook `json:"webhooks,omitempty"`
}

// OutgoingWebhookRef is the params of outgoing_webhook.delete.
type OutgoingWebhookRef struct {
	ID int64 `json:"id"`
}
