package e2e

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"plausch"
	"plausch/protocol"
)

// refused reports whether a new connection is told that there is no place.
func refused(t *testing.T, address string) bool {
	t.Helper()
	w := dialWire(t, address, protocol.Format{})
	w.write(w.frame(w.request(protocol.MethodHello, &protocol.Hello{Version: 1})))
	f, err := w.read()
	if err != nil {
		t.Errorf("a connection ends without a word: %v", err)
	}
	w.conn.Close()
	return f.Bye != nil && plausch.Code(f.Bye.Code) == plausch.RateLimited
}

func TestConnectionsBeforeSignInAreBounded(t *testing.T) {
	s := startServer(t, "--limits-connections-private-before-sign-in=8")
	s.awaitMetric("plausch_connections", equals(0))
	var silent []net.Conn
	for range 7 {
		silent = append(silent, dialWire(t, s.address, protocol.Format{}).conn)
	}
	s.awaitMetric("plausch_connections_before_sign_in", equals(7))
	eighth := dialWire(t, s.address, protocol.Format{}).hello()
	ninth := dialWire(t, s.address, protocol.Format{Framing: protocol.WebSocket})
	awaitByte(t, silent[0], false) // the oldest made room
	ninth.hello()
	eighth.must(protocol.MethodSignIn, &protocol.SignIn{Name: "anna"}, &protocol.SignedIn{})
	s.awaitMetric("plausch_connections_before_sign_in", equals(7))
	dialWire(t, s.address, protocol.Format{}).hello() // has the place of who signed in
	dialWire(t, s.address, protocol.Format{}).hello()
	awaitByte(t, silent[1], false)
	eighth.must(protocol.MethodPing, &protocol.Empty{}, &protocol.Empty{}) // whoever has signed in stays
	if n := s.metric("plausch_connections_evicted_total"); n != 2 {
		t.Errorf("%v connections were counted as evicted, want 2", n)
	}
}

// TestWhoFindsNoPlaceIsTold, in every protocol.
func TestWhoFindsNoPlaceIsTold(t *testing.T) {
	ktn, htl := freeAddress(t), freeAddress(t)
	s := startServer(t, "--limits-connections-private=2", "--listen", "ktn://"+ktn, "--listen", "htl://"+htl)
	s.awaitMetric("plausch_connections", equals(0))
	for range 2 {
		dialWire(t, s.address, protocol.Format{}).enterAnew()
	}
	const why = "too many connections"
	for name, test := range map[string]struct{ address, say, want string }{
		"HTTP":             {s.address, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 503 "},
		"a WebSocket":      {s.address, "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n", "HTTP/1.1 503 "},
		"native JSON":      {s.address, "\x00\x00\x00\x02{}", `"bye"`},
		"native msgpack":   {s.address, "\x00\x00\x00\x01\x80", "\xa3bye"},
		"KTN":              {s.address, `{"request": "login", "content": "anna"}`, `"response": "error"`},
		"htl":              {s.address, "\x81\xa4type\xa4auth", "SERVER"},
		"a place of KTN":   {ktn, "", `"response": "error"`},
		"a place of htl":   {htl, "\x81", "SERVER"},
		"a place, nothing": {ktn, "nonsense", `"response": "error"`},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", test.address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(patience))
			if _, err := conn.Write([]byte(test.say)); err != nil {
				t.Fatal(err)
			}
			answer, err := io.ReadAll(conn)
			if !strings.Contains(string(answer), test.want) || !strings.Contains(string(answer), why) || err != nil {
				t.Errorf("the answer is %q (%v), want %q and %q in it", answer, err, test.want, why)
			}
		})
	}
	if n := strings.Count(s.output.String(), "too many connections"); n != 1 {
		t.Errorf("it was logged %d times, want once", n)
	}
}

