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
func behindProxy(c *config.Config) {
	c.BehindProxy, c.Hosts = []string{"127.0.0.1"}, []string{"chat.example"}
}

// behindNewProxy has it say so in Forwarded.
func behindNewProxy(c *config.Config) {
	behindProxy(c)
	c.ProxyHeaders = config.Forwarded
}

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
	newer, _ := start(t, t.TempDir(), selfSigned, behindNewProxy)
	doubts, _ := start(t, t.TempDir(), selfSigned, func(c *config.Config) { c.Hosts = []string{"chat.example"} })
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
		"a proxy, RFC 7239":        {newer, nil, "Host: inner\nForwarded: for=\"[2001:db8::7]:4711\";proto=https;host=chat.example\nOrigin: https://chat.example", 101},
		"a client's RFC 7239":      {believes, nil, forwarded + "Forwarded: for=192.0.2.1;proto=https;host=evil.example\nOrigin: https://evil.example", 403},
		"a client's X-Forwarded":   {newer, nil, "Host: inner\nForwarded: for=192.0.2.1;proto=https;host=chat.example\nX-Forwarded-Host: evil.example\nOrigin: https://evil.example", 403},
		"the port of https":        {believes, nil, "Host: x\nX-Forwarded-Proto: https\nX-Forwarded-Host: chat.example:443\nOrigin: https://chat.example", 101},
		"the port of http":         {doubts, nil, "Host: localhost:80\nOrigin: http://localhost", 101},
		"a port of the other":      {believes, nil, "Host: x\nX-Forwarded-Proto: https\nX-Forwarded-Host: chat.example:80\nOrigin: https://chat.example", 403},
		"TLS, the usual port":      {doubts, anyCertificate, "Host: chat.example:443\nOrigin: https://chat.example", 101},
		"upper case":               {doubts, anyCertificate, "Host: CHAT.Example:7528\nOrigin: https://chat.example:7528", 101},
		"a port beside the name":   {believes, nil, "Host: x\nX-Forwarded-Proto: https\nX-Forwarded-Host: chat.example\nX-Forwarded-Port: 17602\nOrigin: https://chat.example:17602", 101},
		"the usual port beside it": {believes, nil, "Host: x\nX-Forwarded-Proto: https\nX-Forwarded-Host: chat.example\nX-Forwarded-Port: 443\nOrigin: https://chat.example", 101},
		"two ports":                {believes, nil, "Host: x\nX-Forwarded-Proto: https\nX-Forwarded-Host: chat.example:17602\nX-Forwarded-Port: 443\nOrigin: https://chat.example:17602", 101},
		"a port that is none":      {believes, nil, "Host: x\nX-Forwarded-Proto: https\nX-Forwarded-Host: chat.example\nX-Forwarded-Port: 1@evil\nOrigin: https://chat.example", 101},
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
	trusting := func(proxies ...string) func(*config.Config) {
		return func(c *config.Config) { c.BehindProxy, c.Hosts = proxies, []string{"chat.example"} }
	}
	believes, _ := start(t, t.TempDir(), selfSigned, trusting("127.0.0.0/8", "203.0.113.0/24"))
	newer, _ := start(t, t.TempDir(), selfSigned, trusting("127.0.0.0/8", "203.0.113.0/24"), func(c *config.Config) { c.ProxyHeaders = config.Forwarded })
	doubts, _ := start(t, t.TempDir(), selfSigned, trusting("203.0.113.0/24"))
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
		"and a client's own Forwarded":  {"X-Forwarded-For: 198.51.100.7\nX-Forwarded-Proto: http\nForwarded: for=127.0.0.1;proto=https", 308},
		"RFC 7239, and a client's X-":   {"Forwarded: for=198.51.100.7;proto=http\nX-Forwarded-For: 127.0.0.1\nX-Forwarded-Proto: https", 308},
		"an address that is none":       {"X-Forwarded-For: unknown\nX-Forwarded-Proto: http", 200},
		"a port behind it":              {"X-Forwarded-For: 198.51.100.7:4711\nX-Forwarded-Proto: http", 308},
		"RFC 7239 with a port and IPv6": {"Forwarded: for=\"[2001:db8::7]:4711\"", 308},
	} {
		t.Run(name, func(t *testing.T) {
			request := strings.TrimSuffix("GET / HTTP/1.1\nHost: chat.example\n"+test.headers, "\n")
			address := believes
			if strings.HasPrefix(name, "RFC 7239") {
				address = newer
			}
			if resp := ask(t, address, nil, "", request); resp.StatusCode != test.want {
				t.Errorf("the answer is %s, want %d", resp.Status, test.want)
			}
			// Nobody else's word counts: plain text of this machine is answered.
			if resp := ask(t, doubts, nil, "", request); resp.StatusCode != 200 {
				t.Errorf("who does not trust the proxy answers %s", resp.Status)
			}
		})
	}
}

