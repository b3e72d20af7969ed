package web

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
	"unicode/utf8"

	"github.com/gobwas/ws"

	"plausch"
	"plausch/internal/front/port"
	"plausch/internal/front/web/page"
	"plausch/internal/session"
	"plausch/protocol"
)

// websocket upgrades to the native protocol over WebSocket (RFC 6455). The
// subprotocol chooses the codec; without one it is JSON.
func (s *Server) websocket(w http.ResponseWriter, r *http.Request) {
	a := arrivalOf(r)
	from, err := a.page(r)
	if err != nil {
		http.Error(w, err.Error(), http.StatusForbidden)
		return
	}
	proxied := connOf(r).Proxied()
	if proxied {
		if !connOf(r).CountFor(a.client) {
			w.Header().Set("Retry-After", "10")
			http.Error(w, port.BusyText, http.StatusServiceUnavailable)
			return
		}
		w.Header().Set("Connection", "close") // if it does not become a WebSocket: it is of this client now
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
		if hijacked != nil { // and answered, but not closed
			_ = hijacked.Close()
		}
		return
	}
	c := hijacked.(*conn)
	if proxied {
		c.Assume(a.client, a.encrypted)
	}
	// A client may send behind its handshake without waiting for the answer.
	early, _ := buffered.Peek(buffered.Reader.Buffered())
	early = append(bytes.Clone(early), c.Prefix...)
	c.Prefix = nil // the session keeps c.Conn
	newFrames := func(out *session.Outbox) session.Frames {
		return &frames{r: session.NewReader(c.Conn.Conn, early), codec: codec, out: out}
	}
	format := protocol.Format{Codec: codec, Framing: protocol.WebSocket}
	until := c.Until
	if proxied || !c.Stranger() {
		until = time.Time{} // the connection may have been used for long
	}
	s.sessions.Serve(c.Conn.Conn, newFrames, format, until, from, c.Conn)
}

// page returns the page that r comes from, or an error if that is another site's.
// Programs other than browsers send no Origin, and their cookies do not count: a page
// of ours always sends one.
func (a arrival) page(r *http.Request) (session.WebPage, error) {
	origin := r.Header.Get("Origin")
	if origin == "" {
		return session.WebPage{}, nil
	}
	here := arrivalAtPage(r)
	if err := here.CheckOrigin(origin); err != nil {
		return session.WebPage{}, err
	}
	return session.WebPage{Origin: here.Origin(), Token: page.Token(r, a.encrypted)}, nil
}

// frames reads the messages of a WebSocket.
type frames struct {
	r       *session.Reader
	codec   protocol.Codec
	out     *session.Outbox
	head    header
	message []byte    // fragments so far
	valid   int       // bytes of message that are known to be whole UTF-8 characters
	began   bool      // a fragmented message has begun
	until   time.Time // when it has to be complete
}

// header gives ws.ReadHeader the first bytes of a frame, and reads the others.
type header struct {
	first   []byte
	r       *session.Reader
	timeout time.Duration
}

// Read implements io.Reader.
func (h *header) Read(p []byte) (int, error) {
	if len(h.first) > 0 {
		n := copy(p, h.first)
		h.first = h.first[n:]
		return n, nil
	}
	b, err := h.r.Body(len(p), h.timeout)
	return copy(p, b), err
}

// Next implements session.Frames: the next text or binary message, put together
// if it is fragmented. Pings are answered and pongs ignored on the way.
func (f *frames) Next(limit int, timeout time.Duration) ([]byte, error) {
	if cap(f.message) > maxKeptBuffer {
		f.message = nil
	}
	f.message, f.valid = f.message[:0], 0
	for {
		left, read := timeout, f.r.Head // most connections wait in it
		if f.began {
			left, read = f.remaining(timeout), f.r.Body
		}
		first, err := read(2, left)
		if err != nil {
			return nil, err
		}
		message, whole, err := f.frame(first, limit, left)
		if whole || err != nil {
			return message, err
		}
	}
}

// maxKeptBuffer is the largest buffer that is kept for the next fragmented message.
const maxKeptBuffer = 4 << 10

// remaining is the time left for the rest of a message that has begun.
func (f *frames) remaining(timeout time.Duration) time.Duration {
	if timeout == 0 {
		return 0
	}
	return max(time.Until(f.until), 1)
}

