// Package session is one connection of the native protocol, over any transport:
// its read loop, its outbox and its limits.
//
// A session has one goroutine, which reads a frame, calls the api table and
// reads on; sends are answered later by the core's log. Everything that is
// written goes through the [Outbox], whose writer runs only while there is
// something to write. An idle session therefore costs one goroutine and no
// buffer, and, since it is given a fresh goroutine when it falls quiet, a small
// stack (see quiet.go).
package session

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"sync/atomic"
	"time"

	"plausch"
	"plausch/internal/api"
	"plausch/internal/tcp"
	"plausch/protocol"
)

// Frames reads the bodies of a connection.
type Frames interface {
	// Next returns the next body, valid until the next call, or io.EOF after the
	// last, or an error of code TooLarge if it has more than limit bytes. Once a
	// frame has begun, it has to be complete within timeout; 0 leaves the
	// connection's read deadline as it is.
	Next(limit int, timeout time.Duration) ([]byte, error)
}

// Acceptor has accepted a connection. A session reports its sign-in and its end to it.
type Acceptor interface {
	// SignedIn is called if somebody signs in; see [api.Caller] for the params. It
	// returns false if the account has too many connections.
	SignedIn(account int64, byAddress bool) bool
	// Ended is called once, when the connection has been closed.
	Ended()
}

// WebPage is the web page that opened a connection, if one did.
type WebPage struct {
	Origin string // of the page; empty if there is none
	Token  string // of the cookie; empty if there is none
}

// Options bounds the sessions of a server.
type Options struct {
	SignInDeadline time.Duration // from the beginning to sign-in
	FrameDeadline  time.Duration // from a frame's first byte to its last, after sign-in
	WriteDeadline  time.Duration // a write that takes longer ends the session
	OutboxBytes    int           // what may wait to be written
	// DeadPeerTimeout ends a connection whose other side has vanished, see
	// [tcp.EndDead]; 0 leaves that to the system.
	DeadPeerTimeout time.Duration
	Log             *slog.Logger
}

// Server serves sessions and ends them together.
type Server struct {
	api  *api.API
	opts Options

	sessions Group[*session]
	cut      atomic.Uint64
	ctx      context.Context // of calls; ends when draining begins
	stop     context.CancelFunc
}

// NewServer returns a server of sessions over a table.
func NewServer(a *api.API, opts Options) *Server {
	s := &Server{api: a, opts: opts}
	s.ctx, s.stop = context.WithCancel(context.Background())
	go s.findQuiet() // ends when draining begins
	return s
}

// session is one connection.
//
// An idle connection is little else: the fields are in an order that wastes no bytes.
type session struct {
	server        *Server
	conn          net.Conn
	acceptor      Acceptor
	frames        Frames
	out           Outbox
	caller        api.Caller
	inFlight      inFlight
	quiet         quiet
	rest          Remainder
	format        protocol.Format
	helloReceived bool
}

// Serve serves a connection in goroutines of its own until it ends, and closes
// it. Bodies come from what frames makes, which may answer on its own through
// the outbox, and go out in format. Somebody has to sign in by until; zero means
// SignInDeadline from now.
func (s *Server) Serve(conn net.Conn, frames func(*Outbox) Frames, format protocol.Format, until time.Time, page WebPage, acceptor Acceptor) {
	ses := &session{server: s, conn: conn, acceptor: acceptor, format: format}
	ses.out.init(conn, s.opts.OutboxBytes, s.opts.WriteDeadline, &s.cut)
	ses.frames = frames(&ses.out)
	ses.caller.Session, ses.caller.Ended, ses.caller.Admit = ses, ses.closeSignedOut, ses.admit
	ses.caller.Origin, ses.caller.Token = page.Origin, page.Token
	if tcp, ok := conn.RemoteAddr().(*net.TCPAddr); ok {
		ses.caller.Remote = tcp.AddrPort().Addr()
	}
	if !s.sessions.Add(ses) {
		go ses.end(errStopping())
		return
	}
	if until.IsZero() {
		until = time.Now().Add(s.opts.SignInDeadline)
	}
	_ = conn.SetReadDeadline(until)
	if err := tcp.EndDead(conn, s.opts.DeadPeerTimeout); err != nil {
		s.opts.Log.Debug("vanished peers are noticed late", "remote", conn.RemoteAddr(), "err", err)
	}
	go ses.serve()
}

// serve reads until the connection ends or falls quiet; in that case a fresh
// goroutine reads on.
func (ses *session) serve() {
	err := ses.read()
	if err == errQuiet {
		go ses.serve()
		return
	}
	ses.end(err)
}

// end answers what is in flight, tells the other side err, if there is one, and
// closes the connection.
func (ses *session) end(err error) {
	ses.inFlight.waitZero()
	ses.caller.Close()
	if err != nil {
		ses.bye(err)
	} else {
		ses.out.Finish(nil)
	}
	ses.out.Wait()
	ses.server.sessions.Remove(ses)
	ses.acceptor.Ended()
}

// read reads until the connection ends; an error is worth telling the other
// side, except for errQuiet.
func (ses *session) read() error {
	for {
		if ses.server.sessions.Draining() {
			return errStopping()
		}
		body, err := ses.next()
		if err != nil {
			return ses.readError(err)
		}
		if ses.out.Ending() {
			return nil // it came behind our last word
		}
		ses.quiet.frames.Add(1)
		wasIn := ses.caller.SignedIn()
		if err := ses.handle(body); err != nil {
			return err
		}
		switch isIn := ses.caller.SignedIn(); {
		case isIn && !wasIn:
			if err := ses.conn.SetReadDeadline(time.Time{}); err != nil {
				return nil
			}
			ses.quiet.signedIn.Store(true)
		case wasIn && !isIn:
			return nil // signed out
		}
	}
}

