package plausch

import (
	"errors"
	"fmt"
	"time"
)

// Code says what kind of failure an [Error] is. It is the code on the wire, and
// tells a client what to do; docs/protocol.md has the table.
type Code string

const (
	// Invalid: the request can never succeed as it is. Correct it.
	Invalid Code = "invalid"
	// TooLarge: a text, name, file or frame is over its limit, or all files of an
	// account together. Make it smaller.
	TooLarge Code = "too_large"
	// Unsupported: the server does not know the method or version.
	Unsupported Code = "unsupported"
	// SignInNeeded: the method is for those who have signed in.
	SignInNeeded Code = "sign_in_needed"
	// SignInFailed: the name, password or token is wrong, or guests are not let in.
	SignInFailed Code = "sign_in_failed"
	// Forbidden: signed in, but not allowed.
	Forbidden Code = "forbidden"
	// NotFound: there is no such room or account, or none that the caller may see.
	NotFound Code = "not_found"
	// Gone: it was there, and is not kept any more. Go on with what is.
	Gone Code = "gone"
	// Taken: the name belongs to somebody else. Choose another.
	Taken Code = "taken"
	// RateLimited: too much at once. Try again after RetryAfter.
	RateLimited Code = "rate_limited"
	// SlowReader: the connection did not read what was sent to it. Reconnect and resume.
	SlowReader Code = "slow_reader"
	// Unavailable: the server is stopping or overloaded. Reconnect after RetryAfter and resume.
	Unavailable Code = "unavailable"
	// StorageFull: the server's disk is full; nothing was kept. Tell its owner.
	StorageFull Code = "storage_full"
	// Internal: the server failed and logged why. Trying again may help.
	Internal Code = "internal"
)

// Error is a failure with a code that a program acts on and a message that a
// person reads.
type Error struct {
	Code       Code
	Message    string
	RetryAfter time.Duration // zero if the code does not ask to wait
	Err        error         // the cause, for the log; never sent
}

func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %v", e.Message, e.Err)
	}
	return e.Message
}

func (e *Error) Unwrap() error { return e.Err }

// Errorf returns an [Error] of the given code. A cause goes into Err instead.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// CodeOf returns the code of the first [Error] in err's chain, [Internal] for
// any other error and "" for nil.
func CodeOf(err error) Code {
	var e *Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.Code
	default:
		return Internal
	}
}
