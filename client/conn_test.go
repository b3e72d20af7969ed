package client

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"go.uber.org/goleak"

	"plausch"
	"plausch/protocol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func dialFake(t *testing.T, f *fake, o DialOptions) *Conn {
	t.Helper()
	if o.NetDial == nil {
		o.NetDial = f.dial
	}
	c, err := Dial(t.Context(), "tcp://fake", o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

func signIn(t *testing.T, c *Conn, name string) {
	t.Helper()
	if _, err := c.SignIn(t.Context(), protocol.SignIn{Name: name, Password: "right"}); err != nil {
		t.Fatal(err)
	}
}

func TestConnTalks(t *testing.T) {
	for _, codec := range []protocol.Codec{protocol.Msgpack, protocol.JSON} {
		t.Run(codec.String(), func(t *testing.T) {
			f := newFake(t)
			var got []string
			done := make(chan struct{})
			c := dialFake(t, f, DialOptions{Codec: codec, OnPush: func(p *protocol.Frame) {
				if got = append(got, p.Event.Text); len(got) == 100 {
					close(done)
				}
			}})
			signIn(t, c, "anna")
			if err := c.Subscribe(t.Context()); err != nil {
				t.Fatal(err)
			}
			for i := range 100 {
				err := c.Go(protocol.MethodMessageSend, &protocol.MessageSend{Room: 1, Text: fmt.Sprint(i)}, nil, func(err error) {
					if err != nil {
						t.Error(err)
					}
				})
				if err != nil {
					t.Fatal(err)
				}
			}
			<-done
			for i, text := range got {
				if text != fmt.Sprint(i) {
					t.Fatalf("push %d is %q", i, text)
				}
			}
			var page protocol.History
			if err := c.Call(t.Context(), protocol.MethodHistory, &protocol.HistoryGet{Room: 1, After: new(int64(10))}, &page); err != nil || page.Events[0].Seq != 11 {
				t.Fatalf("history: %v, %v", page, err)
			}
			err := c.Call(t.Context(), protocol.MethodHistory, &protocol.HistoryGet{Room: 9}, &page)
			if plausch.CodeOf(err) != plausch.NotFound {
				t.Fatalf("history of no room: %v", err)
			}
		})
	}
}

// countConn counts writes.
type countConn struct {
	net.Conn
	writes atomic.Int64
}

func (c *countConn) Write(b []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(b)
}

func TestConnWritesTogether(t *testing.T) {
	f := newFake(t)
	var counter *countConn
	f.wrap = func(_ int, c net.Conn) (net.Conn, error) {
		counter = &countConn{Conn: c}
		return counter, nil
	}
	c := dialFake(t, f, DialOptions{})
	signIn(t, c, "anna")
	before := counter.writes.Load()
	const n = 1000
	var wg sync.WaitGroup
	wg.Add(n)
	for range n {
		if err := c.Go(protocol.MethodPing, &protocol.Empty{}, nil, func(error) { wg.Done() }); err != nil {
			t.Fatal(err)
		}
	}
	wg.Wait()
	if w := counter.writes.Load() - before; w > n/10 {
		t.Errorf("%d requests took %d writes", n, w)
	}
}

func TestConnGivesUpACall(t *testing.T) {
	f := newFake(t)
	f.hook = func(_ *fakeConn, r protocol.Request) bool { return r.Method == protocol.MethodPing }
	c := dialFake(t, f, DialOptions{})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(time.Millisecond, cancel)
	if err := c.Call(ctx, protocol.MethodPing, &protocol.Empty{}, nil); !errors.Is(err, context.Canceled) {
		t.Fatalf("a call with a done context: %v", err)
	}
	if err := c.Call(ctx, protocol.MethodPing, &protocol.Empty{}, nil); !errors.Is(err, context.Canceled) {
		t.Fatalf("a second one: %v", err)
	}
	signIn(t, c, "anna") // the connection still works
}

func TestConnLosesCalls(t *testing.T) {
	f := newFake(t)
	f.hook = func(c *fakeConn, r protocol.Request) bool {
		if r.Method == protocol.MethodPing {
			c.push(&protocol.Frame{Bye: &protocol.Error{Code: "unavailable", Message: "stopping", RetryAfter: 2000}})
			time.AfterFunc(time.Millisecond, func() { c.nc.Close() })
			return true
		}
		return false
	}
	c := dialFake(t, f, DialOptions{})
	err := c.Call(t.Context(), protocol.MethodPing, &protocol.Empty{}, nil)
	var reason *plausch.Error
	if !errors.Is(err, ErrLost) || !errors.As(err, &reason) || reason.RetryAfter != 2*time.Second {
		t.Fatalf("the error is %v", err)
	}
	<-c.Done()
	if plausch.CodeOf(c.Err()) != plausch.Unavailable {
		t.Errorf("the reason is %v", c.Err())
	}
	if err := c.Go(protocol.MethodPing, &protocol.Empty{}, nil, func(error) { t.Error("done was called") }); !errors.Is(err, ErrLost) {
		t.Errorf("Go on a connection that has ended: %v", err)
	}
}

func TestConnRefusesBadFrames(t *testing.T) {
	long := binary.BigEndian.AppendUint32(nil, protocol.MaxFrame+1)
	tests := map[string][]byte{
		"too long":     long,
		"empty":        {0, 0, 0, 0},
		"not a map":    {0, 0, 0, 1, 0x01},
		"trailing":     {0, 0, 0, 2, 0x80, 0x80},
		"duplicate":    {0, 0, 0, 7, 0x82, 0xa1, 'a', 1, 0xa1, 'a', 1},
		"HTTP":         []byte("HTTP/1.1 400 Bad Request\r\n\r\n"),
		"half a frame": {0, 0, 0, 9, 0x81},
		"nothing":      {},
	}
	for name, answer := range tests {
		t.Run(name, func(t *testing.T) {
			here, there := net.Pipe()
			go func() {
				io.ReadAtLeast(there, make([]byte, 1000), 10)
				there.Write(answer)
				there.Close()
			}()
			_, err := Dial(t.Context(), "tcp://x", DialOptions{NetDial: func(context.Context, string, string) (net.Conn, error) { return here, nil }})
			if !errors.Is(err, ErrLost) {
				t.Errorf("Dial: %v", err)
			}
		})
	}
}

func TestConnTooLargeRequest(t *testing.T) {
	c := dialFake(t, newFake(t), DialOptions{})
	err := c.Call(t.Context(), protocol.MethodMessageSend, &protocol.MessageSend{Text: strings.Repeat("x", 70_000)}, nil)
	if plausch.CodeOf(err) != plausch.TooLarge {
		t.Errorf("a request of 70 kB: %v", err)
	}
	signIn(t, c, "anna")
}

func TestDialTimeout(t *testing.T) {
	for _, address := range []string{"tcp://x", "ws://x", "tls://x", "wss://x"} {
		here, there := net.Pipe()
		defer there.Close()
		go io.Copy(io.Discard, there)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		_, err := Dial(ctx, address, DialOptions{NetDial: func(context.Context, string, string) (net.Conn, error) { return here, nil }})
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Dial %s: %v", address, err)
		}
	}
}

