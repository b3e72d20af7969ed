package protocol

import (
	"time"

	"plausch"
)

// ScheduledMessageCreate is the params of scheduled_message.create: a message as of
// [MessageSend], without files, and when it is to be sent.
type ScheduledMessageCreate struct {
	At       int64    `json:"at"` // milliseconds since 1970-01-01 UTC
	Room     int64    `json:"room,omitzero"`
	To       string   `json:"to,omitzero"`
	Text     string   `json:"text,omitzero"`
	Target   int64    `json:"target,omitzero"`
	Details  *Details `json:"details,omitempty"`
	ClientID string   `json:"client_id,omitzero"`
}

// ScheduledMessageUpdate is the params of scheduled_message.update: what is absent stays as
// it is. With a text, details are those that are given.
type ScheduledMessageUpdate struct {
	ID      int64    `json:"id"`
	At      int64    `json:"at,omitzero"`
	Text    *string  `json:"text,omitzero"`
	Details *Details `json:"details,omitempty"`
}

// ScheduledMessageRef is the params of scheduled_message.delete.
type ScheduledMessageRef struct {
	ID int64 `json:"id"`
}

// ScheduledMessageList is the params of scheduled_message.list.
type ScheduledMessageList struct {
	Before int64 `json:"before,omitzero"` // id of the last entry of the page before
	Limit  int   `json:"limit,omitzero"`  // at most MaxLongPage
}

// ScheduledMessages is the result of scheduled_message.list, the newest first.
type ScheduledMessages struct {
	Messages []ScheduledMessage `json:"messages,omitempty"`
	More     bool               `json:"more,omitzero"`
}

// ScheduledMessage is a message of the caller's that the server sends later. It is the
// result of scheduled_message.create and scheduled_message.update, and a push to all
// sessions of the account.
type ScheduledMessage struct {
	ID       int64    `json:"id"`
	At       int64    `json:"at,omitzero"`
	Room     int64    `json:"room,omitzero"`
	To       *Account `json:"to,omitempty"`
	Text     string   `json:"text,omitzero"`
	Target   int64    `json:"target,omitzero"`
	Details  *Details `json:"details,omitempty"`
	ClientID string   `json:"client_id,omitzero"`
	Failed   int64    `json:"failed,omitzero"` // when it could not be sent
	Error    string   `json:"error,omitzero"`  // and why
	// Gone is of pushes: there is nothing but ID and, if it was sent, Room and Seq.
	Gone bool  `json:"gone,omitzero"`
	Seq  int64 `json:"seq,omitzero"`
}

// NewScheduledMessage returns m as it goes over the wire.
func NewScheduledMessage(m *plausch.ScheduledMessage) ScheduledMessage {
	w := ScheduledMessage{
		ID: m.ID, At: m.At.UnixMilli(), Room: int64(m.Room), Text: m.Text, Target: m.Target, Details: NewDetails(m.Details),
		ClientID: m.ClientID, Error: m.Error,
	}
	if m.To.ID != 0 {
		w.To = new(NewAccount(m.To))
	}
	if !m.Failed.IsZero() {
		w.Failed = m.Failed.UnixMilli()
	}
	return w
}

// ScheduledMessage returns what w says.
func (w *ScheduledMessage) ScheduledMessage() plausch.ScheduledMessage {
	m := plausch.ScheduledMessage{
		ID: w.ID, Room: plausch.RoomID(w.Room), Text: w.Text, Target: w.Target, Details: w.Details.Details(), ClientID: w.ClientID, Error: w.Error,
	}
	if w.At != 0 {
		m.At = time.UnixMilli(w.At)
	}
	if w.To != nil {
		m.To = w.To.Ref()
	}
	if w.Failed != 0 {
		m.Failed = time.UnixMilli(w.Failed)
	}
	return m
}

// ScheduledMessageSize is at least the size of m in a page, in either codec.
func ScheduledMessageSize(m *plausch.ScheduledMessage) int {
	const keysAndNumbers = 256
	e := plausch.Event{Text: m.Text, Details: m.Details, Actor: m.To, ClientID: m.ClientID}
	return keysAndNumbers + EventSize(&e) + quotedSize(m.Error)
}