// frame reads the rest of a frame, after its first two bytes, and returns the
// message that it completes, if it does.
func (f *frames) frame(first []byte, limit int, timeout time.Duration) (message []byte, whole bool, err error) {
	f.head = header{first, f.r, timeout}
	h, err := ws.ReadHeader(&f.head)
	if errors.Is(err, ws.ErrHeaderLengthMSB) {
		return nil, false, failure(ws.StatusProtocolError, "a frame's length has its first bit set")
	}
	if err != nil {
		return nil, false, err
	}
	if err := f.check(h, limit); err != nil {
		return nil, false, err
	}
	payload, err := f.r.Body(int(h.Length), timeout)
	if err != nil {
		return nil, false, err
	}
	ws.Cipher(payload, h.Mask, 0)
	if h.OpCode.IsControl() {
		return nil, false, f.control(h.OpCode, payload)
	}
	if !f.began {
		if h.Fin {
			if f.codec == protocol.JSON && !utf8.Valid(payload) {
				return nil, false, errNotUTF8
			}
			return payload, true, nil
		}
		f.until = time.Now().Add(timeout)
	}
	f.message = append(f.message, payload...)
	f.began = !h.Fin
	if err := f.checkFragments(); err != nil {
		return nil, false, err
	}
	if f.began {
		return nil, false, nil
	}
	return f.message, true, nil
}

// check judges the header of a frame (RFC 6455, sections 5.1 to 5.5).
func (f *frames) check(h ws.Header, limit int) error {
	state := ws.StateServerSide
	if f.began {
		state = state.Set(ws.StateFragmented)
	}
	if err := ws.CheckHeader(h, state); err != nil {
		return failure(ws.StatusProtocolError, err.Error())
	}
	if !h.OpCode.IsControl() && h.Length+int64(len(f.message)) > int64(limit) {
		return plausch.Errorf(plausch.TooLarge, "the message has more than %d bytes, the maximum here", limit)
	}
	if want := f.codec == protocol.JSON; h.OpCode.IsData() && h.OpCode != ws.OpContinuation && (h.OpCode == ws.OpText) != want {
		return failure(ws.StatusUnsupportedData, fmt.Sprintf("%s goes in %s messages", f.codec, map[bool]string{true: "text", false: "binary"}[want]))
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
		f.out.Finish(protocol.AppendControl(nil, ws.OpClose, closeReply(payload)))
		return io.EOF
	}
	return nil
}

// closeReply returns the reply to a close frame with the given payload: the same
// status, or that the frame itself is wrong (RFC 6455, sections 5.5.1 and 7.4).
func closeReply(payload []byte) []byte {
	if len(payload) == 0 {
		return nil
	}
	var status ws.StatusCode // one that cannot be sent, for a payload of one byte
	if len(payload) >= 2 {
		status = ws.StatusCode(binary.BigEndian.Uint16(payload))
	}
	switch {
	case !canBeSent(status):
		status = ws.StatusProtocolError
	case !utf8.Valid(payload[2:]):
		status = ws.StatusInvalidFramePayloadData
	}
	return ws.NewCloseFrameBody(status, "")
}

// canBeSent reports whether a close frame may have the status: one that is
// registered and not reserved, or of a library or an application.
func canBeSent(status ws.StatusCode) bool {
	return status >= 1000 && status <= 1003 || status >= 1007 && status <= 1014 || status >= 3000 && status <= 4999
}

// checkFragments judges the text of the fragments so far. It fails as soon as
// nothing that follows can make it UTF-8 (RFC 6455, section 8.1).
func (f *frames) checkFragments() error {
	if f.codec != protocol.JSON {
		return nil
	}
	for f.valid < len(f.message) {
		rest := f.message[f.valid:]
		if !utf8.FullRune(rest) {
			if f.began {
				return nil // the next fragment may complete it
			}
			return errNotUTF8
		}
		r, size := utf8.DecodeRune(rest)
		if r == utf8.RuneError && size == 1 {
			return errNotUTF8
		}
		f.valid += size
	}
	return nil
}

var errNotUTF8 = failure(ws.StatusInvalidFramePayloadData, "a text message is not UTF-8")

// failure is an error for which the connection is failed with a status of
// WebSocket.
func failure(status ws.StatusCode, text string) error {
	return &protocol.WebSocketError{Status: status, Err: plausch.Errorf(plausch.Invalid, "WebSocket: %s", text)}
}
