package server_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"plausch"
	"plausch/client"
	"plausch/internal/cert/certtest"
	"plausch/internal/config"
	"plausch/internal/server"
	"plausch/protocol"
)

func selfSigned(c *config.Config) { c.TLS = config.TLSSelfSigned }

// anyCertificate is for tests that are about something else.
var anyCertificate = &tls.Config{InsecureSkipVerify: true}

// behindProxy has this machine be a proxy that is believed.
func behindProxy(c *config.Config) { c.BehindProxy = []string{"127.0.0.1"} }

func TestEveryFormatTalksOverTLS(t *testing.T) {
	address, _ := start(t, t.TempDir(), selfSigned)
	plain := dial(t, address, protocol.Format{})
	plain.enter("plain")
	for _, scheme := range []string{"tls", "wss"} {
		for _, codec := range []protocol.Codec{protocol.Msgpack, protocol.JSON} {
			name := scheme + "." + codec.String()
			t.Run(name, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				conn, err := client.Dial(ctx, scheme+"://"+address, client.DialOptions{Codec: codec, TLS: anyCertificate})
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				if _, err := conn.SignIn(ctx, protocol.SignIn{Name: name}); err != nil {
					t.Fatal(err)
				}
				for _, text := range []string{"hi", strings.Repeat("grüß dich \n", 1000)} {
					if err := conn.Call(ctx, protocol.MethodMessageSend, &protocol.MessageSend{Room: 1, Text: text}, nil); err != nil {
						t.Fatal(err)
					}
					for {
						e := plain.event()
						if e.Kind != plausch.EventMessage {
							continue
						}
						if e.Text != text {
							t.Errorf("it arrives as %.20q", e.Text)
						}
						break
					}
				}
			})
		}
	}
}

// ask sends a request as it stands, behind what a proxy says, and returns the
// answer.
func ask(t *testing.T, address string, over *tls.Config, proxy, request string) *http.Response {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	if proxy != "" {
		proxy = fmt.Sprintf("PROXY TCP4 %s 127.0.0.1 4711 7528\r\n", proxy)
		if _, err := io.WriteString(conn, proxy); err != nil {
			t.Fatal(err)
		}
	}
	if over != nil {
		conn = tls.Client(conn, over)
	}
	if _, err := io.WriteString(conn, strings.ReplaceAll(request, "\n", "\r\n")+"\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusSwitchingProtocols {
		body, _ := io.ReadAll(resp.Body)
		resp.Body = io.NopCloser(strings.NewReader(string(body)))
	}
	return resp
}

func TestPlainHTTPIsSentToTLS(t *testing.T) {
	const stranger = "198.51.100.7"
	address, _ := start(t, t.TempDir(), selfSigned, behindProxy)
	for name, test := range map[string]struct {
		proxy, request string
		status         int
		location       string
	}{
		"this machine":     {"", "GET / HTTP/1.1\nHost: chat.example:7528", 200, ""},
		"a page":           {stranger, "GET /a%2Fb?c=d HTTP/1.1\nHost: chat.example:7528", 308, "https://chat.example:7528/a%2Fb?c=d"},
		"at its port":      {stranger, "GET / HTTP/1.1\nHost: chat.example:80", 308, "https://chat.example/"},
		"without a port":   {stranger, "HEAD / HTTP/1.1\nHost: chat.example", 308, "https://chat.example/"},
		"IPv6":             {stranger, "GET / HTTP/1.1\nHost: [2001:db8::1]:80", 308, "https://[2001:db8::1]/"},
		"two slashes":      {stranger, "GET //evil.example/x HTTP/1.1\nHost: chat.example", 308, "https://chat.example//evil.example/x"},
		"a form":           {stranger, "POST / HTTP/1.1\nHost: chat.example\nContent-Length: 0", 403, ""},
		"a WebSocket":      {stranger, "GET /ws HTTP/1.1\nHost: chat.example\nConnection: Upgrade\nUpgrade: websocket", 403, ""},
		"a host with more": {stranger, "GET / HTTP/1.1\nHost: chat.example@evil.example", 400, ""},
	} {
		t.Run(name, func(t *testing.T) {
			resp := ask(t, address, nil, test.proxy, test.request)
			if resp.StatusCode != test.status || resp.Header.Get("Location") != test.location {
				t.Errorf("the answer is %s to %q", resp.Status, resp.Header.Get("Location"))
			}
		})
	}
}

