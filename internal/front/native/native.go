// Package native speaks the native protocol over TCP: frames of a 4-byte
// big-endian length and a body, which is msgpack or JSON as the first body is.
package native

import (
	"encoding/binary"
	"io"
	"time"

	"plausch"
	"plausch/internal/front/port"
	"plausch/internal/session"
	"plausch/protocol"
)

// lengthBytes is the size of a frame's length.
const lengthBytes = 4

// codecOf tells the codec of a connection by its first bytes. Ok is false if
// they are not the native protocol's; need is not 0 if more of them are needed.
func codecOf(prefix []byte) (codec protocol.Codec, ok bool, need int) {
	if len(prefix) > 0 && prefix[0] != 0 {
		return 0, false, 0 // the length of a first frame fits two bytes
	}
	if len(prefix) <= lengthBytes {
		return 0, true, lengthBytes + 1 - len(prefix)
	}
	switch b := prefix[lengthBytes]; {
	case b == '{':
		return protocol.JSON, true, 0
	case b&0xf0 == 0x80, b == 0xde, b == 0xdf:
		return protocol.Msgpack, true, 0
	default:
		return 0, false, 0
	}
}

// frames reads the frames of a connection.
type frames struct{ r *session.Reader }

// Next implements session.Frames.
func (f frames) Next(limit int, patience time.Duration) ([]byte, error) {
	head, err := f.r.Head(lengthBytes, patience)
	if err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(head)
	if n > uint32(limit) {
		return nil, plausch.Errorf(plausch.TooLarge, "the frame has %d bytes; at most %d are allowed here", n, limit)
	}
	return f.r.Body(int(n), patience)
}

// Match is the native protocol's verdict on the first bytes of a connection.
func Match(prefix []byte) port.Verdict {
	switch _, ok, need := codecOf(prefix); {
	case !ok:
		return port.No
	case need > 0:
		return port.Maybe
	default:
		return port.Yes
	}
}

// Serve returns what serves native connections with sessions of s.
func Serve(s *session.Server) func(*port.Conn) {
	return func(c *port.Conn) {
		codec, _, _ := codecOf(c.Prefix)
		format := protocol.Format{Codec: codec, Framing: protocol.LengthPrefix}
		reader := session.NewReader(c.Conn, c.Prefix)
		c.Prefix = nil // the session keeps c
		newFrames := func(*session.Outbox) session.Frames { return frames{reader} }
		s.Serve(c.Conn, newFrames, format, c.Until, session.WebPage{}, c)
	}
}

// ALPN is the name of the native protocol in TLS handshakes (RFC 7301).
const ALPN = protocol.ALPN

// refuseTimeout is how long somebody who is refused may take to hear why.
const refuseTimeout = time.Second

// Refuse tells who speaks in plain text, and may not, to come over TLS. What it
// has sent is not looked at, but read: otherwise the system would reset the
// connection, and the answer with it.
func Refuse(c *port.Conn) {
	defer c.Ended()
	defer c.Close()
	codec, _, _ := codecOf(c.Prefix)
	format := protocol.Format{Codec: codec, Framing: protocol.LengthPrefix}
	bye := format.AppendBye(nil, plausch.Errorf(plausch.Forbidden, "plain text is not accepted here; connect over TLS, at tls:// or wss://"))
	if c.SetDeadline(time.Now().Add(refuseTimeout)) != nil {
		return
	}
	if _, err := c.Write(bye); err != nil {
		return
	}
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
		_, _ = io.CopyN(io.Discard, c.Conn, protocol.MaxFrameBeforeSignIn)
	}
}
