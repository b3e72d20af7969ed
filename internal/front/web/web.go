// Package web is the HTTP front on the one port: the WebSocket of the
// native protocol, the API in package rest, the pages of package page, and whether
// the server is well.
//
// The HTTP server serves a connection in a goroutine of its own. When a
// connection becomes a WebSocket, that one ends, with its buffers, and a session
// goes on with the connection.
package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"plausch"
	"plausch/internal/api"
	"plausch/internal/front/port"
	"plausch/internal/front/web/page"
	"plausch/internal/front/web/rest"
	"plausch/internal/link"
	"plausch/internal/session"
)

const (
	headerDeadline = 10 * time.Second
	bodyDeadline   = 10 * time.Second
	answerDeadline = 10 * time.Second
	idleDeadline   = 2 * time.Minute // once somebody has signed in
	maxHeader      = 16 << 10
)

// Options are those of the HTTP front.
type Options struct {
	API      *api.API
	Sessions *session.Server
	// Ready reports why requests cannot be served now, if so.
	Ready func(context.Context) error
	TLS   TLS
	// Hosts are the names that are answered in plain text.
	Hosts *Hosts
	// Links is the base of the links that pages show.
	Links link.Base
	// LastBackup tells when the last good backup was made, in a line.
	LastBackup func() string
	// Downloads is a folder with the files of make release.
	Downloads string
	// Forwarded is whether trusted proxies report their clients in Forwarded (RFC 7239)
	// instead of X-Forwarded-For, -Proto, -Host and -Port. The other headers are then
	// the client's own, and not believed.
	Forwarded bool
	// REST answers below /api/.
	REST rest.Options
	Log  *slog.Logger
}

// Server is the HTTP side of the port.
type Server struct {
	sessions *session.Server
	ready    func(context.Context) error
	tls      TLS
	hosts    *Hosts
	log      *slog.Logger
	http     *http.Server
	conns    *listener
}

// New returns a running server. Close it.
func New(opts Options) *Server {
	s := &Server{sessions: opts.Sessions, ready: opts.Ready, tls: opts.TLS, hosts: opts.Hosts, log: opts.Log}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /ws", s.websocket)
	mux.HandleFunc("GET /healthz", s.healthz)
	mux.HandleFunc("GET /readyz", s.readyz)
	admit := func(r *http.Request, account plausch.AccountID, byAddress bool) bool {
		return connOf(r).SignedIn(int64(account), byAddress)
	}
	opts.REST.Admit, opts.REST.Vouched = admit, func(r *http.Request) { connOf(r).Vouched() }
	opts.REST.Remote = remoteOf
	api := rest.New(opts.REST)
	page.New(page.Options{
		API: opts.API, Arrival: arrivalAtPage, Links: opts.Links, LastBackup: opts.LastBackup, Downloads: opts.Downloads, Admit: admit, Log: opts.Log,
	}).Register(mux)
	api.RegisterMedia(mux, rest.Browser{
		Token:       func(r *http.Request) string { return page.Token(r, arrivalAtPage(r).Encrypted) },
		CheckOrigin: func(r *http.Request) error { return arrivalAtPage(r).CheckSameOrigin(r) },
	})
	s.http = &http.Server{
		Handler:           s.checkTransport(cleanPaths(mux, api)),
		ConnContext:       withConn(opts.Forwarded),
		ReadHeaderTimeout: headerDeadline,
		IdleTimeout:       idleDeadline,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(opts.Log.Handler(), slog.LevelDebug),
	}
	s.http.RegisterOnShutdown(api.Stop)
	s.conns = &listener{conns: make(chan net.Conn), closed: make(chan struct{})}
	go func() { _ = s.http.Serve(s.conns) }() // ends with Close
	return s
}

// cleanPaths passes requests on with a cleaned path, so that the mux has
// nothing to redirect: a redirected POST loses its body.
func cleanPaths(mux *http.ServeMux, api *rest.Server) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cleaned, ok := rest.CleanPath(r)
		switch {
		case rest.Below(cleaned):
			api.ServeHTTP(w, cleaned)
		case !ok:
			http.Error(w, "There is nothing at this address: it has . or .. in it. Write it without.", http.StatusNotFound)
		default:
			// A client that has closed its side of the connection still gets its answer.
			mux.ServeHTTP(w, cleaned.WithContext(context.WithoutCancel(cleaned.Context())))
		}
	})
}

// Match is HTTP's verdict on the first bytes of a connection: a method begins
// with a capital letter (RFC 9110, section 9.1), and nothing else here does.
func Match(prefix []byte) port.Verdict {
	if prefix[0] >= 'A' && prefix[0] <= 'Z' {
		return port.Yes
	}
	return port.No
}

// ALPN is the name of HTTP/1.1 in TLS handshakes (RFC 7301). HTTP/2 is not
// offered: a WebSocket takes a connection over, which it has none of.
const ALPN = "http/1.1"

// Serve gives a connection of the port to the HTTP server, which itself judges
// each request that comes in plain text.
func (s *Server) Serve(c *port.Conn) {
	hc := &conn{Conn: c}
	if !s.conns.offer(hc) {
		_ = hc.Close()
	}
}

// Close answers the requests that are running and ends all connections but the
// WebSockets, which are the session server's.
func (s *Server) Close(ctx context.Context) error {
	if err := s.http.Shutdown(ctx); err != nil {
		return errors.Join(err, s.http.Close())
	}
	return nil
}

// healthz tells that the process answers.
func (s *Server) healthz(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "ok") }

// readyz tells whether the server can do its work.
func (s *Server) readyz(w http.ResponseWriter, r *http.Request) {
	if err := s.ready(r.Context()); err != nil {
		http.Error(w, "not ready: "+err.Error(), http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ok")
}

// conn is a connection of the port as the HTTP server gets it.
type conn struct {
	*port.Conn
	once sync.Once
}

// Read implements net.Conn: the prefix first.
func (c *conn) Read(p []byte) (int, error) {
	if len(c.Prefix) > 0 {
		n := copy(p, c.Prefix)
		c.Prefix = c.Prefix[n:]
		return n, nil
	}
	return c.Conn.Read(p)
}

// SetReadDeadline implements net.Conn. While nobody has signed in, all that is
// waited for, be it a head, a body or another request, has to come until the
// connection's deadline. A zero t is for a handler that is at work: its request
// has come. A proxy that is trusted keeps its connections for many.
func (c *conn) SetReadDeadline(t time.Time) error {
	if t.After(c.Until) && !c.Proxied() && c.Stranger() {
		t = c.Until
	}
	return c.Conn.SetReadDeadline(t)
}

// isOverdue reports whether a stranger has had the connection for long enough.
func (c *conn) isOverdue() bool { return !c.Proxied() && !time.Now().Before(c.Until) && c.Stranger() }

// Close implements net.Conn. It is not called for a connection that has become a WebSocket.
func (c *conn) Close() error {
	err := c.Conn.Close()
	c.once.Do(c.Ended)
	return err
}

// listener gives the HTTP server the connections of the port.
type listener struct {
	conns  chan net.Conn
	once   sync.Once
	closed chan struct{}
}

func (l *listener) offer(c net.Conn) bool {
	select {
	case l.conns <- c:
		return true
	case <-l.closed:
		return false
	}
}

func (l *listener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *listener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *listener) Addr() net.Addr { return &net.TCPAddr{} }