func TestPlainNativeIsToldToComeOverTLS(t *testing.T) {
	address, _ := start(t, t.TempDir(), selfSigned, behindProxy)
	for name, codec := range map[string]protocol.Codec{"msgpack": protocol.Msgpack, "json": protocol.JSON} {
		t.Run(name, func(t *testing.T) {
			p := dial(t, address, protocol.Format{Codec: codec})
			if _, err := io.WriteString(p.conn, "PROXY TCP4 198.51.100.7 127.0.0.1 4711 7528\r\n"); err != nil {
				t.Fatal(err)
			}
			p.send(protocol.MethodHello, &protocol.Hello{Version: 1})
			f, err := p.next()
			if err != nil || f.Bye == nil || f.Bye.Code != string(plausch.Forbidden) || !strings.Contains(f.Bye.Message, "tls://") {
				t.Errorf("the answer is %+v, %v", f, err)
			}
			if _, err := p.next(); err == nil {
				t.Error("there is more")
			}
		})
	}
}

func TestPlainWithoutTLSIsExplained(t *testing.T) {
	const request = "GET / HTTP/1.1\nHost: chat.example"
	address, _ := start(t, t.TempDir(), behindProxy)
	resp := ask(t, address, nil, "198.51.100.7", request)
	body, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != 403 || !strings.Contains(string(body), "--plaintext") {
		t.Errorf("the answer is %s %q", resp.Status, body)
	}
	for policy, want := range map[string]int{"loopback": 403, "lan": 200, "any": 200} {
		address, _ := start(t, t.TempDir(), behindProxy, func(c *config.Config) { c.Plaintext = policy })
		if resp := ask(t, address, nil, "192.168.1.5", request); resp.StatusCode != want {
			t.Errorf("with plaintext = %s somebody on the network gets %s, want %d", policy, resp.Status, want)
		}
	}
}