// TestStrangersOverHTTPAreHeldToTheDeadline, whatever they do with it.
func TestStrangersOverHTTPAreHeldToTheDeadline(t *testing.T) {
	s := startServer(t, "--limits-sign-in-deadline=2s")
	const page = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
	for name, opening := range map[string]string{
		"idle after a request":      page,
		"many requests at once":     strings.Repeat(page, 100),
		"a slow head":               page + "GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ",
		"a slow body":               page + "POST /sign-in HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\nname=",
		"a body that nobody wants":  page + "POST /none HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n",
		"a chunked body":            page + "POST /api/sign-in HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n{\r\n",
		"trailers without an end":   page + "POST /none HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTrailer: X\r\n\r\n0\r\nX: ",
		"Expect without going on":   page + "POST /api/sign-in HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n",
		"HTTP/1.0 that stays":       "GET /healthz HTTP/1.0\r\nHost: x\r\nConnection: keep-alive\r\n\r\n",
		"a token that is not right": "GET /api/rooms HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer plausch_x\r\n\r\n",
		"a WebSocket that is quiet": "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			conn, err := net.Dial("tcp", s.address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(patience))
			if _, err := conn.Write([]byte(opening)); err != nil {
				t.Fatal(err)
			}
			ended := make(chan struct{})
			go func() {
				_, _ = io.Copy(io.Discard, conn)
				close(ended)
			}()
			tick := time.NewTicker(300 * time.Millisecond)
			defer tick.Stop()
			for began := time.Now(); ; {
				select {
				case <-ended:
					if time.Since(began) >= patience {
						t.Error("it is not ended")
					}
					return
				case <-tick.C:
					if strings.Contains(name, "slow") {
						_, _ = conn.Write([]byte("x"))
					}
				}
			}
		})
	}
	t.Run("a sign-in keeps it", func(t *testing.T) {
		t.Parallel()
		w := dialWire(t, s.address, wsJSON).enterAnew()
		awaitByte(t, dialWire(t, s.address, protocol.Format{}).conn, false) // a later one has had its time
		w.must(protocol.MethodPing, &protocol.Empty{}, &protocol.Empty{})
	})
}

func TestConnectionsAreBounded(t *testing.T) {
	s := startServer(t, "--limits-connections-private=4")
	s.awaitMetric("plausch_connections", equals(0))
	var in []*wire
	for range 4 {
		in = append(in, dialWire(t, s.address, protocol.Format{}).enterAnew())
	}
	if !refused(t, s.address) {
		t.Error("a fifth connection was let in")
	}
	in[2].conn.Close()
	s.awaitMetric("plausch_connections", equals(3))
	dialWire(t, s.address, protocol.Format{Framing: protocol.WebSocket}).enterAnew()
}

// TestPlacesComeBack opens and ends connections in every way there is: each must
// give its place back.
func TestPlacesComeBack(t *testing.T) {
	s := startServer(t, "--limits-connections-private-before-sign-in=4", "--limits-sign-in-deadline=5s")
	upgrade := "GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
	key := "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	said := map[string]string{
		"nothing":                   "",
		"a byte of a length":        "\x00",
		"a length":                  "\x00\x00\x00\x05",
		"half a frame":              "\x00\x00\x00\x05{",
		"no protocol at all":        "\xff\xff\xff\xff",
		"half a request":            "GET / HT",
		"a page":                    "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
		"no page":                   "GET /none HTTP/1.1\r\nHost: x\r\n\r\n",
		"/ws without an upgrade":    "GET /ws HTTP/1.1\r\nHost: x\r\n\r\n",
		"/ws by another method":     "POST /ws HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc",
		"an upgrade without a key":  upgrade + "\r\n",
		"an upgrade of version 12":  strings.Replace(upgrade, "13", "12", 1) + key + "\r\n",
		"an upgrade from elsewhere": upgrade + key + "Origin: https://elsewhere.example\r\n\r\n",
		"an upgrade":                upgrade + key + "\r\n",
		"an upgrade and half":       upgrade + key + "\r\n\x81\x85",
		"broken HTTP":               "GET\r\n\r\n",
	}
	for name, text := range said {
		for _, end := range []string{"closes", "closes its half", "resets"} {
			t.Run(name+" and "+end, func(t *testing.T) {
				// More than there are places, one after the other.
				for range 6 {
					conn, err := net.Dial("tcp", s.address)
					if err != nil {
						t.Fatal(err)
					}
					if _, err := conn.Write([]byte(text)); err != nil {
						t.Fatal(err)
					}
					switch end {
					case "closes its half":
						_ = conn.(*net.TCPConn).CloseWrite()
						if text == "" || strings.Contains(text, "HTTP/1.1") {
							awaitByte(t, conn, text != "")
						}
					case "resets":
						_ = conn.(*net.TCPConn).SetLinger(0)
					}
					conn.Close()
					s.awaitMetric("plausch_connections", equals(0))
				}
			})
		}
	}
	if n := s.metric("plausch_connections_before_sign_in"); n != 0 {
		t.Errorf("%v connections before sign-in are counted when there is none", n)
	}
}

