package web

import (
	"bytes"
	"io"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/gobwas/ws"

	"plausch"
	"plausch/internal/session"
	"plausch/protocol"
)

// websocket upgrades to the native protocol over WebSocket (RFC 6455). The
// subprotocol chooses the codec; without one it is JSON.
func (s *Server) websocket(w http.ResponseWriter, r *http.Request) {
	if !s.sameOrigin(r) {
		http.Error(w, "this page may not connect: its origin is another", http.StatusForbidden)
		return
	}
	codec := protocol.JSON
	upgrader := ws.HTTPUpgrader{Protocol: func(name string) bool {
		switch name {
		case protocol.SubprotocolMsgpack:
			codec = protocol.Msgpack
		case protocol.SubprotocolJSON:
			codec = protocol.JSON
		default:
			return false
		}
		return true
	}}
	hijacked, buffered, _, err := upgrader.Upgrade(r, w)
	if err != nil {
		return // the upgrader has answered
	}
	c := hijacked.(*conn)
	// A client may send behind its handshake without waiting for the answer.
	early, _ := buffered.Peek(buffered.Reader.Buffered())
	early = append(bytes.Clone(early), c.prefix...)
	format := protocol.Format{Codec: codec, Framing: protocol.WebSocket}
	c.handOver(func() {
		newFrames := func(out *session.Outbox) session.Frames {
			return &frames{r: session.NewReader(c.Conn, early), codec: codec, out: out}
		}
		s.sessions.Serve(c.Conn, newFrames, format, c.signedIn)
	})
}

// sameOrigin reports whether r does not come from a page of another site. What
// is not a browser sends no Origin.
func (s *Server) sameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	return origin == "" || origin == "http://"+r.Host || origin == "https://"+r.Host
}

// frames reads the messages of a WebSocket.
type frames struct {
	r       *session.Reader
	codec   protocol.Codec
	out     *session.Outbox
	message []byte // fragments so far
	began   bool   // a fragmented message has begun
}

// Next implements session.Frames: the next text or binary message, put together
// if it is fragmented. Pings are answered and pongs ignored on the way.
func (f *frames) Next(limit int, patience time.Duration) ([]byte, error) {
	f.message = f.message[:0]
	for {
		h, err := ws.ReadHeader(f.r)
		if err != nil {
			return nil, err
		}
		if err := f.check(h, limit); err != nil {
			return nil, err
		}
		payload, err := f.r.Body(int(h.Length), patience)
		if err != nil {
			return nil, err
		}
		ws.Cipher(payload, h.Mask, 0)
		switch {
		case h.OpCode.IsControl():
			if err := f.control(h.OpCode, payload); err != nil {
				return nil, err
			}
		case h.Fin && !f.began:
			return f.whole(payload)
		default:
			f.message = append(f.message, payload...)
			f.began = !h.Fin
			if h.Fin {
				return f.whole(f.message)
			}
		}
	}
}

// check judges the header of a frame (RFC 6455, sections 5.1 to 5.5).
func (f *frames) check(h ws.Header, limit int) error {
	state := ws.StateServerSide
	if f.began {
		state = state.Set(ws.StateFragmented)
	}
	if err := ws.CheckHeader(h, state); err != nil {
		return plausch.Errorf(plausch.Invalid, "WebSocket: %v", err)
	}
	if !h.OpCode.IsControl() && h.Length+int64(len(f.message)) > int64(limit) {
		return plausch.Errorf(plausch.TooLarge, "the message has over %d bytes, which is the most allowed here", limit)
	}
	if want := f.codec == protocol.JSON; h.OpCode.IsData() && h.OpCode != ws.OpContinuation && (h.OpCode == ws.OpText) != want {
		return plausch.Errorf(plausch.Invalid, "%s goes in %s messages", f.codec, map[bool]string{true: "text", false: "binary"}[want])
	}
	return nil
}

// control answers a ping, and a close, after which nothing comes.
func (f *frames) control(op ws.OpCode, payload []byte) error {
	switch op {
	case ws.OpPing:
		if !f.out.Push(protocol.AppendControl(nil, ws.OpPong, payload)) {
			return plausch.Errorf(plausch.SlowReader, "pings came faster than their answers were read")
		}
	case ws.OpClose:
		f.out.Finish(protocol.AppendControl(nil, ws.OpClose, payload))
		return io.EOF
	}
	return nil
}

func (f *frames) whole(message []byte) ([]byte, error) {
	if f.codec == protocol.JSON && !utf8.Valid(message) {
		return nil, plausch.Errorf(plausch.Invalid, "a text message is not UTF-8")
	}
	return message, nil
}