// upgrade asks for a WebSocket with more headers.
func upgrade(headers string) string {
	return strings.TrimSuffix("GET /ws HTTP/1.1\nUpgrade: websocket\nConnection: Upgrade\nSec-WebSocket-Version: 13\n"+
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\n"+headers, "\n")
}

func TestOriginIsExact(t *testing.T) {
	believes, _ := start(t, t.TempDir(), selfSigned, behindProxy)
	doubts, _ := start(t, t.TempDir(), selfSigned)
	const forwarded = "Host: inner:7528\nX-Forwarded-For: 198.51.100.7\nX-Forwarded-Proto: https\nX-Forwarded-Host: chat.example\n"
	for name, test := range map[string]struct {
		address string
		over    *tls.Config
		headers string
		want    int
	}{
		"TLS":                      {doubts, anyCertificate, "Host: chat.example:7528\nOrigin: https://chat.example:7528", 101},
		"TLS, no page":             {doubts, anyCertificate, "Host: chat.example:7528", 101},
		"TLS, a plain page":        {doubts, anyCertificate, "Host: chat.example:7528\nOrigin: http://chat.example:7528", 403},
		"TLS, another port":        {doubts, anyCertificate, "Host: chat.example:7528\nOrigin: https://chat.example", 403},
		"TLS, another host":        {doubts, anyCertificate, "Host: chat.example\nOrigin: https://chat.example.evil", 403},
		"TLS, no origin":           {doubts, anyCertificate, "Host: chat.example\nOrigin: null", 403},
		"plain":                    {doubts, nil, "Host: localhost:7528\nOrigin: http://localhost:7528", 101},
		"plain, an https page":     {doubts, nil, "Host: localhost:7528\nOrigin: https://localhost:7528", 403},
		"a proxy":                  {believes, nil, forwarded + "Origin: https://chat.example", 101},
		"a proxy, inner name":      {believes, nil, forwarded + "Origin: https://inner:7528", 403},
		"a proxy, plain":           {believes, nil, forwarded + "Origin: http://chat.example", 403},
		"a proxy, another":         {believes, nil, forwarded + "Origin: https://evil.example", 403},
		"a proxy, RFC 7239":        {believes, nil, "Host: inner\nForwarded: for=\"[2001:db8::7]:4711\";proto=https;host=chat.example\nOrigin: https://chat.example", 101},
		"who claims to be a proxy": {doubts, nil, forwarded + "Origin: https://chat.example", 403},
		"and over TLS":             {doubts, anyCertificate, forwarded + "Origin: https://chat.example", 403},
	} {
		t.Run(name, func(t *testing.T) {
			if resp := ask(t, test.address, test.over, "", upgrade(test.headers)); resp.StatusCode != test.want {
				t.Errorf("the answer is %s, want %d", resp.Status, test.want)
			}
		})
	}
}

// TestForwardedHeaders asks for a page through a proxy: it is answered only if
// that says that its client came over TLS, or from where plain text is answered.
func TestForwardedHeaders(t *testing.T) {
	believes, _ := start(t, t.TempDir(), selfSigned, func(c *config.Config) { c.BehindProxy = []string{"127.0.0.0/8", "203.0.113.0/24"} })
	doubts, _ := start(t, t.TempDir(), selfSigned, func(c *config.Config) { c.BehindProxy = []string{"203.0.113.0/24"} })
	for name, test := range map[string]struct {
		headers string
		want    int // of who believes
	}{
		"https":                         {"X-Forwarded-For: 198.51.100.7\nX-Forwarded-Proto: https", 200},
		"http":                          {"X-Forwarded-For: 198.51.100.7\nX-Forwarded-Proto: http", 308},
		"nothing of how":                {"X-Forwarded-For: 198.51.100.7", 308},
		"nothing at all":                {"", 200},
		"a client's own claims":         {"X-Forwarded-For: 127.0.0.1, 198.51.100.7\nX-Forwarded-Proto: https, http", 308},
		"two proxies":                   {"X-Forwarded-For: 127.0.0.1, 198.51.100.7, 203.0.113.9\nX-Forwarded-Proto: http", 308},
		"of its own machine":            {"X-Forwarded-For: 127.0.0.9\nX-Forwarded-Proto: http", 200},
		"in two lines":                  {"X-Forwarded-For: 127.0.0.1\nX-Forwarded-For: 198.51.100.7\nX-Forwarded-Proto: http", 308},
		"RFC 7239 https":                {"Forwarded: for=198.51.100.7;proto=https", 200},
		"RFC 7239 http":                 {"Forwarded: for=198.51.100.7;proto=http", 308},
		"RFC 7239, a client's claims":   {"Forwarded: for=127.0.0.1;proto=https, for=198.51.100.7;proto=http", 308},
		"RFC 7239, two proxies":         {"Forwarded: for=198.51.100.7;proto=https, for=203.0.113.9;proto=http", 200},
		"two proxies, the other way":    {"X-Forwarded-For: ::1, 203.0.113.9\nX-Forwarded-Proto: http", 200},
		"both, which is the new one's":  {"Forwarded: for=198.51.100.7;proto=http\nX-Forwarded-For: 198.51.100.7\nX-Forwarded-Proto: https", 308},
		"an address that is none":       {"X-Forwarded-For: unknown\nX-Forwarded-Proto: http", 200},
		"a port behind it":              {"X-Forwarded-For: 198.51.100.7:4711\nX-Forwarded-Proto: http", 308},
		"RFC 7239 with a port and IPv6": {"Forwarded: for=\"[2001:db8::7]:4711\"", 308},
	} {
		t.Run(name, func(t *testing.T) {
			request := strings.TrimSuffix("GET / HTTP/1.1\nHost: chat.example\n"+test.headers, "\n")
			if resp := ask(t, believes, nil, "", request); resp.StatusCode != test.want {
				t.Errorf("the answer is %s, want %d", resp.Status, test.want)
			}
			// Nobody else's word counts: plain text of this machine is answered.
			if resp := ask(t, doubts, nil, "", request); resp.StatusCode != 200 {
				t.Errorf("who does not trust the proxy answers %s", resp.Status)
			}
		})
	}
}

// TestWebSocketsOfProxiesAreCounted has one client behind a proxy fill its places.
func TestWebSocketsOfProxiesAreCounted(t *testing.T) {
	address, _ := start(t, t.TempDir(), behindProxy, func(c *config.Config) { c.Limits.ConnectionsPerAddress = 2 })
	enter := func(client string) error {
		d := ws.Dialer{Header: ws.HandshakeHeaderHTTP{"X-Forwarded-For": {client}, "X-Forwarded-Proto": {"https"}}}
		conn, _, _, err := d.Dial(t.Context(), "ws://"+address+"/ws")
		if err != nil {
			return err
		}
		t.Cleanup(func() { conn.Close() })
		_ = conn.SetDeadline(time.Now().Add(time.Minute))
		if err := ws.WriteFrame(conn, ws.MaskFrame(ws.NewPingFrame([]byte("x")))); err != nil {
			return err
		}
		_, err = ws.ReadFrame(conn)
		return err
	}
	for i, want := range []bool{true, true, false} {
		if err := enter("198.51.100.7"); (err == nil) != want {
			t.Errorf("WebSocket %d of one client: %v", i, err)
		}
	}
	if err := enter("198.51.100.8"); err != nil {
		t.Errorf("another client: %v", err)
	}
}

// TestACMEOnTheOnePort has a server with a domain get its certificate through
// the port that everything else goes through.
func TestACMEOnTheOnePort(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	place := ln.Addr().String()
	_, number, _ := net.SplitHostPort(place)
	tlsPort, _ := strconv.Atoi(number)
	_ = ln.Close()
	taken, err := net.Listen("tcp", "127.0.0.1:0") // as port 80 may be
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	authority := certtest.New(t, certtest.Options{TLSPort: tlsPort})
	authority.Up()

	cfg := config.Default(t.TempDir())
	cfg.Listen, cfg.MetricsListen, cfg.Open = []string{place}, config.Off, true
	cfg.Domain, cfg.ACMECA, cfg.ACMECARoot = "chat.example.org", authority.Directory, authority.RootFile
	cfg.HTTPListen = taken.Addr().String()
	s, err := server.New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}()
	for status, ok := s.Certificate(); status.NotAfter.IsZero(); status, _ = s.Certificate() {
		if !ok || status.Failed != nil {
			t.Fatalf("the status is %+v", status)
		}
		time.Sleep(10 * time.Millisecond)
	}
	d := client.DialOptions{TLS: &tls.Config{RootCAs: authority.Roots(), ServerName: cfg.Domain}}
	for _, scheme := range []string{"tls", "wss"} {
		conn, err := client.Dial(ctx, scheme+"://"+place, d)
		if err != nil {
			t.Fatal(err)
		}
		conn.Close()
	}
	resp := ask(t, place, &tls.Config{RootCAs: authority.Roots(), ServerName: cfg.Domain, NextProtos: []string{"h2", "http/1.1"}}, "",
		"GET / HTTP/1.1\nHost: chat.example.org")
	if resp.StatusCode != 200 || resp.Header.Get("Strict-Transport-Security") == "" {
		t.Errorf("the page is %s with %v", resp.Status, resp.Header)
	}
	conn, err := tls.Dial("tcp", place, &tls.Config{RootCAs: authority.Roots(), ServerName: "other.example.org"})
	if err == nil {
		conn.Close()
		t.Error("there is a certificate for any name")
	}
}

