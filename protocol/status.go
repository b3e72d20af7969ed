package protocol

import (
	"time"

	"plausch"
)

//msgp:limit arrays:256 maps:64

// Status is what an account says of itself. It is the params and the result of
// status.set, in which all absent is none.
type Status struct {
	Text  string `json:"text,omitzero" msg:"text,omitempty"`
	Emoji string `json:"emoji,omitzero" msg:"emoji,omitempty"`
	Until int64  `json:"until,omitzero" msg:"until,omitempty"` // when it ends, in milliseconds since 1970-01-01 UTC; absent: it does not
}

// NewStatus returns s as it goes over the wire at a time: nil if it is none, or has ended.
func NewStatus(s plausch.Status, now time.Time) *Status {
	if s = s.At(now); s == (plausch.Status{}) {
		return nil
	}
	w := &Status{Text: s.Text, Emoji: s.Emoji}
	if !s.Until.IsZero() {
		w.Until = s.Until.UnixMilli()
	}
	return w
}

// Status returns what w says, none if it is nil.
func (w *Status) Status() plausch.Status {
	if w == nil {
		return plausch.Status{}
	}
	s := plausch.Status{Text: w.Text, Emoji: w.Emoji}
	if w.Until != 0 {
		s.Until = time.UnixMilli(w.Until)
	}
	return s
}
