// Package gateway is what front-ends share whose protocols know neither rooms
// nor seqs: it is the api's client on behalf of such a connection, and keeps for
// it what it cannot keep itself.
//
// The public room and the direct rooms of the account become one stream of
// messages, in each room's order, each message once. Who reads too slowly is not
// cut off, since such a client could not resume: it is told how many messages it
// missed and goes on from the newest.
//
// A connection has one goroutine, which reads requests and answers them one
// after the other, and, while something waits to be written, another, which
// writes at the pace that the protocol's clients stand.
package gateway

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"time"

	"plausch/internal/api"
	"plausch/internal/session"
	"plausch/internal/tcp"
)

// Front is one connection's protocol.
type Front interface {
	// Serve reads requests from the session and answers them until the
	// connection ends. An error that it returns is told to the other side, unless
	// it is one of reading.
	Serve() error

	// The others return what to write, each piece in a write of its own. They are
	// called by the writing goroutine, but for Bye.

	// Message is somebody saying something.
	Message(*Message) [][]byte
	// Missed tells that n messages, at least one, were left out before the next.
	Missed(n int) [][]byte
	// Presence tells who connected or disconnected, at least one, and the names of
	// all who are connected now, sorted. It is called only if Options.Presence is set.
	Presence(changes []Presence, connected []string) [][]byte
	// Bye tells why the server ends the connection.
	Bye(error) [][]byte
}

// Presence is an account that connected, or whose last connection ended.
type Presence struct {
	Name      string
	Mine      bool // it is the session's own
	Connected bool
}

// Options says how the sessions of a protocol behave.
type Options struct {
	Protocol string // for logs
	// Pace is the least time between two writes to a connection, counted from when
	// the other side has acknowledged the first one, where the system tells.
	Pace          time.Duration
	WriteDeadline time.Duration // a write that takes longer ends the session
	// DeadPeerTimeout ends a connection whose other side has vanished, see
	// [tcp.EndDead]; 0 leaves that to the system.
	DeadPeerTimeout time.Duration
	// Waiting is how many messages can wait to be written.
	Waiting  int
	Presence bool // the protocol shows who comes and goes
	// FoldNames gives guests free names made from those that are not valid.
	FoldNames bool
	// Links is where links to files begin, without a / at the end; empty if messages have
	// none.
	Links string
	Log   *slog.Logger
}

// Server serves the connections of one protocol and ends them together.
type Server struct {
	api          *api.API
	opts         Options
	sessions     session.Group[*Session]
	unidentified session.Group[unidentified]
	ctx          context.Context // of calls; ends when draining begins
	stop         context.CancelFunc
}

// NewServer returns a server of sessions over a table.
func NewServer(a *api.API, opts Options) *Server {
	s := &Server{api: a, opts: opts}
	s.ctx, s.stop = context.WithCancel(context.Background())
	return s
}

// Conn is a connection to serve.
type Conn struct {
	net.Conn
	Prefix     []byte        // was read from the connection before
	Until      time.Time     // somebody has to have signed in by then
	SignInTime time.Duration // and so long after the connection was made
	Acceptor   session.Acceptor
}

// Serve serves a connection in goroutines of its own until it ends, and closes
// it. Its protocol is what front returns.
func (s *Server) Serve(conn Conn, front func(*Session) Front) {
	ses := newSession(s, conn)
	ses.front = front(ses)
	_ = conn.SetReadDeadline(conn.Until)
	if err := tcp.EndDead(conn.Conn, s.opts.DeadPeerTimeout); err != nil {
		s.opts.Log.Debug("vanished peers are noticed late", "remote", conn.RemoteAddr(), "err", err)
	}
	welcome := s.sessions.Add(ses)
	go ses.serve(welcome)
}

// Drain ends every session: its last request is answered, it is told why, and
// its replies are written; messages that wait are not. It returns when all have
// ended or with the context, after which they are cut off.
func (s *Server) Drain(ctx context.Context) error {
	s.stop()
	return errors.Join(s.unidentified.Drain(ctx), s.sessions.Drain(ctx))
}

// Len returns how many sessions there are.
func (s *Server) Len() int { return s.sessions.Len() }
