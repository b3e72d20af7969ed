package protocol

import (
	"errors"
	"time"

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

// NewError returns err as it goes over the wire. What has no code becomes
// internal, without its text.
func NewError(err error) *Error {
	var e *plausch.Error
	if !errors.As(err, &e) {
		return &Error{Code: string(plausch.Internal), Message: "the server failed; it has logged why"}
	}
	return &Error{Code: string(e.Code), Message: e.Message, RetryAfter: e.RetryAfter.Milliseconds()}
}

// Error returns the error that w tells of.
func (w *Error) Error() *plausch.Error {
	return &plausch.Error{
		Code: plausch.Code(w.Code), Message: w.Message,
		RetryAfter: time.Duration(w.RetryAfter) * time.Millisecond,
	}
}
