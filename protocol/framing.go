package protocol

import (
	"encoding/binary"
	"slices"

	"github.com/gobwas/ws"
)

// Framing is how bodies are told apart on a connection.
type Framing uint8

const (
	// LengthPrefix puts the body's length in front of it, in 4 bytes, big-endian.
	LengthPrefix Framing = iota
	// WebSocket makes each body one unfragmented, unmasked message (RFC 6455,
	// section 5.2), as servers send them: text for JSON, binary for msgpack.
	WebSocket
)

// Format is one of the ways to write a frame.
type Format struct {
	Codec   Codec
	Framing Framing
}

const formats = 4

func (f Format) index() int { return int(f.Codec) + 2*int(f.Framing) }

// The names of the WebSocket subprotocols (RFC 6455, section 1.9).
const (
	SubprotocolMsgpack = "plausch.v1.msgpack"
	SubprotocolJSON    = "plausch.v1.json"
)

// headRoom is space for the largest frame header that a body up to MaxFrame
// needs with LengthPrefix, and with WebSocket up to 65535 bytes.
const headRoom = 4

// AppendFrame appends a whole frame, whose body appendBody appends.
func (f Format) AppendFrame(dst []byte, appendBody func([]byte) []byte) []byte {
	start := len(dst)
	return f.end(appendBody(f.begin(dst)), start)
}

// begin makes room for the header of a frame, whose body is then appended.
func (f Format) begin(dst []byte) []byte { return append(dst, make([]byte, headRoom)...) }

// end writes the header of the frame that begins at start and ends with dst.
func (f Format) end(dst []byte, start int) []byte {
	n := len(dst) - start - headRoom
	if f.Framing == LengthPrefix {
		binary.BigEndian.PutUint32(dst[start:], uint32(n))
		return dst
	}
	op := byte(ws.OpBinary)
	if f.Codec == JSON {
		op = byte(ws.OpText)
	}
	const fin = 0x80
	switch {
	case n < 126:
		// Half the room was too much: move the body up to its header.
		dst[start], dst[start+1] = fin|op, byte(n)
		return append(dst[:start+2], dst[start+headRoom:]...)
	case n <= 0xffff:
		dst[start], dst[start+1] = fin|op, 126
		binary.BigEndian.PutUint16(dst[start+2:], uint16(n))
		return dst
	default:
		body := append([]byte(nil), dst[start+headRoom:]...)
		dst = append(dst[:start], fin|op, 127)
		dst = binary.BigEndian.AppendUint64(dst, uint64(n))
		return append(dst, body...)
	}
}

// AppendReply appends the whole frame of a reply.
func (f Format) AppendReply(dst []byte, id int64, result Body, err error) []byte {
	start := len(dst)
	if h, ok := result.(hot); ok && err == nil {
		dst = slices.Grow(dst, headRoom+replyRoom+h.Msgsize())
	}
	return f.end(f.Codec.AppendReply(f.begin(dst), id, result, err), start)
}

// replyRoom is about what a reply has around its result, and what its numbers
// take more as text.
const replyRoom = 48
