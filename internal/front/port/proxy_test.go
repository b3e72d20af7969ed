package port

import (
	"crypto/tls"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pires/go-proxyproto"
)

const (
	proxyAddress    = "203.0.113.5:1"
	strangerAddress = "198.51.100.7:4711"
)

// header is what a proxy says for a client, over TLS if secure.
func header(t *testing.T, version byte, client string, secure bool) string {
	t.Helper()
	h := proxyproto.HeaderProxyFromAddrs(version, addr(client), addr("203.0.113.5:7528"))
	if secure {
		// PP2_CLIENT_SSL, without a certificate of the client, and its version.
		value := append([]byte{1, 0, 0, 0, 1, byte(proxyproto.PP2_SUBTYPE_SSL_VERSION), 0, 7}, "TLSv1.3"...)
		if err := h.SetTLVs([]proxyproto.TLV{{Type: proxyproto.PP2_TYPE_SSL, Value: value}}); err != nil {
			t.Fatal(err)
		}
	}
	b, err := h.Format()
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func behind(policy Plaintext) Options {
	return Options{
		SignInDeadline: time.Minute, TLS: certificates(), Plaintext: policy,
		Proxies: []netip.Prefix{netip.MustParsePrefix("203.0.113.0/29")},
	}
}

func TestProxyHeader(t *testing.T) {
	for _, version := range []byte{1, 2} {
		for name, test := range map[string]struct {
			from   string // who connects
			policy Plaintext
			header string
			text   string
			want   string
		}{
			"trusted":                 {proxyAddress, PlainAny, header(t, version, strangerAddress, false), "b", "bbb to 198.51.100.7:4711, tls false, secure false"},
			"trusted, for loopback":   {proxyAddress, PlainLoopback, header(t, version, "127.0.0.1:9", false), "b", "bbb to 127.0.0.1:9, tls false, secure true"},
			"trusted, for a stranger": {proxyAddress, PlainLAN, header(t, version, strangerAddress, false), "b", "no bbb to 198.51.100.7:4711, tls false, secure false"},
			"trusted, but silent":     {proxyAddress, PlainLoopback, "", "b", "no bbb to 203.0.113.5:1, tls false, secure false"},
			"trusted, and for itself": {proxyAddress, PlainAny, "", "a", "aaa to 203.0.113.5:1, tls false, secure false"},
			"twice":                   {proxyAddress, PlainAny, header(t, version, strangerAddress, false) + header(t, version, "127.0.0.1:9", false), "b", ""},
			"not trusted":             {"203.0.113.8:1", PlainAny, header(t, version, "127.0.0.1:9", false), "b", ""},
			"a stranger":              {strangerAddress, PlainAny, header(t, version, "127.0.0.1:9", false), "b", ""},
		} {
			t.Run(fmt.Sprintf("version %d %s", version, name), func(t *testing.T) {
				_, address := startFrom(t, behind(test.policy), addr(test.from), speakers...)
				answer, err := io.ReadAll(dial(t, address, test.header+test.text))
				if string(answer) != test.want {
					t.Errorf("the answer is %q (%v), want %q", answer, err, test.want)
				}
			})
		}
	}
}

func TestProxyHeaderOfTLS(t *testing.T) {
	_, address := startFrom(t, behind(PlainLoopback), addr(proxyAddress), speakers...)
	answer, _ := io.ReadAll(dial(t, address, header(t, 2, strangerAddress, true)+"a"))
	if want := "aaa to 198.51.100.7:4711, tls true, secure true"; string(answer) != want {
		t.Errorf("TLS that ended at the proxy: the answer is %q, want %q", answer, want)
	}

	raw := dial(t, address, header(t, 1, strangerAddress, false))
	conn := tls.Client(raw, &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"aaa/1"}})
	if _, err := io.WriteString(conn, "a"); err != nil {
		t.Fatal(err)
	}
	answer, _ = io.ReadAll(conn)
	if want := "aaa to 198.51.100.7:4711, tls true, secure true"; string(answer) != want {
		t.Errorf("TLS through the proxy: the answer is %q, want %q", answer, want)
	}
}

