// Package certtest is a certificate authority for tests: Pebble, Let's Encrypt's
// own small one, in this process. Everything happens on the loopback.
package certtest

import (
	"crypto/x509"
	"encoding/pem"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/letsencrypt/pebble/v2/ca"
	"github.com/letsencrypt/pebble/v2/db"
	"github.com/letsencrypt/pebble/v2/va"
	"github.com/letsencrypt/pebble/v2/wfe"
	"github.com/miekg/dns"
)

// Options say how an authority is. Ports of 0 are closed ones.
type Options struct {
	// TLSPort and HTTPPort of the loopback are where it comes to, for every
	// domain; Let's Encrypt's are 443 and 80.
	TLSPort, HTTPPort int
	// Validity is how long its certificates are good; 0 means an hour.
	Validity time.Duration
}

// Authority gives out certificates.
type Authority struct {
	Directory string // its URL
	RootFile  string // what to trust for Directory, in PEM
	GivenFile string // what to trust for the certificates that it gives out, in PEM

	t       testing.TB
	ca      *ca.CAImpl
	address string
	config  *httptest.Server
	mu      sync.Mutex
	server  *httptest.Server
}

// New returns an authority that is down; Up has it answer.
func New(t testing.TB, o Options) *Authority {
	t.Helper()
	// Pebble reads these when it is made: it would sleep, and refuse good nonces,
	// to test its clients.
	for name, value := range map[string]string{"PEBBLE_VA_NOSLEEP": "1", "PEBBLE_WFE_NONCEREJECT": "0", "PEBBLE_AUTHZREUSE": "0"} {
		t.Setenv(name, value)
	}
	closed := closedPort(t)
	if o.TLSPort == 0 {
		o.TLSPort = closed
	}
	if o.HTTPPort == 0 {
		o.HTTPPort = closed
	}
	if o.Validity == 0 {
		o.Validity = time.Hour
	}
	quiet := log.New(io.Discard, "", 0)
	store := db.NewMemoryStore()
	a := &Authority{t: t, address: closedAddress(t)}
	a.ca = ca.New(quiet, store, "", "ecdsa", 0, 1, map[string]ca.Profile{
		"default": {Description: "tests", ValidityPeriod: uint64(o.Validity / time.Second)},
	})
	validation := va.New(quiet, o.HTTPPort, o.TLSPort, false, startDNS(t), store)
	front := wfe.New(quiet, store, validation, a.ca, []string{"ca.example"}, false, false, 0, 0)
	a.config = httptest.NewUnstartedServer(front.Handler())
	_ = a.config.Listener.Close()
	a.Directory = "https://" + a.address + wfe.DirectoryPath
	a.Up()
	a.RootFile = writePEM(t, "authority.pem", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.server.Certificate().Raw}))
	a.GivenFile = writePEM(t, "given.pem", a.ca.GetRootCert(0).PEM())
	a.Down()
	t.Cleanup(a.Down)
	return a
}

func writePEM(t testing.TB, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Up has the authority answer.
func (a *Authority) Up() {
	a.t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	ln, err := net.Listen("tcp", a.address)
	if err != nil {
		a.t.Fatal(err)
	}
	a.server = httptest.NewUnstartedServer(a.config.Config.Handler)
	_ = a.server.Listener.Close()
	a.server.Listener = ln
	a.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	a.server.StartTLS()
}

// Down has it answer no more.
func (a *Authority) Down() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.server != nil {
		a.server.CloseClientConnections()
		a.server.Close()
		a.server = nil
	}
}

// Roots are what to trust for the certificates that it gives out.
func (a *Authority) Roots() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(a.ca.GetRootCert(0).PEM())
	return pool
}

// startDNS answers that every name is the loopback's, and returns where. Pebble
// asks over TCP.
func startDNS(t testing.TB) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &dns.Server{Listener: ln, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		m := new(dns.Msg).SetReply(q)
		for _, question := range q.Question {
			if question.Qtype == dns.TypeA {
				m.Answer = append(m.Answer, &dns.A{
					Hdr: dns.RR_Header{Name: question.Name, Rrtype: dns.TypeA, Class: dns.ClassINET},
					A:   net.IPv4(127, 0, 0, 1),
				})
			}
		}
		_ = w.WriteMsg(m)
	})}
	started := make(chan struct{})
	server.NotifyStartedFunc = func() { close(started) }
	go func() { _ = server.ActivateAndServe() }() // ends with Shutdown
	<-started
	t.Cleanup(func() { _ = server.Shutdown() })
	return ln.Addr().String()
}

func closedAddress(t testing.TB) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

func closedPort(t testing.TB) int {
	t.Helper()
	addr, err := net.ResolveTCPAddr("tcp", closedAddress(t))
	if err != nil {
		t.Fatal(err)
	}
	return addr.Port
}