// listen serves f at a loopback address, over TLS if config is not nil.
func listen(t *testing.T, f *fake, config *tls.Config, upgrade bool) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if config != nil {
		l = tls.NewListener(l, config)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			nc, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				if upgrade {
					u := ws.Upgrader{Protocol: func(p []byte) bool { return string(p) == protocol.SubprotocolMsgpack }}
					if _, err := u.Upgrade(nc); err != nil {
						nc.Close()
						return
					}
				}
				f.serve(nc, upgrade)
			}()
		}
	}()
	return l.Addr().String()
}

func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test"},
		NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

func TestDialTransports(t *testing.T) {
	cert, pool := certificate(t)
	for _, scheme := range []string{"tcp", "ws", "tls", "wss"} {
		t.Run(scheme, func(t *testing.T) {
			f := newFake(t)
			var server, client *tls.Config
			if scheme == "tls" || scheme == "wss" {
				server = &tls.Config{Certificates: []tls.Certificate{cert}}
				client = &tls.Config{RootCAs: pool}
			}
			address := scheme + "://" + listen(t, f, server, strings.HasPrefix(scheme, "ws"))
			pushed := make(chan int, 1)
			c, err := Dial(t.Context(), address, DialOptions{TLS: client, OnPush: func(p *protocol.Frame) { pushed <- len(p.Event.Text) }})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			signIn(t, c, "anna")
			if err := c.Subscribe(t.Context()); err != nil {
				t.Fatal(err)
			}
			for _, n := range []int{1, 100, 300, 16_000, 64_000} { // each size of header
				f.say(1, "bob", strings.Repeat("x", n))
				if got := <-pushed; got != n {
					t.Errorf("a text of %d bytes came with %d", n, got)
				}
				if n > plausch.MaxText {
					continue
				}
				if err := c.Call(t.Context(), protocol.MethodMessageSend, &protocol.MessageSend{Room: 1, Text: strings.Repeat("y", n)}, nil); err != nil {
					t.Fatal(err)
				}
				<-pushed
			}
			if client != nil {
				if _, err := Dial(t.Context(), address, DialOptions{}); err == nil {
					t.Error("an unknown certificate was accepted")
				}
			}
		})
	}
}

