package cert_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"plausch/internal/cert"
	"plausch/internal/cert/certtest"
)

const domain = "chat.example.org"

// patience is what bounds a test that would otherwise hang.
const patience = time.Minute

// logged keeps what is logged.
type logged struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *logged) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// await waits for what can only be asked for.
func await(t *testing.T, what string, done func() bool) {
	t.Helper()
	end := time.Now().Add(patience)
	for !done() {
		if time.Now().After(end) {
			t.Fatalf("never: %s", what)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// host is a TLS server that gets its certificate from an authority.
type host struct {
	acme    *cert.ACME
	address string
	log     *logged
}

// listen opens a place for a host before its authority is made.
func listen(t *testing.T) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = ln.Close() })
	return ln
}

func portOf(ln net.Listener) int { return ln.Addr().(*net.TCPAddr).Port }

// startHost runs a host on ln. Plain HTTP is answered on plain, if it is not nil.
func startHost(t *testing.T, ln, plain net.Listener, a *certtest.Authority, change func(*cert.ACMEOptions)) *host {
	t.Helper()
	pem, err := os.ReadFile(a.RootFile)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	h := &host{address: ln.Addr().String(), log: new(logged)}
	o := cert.ACMEOptions{
		Domain: domain, Folder: t.TempDir(), Directory: a.Directory, Roots: roots,
		Host: "127.0.0.1", TLSPort: portOf(ln), RetryAfter: []time.Duration{50 * time.Millisecond},
		Log: slog.New(slog.NewTextHandler(h.log, nil)),
	}
	if plain != nil {
		o.HTTPPort = portOf(plain)
	}
	if change != nil {
		change(&o)
	}
	h.acme = cert.NewACME(o)
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_ = tls.Server(conn, h.acme.Config()).Handshake()
			}()
		}
	}()
	if plain != nil {
		server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { h.acme.Challenge(w, r) })}
		go func() { _ = server.Serve(plain) }()
	}
	h.acme.Start()
	t.Cleanup(h.acme.Close)
	return h
}

// visit connects as a browser does, and returns the certificate.
func (h *host) visit(t *testing.T, a *certtest.Authority) (*x509.Certificate, error) {
	t.Helper()
	d := tls.Dialer{Config: &tls.Config{ServerName: domain, RootCAs: a.Roots()}}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	conn, err := d.DialContext(ctx, "tcp", h.address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	return conn.(*tls.Conn).ConnectionState().PeerCertificates[0], nil
}

func (h *host) awaitCertificate(t *testing.T) {
	t.Helper()
	await(t, "a certificate", func() bool { return h.acme.Status().Fingerprint != "" })
}

func TestACMEIssues(t *testing.T) {
	for name, overHTTP := range map[string]bool{"TLS-ALPN-01": false, "HTTP-01": true} {
		t.Run(name, func(t *testing.T) {
			ln, plain := listen(t), net.Listener(nil)
			o := certtest.Options{TLSPort: portOf(ln)}
			if overHTTP {
				plain = listen(t)
				o = certtest.Options{HTTPPort: portOf(plain)}
			}
			a := certtest.New(t, o)
			a.Up()
			h := startHost(t, ln, plain, a, nil)
			h.awaitCertificate(t)
			leaf, err := h.visit(t, a)
			if err != nil {
				t.Fatal(err)
			}
			s := h.acme.Status()
			if s.Failed != nil && !overHTTP || s.Domain != domain || !s.NotAfter.Equal(leaf.NotAfter) || s.Fingerprint != cert.Fingerprint(leaf.Raw) {
				t.Errorf("the status is %+v, of a certificate until %v", s, leaf.NotAfter)
			}
		})
	}
}

// TestACMEKeeps has a second server on the same folder use the certificate of
// the first, with the authority down.
func TestACMEKeeps(t *testing.T) {
	ln, folder := listen(t), t.TempDir()
	a := certtest.New(t, certtest.Options{TLSPort: portOf(ln)})
	a.Up()
	first := startHost(t, ln, nil, a, func(o *cert.ACMEOptions) { o.Folder = folder })
	first.awaitCertificate(t)
	first.acme.Close()
	a.Down()
	second := startHost(t, listen(t), nil, a, func(o *cert.ACMEOptions) { o.Folder = folder })
	second.awaitCertificate(t)
	if a, b := first.acme.Status().Fingerprint, second.acme.Status().Fingerprint; a != b && a != "" {
		t.Errorf("the second server has another certificate, %s instead of %s", b, a)
	}
	if _, err := second.visit(t, a); err != nil {
		t.Error(err)
	}
}

func TestACMERenews(t *testing.T) {
	ln := listen(t)
	a := certtest.New(t, certtest.Options{TLSPort: portOf(ln), Validity: 6 * time.Second})
	a.Up()
	h := startHost(t, ln, nil, a, func(o *cert.ACMEOptions) { o.RenewCheck = 100 * time.Millisecond })
	h.awaitCertificate(t)
	first, err := h.visit(t, a)
	if err != nil {
		t.Fatal(err)
	}
	await(t, "another certificate", func() bool {
		next, err := h.visit(t, a)
		if err != nil {
			t.Fatalf("no certificate in the meantime: %v", err)
		}
		return next.SerialNumber.Cmp(first.SerialNumber) != 0 && next.NotAfter.After(first.NotAfter)
	})
	if text := h.log.String(); !strings.Contains(text, "certificate renewed") {
		t.Errorf("the log does not say so:\n%s", text)
	}
}

func TestACMETriesUntilTheAuthorityIsBack(t *testing.T) {
	ln := listen(t)
	a := certtest.New(t, certtest.Options{TLSPort: portOf(ln)})
	h := startHost(t, ln, nil, a, nil)
	await(t, "a failure in the log", func() bool { return strings.Contains(h.log.String(), "no certificate yet") })
	if s := h.acme.Status(); s.Failed == nil || s.FailedAt.IsZero() || s.Fingerprint != "" {
		t.Errorf("the status is %+v", s)
	}
	if _, err := h.visit(t, a); err == nil {
		t.Error("there is a certificate that nobody has given out")
	}
	a.Up()
	h.awaitCertificate(t)
	if _, err := h.visit(t, a); err != nil {
		t.Error(err)
	}
	await(t, "no failure in the status", func() bool { return h.acme.Status().Failed == nil })
}

func TestACMEWrongPort(t *testing.T) {
	ln := listen(t)
	a := certtest.New(t, certtest.Options{}) // where nobody listens
	a.Up()
	h := startHost(t, ln, nil, a, func(o *cert.ACMEOptions) { o.RetryAfter = []time.Duration{time.Hour} })
	await(t, "a failure in the log", func() bool { return strings.Contains(h.log.String(), "no certificate yet") })
	for _, want := range []string{domain + " has to lead to this machine", "port 443", "Failed to connect"} {
		if text := h.log.String(); !strings.Contains(text, want) {
			t.Errorf("the log does not say %q:\n%s", want, text)
		}
	}
	// The other connections are not held up by it.
	if _, err := h.visit(t, a); err == nil || !strings.Contains(err.Error(), "remote error: tls") {
		t.Errorf("a visitor gets %v, want an alert at once", err)
	}
}