func TestSelfSignedIsNotStrict(t *testing.T) {
	address, _ := start(t, t.TempDir(), selfSigned)
	resp := ask(t, address, anyCertificate, "", "GET / HTTP/1.1\nHost: chat.example")
	if h := resp.Header.Get("Strict-Transport-Security"); resp.StatusCode != 200 || h != "" {
		t.Errorf("a browser would not let anyone in: %s, %q", resp.Status, h)
	}
}

// TestOlderProtocolsOverTLS has the protocols without a name in TLS spoken where
// none was agreed on, and not where one was.
func TestOlderProtocolsOverTLS(t *testing.T) {
	address, _ := start(t, t.TempDir(), selfSigned, behindProxy)
	for name, test := range map[string]struct{ says, hears string }{
		"ktn": {`{"request":"login","content":"ann"}`, `"response"`},
		"htl": {"\x82\xa4type\xa5login\xa8username\xa3bob", "\xa4type"},
	} {
		t.Run(name, func(t *testing.T) {
			first := func(over *tls.Config, proxy string) string {
				conn, err := net.Dial("tcp", address)
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				_ = conn.SetDeadline(time.Now().Add(time.Minute))
				_, _ = io.WriteString(conn, proxy)
				if over != nil {
					over = over.Clone()
					over.InsecureSkipVerify = true
					conn = tls.Client(conn, over)
				}
				if _, err := io.WriteString(conn, test.says); err != nil {
					t.Fatal(err)
				}
				b := make([]byte, 4096)
				n, _ := conn.Read(b)
				return string(b[:n])
			}
			for how, answer := range map[string]string{"over TLS": first(new(tls.Config), ""), "plain": first(nil, "")} {
				if !strings.Contains(answer, test.hears) {
					t.Errorf("%s it hears %q", how, answer)
				}
			}
			for _, alpn := range []string{protocol.ALPN, "http/1.1"} {
				if answer := first(&tls.Config{NextProtos: []string{alpn}}, ""); strings.Contains(answer, test.hears) {
					t.Errorf("as %s it hears %q", alpn, answer)
				}
			}
			if answer := first(nil, "PROXY TCP4 198.51.100.7 127.0.0.1 4711 7528\r\n"); answer != "" {
				t.Errorf("a stranger without TLS hears %q", answer)
			}
		})
	}
}
