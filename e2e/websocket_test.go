package e2e

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/gobwas/ws"

	"plausch"
	"plausch/protocol"
)

var wsJSON = protocol.Format{Codec: protocol.JSON, Framing: protocol.WebSocket}

// masked is a frame as clients send it.
func masked(op ws.OpCode, fin bool, payload string) []byte {
	return ws.MustCompileFrame(ws.MaskFrame(ws.NewFrame(op, fin, []byte(payload))))
}

const pingRequest = `{"id":77,"method":"ping"}`

// TestWebSocketFrames sends what RFC 6455 allows and what it does not.
func TestWebSocketFrames(t *testing.T) {
	s := startServer(t)
	cat := func(parts ...[]byte) []byte { return bytes.Join(parts, nil) }
	half := len(pingRequest) / 2
	reserved := masked(ws.OpText, true, pingRequest)
	reserved[0] |= 0x40
	long := strings.Repeat("x", 126)
	large := strings.Repeat("x", protocol.MaxFrame/2)
	tests := map[string]struct {
		send []byte
		want plausch.Code // of the bye; empty if the ping is answered
	}{
		"a message": {masked(ws.OpText, true, pingRequest), ""},
		"two fragments": {cat(masked(ws.OpText, false, pingRequest[:half]),
			masked(ws.OpContinuation, true, pingRequest[half:])), ""},
		"a fragment a byte": {func() (all []byte) {
			for i := range pingRequest {
				op := ws.OpContinuation
				if i == 0 {
					op = ws.OpText
				}
				all = append(all, masked(op, i == len(pingRequest)-1, pingRequest[i:i+1])...)
			}
			return all
		}(), ""},
		"empty fragments": {cat(masked(ws.OpText, false, ""), masked(ws.OpContinuation, false, pingRequest),
			masked(ws.OpContinuation, true, "")), ""},
		"a ping between fragments": {cat(masked(ws.OpText, false, pingRequest[:half]), masked(ws.OpPing, true, "hi"),
			masked(ws.OpContinuation, true, pingRequest[half:])), ""},
		"a pong that nobody asked for": {cat(masked(ws.OpPong, true, "hi"), masked(ws.OpText, true, pingRequest)), ""},

		"a message that is not masked":       {ws.MustCompileFrame(ws.NewTextFrame([]byte(pingRequest))), plausch.Invalid},
		"a binary message for JSON":          {masked(ws.OpBinary, true, pingRequest), plausch.Invalid},
		"a continuation of nothing":          {masked(ws.OpContinuation, true, pingRequest), plausch.Invalid},
		"a message within another":           {cat(masked(ws.OpText, false, "{"), masked(ws.OpText, true, pingRequest)), plausch.Invalid},
		"a reserved bit":                     {reserved, plausch.Invalid},
		"an unknown opcode":                  {masked(3, true, pingRequest), plausch.Invalid},
		"a ping in fragments":                {masked(ws.OpPing, false, "hi"), plausch.Invalid},
		"a ping that is too long":            {masked(ws.OpPing, true, long), plausch.Invalid},
		"a text that is not UTF-8":           {masked(ws.OpText, true, "{\"\xff\":1}"), plausch.Invalid},
		"an empty message":                   {masked(ws.OpText, true, ""), plausch.Invalid},
		"a large message":                    {masked(ws.OpText, true, strings.Repeat("x", protocol.MaxFrame+1)), plausch.TooLarge},
		"a large message in fragments":       {cat(masked(ws.OpText, false, large), masked(ws.OpContinuation, false, large), masked(ws.OpContinuation, true, "x")), plausch.TooLarge},
		"a head with a length of 2^63 or so": {append([]byte{0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, 1, 2, 3, 4), plausch.TooLarge},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			w := dialWire(t, s.address, wsJSON).enterAnew()
			// All that was sent before is read, or a reset may overtake the bye.
			w.write(test.send)
			if test.want == "" {
				if err := w.reply(77, &protocol.Empty{}); err != nil {
					t.Error(err)
				}
				return
			}
			if code := w.ending(); code != test.want {
				t.Errorf("bye %q, want %q", code, test.want)
			}
		})
	}
}