// TestTheRefusalSaysWhatIsMissing of what a proxy should have said.
func TestTheRefusalSaysWhatIsMissing(t *testing.T) {
	address, _ := start(t, t.TempDir(), behindProxy)
	for name, test := range map[string]struct{ headers, want string }{
		"the port":        {"X-Forwarded-Proto: https\nX-Forwarded-Host: chat.example\nOrigin: https://chat.example:17602", "the port 17602 is missing"},
		"that it was TLS": {"X-Forwarded-Host: chat.example\nOrigin: https://chat.example", "X-Forwarded-Proto"},
		"the name":        {"X-Forwarded-Proto: https\nOrigin: https://chat.example", "X-Forwarded-Host"},
	} {
		t.Run(name, func(t *testing.T) {
			socket := ask(t, address, nil, "", upgrade("Host: localhost\n"+test.headers))
			form := ask(t, address, nil, "", "POST /sign-in HTTP/1.1\nHost: localhost\nContent-Length: 0\nContent-Type: application/x-www-form-urlencoded\n"+test.headers)
			for what, resp := range map[string]*http.Response{"the WebSocket": socket, "the form": form} {
				body, _ := io.ReadAll(resp.Body)
				if resp.StatusCode != 403 || !strings.Contains(string(body), test.want) {
					t.Errorf("%s is answered %s %q, want a word of %q", what, resp.Status, body, test.want)
				}
			}
		})
	}
}

// TestOnlyOurNamesAreAnswered, in plain text: a page elsewhere can have its name
// lead to this machine, but not choose the name.
func TestOnlyOurNamesAreAnswered(t *testing.T) {
	address, _ := start(t, t.TempDir(), selfSigned, behindProxy, func(c *config.Config) { c.Domain, c.Hosts = "chat.example.org", []string{"also.example"} })
	for host, want := range map[string]int{
		"localhost": 200, "LOCALHOST:7528": 200, "127.0.0.1:7528": 200, "[::1]:7528": 200, "192.168.1.5": 200, "raspberrypi:7528": 200,
		"raspberrypi.local": 200, "Chat.Example.org:7528": 200, "chat.example.org.": 200, "also.example": 200,
		"evil.example": 421, "evil.example:7528": 421, "localhost.evil.example": 421, "127.0.0.1.evil.example": 421, "chat.example.org.evil.example": 421,
		"notchat.example.org": 421,
	} {
		t.Run(host, func(t *testing.T) {
			for _, path := range []string{"/healthz", "/api/openapi.json", "/sign-in"} {
				resp := ask(t, address, nil, "", "GET "+path+" HTTP/1.1\nHost: "+host)
				if body, _ := io.ReadAll(resp.Body); (resp.StatusCode == 421) != (want == 421) || want == 421 && !strings.Contains(string(body), "--hosts") {
					t.Errorf("%s is answered %s %q, want %d", path, resp.Status, body, want)
				}
			}
			if resp := ask(t, address, nil, "", upgrade("Host: "+host+"\nOrigin: http://"+host)); (resp.StatusCode == 421) != (want == 421) {
				t.Errorf("a WebSocket is answered %s, want %d", resp.Status, want)
			}
		})
	}
	for name, request := range map[string]string{
		"over TLS":               "GET /healthz HTTP/1.1\nHost: evil.example",
		"without a host":         "GET /healthz HTTP/1.0",
		"an address before it":   "GET http://localhost/healthz HTTP/1.1\nHost: evil.example",
		"a proxy that had TLS":   "GET /healthz HTTP/1.1\nHost: any.example\nX-Forwarded-Proto: https",
		"HTTP/1.0 and localhost": "GET /healthz HTTP/1.0\nHost: localhost",
	} {
		var over *tls.Config
		if name == "over TLS" {
			over = anyCertificate
		}
		if resp := ask(t, address, over, "", request); resp.StatusCode != 200 {
			t.Errorf("%s: the answer is %s", name, resp.Status)
		}
	}
	for name, request := range map[string]string{
		"another before ours":    "GET http://evil.example/healthz HTTP/1.1\nHost: localhost",
		"two hosts":              "GET /healthz HTTP/1.1\nHost: localhost\nHost: evil.example",
		"none":                   "GET /healthz HTTP/1.1",
		"a proxy says another's": "GET /healthz HTTP/1.1\nHost: localhost\nX-Forwarded-Host: evil.example",
	} {
		if resp := ask(t, address, nil, "", request); resp.StatusCode != 421 && resp.StatusCode != 400 {
			t.Errorf("%s: the answer is %s", name, resp.Status)
		}
	}
}

