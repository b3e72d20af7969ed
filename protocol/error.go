package protocol

import (
	"errors"
	"time"
	"unicode/utf8"

	"plausch"
)

//msgp:limit arrays:256 maps:64

// Error is a failed request, and the reason of a bye: the last push before the
// server closes the connection.
type Error struct {
	Code    string `json:"code" msg:"code"`       // one of the codes of package plausch
	Message string `json:"message" msg:"message"` // for a person, in English
	// RetryAfter is how long to wait before trying again, in milliseconds.
	RetryAfter int64 `json:"retry_after,omitzero" msg:"retry_after,omitempty"`
}

// maxMessage is the longest message of an error, in bytes. It may quote what a
// client sent, and must fit a frame in any case.
const maxMessage = 512

// NewError returns err as it goes over the wire. What has no code becomes
// internal, without its text.
func NewError(err error) *Error {
	var e *plausch.Error
	if !errors.As(err, &e) {
		return &Error{Code: string(plausch.Internal), Message: "the server failed; it has logged why"}
	}
	return &Error{Code: string(e.Code), Message: short(e.Message), RetryAfter: e.RetryAfter.Milliseconds()}
}

// short cuts s to maxMessage bytes, at a character.
func short(s string) string {
	if len(s) <= maxMessage {
		return s
	}
	const more = "…"
	end := maxMessage - len(more)
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + more
}

// maxRetryAfter bounds what a server can make a client wait for.
const maxRetryAfter = 24 * time.Hour

// Error returns the error that w tells of. A RetryAfter that makes no sense is
// brought into bounds.
func (w *Error) Error() *plausch.Error {
	wait := min(max(w.RetryAfter, 0), maxRetryAfter.Milliseconds())
	return &plausch.Error{
		Code: plausch.Code(w.Code), Message: w.Message,
		RetryAfter: time.Duration(wait) * time.Millisecond,
	}
}
