package port

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// certificates has one of each kind of key, so that only the suites that are
// refused can be missing.
var certificates = sync.OnceValue(func() *tls.Config {
	ec, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	c := &tls.Config{NextProtos: []string{"acme-tls/1"}}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour),
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment}
	for _, key := range []crypto.Signer{ec, rsaKey} {
		der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
		if err != nil {
			panic(err)
		}
		c.Certificates = append(c.Certificates, tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key})
	}
	return c
})

// speaker is a protocol of which a connection begins with a letter, and that
// answers with its name, or that plain text is refused.
func speaker(name, letter string) Protocol {
	answer := func(text string) func(*Conn) {
		return func(c *Conn) {
			defer c.Ended()
			defer c.Close()
			_, _ = fmt.Fprintf(c, "%s to %v, tls %v, secure %v", text, c.RemoteAddr(), c.TLS(), c.Secure())
		}
	}
	return Protocol{
		Name: name, ALPN: []string{name + "/1"}, Serve: answer(name), Refuse: answer("no " + name),
		Match: func(prefix []byte) Verdict {
			if string(prefix[:1]) == letter {
				return Yes
			}
			return No
		},
	}
}

var speakers = []Protocol{speaker("aaa", "a"), speaker("bbb", "b")}

// saying opens a connection over TLS, says text, and returns the answer.
func saying(t *testing.T, address, text string, config *tls.Config) (string, error) {
	t.Helper()
	config = config.Clone()
	config.InsecureSkipVerify = true
	raw := dial(t, address, "")
	conn := tls.Client(raw, config)
	if err := conn.Handshake(); err != nil {
		return "", err
	}
	if _, err := io.WriteString(conn, text); err != nil {
		return "", err
	}
	answer, err := io.ReadAll(conn)
	return string(answer), err
}

func TestTLSAndPlainOnTheOnePort(t *testing.T) {
	_, address := startFrom(t, Options{SignInDeadline: time.Minute, TLS: certificates()}, nil, speakers...)
	for name, test := range map[string]struct {
		text string
		alpn []string
		want string
	}{
		"no name":                           {"a", nil, "aaa"},
		"no name, the other":                {"b", nil, "bbb"},
		"its name":                          {"a", []string{"aaa/1"}, "aaa"},
		"one of its names":                  {"b", []string{"x", "bbb/1"}, "bbb"},
		"the name of the other":             {"a", []string{"bbb/1"}, ""},
		"the name of the other, other way":  {"b", []string{"aaa/1"}, ""},
		"no protocol":                       {"x", nil, ""},
		"the authority's name says nothing": {"a", []string{"acme-tls/1"}, ""},
		"TLS in TLS":                        {"\x16\x03\x01", nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			answer, err := saying(t, address, test.text, &tls.Config{NextProtos: test.alpn})
			if err != nil {
				t.Fatal(err)
			}
			got, _, _ := strings.Cut(answer, " ")
			if got != test.want || test.want != "" && !strings.HasSuffix(answer, "tls true, secure true") {
				t.Errorf("the answer is %q, want %q", answer, test.want)
			}
		})
	}
	t.Run("plain", func(t *testing.T) {
		answer, err := io.ReadAll(dial(t, address, "b"))
		if err != nil || !strings.HasPrefix(string(answer), "bbb") || !strings.HasSuffix(string(answer), "tls false, secure true") {
			t.Errorf("the answer is %q, %v", answer, err)
		}
	})
}

func TestTLSRefusesWhatIsWeak(t *testing.T) {
	_, address := startFrom(t, Options{SignInDeadline: time.Minute, TLS: certificates()}, nil, speakers...)
	weak := func(ids ...uint16) *tls.Config {
		return &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS12, CipherSuites: ids}
	}
	for name, test := range map[string]struct {
		config *tls.Config
		ok     bool
	}{
		"TLS 1.3":               {&tls.Config{MinVersion: tls.VersionTLS13}, true},
		"TLS 1.2":               {weak(), true},
		"TLS 1.2 ECDSA AES-GCM": {weak(tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256), true},
		"TLS 1.2 RSA ChaCha20":  {weak(tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256), true},
		"TLS 1.1":               {&tls.Config{MinVersion: tls.VersionTLS11, MaxVersion: tls.VersionTLS11}, false},
		"TLS 1.0":               {&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS10}, false},
		"RC4":                   {weak(tls.TLS_RSA_WITH_RC4_128_SHA, tls.TLS_ECDHE_RSA_WITH_RC4_128_SHA, tls.TLS_ECDHE_ECDSA_WITH_RC4_128_SHA), false},
		"3DES":                  {weak(tls.TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA, tls.TLS_RSA_WITH_3DES_EDE_CBC_SHA), false},
		"CBC": {weak(tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
			tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256, tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA), false},
		"no forward secrecy": {weak(tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_256_GCM_SHA384), false},
		"an unknown name":    {&tls.Config{NextProtos: []string{"h2", "x"}}, false},
	} {
		t.Run(name, func(t *testing.T) {
			answer, err := saying(t, address, "a", test.config)
			if ok := err == nil && strings.HasPrefix(answer, "aaa"); ok != test.ok {
				t.Errorf("the answer is %q, %v", answer, err)
			}
		})
	}
}