// awaitByte waits for the server's first byte, or for the end without one.
func awaitByte(t *testing.T, conn net.Conn, some bool) {
	t.Helper()
	_ = conn.SetReadDeadline(time.Now().Add(patience))
	n, err := conn.Read(make([]byte, 1))
	if (n > 0) != some {
		t.Errorf("read %d bytes: %v", n, err)
	}
}

func TestSignInDeadline(t *testing.T) {
	s := startServer(t, "--limits-sign-in-deadline=300ms")
	in := dialWire(t, s.address, protocol.Format{}).enterAnew()
	for name, f := range formats {
		t.Run(name, func(t *testing.T) {
			hello := dialWire(t, s.address, f).hello()
			if code := hello.ending(); code != plausch.SignInNeeded {
				t.Errorf("after hello: bye %q, want %q", code, plausch.SignInNeeded)
			}
			silent := dialWire(t, s.address, f)
			silent.ending()
			half := dialWire(t, s.address, f)
			body := half.frame(half.request(protocol.MethodHello, &protocol.Hello{Version: 1}))
			half.write(body[:len(body)/2])
			half.ending()
		})
	}
	in.must(protocol.MethodPing, &protocol.Empty{}, &protocol.Empty{}) // the deadline was for others
}

func TestHalfFramesAreEnded(t *testing.T) {
	s := startServer(t, "--limits-sign-in-deadline=300ms")
	for name, f := range formats {
		t.Run(name, func(t *testing.T) {
			fresh := func() *wire { return dialWire(t, s.address, f).enterAnew() }
			pieces := map[string][]byte{}
			w := fresh()
			whole := w.frame(w.request(protocol.MethodPing, &protocol.Empty{}))
			w.conn.Close()
			for _, n := range []int{1, 2, len(whole) / 2, len(whole) - 1} {
				pieces[fmt.Sprintf("%d of %d bytes", n, len(whole))] = whole[:n]
			}
			if f.Framing == protocol.WebSocket {
				part := ws.MaskFrame(ws.NewFrame(w.op(), false, []byte("{")))
				pieces["a fragment"] = ws.MustCompileFrame(part)
			}
			for what, piece := range pieces {
				w := fresh()
				w.write(piece)
				if code := w.ending(); code != plausch.Invalid && code != "" {
					t.Errorf("%s: bye %q, want %q", what, code, plausch.Invalid)
				}
			}
		})
	}
}

// TestDrippingMessageIsEnded sends fragment after fragment, each in time: the
// message has to end in time.
func TestDrippingMessageIsEnded(t *testing.T) {
	s := startServer(t, "--limits-sign-in-deadline=300ms")
	w := dialWire(t, s.address, wsJSON).enterAnew()
	ended := make(chan plausch.Code, 1)
	go func() { ended <- w.ending() }()
	w.write(masked(ws.OpText, false, "{"))
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(patience); ; {
		select {
		case code := <-ended:
			if code != plausch.Invalid && code != "" {
				t.Errorf("bye %q, want %q", code, plausch.Invalid)
			}
			return
		case <-tick.C:
			_, _ = w.conn.Write(masked(ws.OpContinuation, false, " "))
		case <-end:
			t.Fatal("the message goes on and on")
		}
	}
}

