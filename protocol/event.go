package protocol

import (
	"time"
	"unicode/utf8"

	"plausch"
)

//msgp:limit arrays:256 maps:64
//msgp:ignore HistoryGet

// Event is an entry of a room's log, as a push or in the result of history.
type Event struct {
	Room     int64    `json:"room" msg:"room"`
	Seq      int64    `json:"seq" msg:"seq"`
	Time     int64    `json:"time" msg:"time"` // milliseconds since 1970-01-01 UTC
	Kind     string   `json:"kind" msg:"kind"` // message, join, leave; ignore others but count their seq
	From     Account  `json:"from" msg:"from"`
	Member   *Account `json:"member,omitempty" msg:"member,omitempty"` // of joins and leaves: whose membership
	Text     string   `json:"text,omitzero" msg:"text,omitempty"`
	ClientID string   `json:"client_id,omitzero" msg:"client_id,omitempty"` // as the sender gave it
	// Attachments are the files of a message, which may have no text then.
	Attachments []Attachment `json:"attachments,omitempty" msg:"attachments,omitempty"`
}

// NewEvent returns e as it goes over the wire.
func NewEvent(e *plausch.Event) Event {
	w := Event{
		Room: int64(e.Room), Seq: e.Seq, Time: e.Time.UnixMilli(), Kind: string(e.Kind),
		From: NewAccount(e.Actor), Text: e.Text, ClientID: e.ClientID, Attachments: newAttachments(e.Attachments),
	}
	if e.Member.ID != 0 {
		m := NewAccount(e.Member)
		w.Member = &m
	}
	return w
}

// Event returns what w says.
func (w *Event) Event() plausch.Event {
	e := plausch.Event{
		Room: plausch.RoomID(w.Room), Seq: w.Seq, Time: time.UnixMilli(w.Time), Kind: plausch.EventKind(w.Kind),
		Actor: w.From.Ref(), Text: w.Text, ClientID: w.ClientID, Attachments: attachments(w.Attachments),
	}
	if w.Member != nil {
		e.Member = w.Member.Ref()
	}
	return e
}

// EventSize is at least the size of e in a page, in either codec, and little more.
func EventSize(e *plausch.Event) int {
	const keysAndNumbers = 256
	return quotedSize(e.Text) + quotedSize(e.ClientID) + accountSize(e.Actor) + accountSize(e.Member) +
		attachmentsSize(e.Attachments) + keysAndNumbers
}

// accountSize is the size of a's names with what stands around the display.
func accountSize(a plausch.AccountRef) int {
	const displayKey = len(`"display":"",`)
	return quotedSize(a.Name) + quotedSize(a.Display) + displayKey
}

// quotedSize is the size of s between the quotes of a JSON string. In msgpack it
// has at most as many bytes: nothing is escaped, and what is not UTF-8 becomes
// U+FFFD in both.
func quotedSize(s string) int {
	size := len(s)
	for i := 0; i < len(s); i++ {
		switch b := s[i]; {
		case b >= utf8.RuneSelf:
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				size += len("\ufffd") - 1
			}
			i += n - 1
		case b == '"', b == '\\', b == '\n', b == '\t', b == '\r', b == '\b', b == '\f':
			size++
		case b < ' ':
			size += len(`\u0000`) - 1
		}
	}
	return size
}

// HistoryGet is the params of history. After and Before bound the seqs, both
// exclusive. With After the oldest events above it come, 0 for those from the
// first on; without it the newest below Before, 0 for no bound.
type HistoryGet struct {
	Room   int64  `json:"room"`
	After  *int64 `json:"after,omitzero"`
	Before int64  `json:"before,omitzero"`
	Limit  int    `json:"limit,omitzero"` // at most MaxPage; DefaultPage if 0
}

// History is the result of history, ascending by seq. It is also cut where the
// frame would be too large.
type History struct {
	Events []Event `json:"events,omitempty" msg:"events,omitempty"`
	More   bool    `json:"more,omitzero" msg:"more,omitempty"` // there are more in the direction asked
}