// TestWebSocketFrames has a server write raw frames.
func TestWebSocketFrames(t *testing.T) {
	f := protocol.Format{Framing: protocol.WebSocket}
	typing := f.AppendFrame(nil, func(b []byte) []byte {
		return f.Codec.AppendPush(b, &protocol.Frame{Typing: &protocol.Typing{Room: 7}})
	})
	body := typing[2:]
	frame := func(op ws.OpCode, fin bool, b []byte) []byte {
		return ws.MustCompileFrame(ws.NewFrame(op, fin, b))
	}
	fragments := append(frame(ws.OpBinary, false, body[:3]), frame(ws.OpPing, true, []byte("in between"))...)
	fragments = append(append(fragments, frame(ws.OpContinuation, false, body[3:4])...), frame(ws.OpContinuation, true, body[4:])...)
	rsv := frame(ws.OpBinary, true, body)
	rsv[0] |= 0x40
	masked := ws.MustCompileFrame(ws.MaskFrame(ws.NewBinaryFrame(append([]byte(nil), body...))))
	tests := map[string]struct {
		bytes []byte
		ok    bool
	}{
		"whole":                {typing, true},
		"fragments and a ping": {fragments, true},
		"wrong type":           {frame(ws.OpText, true, body), false},
		"masked":               {masked, false},
		"extension":            {rsv, false},
		"lone continuation":    {frame(ws.OpContinuation, true, body), false},
		"long ping":            {frame(ws.OpPing, true, make([]byte, 126)), false},
		"too long":             {[]byte{0x82, 127, 0, 0, 0, 0, 0, 1, 0, 1}, false},
		"huge":                 {[]byte{0x82, 127, 255, 255, 255, 255, 255, 255, 255, 255}, false},
		"close":                {frame(ws.OpClose, true, ws.NewCloseFrameBody(ws.StatusGoingAway, "bye")), false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			fake := newFake(t)
			fake.hook = func(c *fakeConn, r protocol.Request) bool {
				if r.Method == protocol.MethodPing {
					c.out <- test.bytes
					return true
				}
				return false
			}
			pushed := make(chan int64, 1)
			c, err := Dial(t.Context(), "ws://"+listen(t, fake, nil, true), DialOptions{OnPush: func(p *protocol.Frame) { pushed <- p.Typing.Room }})
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if err := c.Go(protocol.MethodPing, &protocol.Empty{}, nil, func(error) {}); err != nil {
				t.Fatal(err)
			}
			select {
			case <-pushed:
				if !test.ok {
					t.Error("accepted")
				}
			case <-c.Done():
				if test.ok {
					t.Errorf("refused: %v", c.Err())
				}
			}
		})
	}
}