// padded is a body of n bytes that is a request whose unknown key is ignored.
func (w *wire) padded(n int, method string) []byte {
	w.id++
	if w.format.Codec == protocol.JSON {
		body := fmt.Sprintf(`{"id":%d,"method":%q,"params":{"version":1},"pad":""}`, w.id, method)
		return []byte(strings.Replace(body, `""`, `"`+strings.Repeat("x", n-len(body))+`"`, 1))
	}
	body := append([]byte("\x84\xa2id"), byte(w.id))
	body = append(body, "\xa6method"...)
	body = append(body, byte(0xa0|len(method)))
	body = append(body, method...)
	body = append(body, "\xa6params\x81\xa7version\x01\xa3pad\xda"...)
	rest := n - len(body) - 2
	body = append(body, byte(rest>>8), byte(rest))
	return append(body, bytes.Repeat([]byte("x"), rest)...)
}

func TestFrameSizes(t *testing.T) {
	s := startServer(t)
	for name, f := range formats {
		t.Run(name, func(t *testing.T) {
			fresh := func() *wire { return dialWire(t, s.address, f) }
			enter := func() *wire { return fresh().enterAnew() }

			w := fresh()
			w.write(w.frame(w.padded(protocol.MaxFrameBeforeSignIn, protocol.MethodHello)))
			if err := w.reply(w.id, &protocol.Welcome{}); err != nil {
				t.Errorf("the largest frame before sign-in: %v", err)
			}
			for _, n := range []uint64{protocol.MaxFrameBeforeSignIn + 1, protocol.MaxFrame, 1<<32 - 1} {
				w := fresh().hello()
				w.write(w.declare(n))
				if code := w.ending(); code != plausch.TooLarge {
					t.Errorf("a frame of %d bytes before sign-in: bye %q, want %q", n, code, plausch.TooLarge)
				}
			}

			w = enter()
			w.write(w.frame(w.padded(protocol.MaxFrame, protocol.MethodPing)))
			if err := w.reply(w.id, &protocol.Empty{}); err != nil {
				t.Errorf("the largest frame: %v", err)
			}
			w.conn.Close()
			for _, n := range []uint64{protocol.MaxFrame + 1, 1 << 20, 1<<32 - 1} {
				w := enter()
				w.write(w.declare(n))
				if code := w.ending(); code != plausch.TooLarge {
					t.Errorf("a frame of %d bytes: bye %q, want %q", n, code, plausch.TooLarge)
				}
			}
		})
	}
}

func TestDeclaredLengthsAreNotAllocated(t *testing.T) {
	s := startServer(t)
	const allocated = "go_memstats_alloc_bytes_total"
	for name, f := range formats {
		t.Run(name, func(t *testing.T) {
			declare := func() {
				w := dialWire(t, s.address, f).hello()
				w.write(w.declare(1<<32 - 1))
				w.ending()
			}
			declare()
			before := s.metric(allocated)
			const times = 50
			for range times {
				declare()
			}
			if each := (s.metric(allocated) - before) / times; each > 256<<10 {
				t.Errorf("%.0f bytes were allocated for each frame that says it has 4 GiB", each)
			}
		})
	}
}

func TestUnknownOpeningsAreClosed(t *testing.T) {
	s := startServer(t)
	for name, opening := range map[string]string{
		"TLS":                  "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
		"noise":                "\xde\xad\xbe\xef\x00\x01\x02\x03",
		"a first frame of 4 G": "\xff\xff\xff\xff{",
		"neither codec":        "\x00\x00\x00\x05hello",
		"an empty frame":       "\x00\x00\x00\x00\x00",
		"small letters":        "get / http/1.1\r\n\r\n",
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", s.address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := conn.Write([]byte(opening)); err != nil {
				t.Fatal(err)
			}
			awaitByte(t, conn, false)
		})
	}
}

func TestOnePortSpeaksHTTPAndNative(t *testing.T) {
	s := startServer(t)
	for _, f := range formats {
		dialWire(t, s.address, f).enterAnew()
	}
	for path, want := range map[string]int{"/": 200, "/healthz": 200, "/readyz": 200, "/none": 404} {
		if status, body := s.get(path); status != want {
			t.Errorf("GET %s: %d %s, want %d", path, status, body, want)
		}
	}
}