func TestWebSocketPingAndClose(t *testing.T) {
	s := startServer(t)
	w := dialWire(t, s.address, wsJSON).enterAnew()
	w.write(masked(ws.OpPing, true, "are you there?"))
	if f := readRaw(t, w); f.Header.OpCode != ws.OpPong || string(f.Payload) != "are you there?" || f.Header.Masked {
		t.Errorf("a ping was answered with %+v %q", f.Header, f.Payload)
	}
	w.write(masked(ws.OpClose, true, string(ws.NewCloseFrameBody(ws.StatusNormalClosure, "done"))))
	f := readRaw(t, w)
	if code, _ := ws.ParseCloseFrameData(f.Payload); f.Header.OpCode != ws.OpClose || code != ws.StatusNormalClosure {
		t.Errorf("a close was answered with %+v %q", f.Header, f.Payload)
	}
	if n, err := w.conn.Read(make([]byte, 1)); err == nil {
		t.Errorf("%d bytes came behind the close", n)
	}
}

// TestWebSocketEnds says bye and then closes with the code for it.
func TestWebSocketEnds(t *testing.T) {
	s := startServer(t)
	w := dialWire(t, s.address, wsJSON).enterAnew()
	w.write(w.declare(protocol.MaxFrame + 1))
	if f := readRaw(t, w); f.Header.OpCode != ws.OpText || !bytes.Contains(f.Payload, []byte(`"bye"`)) {
		t.Errorf("the last message is %+v %q", f.Header, f.Payload)
	}
	f := readRaw(t, w)
	if code, _ := ws.ParseCloseFrameData(f.Payload); f.Header.OpCode != ws.OpClose || code != ws.StatusMessageTooBig {
		t.Errorf("behind the bye came %+v %q", f.Header, f.Payload)
	}
}

func readRaw(t *testing.T, w *wire) ws.Frame {
	t.Helper()
	f, err := ws.ReadFrame(w)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestWebSocketHandshake(t *testing.T) {
	s := startServer(t)
	tests := map[string]struct {
		change   map[string]string
		status   int
		protocol string
	}{
		"JSON":                        {nil, 101, protocol.SubprotocolJSON},
		"msgpack":                     {map[string]string{"Sec-WebSocket-Protocol": protocol.SubprotocolMsgpack}, 101, protocol.SubprotocolMsgpack},
		"the first of two":            {map[string]string{"Sec-WebSocket-Protocol": "plausch.v9.x, plausch.v1.msgpack, plausch.v1.json"}, 101, protocol.SubprotocolMsgpack},
		"none":                        {map[string]string{"Sec-WebSocket-Protocol": ""}, 101, ""},
		"a page of this server":       {map[string]string{"Origin": "http://" + s.address}, 101, protocol.SubprotocolJSON},
		"a page of another server":    {map[string]string{"Origin": "http://elsewhere.example"}, 403, ""},
		"a page without an origin":    {map[string]string{"Origin": "null"}, 403, ""},
		"without Upgrade":             {map[string]string{"Upgrade": ""}, 400, ""},
		"without a key":               {map[string]string{"Sec-WebSocket-Key": ""}, 400, ""},
		"another version":             {map[string]string{"Sec-WebSocket-Version": "8"}, 426, ""},
		"a key that is not 16 bytes":  {map[string]string{"Sec-WebSocket-Key": "c2hvcnQ="}, 400, ""},
		"a Connection that is no-one": {map[string]string{"Connection": "close"}, 400, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.address+"/ws", nil)
			if err != nil {
				t.Fatal(err)
			}
			for key, value := range map[string]string{
				"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Version": "13",
				"Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Protocol": protocol.SubprotocolJSON,
			} {
				req.Header.Set(key, value)
			}
			for key, value := range test.change {
				if req.Header.Set(key, value); value == "" {
					req.Header.Del(key)
				}
			}
			resp, err := new(http.Transport).RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if got := resp.Header.Get("Sec-WebSocket-Protocol"); resp.StatusCode != test.status || got != test.protocol {
				t.Errorf("the answer is %d %q, want %d %q", resp.StatusCode, got, test.status, test.protocol)
			}
		})
	}
}