func TestProxyHeaderIsBounded(t *testing.T) {
	for name, text := range map[string]string{
		"an endless line":  "PROXY " + strings.Repeat("x", 5000),
		"no addresses":     "PROXY TCP4 here there 1 2\r\na",
		"half a signature": "\r\n\r\n\x00\r\nQUIX\n",
		"a long header":    "\r\n\r\n\x00\r\nQUIT\n\x21\x11\xff\xff" + strings.Repeat("x", 70000),
	} {
		t.Run(name, func(t *testing.T) {
			p, address := startFrom(t, behind(PlainAny), addr(proxyAddress), speakers...)
			conn, err := net.Dial("tcp", address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			_, _ = io.WriteString(conn, text) // it may be closed on the way
			_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
			if answer, err := io.ReadAll(conn); len(answer) > 0 || err != nil && !isReset(err) {
				t.Errorf("the answer is %q, %v", answer, err)
			}
			for p.Stats().Open > 0 {
				time.Sleep(time.Millisecond)
			}
		})
	}
}

// TestPlacesOfOneProtocol has the same hold where the first bytes are not looked
// at.
func TestPlacesOfOneProtocol(t *testing.T) {
	protocol := speaker("aaa", "a")
	protocol.Refuse = nil
	for name, test := range map[string]struct {
		from   string
		policy Plaintext
		header string
		want   string
	}{
		"this machine":         {"127.0.0.1:1", PlainLoopback, "", "aaa to 127.0.0.1:1, tls false, secure true"},
		"a stranger":           {strangerAddress, PlainLAN, "", ""},
		"a stranger, let in":   {strangerAddress, PlainAny, "", "aaa to 198.51.100.7:4711, tls false, secure false"},
		"a proxy":              {proxyAddress, PlainLoopback, header(t, 2, strangerAddress, false), ""},
		"a proxy that had TLS": {proxyAddress, PlainLoopback, header(t, 2, strangerAddress, true), "aaa to 198.51.100.7:4711, tls true, secure true"},
		"a silent proxy":       {proxyAddress, PlainAny, "x", "aaa to 203.0.113.5:1, tls false, secure false"},
	} {
		t.Run(name, func(t *testing.T) {
			p := New(withLog(behind(test.policy)))
			ln, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			served := make(chan error, 1)
			go func() { served <- p.ServeAs(fromListener{ln, addr(test.from)}, protocol, time.Minute) }()
			answer, _ := io.ReadAll(dial(t, ln.Addr().String(), test.header))
			if string(answer) != test.want {
				t.Errorf("the answer is %q, want %q", answer, test.want)
			}
			p.Close()
			if err := <-served; err != nil {
				t.Error(err)
			}
		})
	}
}

func withLog(o Options) Options {
	o.Log = slog.New(slog.DiscardHandler)
	return o
}

// TestClientsOfProxiesAreCounted has one client fill its places: others of the
// same proxy still get in.
func TestClientsOfProxiesAreCounted(t *testing.T) {
	opts := behind(PlainAny)
	opts.Limits = Limits{PerAddress: 2, BeforeSignIn: 2}
	p, address := startFrom(t, opts, addr(proxyAddress), echo)
	enter := func(client string) error {
		_, err := io.ReadFull(dial(t, address, header(t, 1, client, false)+"echo"), make([]byte, 4))
		return err
	}
	for i, want := range []bool{true, true, false} {
		if err := enter(strangerAddress); (err == nil) != want {
			t.Errorf("connection %d of one client: %v", i, err)
		}
	}
	if err := enter("198.51.100.8:1"); err != nil {
		t.Errorf("another client: %v", err)
	}
	if s := p.Stats(); s.Refused != 1 {
		t.Errorf("the figures are %+v", s)
	}
}

// byteListener has the bytes of every connection read one at a time.
type byteListener struct{ net.Listener }

func (l byteListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return byteConn{c}, err
}

type byteConn struct{ net.Conn }

func (c byteConn) Read(p []byte) (int, error) { return c.Conn.Read(p[:min(len(p), 1)]) }

// TestProxyHeaderInPieces: what a proxy says, and what stands behind it, does not
// hang on how the bytes come.
func TestProxyHeaderInPieces(t *testing.T) {
	p := New(withLog(behind(PlainAny)), speakers...)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	served := make(chan error, 1)
	go func() { served <- p.Serve(byteListener{fromListener{ln, addr(proxyAddress)}}) }()
	t.Cleanup(func() { p.Close(); <-served })
	for _, version := range []byte{1, 2} {
		answer, err := io.ReadAll(dial(t, ln.Addr().String(), header(t, version, strangerAddress, false)+"b"))
		if want := "bbb to 198.51.100.7:4711, tls false, secure false"; string(answer) != want {
			t.Errorf("version %d: the answer is %q (%v), want %q", version, answer, err, want)
		}
	}
}
