package protocol

import (
	"errors"

	"github.com/gobwas/ws"

	"plausch"
)

// WebSocketError is an error that a close frame tells with a status of its own
// (RFC 6455, section 7.4.1), whatever the code of Err would say.
type WebSocketError struct {
	Status ws.StatusCode
	Err    error
}

// Error implements error.
func (e *WebSocketError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *WebSocketError) Unwrap() error { return e.Err }

// AppendBye appends the last frame before a connection is closed, which tells
// why; over WebSocket a close frame follows (RFC 6455, section 5.5.1).
func (f Format) AppendBye(dst []byte, err error) []byte {
	dst = f.AppendFrame(dst, func(b []byte) []byte {
		return f.Codec.AppendPush(b, &Frame{Bye: NewError(err)})
	})
	if f.Framing != WebSocket {
		return dst
	}
	code := ws.StatusPolicyViolation
	switch plausch.CodeOf(err) {
	case plausch.Unavailable:
		code = ws.StatusGoingAway
	case plausch.Invalid:
		code = ws.StatusProtocolError
	case plausch.TooLarge:
		code = ws.StatusMessageTooBig
	}
	if special := new(WebSocketError); errors.As(err, &special) {
		code = special.Status
	}
	return AppendControl(dst, ws.OpClose, ws.NewCloseFrameBody(code, ""))
}

// AppendControl appends a WebSocket control frame as servers send it, with a
// payload of at most 125 bytes (RFC 6455, section 5.5).
func AppendControl(dst []byte, op ws.OpCode, payload []byte) []byte {
	dst = append(dst, 0x80|byte(op), byte(len(payload)))
	return append(dst, payload...)
}