func TestPlaintext(t *testing.T) {
	for from, answered := range map[string][]bool{ // by loopback, lan and any
		"127.0.0.1:1":           {true, true, true},
		"[::1]:1":               {true, true, true},
		"[::ffff:127.0.0.1]:1":  {true, true, true},
		"192.168.1.5:1":         {false, true, true},
		"[fd00::7]:1":           {false, true, true},
		"[fe80::7%1]:1":         {false, true, true},
		"169.254.3.4:1":         {false, true, true},
		"198.51.100.7:1":        {false, false, true},
		"[2001:db8::7]:1":       {false, false, true},
		"[::ffff:192.0.2.33]:1": {false, false, true},
	} {
		for policy, want := range answered {
			silent := speaker("ccc", "c")
			silent.Refuse = nil
			_, address := startFrom(t, Options{SignInDeadline: time.Minute, TLS: certificates(), Plaintext: Plaintext(policy)},
				addr(from), append(speakers, silent)...)
			for _, letter := range []string{"a", "c"} {
				answer, _ := io.ReadAll(dial(t, address, letter))
				text := string(answer)
				refused := strings.HasPrefix(text, "no aaa") || text == ""
				if refused == want {
					t.Errorf("%s from %s with policy %d: the answer is %q", letter, from, policy, answer)
				}
			}
			if answer, err := saying(t, address, "a", new(tls.Config)); err != nil || !strings.HasPrefix(answer, "aaa") {
				t.Errorf("over TLS from %s with policy %d: %q, %v", from, policy, answer, err)
			}
		}
	}
}

// TestSlowHandshakes has many begin a handshake and not go on: somebody else gets
// in meanwhile, and each is closed at its deadline, not before.
func TestSlowHandshakes(t *testing.T) {
	const many, deadline = 600, 3 * time.Second
	p, address := startFrom(t, Options{SignInDeadline: deadline, TLS: certificates()}, nil, speakers...)
	hello := clientHello(t)
	start := time.Now()
	var slow []net.Conn
	for i := range many {
		slow = append(slow, dial(t, address, string(hello[:1+i%(len(hello)-1)])))
	}
	for p.Stats().Open < many {
		time.Sleep(time.Millisecond)
	}
	if s := p.Stats(); s.BeforeSignIn != many {
		t.Errorf("%d of them count as not signed in", s.BeforeSignIn)
	}
	if answer, err := saying(t, address, "a", new(tls.Config)); err != nil || !strings.HasPrefix(answer, "aaa") {
		t.Errorf("somebody else gets %q, %v", answer, err)
	}
	if time.Since(start) < deadline && p.Stats().Open < many {
		t.Errorf("only %d are still open before their deadline", p.Stats().Open)
	}
	for i, conn := range slow {
		_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
		if _, err := io.ReadAll(conn); err != nil && !isReset(err) {
			t.Fatalf("handshake %d was not closed: %v", i, err)
		}
	}
	if took := time.Since(start); took < deadline {
		t.Errorf("all were closed after %v already", took)
	}
	for p.Stats().Open > 0 {
		time.Sleep(time.Millisecond)
	}
}

// TestClosingDoesNotWait closes a connection whose other side reads nothing, on
// which there is no room for a close_notify either.
func TestClosingDoesNotWait(t *testing.T) {
	for name, write := range map[string]bool{"at once": false, "after a write that took too long": true} {
		t.Run(name, func(t *testing.T) {
			closed := make(chan time.Duration, 1)
			p := New(Options{SignInDeadline: time.Minute, TLS: certificates(), Log: slog.New(slog.DiscardHandler), Plaintext: PlainAny},
				Protocol{Match: func([]byte) Verdict { return Yes }, Serve: func(c *Conn) {
					defer c.Ended()
					if write {
						_ = c.SetWriteDeadline(time.Now().Add(time.Millisecond))
						if _, err := c.Write([]byte("x")); err == nil {
							t.Error("somebody reads")
						}
					}
					start := time.Now()
					_ = c.Close()
					closed <- time.Since(start)
				}})
			ours, theirs := net.Pipe()
			ln := &oneListener{conn: make(chan net.Conn, 1)}
			ln.conn <- theirs
			go func() { _ = p.Serve(ln) }()
			defer p.Close()
			conn := tls.Client(ours, &tls.Config{InsecureSkipVerify: true, MaxVersion: tls.VersionTLS12})
			if _, err := conn.Write([]byte("x")); err != nil {
				t.Fatal(err)
			}
			// crypto/tls would try for 5 s.
			if took := <-closed; took > 2*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

// oneListener accepts what is in its channel.
type oneListener struct {
	conn chan net.Conn
	once sync.Once
}

func (l *oneListener) Accept() (net.Conn, error) {
	c, ok := <-l.conn
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}

func (l *oneListener) Close() error {
	l.once.Do(func() { close(l.conn) })
	return nil
}

func (l *oneListener) Addr() net.Addr { return &net.TCPAddr{} }

func isReset(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && !op.Timeout()
}

// clientHello returns how a handshake begins.
func clientHello(t *testing.T) []byte {
	t.Helper()
	ours, theirs := net.Pipe()
	go func() {
		_ = tls.Client(ours, &tls.Config{ServerName: "x"}).Handshake()
		_ = ours.Close()
	}()
	b := make([]byte, 4<<10)
	n, err := theirs.Read(b)
	_ = theirs.Close()
	if err != nil {
		t.Fatal(err)
	}
	return b[:n]
}
