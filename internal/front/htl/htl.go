// Package htl speaks the msgpack protocol of a school's project, in both of its
// framings; docs/htl.md specifies it.
package htl

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"plausch/internal/api"
	"plausch/internal/front/gateway"
	"plausch/internal/front/port"
)

// Options says how the protocol is spoken.
type Options struct {
	Pace            time.Duration // least time between two writes to a client without lengths
	WriteDeadline   time.Duration
	DeadPeerTimeout time.Duration // see [gateway.Options]
	HistoryMessages int           // of the last messages, how many are sent at sign-in; 0: none
	FileBytes       int           // the largest file that can be uploaded
	// Certificate returns the server's certificate in PEM, nil if it has no TLS.
	Certificate func() []byte
	Log         *slog.Logger
}

const (
	// waiting is how many messages can wait for a client.
	waiting = 256
	// maxFrame is the most bytes of a frame to a client that reads lengths: one
	// with more makes the original client lose its place in the stream.
	maxFrame = 1<<17 - 1
	// maxBare is the most bytes of a document to a client without lengths, but for a
	// file. The original one takes each read for a whole document. So a document
	// has to be one packet: of several, the first may be read before the others come.
	// IPv6 leaves a packet 1280 bytes everywhere, 72 of them for headers.
	maxBare = 1200
)

// Server serves connections of the protocol.
type Server struct {
	opts    Options
	framed  *gateway.Server // clients that read lengths
	bare    *gateway.Server
	uploads uploads

	mu    sync.Mutex
	users map[string]*gateway.Session // by token: a second sign-in takes over
}

// New returns a server over a table.
func New(a *api.API, opts Options) *Server {
	common := gateway.Options{
		Protocol: "htl", WriteDeadline: opts.WriteDeadline, DeadPeerTimeout: opts.DeadPeerTimeout,
		Waiting: waiting, Presence: true, FoldNames: true, Log: opts.Log,
	}
	paced := common
	paced.Pace = opts.Pace
	return &Server{
		opts: opts, framed: gateway.NewServer(a, common), bare: gateway.NewServer(a, paced), users: map[string]*gateway.Session{},
	}
}

// Match is the protocol's verdict on the first bytes of a connection: a msgpack
// map whose keys are texts, or a length and a map that has the key type. The
// native protocol's first frame has a length and a map, too, but other keys.
func Match(prefix []byte) port.Verdict {
	if isMap(prefix[0]) {
		return hasTexts(prefix)
	}
	if prefix[0] != 0 {
		return port.No
	}
	if len(prefix) <= lengthBytes {
		return port.Maybe
	}
	return hasType(prefix[lengthBytes:])
}

// Serve serves a connection.
func (s *Server) Serve(c *port.Conn) {
	if len(c.Prefix) > 0 {
		s.serve(c)
		return
	}
	go func() { // a place of its own: the port has not looked at the first byte
		if c.Prefix = s.bare.First(c.Conn, c.Until); len(c.Prefix) == 0 {
			_ = c.Close()
			c.Ended()
			return
		}
		s.serve(c)
	}()
}

func (s *Server) serve(c *port.Conn) {
	conn := gateway.Conn{Conn: c.Conn, Prefix: c.Prefix, Until: c.Until, SignInTime: c.SignInTime, Acceptor: c}
	framed := !isMap(c.Prefix[0])
	sessions, largest := s.bare, maxBare
	if framed {
		sessions, largest = s.framed, maxFrame
	}
	sessions.Serve(conn, func(session *gateway.Session) gateway.Front {
		return &front{Session: session, server: s, framed: framed, maxDocument: largest,
			in: newDecoder(session, framed, s.uploads.newUpload(session.Remote(), session.Ending()))}
	})
}

// takeOver makes session the only one of a token.
func (s *Server) takeOver(token string, session *gateway.Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.users[token]; old != nil {
		old.Cut()
	}
	s.users[token] = session
}

// forget forgets session, unless another one has taken over.
func (s *Server) forget(token string, session *gateway.Session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.users[token] == session {
		delete(s.users, token)
	}
}

// Drain ends every connection; see [gateway.Server.Drain].
func (s *Server) Drain(ctx context.Context) error {
	failed := make(chan error, 1)
	go func() { failed <- s.bare.Drain(ctx) }()
	if err := s.framed.Drain(ctx); err != nil {
		<-failed
		return err
	}
	return <-failed
}

// Len returns how many connections there are.
func (s *Server) Len() int { return s.framed.Len() + s.bare.Len() }