// TestAmbiguousRequestsAreRefused: of what a proxy could read in another way than
// we do, nothing is answered, and the connection does not go on.
func TestAmbiguousRequestsAreRefused(t *testing.T) {
	address, _ := start(t, t.TempDir())
	const behind = "GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
	for name, request := range map[string]string{
		"two lengths":              "POST /none HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nContent-Length: 47\r\n\r\n" + behind,
		"two lengths in one":       "POST /none HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0, 47\r\n\r\n" + behind,
		"a length and chunks":      "POST /none HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + behind,
		"a length with a sign":     "POST /none HTTP/1.1\r\nHost: localhost\r\nContent-Length: +0\r\n\r\n" + behind,
		"an unknown coding":        "POST /none HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n" + behind,
		"two codings":              "POST /none HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n" + behind,
		"chunks over HTTP/1.0":     "POST /none HTTP/1.0\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + behind,
		"a space before the colon": "POST /none HTTP/1.1\r\nHost: localhost\r\nContent-Length : 47\r\n\r\n" + behind,
		"a chunk with a sign":      "POST /none HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n+0\r\n\r\n" + behind,
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_ = conn.SetDeadline(time.Now().Add(time.Minute))
			if _, err := io.WriteString(conn, request); err != nil {
				t.Fatal(err)
			}
			answers, _ := io.ReadAll(conn) // what we have sent may be reset
			if n := strings.Count(string(answers), "HTTP/1."); n != 1 {
				t.Errorf("%d answers: %.300q", n, answers)
			}
		})
	}
}

// TestMetricsAreForThisMachine alone, by the name that was asked for, too.
func TestMetricsAreForThisMachine(t *testing.T) {
	cfg := config.Default(t.TempDir())
	cfg.Listen, cfg.MetricsListen = []string{"127.0.0.1:0"}, "127.0.0.1:0"
	s, err := server.New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	defer func() { cancel(); <-ended }()
	for _, path := range []string{"/metrics", "/debug/pprof/", "/certificate"} {
		for host, want := range map[string]int{"localhost:7529": 200, "127.0.0.1": 200, "evil.example:7529": 421} {
			if resp := ask(t, s.MetricsAddr().String(), nil, "", "GET "+path+" HTTP/1.1\nHost: "+host); resp.StatusCode != want {
				t.Errorf("%s of %s is answered %s, want %d", path, host, resp.Status, want)
			}
		}
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
