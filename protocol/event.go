package protocol

import (
	"time"
	"unicode/utf8"

	"plausch"
)

//msgp:limit arrays:256 maps:64

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
}

// NewEvent returns e as it goes over the wire.
func NewEvent(e *plausch.Event) Event {
	w := Event{
		Room: int64(e.Room), Seq: e.Seq, Time: e.Time.UnixMilli(), Kind: string(e.Kind),
		From: NewAccount(e.Actor), Text: e.Text, ClientID: e.ClientID,
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
		Actor: w.From.Ref(), Text: w.Text, ClientID: w.ClientID,
	}
	if w.Member != nil {
		e.Member = w.Member.Ref()
	}
	return e
}

// EventSize is at least the size of e in a page, in either codec. A JSON string
// of a text that was let in at most doubles, since of the control characters
// only newline and tab are; a byte that is not UTF-8 becomes the three of U+FFFD.
func EventSize(e *plausch.Event) int {
	text := 2 * len(e.Text)
	if !utf8.ValidString(e.Text) {
		text = 6 * len(e.Text)
	}
	return text + 2*len(e.ClientID) + len(e.Actor.Name) + len(e.Member.Name) + 256
}

// HistoryGet is the params of history. After and Before bound the seqs, both
// exclusive, 0 for none. With After the oldest events above it come, otherwise
// the newest below Before.
type HistoryGet struct {
	Room   int64 `json:"room" msg:"room"`
	After  int64 `json:"after,omitzero" msg:"after,omitempty"`
	Before int64 `json:"before,omitzero" msg:"before,omitempty"`
	Limit  int   `json:"limit,omitzero" msg:"limit,omitempty"` // at most MaxPage; DefaultPage if 0
}

// History is the result of history, ascending by seq. It is also cut where the
// frame would be too large.
type History struct {
	Events []Event `json:"events,omitempty" msg:"events,omitempty"`
	More   bool    `json:"more,omitzero" msg:"more,omitempty"` // there are more in the direction asked
}
