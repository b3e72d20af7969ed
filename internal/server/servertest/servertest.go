// Package servertest is what tests of front-ends need: a whole server on the
// loopback, or the table of one behind connections on which every write of the
// server is a read of the test.
package servertest

import (
	"context"
	"log/slog"
	"net"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"plausch"
	"plausch/internal/api"
	"plausch/internal/auth"
	"plausch/internal/auth/authtest"
	"plausch/internal/bus"
	"plausch/internal/config"
	"plausch/internal/core"
	"plausch/internal/front/port"
	"plausch/internal/hub"
	"plausch/internal/server"
	"plausch/internal/store/sqlite"
)

// Patience is how long a test waits for what should come soon. It is no
// expectation of speed: only a broken server lets it pass.
const Patience = 30 * time.Second

// Server is a running server.
type Server struct {
	Address, KTN, HTL string // the one port, and places of one protocol
	stop              func() error
}

// Start runs a server until Stop, or the end of the test: one that lets guests
// in, as fast as they like, on a folder of its own unless change names one.
func Start(t testing.TB, change ...func(*config.Config)) *Server {
	t.Helper()
	cfg := config.Default(filepath.Join(t.TempDir(), "data"))
	cfg.Listen = []string{"127.0.0.1:0", "ktn://127.0.0.1:0", "htl://127.0.0.1:0"}
	cfg.MetricsListen, cfg.Open = config.Off, true
	cfg.Limits.SendsPerSecond, cfg.Limits.SendBurst = 1e6, 1e6
	for _, f := range change {
		f(cfg)
	}
	s, err := server.New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	addrs := s.Addrs()
	running := &Server{
		Address: addrs[0].String(), KTN: addrs[1].String(), HTL: addrs[2].String(),
		stop: sync.OnceValue(func() error {
			cancel()
			return <-ended
		}),
	}
	t.Cleanup(func() {
		if err := running.Stop(); err != nil {
			t.Errorf("the server stopped with: %v", err)
		}
	})
	return running
}

// Stop drains the server and ends it.
func (s *Server) Stop() error { return s.stop() }

// Table is what is behind the front-ends of a server.
type Table struct {
	API  *api.API
	Core *core.Core
	Hub  *hub.Hub

	store     *sqlite.Store
	passwords *auth.Hasher
}

// NewTable returns a table until the end of the test. Without open, no guests
// are let in.
func NewTable(t testing.TB, open bool) *Table {
	t.Helper()
	return NewTableOn(t, open, new(bus.Local))
}

// NewTableOn returns one whose hub hears what b makes of what is committed.
func NewTableOn(t testing.TB, open bool, b bus.Bus) *Table {
	t.Helper()
	st, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "test.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = st.Close() })
	passwords, access := authtest.NewHasher(), core.AccessClosed
	if open {
		access = core.AccessOpen
	}
	c, err := core.New(context.WithoutCancel(t.Context()), core.Options{
		Store: st, Bus: b, Passwords: passwords, Access: access, SendsPerSecond: 1e6, SendBurst: 1e6,
		Log: slog.New(slog.DiscardHandler), Fatal: func(err error) { t.Error(err) },
	})
	if err != nil {
		t.Fatal(err)
	}
	h := hub.New(b)
	t.Cleanup(func() {
		h.Close()
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return &Table{API: api.New(c, h, "test"), Core: c, Hub: h, store: st, passwords: passwords}
}

// AddAccount makes an account with a password.
func (tb *Table) AddAccount(t testing.TB, name, password string) {
	t.Helper()
	if _, err := (&core.Admin{Store: tb.store, Passwords: tb.passwords}).CreateAccount(t.Context(), name, password, plausch.RoleMember); err != nil {
		t.Fatal(err)
	}
}

// Place is where a protocol is served on connections in memory. Like a socket
// without buffers, a write waits for its reader, and a read has no more than
// what was written at once.
type Place struct {
	t     testing.TB
	conns chan net.Conn
	done  chan struct{}
}

// Serve serves a protocol until the end of the test. End is to end its sessions.
func Serve(t testing.TB, p port.Protocol, end func(context.Context) error) *Place {
	t.Helper()
	place := &Place{t: t, conns: make(chan net.Conn), done: make(chan struct{})}
	ServeOn(t, listener{place}, p, end)
	return place
}

// ServeOn is Serve on a listener.
func ServeOn(t testing.TB, ln net.Listener, p port.Protocol, end func(context.Context) error) {
	t.Helper()
	one := port.New(port.Options{Plaintext: port.PlainAny, Log: slog.New(slog.DiscardHandler)}, p)
	served := make(chan error, 1)
	go func() { served <- one.ServeAs(ln, p, time.Hour) }()
	t.Cleanup(func() {
		one.Close()
		ctx, cancel := context.WithTimeout(context.Background(), Patience)
		defer cancel()
		if err := end(ctx); err != nil {
			t.Errorf("the sessions do not end: %v", err)
		}
		if err := one.Wait(ctx); err != nil {
			t.Errorf("the connections do not end: %v", err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}

// Dial connects from an address of this machine.
func (p *Place) Dial() net.Conn { return p.DialFrom("127.0.0.1") }

// DialFrom connects from an IP address. The connection ends with the test.
func (p *Place) DialFrom(ip string) net.Conn {
	return p.dial(ip, func(c net.Conn) net.Conn { return c })
}

// DialThrough connects so that the server has what wrap makes of its side.
func (p *Place) DialThrough(wrap func(net.Conn) net.Conn) net.Conn { return p.dial("127.0.0.1", wrap) }

func (p *Place) dial(ip string, wrap func(net.Conn) net.Conn) net.Conn {
	p.t.Helper()
	near, far := net.Pipe()
	p.conns <- wrap(&from{far, &net.TCPAddr{IP: net.ParseIP(ip), Port: 1}})
	p.t.Cleanup(func() { _ = near.Close() })
	_ = near.SetDeadline(time.Now().Add(Patience))
	return near
}

// from is a connection from an address.
type from struct {
	net.Conn
	addr net.Addr
}

func (c *from) RemoteAddr() net.Addr { return c.addr }

type listener struct{ *Place }

func (l listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l listener) Close() error {
	close(l.done)
	return nil
}

func (l listener) Addr() net.Addr { return &net.TCPAddr{} }
