package client

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/gobwas/ws"

	"plausch/protocol"
)

const (
	firstBuffer   = 4 << 10
	largestBuffer = protocol.MaxFrame + 16 // a frame with its header
)

// frameReader reads as much as there is into one buffer and lends out parts of
// it. The buffer grows to the size of the largest frame at most.
type frameReader struct {
	r        io.Reader
	buf      []byte
	from, to int
}

// need returns the next n bytes without taking them; n is at most largestBuffer.
func (f *frameReader) need(n int) ([]byte, error) {
	for f.to-f.from < n {
		if f.from == f.to {
			f.from, f.to = 0, 0
		}
		if f.from+n > len(f.buf) || f.to == len(f.buf) {
			f.make(n)
		}
		m, err := f.r.Read(f.buf[f.to:])
		f.to += m
		if err != nil && f.to-f.from < n {
			if err == io.EOF && f.to > f.from {
				err = io.ErrUnexpectedEOF
			}
			return nil, err
		}
	}
	return f.buf[f.from : f.from+n], nil
}

// make makes space for n bytes from f.from on. A buffer that was full is
// doubled, since there was more to read than it could hold.
func (f *frameReader) make(n int) {
	size := max(len(f.buf), firstBuffer)
	for size < n {
		size *= 2
	}
	if f.to-f.from > size/2 || f.to == len(f.buf) && len(f.buf) > 0 {
		size *= 2
	}
	size = min(size, largestBuffer)
	rest := f.buf[f.from:f.to]
	if size > len(f.buf) {
		f.buf = make([]byte, size)
	}
	f.to = copy(f.buf, rest)
	f.from = 0
}

// take consumes n bytes that need returned. They are valid until the next need.
func (f *frameReader) take(n int) { f.from += n }

// readFrame returns the next body, which holds until the next call.
func (c *Conn) readFrame() ([]byte, error) {
	if c.ws != nil {
		return c.ws.read()
	}
	head, err := c.in.need(4)
	if err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(head)
	if n > protocol.MaxFrame {
		return nil, fmt.Errorf("the server sent a frame of %d bytes; at most %d are allowed", n, protocol.MaxFrame)
	}
	b, err := c.in.need(4 + int(n))
	if err != nil {
		return nil, err
	}
	c.in.take(4 + int(n))
	return b[4:], nil
}

// appendFrame appends a whole frame, whose body appendBody appends, to dst. It
// returns false, and dst as it was, if the body is too large.
func (c *Conn) appendFrame(dst []byte, appendBody func([]byte) []byte) ([]byte, bool) {
	if c.ws != nil {
		return c.ws.append(dst, c.ws.data, appendBody)
	}
	start := len(dst)
	dst = appendBody(append(dst, 0, 0, 0, 0))
	n := len(dst) - start - 4
	if n > protocol.MaxFrame {
		return dst[:start], false
	}
	binary.BigEndian.PutUint32(dst[start:], uint32(n))
	return dst, true
}

// webSocket reads and writes frames as the client of RFC 6455.
type webSocket struct {
	c    *Conn
	data ws.OpCode // of messages: text for JSON, binary for msgpack
	// message collects the parts of a fragmented message. Servers do not send
	// such, but proxies may make them (section 5.4).
	message    []byte
	fragmented bool
}

func newWebSocket(c *Conn) *webSocket {
	data := ws.OpBinary
	if c.codec == protocol.JSON {
		data = ws.OpText
	}
	return &webSocket{c: c, data: data}
}

// read returns the next message; it answers pings on the way.
func (w *webSocket) read() ([]byte, error) {
	for {
		op, fin, body, err := w.readRaw()
		if err != nil {
			return nil, err
		}
		switch {
		case op == ws.OpPing:
			w.c.writeControl(ws.OpPong, body)
		case op == ws.OpPong:
		case op == ws.OpClose:
			code, reason := ws.ParseCloseFrameData(body)
			w.c.writeControl(ws.OpClose, body)
			return nil, fmt.Errorf("the server closed the WebSocket (%d %q): %w", code, Clean(reason), io.EOF)
		case op == w.data && fin && !w.fragmented:
			return body, nil
		case op == w.data && !w.fragmented, op == ws.OpContinuation && w.fragmented:
			if len(w.message)+len(body) > protocol.MaxFrame {
				return nil, fmt.Errorf("the server sent a message of more than %d bytes", protocol.MaxFrame)
			}
			w.message = append(w.message, body...)
			w.fragmented = !fin
			if fin {
				message := w.message
				w.message = w.message[:0]
				return message, nil
			}
		default:
			return nil, fmt.Errorf("the server sent a WebSocket frame of type %d where it may not", op)
		}
	}
}

// readRaw reads one frame (section 5.2).
func (w *webSocket) readRaw() (op ws.OpCode, fin bool, body []byte, err error) {
	in := w.c.in
	b, err := in.need(2)
	if err != nil {
		return 0, false, nil, err
	}
	op, fin = ws.OpCode(b[0]&0x0f), b[0]&0x80 != 0
	head, n := 2, uint64(b[1]&0x7f)
	switch {
	case b[0]&0x70 != 0:
		return 0, false, nil, fmt.Errorf("the server sent a WebSocket frame with an extension that was not agreed on")
	case b[1]&0x80 != 0:
		return 0, false, nil, fmt.Errorf("the server sent a masked WebSocket frame")
	case op.IsControl() && (!fin || n > 125):
		return 0, false, nil, fmt.Errorf("the server sent a WebSocket control frame that is too long")
	case n == 126:
		head = 4
	case n == 127:
		head = 10
	}
	if b, err = in.need(head); err != nil {
		return 0, false, nil, err
	}
	switch head {
	case 4:
		n = uint64(binary.BigEndian.Uint16(b[2:]))
	case 10:
		n = binary.BigEndian.Uint64(b[2:])
	}
	if n > protocol.MaxFrame {
		return 0, false, nil, fmt.Errorf("the server sent a frame of %d bytes; at most %d are allowed", n, protocol.MaxFrame)
	}
	if b, err = in.need(head + int(n)); err != nil {
		return 0, false, nil, err
	}
	in.take(head + int(n))
	return op, fin, b[head:], nil
}

// append appends a masked frame; see [Conn.appendFrame].
func (w *webSocket) append(dst []byte, op ws.OpCode, appendBody func([]byte) []byte) ([]byte, bool) {
	const room = 14 // for the longest header
	start := len(dst)
	dst = appendBody(append(dst, make([]byte, room)...))
	body := dst[start+room:]
	n := len(body)
	if n > protocol.MaxFrame {
		return dst[:start], false
	}
	var mask [4]byte
	binary.NativeEndian.PutUint32(mask[:], rand.Uint32())
	ws.Cipher(body, mask, 0)
	head := append(dst[:start], 0x80|byte(op))
	switch {
	case n < 126:
		head = append(head, 0x80|byte(n))
	case n <= 0xffff:
		head = binary.BigEndian.AppendUint16(append(head, 0x80|126), uint16(n))
	default:
		head = binary.BigEndian.AppendUint64(append(head, 0x80|127), uint64(n))
	}
	head = append(head, mask[:]...)
	return append(head, body...), true // moves the body up to its header
}