func TestParseAddress(t *testing.T) {
	good := map[string]string{
		"localhost":               "tcp://localhost:7528",
		"LOCALHOST:80":            "tcp://localhost:80",
		"127.0.0.9":               "tcp://127.0.0.9:7528",
		"::1":                     "tcp://[::1]:7528",
		"[::1]:99":                "tcp://[::1]:99",
		"[::ffff:127.0.0.1]:99":   "tcp://[::ffff:127.0.0.1]:99",
		"chat.example.org":        "tls://chat.example.org:443",
		"chat.example.org:7528":   "tls://chat.example.org:7528",
		"2001:db8::1":             "tls://[2001:db8::1]:443",
		"192.168.1.2":             "tls://192.168.1.2:443",
		"tcp://example.org":       "tcp://example.org:7528",
		"TLS://Example.org":       "tls://example.org:443",
		"ws://example.org":        "ws://example.org:7528/ws",
		"ws://example.org/":       "ws://example.org:7528/ws",
		"wss://example.org/a/b":   "wss://example.org:443/a/b",
		"wss://[2001:db8::1]:5/x": "wss://[2001:db8::1]:5/x",
		"tcp://example.org/":      "tcp://example.org:7528",
		"ktn://example.org":       "ktn://example.org:9998",
		"KTN://[::1]:99/":         "ktn://[::1]:99",
		"https://Example.org":     "wss://example.org:443/ws",
		"https://[::1]:7528/":     "wss://[::1]:7528/ws",
		"http://127.0.0.1:7528":   "ws://127.0.0.1:7528/ws",
		"http://localhost":        "ws://localhost:80/ws",
		"https://x/invite#AB/C":   "wss://x:443/ws",
		"https://x/chat/reset/#A": "wss://x:443/chat/ws",
		"HTTPS://x/chat/":         "wss://x:443/chat/ws",
		"https://x#A":             "wss://x:443/ws",
	}
	for in, want := range good {
		a, err := ParseAddress(in)
		if err != nil || a.String() != want {
			t.Errorf("%q is %q, %v; want %q", in, a, err, want)
			continue
		}
		if again, err := ParseAddress(a.String()); err != nil || again != a {
			t.Errorf("%q does not read back: %v, %v", a, again, err)
		}
	}
	for _, in := range []string{
		"", "tcp://", "://x", "ftp://x", "https://", "https://#x", "https://u@x", "https://x/?q", "x:", "x:0", "x:65536", "x:-1", "x:http", ":7528", "[::1", "[::1]x", "[::1]:", "[x]:1",
		"1:2:3", "a b", "a@b", "tcp://x/path", "ws://x/?q", "ws://x/a b", "x#y", "zoë.example", "tcp://a/b", "x\n", "tcp://u:p@x", "ktn://x/y",
	} {
		if a, err := ParseAddress(in); err == nil {
			t.Errorf("%q is %q", in, a)
		} else if !strings.Contains(err.Error(), "address") {
			t.Errorf("%q: %v", in, err)
		}
	}
}

// FuzzFrames has a server send anything at all.
func FuzzFrames(f *testing.F) {
	for _, framing := range []protocol.Framing{protocol.LengthPrefix, protocol.WebSocket} {
		format := protocol.Format{Framing: framing}
		f.Add(framing == protocol.WebSocket, format.AppendReply(nil, 1, &protocol.Welcome{Version: 1, Server: "x"}, nil))
		f.Add(framing == protocol.WebSocket, format.AppendReply(nil, 1, nil, plausch.Errorf(plausch.Invalid, "no")))
		f.Add(framing == protocol.WebSocket, format.AppendFrame(nil, func(b []byte) []byte {
			return format.Codec.AppendPush(b, &protocol.Frame{Typing: &protocol.Typing{Room: 7}})
		}))
	}
	f.Add(true, ws.MustCompileFrame(ws.NewFrame(ws.OpPing, true, []byte("x"))))
	f.Add(true, ws.MustCompileFrame(ws.NewFrame(ws.OpBinary, false, []byte{0x80})))
	f.Add(true, ws.MustCompileFrame(ws.NewCloseFrame(nil)))
	f.Fuzz(func(t *testing.T, isWS bool, b []byte) {
		here, there := net.Pipe()
		there.Close()
		c := &Conn{nc: here, in: &frameReader{r: bytes.NewReader(b)}, pending: make(map[int64]call), ended: make(chan struct{})}
		if isWS {
			c.ws = newWebSocket(c)
		}
		c.running.Add(1)
		c.read()
		c.running.Wait()
		if len(c.in.buf) > largestBuffer || c.ws != nil && cap(c.ws.message) > 2*protocol.MaxFrame {
			t.Errorf("the buffers have grown to %d bytes", len(c.in.buf))
		}
	})
}