// next returns the next body. If nothing can be written any more, it does so only
// as long as there is something that has arrived.
func (ses *session) next() ([]byte, error) {
	limit, timeout := protocol.MaxFrameBeforeSignIn, time.Duration(0)
	if ses.caller.SignedIn() {
		limit, timeout = protocol.MaxFrame, ses.server.opts.FrameDeadline
	}
	if !ses.out.Failed() {
		body, err := ses.frames.Next(limit, timeout)
		if !isTimeout(err) || !ses.out.Failed() {
			return body, err
		}
	}
	var body []byte
	_, err := ses.rest.Read(ses.conn, func() (n int, err error) {
		body, err = ses.frames.Next(limit, 0)
		return len(body), err
	})
	return body, err
}

// readError returns the error to report to the client for the end of reading, if any.
func (ses *session) readError(err error) error {
	switch {
	case ses.server.sessions.Draining():
		return errStopping()
	case errors.As(err, new(*plausch.Error)):
		return err
	case errors.Is(err, os.ErrDeadlineExceeded) && !ses.caller.SignedIn():
		return plausch.Errorf(plausch.SignInNeeded, "nobody signed in within %v", ses.server.opts.SignInDeadline)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return ses.endQuiet()
	case !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed):
		ses.server.opts.Log.Debug("connection lost", "remote", ses.conn.RemoteAddr(), "err", err)
	}
	return nil
}

// handle answers one body. An error ends the session.
func (ses *session) handle(body []byte) error {
	req, err := ses.format.Codec.DecodeRequest(body)
	if err != nil {
		if req.ID == 0 {
			return err
		}
		ses.reply(req.ID, nil, err)
		return nil
	}
	hello := req.Method == protocol.MethodHello
	switch {
	case hello && ses.helloReceived:
		ses.reply(req.ID, nil, plausch.Errorf(plausch.Invalid, "hello was said already"))
		return nil
	case !hello && !ses.helloReceived:
		return plausch.Errorf(plausch.Invalid, "the first request must be hello, not %q", req.Method)
	}
	ses.inFlight.begin()
	ses.out.WaitForSpace() // back-pressure: no more requests while replies are queued
	ses.server.api.Call(ses.server.ctx, &ses.caller, req.Method,
		func(params protocol.Body) error { return ses.format.Codec.Decode(req.Params, params) },
		func(result protocol.Body, err error) {
			if hello && err == nil {
				ses.helloReceived = true // on this goroutine: hello is answered at once
			}
			ses.reply(req.ID, result, err)
			ses.inFlight.end()
		})
	return nil
}

func (ses *session) reply(id int64, result protocol.Body, err error) {
	if errors.Is(err, context.Canceled) {
		err = errStopping() // nothing else ends the context of calls
	}
	if err != nil && plausch.CodeOf(err) == plausch.Internal {
		ses.server.opts.Log.Error("request failed", "remote", ses.conn.RemoteAddr(), "err", err)
	}
	ses.push(ses.format.AppendReply(nil, id, result, err))
}

// Deliver implements hub.Session.
func (ses *session) Deliver(p *protocol.Prepared) {
	ses.push(p.Frames(ses.format))
}

// Offer implements hub.Session.
func (ses *session) Offer(p *protocol.Prepared) bool { return ses.out.Offer(p.Frames(ses.format)) }

// push queues frames, or cuts the session off.
func (ses *session) push(frames []byte) {
	if !ses.out.Push(frames) {
		ses.bye(plausch.Errorf(plausch.SlowReader, "this connection did not read what was sent to it; connect again and resume"))
	}
}

// bye tells why the connection ends, and ends it once that is written.
func (ses *session) bye(err error) {
	ses.out.Finish(ses.format.AppendBye(nil, err))
}

// admit has the acceptor count the connection for an account.
func (ses *session) admit(account plausch.AccountID, byAddress bool) bool {
	return ses.acceptor.SignedIn(int64(account), byAddress)
}

// signedOutCloseTimeout is how long a connection whose sign-in was ended may take to read
// why.
const signedOutCloseTimeout = 500 * time.Millisecond

// closeSignedOut ends a session whose sign-in somebody else has ended. Its caller
// refuses all requests from now on.
func (ses *session) closeSignedOut(why error) {
	ses.bye(why)
	time.AfterFunc(signedOutCloseTimeout, func() { _ = ses.conn.Close() })
}

// Wake implements [Connection]; what was read before is still answered.
func (ses *session) Wake() { _ = ses.conn.SetReadDeadline(past) }

// Cut implements [Connection].
func (ses *session) Cut() { _ = ses.conn.Close() }

// Drain ends every session: what it asked for is answered, it is told to come
// back, and what waits to be written is written. It returns when all have ended
// or with the context, after which they are cut off.
func (s *Server) Drain(ctx context.Context) error {
	s.stop() // sends that wait for their turn are refused
	return s.sessions.Drain(ctx)
}

// Stats are figures of the sessions, for metrics.
type Stats struct {
	Sessions int
	Cut      uint64 // since the start, for not reading
}

// Stats returns the figures now.
func (s *Server) Stats() Stats {
	return Stats{Sessions: s.sessions.Len(), Cut: s.cut.Load()}
}

func errStopping() error {
	return &plausch.Error{
		Code: plausch.Unavailable, Message: "the server is stopping; connect again in a moment",
		RetryAfter: 2 * time.Second,
	}
}
