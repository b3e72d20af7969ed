package protocol

import (
	"github.com/gobwas/ws"

	"plausch"
)

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
	return AppendControl(dst, ws.OpClose, ws.NewCloseFrameBody(code, ""))
}

// AppendControl appends a WebSocket control frame as servers send it, with a
// payload of at most 125 bytes (RFC 6455, section 5.5).
func AppendControl(dst []byte, op ws.OpCode, payload []byte) []byte {
	dst = append(dst, 0x80|byte(op), byte(len(payload)))
	return append(dst, payload...)
}
