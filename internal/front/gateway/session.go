package gateway

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"

	"plausch"
	"plausch/internal/api"
	"plausch/internal/session"
	"plausch/protocol"
)

// Session is one connection. Its methods are for the front's Serve.
type Session struct {
	server   *Server
	conn     net.Conn
	acceptor session.Acceptor
	front    Front
	// signInTime is how long it may take until somebody has signed in.
	signInTime time.Duration

	prefix    []byte // is read before conn
	remainder session.Remainder
	out       outbox

	// mu is held for reading by calls of the api outside Serve, so that they do
	// not outlive the caller.
	mu     sync.RWMutex
	closed bool
	caller api.Caller

	endReason atomic.Pointer[error] // why somebody else has ended the sign-in
	ending    chan struct{}         // see Ending
	end       sync.Once             // closes it

	me             plausch.AccountRef // zero before sign-in
	madeDevice     bool               // signing in has made one
	ownName        string             // the account's name as this client typed it
	signedOut      bool               // somebody has signed in and out
	clientIDPrefix string             // what client ids of this connection begin with
	sends          int
	ended          bool // see End
	rooms          rooms
}

func newSession(s *Server, conn Conn) *Session {
	ses := &Session{
		server: s, conn: conn.Conn, acceptor: conn.Acceptor, prefix: conn.Prefix, signInTime: conn.SignInTime, ending: make(chan struct{}),
	}
	// The time comes first, see the index of client ids.
	ses.clientIDPrefix = strconv.FormatInt(time.Now().UnixMilli(), 36) + "-" + rand.Text()[:8] + "-"
	ses.out.init(ses)
	ses.rooms.init(ses)
	ses.caller.Session, ses.caller.Ended, ses.caller.FoldNames = &ses.out, ses.signInEnded, s.opts.FoldNames
	ses.caller.Admit = func(account plausch.AccountID, byAddress bool) bool {
		return ses.acceptor.SignedIn(int64(account), byAddress)
	}
	if tcp, ok := conn.RemoteAddr().(*net.TCPAddr); ok {
		ses.caller.Remote = tcp.AddrPort().Addr()
	}
	return ses
}

// serve serves the session until it ends.
func (s *Session) serve(welcome bool) {
	err := errStopping()
	if welcome {
		if err = s.hello(); err == nil {
			err = s.front.Serve()
		}
	}
	why := s.reason(err)
	// The name is free from now on, however long the remainder is read.
	s.endSignIn(true)
	var bye [][]byte
	if why != nil {
		bye = s.front.Bye(why)
	}
	s.out.finish(bye, s.server.sessions.Draining())
	s.out.wait()
	if err == nil || why != nil { // it is we who end it
		session.Linger(s.conn)
	}
	_ = s.conn.Close()
	s.server.sessions.Remove(s)
	s.acceptor.Ended()
}

// endSignIn ends the sign-in, for ever if the connection is to end.
func (s *Session) endSignIn(forever bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = forever
	if s.madeDevice {
		// Its token was made for nobody: such a client signs in by password again.
		_, err := api.Ask[protocol.Empty](context.Background(), s.server.api, &s.caller, protocol.MethodSignOut, protocol.Empty{})
		if err != nil && plausch.CodeOf(err) != plausch.SignInNeeded { // then it was ended
			s.server.opts.Log.Warn("a device is left that nobody can use", "account", s.me.ID, "err", err)
		}
	}
	s.caller.Close()
}

// reason returns the error to report to the client for the end of Serve, if any.
func (s *Session) reason(err error) error {
	if why := s.endReason.Load(); why != nil {
		return *why
	}
	switch {
	case s.server.sessions.Draining():
		return errStopping()
	case err == nil || errors.As(err, new(*plausch.Error)):
		return err
	case errors.Is(err, os.ErrDeadlineExceeded) && s.signedOut && !s.SignedIn():
		return nil
	case errors.Is(err, os.ErrDeadlineExceeded) && !s.SignedIn():
		return plausch.Errorf(plausch.SignInNeeded, "nobody logged in in time; connect again")
	case !errors.Is(err, io.EOF) && !errors.Is(err, net.ErrClosed):
		s.server.opts.Log.Debug("connection lost", "protocol", s.server.opts.Protocol, "remote", s.conn.RemoteAddr(), "err", err)
	}
	return nil
}

// endReasonTimeout is how long a connection whose sign-in was ended may take to read
// why.
const endReasonTimeout = 500 * time.Millisecond

// signInEnded ends a session whose sign-in somebody else has ended. The api refuses
// whatever it asks for from now on.
func (s *Session) signInEnded(why error) {
	s.endReason.Store(&why)
	s.Wake()
	time.AfterFunc(endReasonTimeout, s.Cut)
}

// past is a read deadline that ends a read at once.
var past = time.Unix(1, 0)

// Wake implements [session.Connection].
func (s *Session) Wake() {
	s.end.Do(func() { close(s.ending) })
	_ = s.conn.SetReadDeadline(past)
}

// Cut implements [session.Connection].
func (s *Session) Cut() {
	s.end.Do(func() { close(s.ending) })
	_ = s.conn.Close()
}

// Ending is closed when the server ends the connection: what waits for something
// else than for it has to stop.
func (s *Session) Ending() <-chan struct{} { return s.ending }

// Remote returns the address of the other side, the zero Addr if it has none.
func (s *Session) Remote() netip.Addr { return s.caller.Remote }

// Read reads what the other side sends. If nothing can be written to it any more,
// it does so only as long as there is something that has arrived.
func (s *Session) Read(p []byte) (int, error) {
	if s.server.sessions.Draining() {
		return 0, errStopping()
	}
	if why := s.endReason.Load(); why != nil {
		return 0, *why
	}
	if len(s.prefix) > 0 {
		n := copy(p, s.prefix)
		s.prefix = s.prefix[n:]
		return n, nil
	}
	if !s.out.hasFailed() {
		n, err := s.conn.Read(p)
		if n > 0 || !errors.Is(err, os.ErrDeadlineExceeded) || !s.out.hasFailed() {
			return n, err
		}
	}
	return s.remainder.Read(s.conn, func() (int, error) { return s.conn.Read(p) })
}

// ReadBy has Read fail after t, with a zero t never. It is for those who have
// signed in; before, there is a deadline anyway.
func (s *Session) ReadBy(t time.Time) {
	if s.SignedIn() && !s.server.sessions.Draining() {
		_ = s.conn.SetReadDeadline(t)
	}
}

// Reply queues what to write, each piece in a write of its own. It waits while
// much is queued: no more requests are read while replies are queued.
func (s *Session) Reply(pieces ...[]byte) { s.out.reply(pieces) }

func (s *Session) hello() error {
	var want []string
	if s.server.opts.Presence {
		want = []string{protocol.CapPresence}
	}
	_, err := call[protocol.Welcome](s, protocol.MethodHello, protocol.Hello{
		Version: protocol.Version, Client: s.server.opts.Protocol, Capabilities: want,
	})
	return err
}

// call calls a method of the api for the session.
func call[R, P any](s *Session, method string, params P) (R, error) {
	r, err := api.Ask[R](s.server.ctx, s.server.api, &s.caller, method, params)
	if err == nil {
		return r, nil
	}
	if errors.Is(err, context.Canceled) {
		return r, errStopping()
	}
	if plausch.CodeOf(err) == plausch.Internal {
		s.server.opts.Log.Error("request failed", "protocol", s.server.opts.Protocol, "method", method, "err", err)
		err = plausch.Errorf(plausch.Internal, "the server failed; try again")
	}
	return r, err
}

// callFromWriter is call for the writing goroutine, which may go on after the session
// has ended.
func callFromWriter[R, P any](s *Session, method string, params P) (R, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if s.closed {
		var none R
		return none, net.ErrClosed
	}
	return call[R](s, method, params)
}

// SignedIn reports whether somebody has signed in.
func (s *Session) SignedIn() bool { return s.me.ID != 0 }

// OwnName returns the name of the signed-in account, as it was typed.
func (s *Session) OwnName() string { return s.ownName }

// Who connects again right after a connection has ended may be faster than its
// end, which gives the name back: it is asked for again after these times.
const (
	retryFirst = 25 * time.Millisecond
	retryLast  = 200 * time.Millisecond
)

// SignIn signs in. What happens from then on is written after [Session.StartDelivery];
// until then the front can say its own.
func (s *Session) SignIn(in protocol.SignIn) error {
	signed, err := call[protocol.SignedIn](s, protocol.MethodSignIn, in)
	for wait := retryFirst; plausch.CodeOf(err) == plausch.Taken && in.Transient && wait <= retryLast; wait *= 2 {
		time.Sleep(wait)
		signed, err = call[protocol.SignedIn](s, protocol.MethodSignIn, in)
	}
	if err != nil {
		return err
	}
	s.me, s.madeDevice = signed.Account.Ref(), signed.Token != ""
	s.ownName = writableName(s.me)
	if strings.EqualFold(in.Name, s.me.Name) || s.folded(in.Name) {
		s.ownName = in.Name
	}
	_ = s.conn.SetReadDeadline(time.Time{})
	if _, err = call[protocol.Empty](s, protocol.MethodSubscribe, protocol.Empty{}); err != nil {
		return err
	}
	if s.server.opts.Presence {
		return s.eachConnected(s.out.noteConnected)
	}
	return nil
}

// folded reports whether typed was folded into the account's name, and can stand for
// it in what this client is told: it then finds itself among others. What would be
// somebody else's name cannot.
func (s *Session) folded(typed string) bool {
	return s.server.opts.FoldNames && s.me.Display != "" && typed == s.me.Display && writableName(s.me) != s.me.Display
}

// Name returns the name of the signed-in account, as others see it.
func (s *Session) Name() string { return writableName(s.me) }

// maxSignInAgain is how long, at most, a connection stays open for another sign-in.
const maxSignInAgain = 30 * time.Second

// SignOut ends the sign-in: its name is free, and all that waited is written. Then
// somebody can sign in again, for as long as before the first time, but for half a
// minute at most.
func (s *Session) SignOut() {
	s.endSignIn(false)
	s.out.wait() // it looks at what follows
	s.out.reset()
	s.rooms.init(s)
	s.me, s.ownName, s.madeDevice, s.signedOut = plausch.AccountRef{}, "", false, true
	_ = s.conn.SetReadDeadline(time.Now().Add(min(s.signInTime, maxSignInAgain)))
}

// StartDelivery has messages written from now on: all that were sent since SignIn, but
// for those that Recent has returned.
func (s *Session) StartDelivery() { s.out.startDelivery() }

// Send sends text, and attachments by their ids, to the public room or, if to is
// not empty, to the account of that name. It returns when the message is on disk
// and, if the server's own bus is in time, on its way to everyone.
func (s *Session) Send(to, text string, attachments ...string) error {
	s.sends++
	m := protocol.MessageSend{To: to, Text: clean(text), ClientID: s.clientIDPrefix + strconv.Itoa(s.sends), Attachments: attachments}
	if to == "" {
		m.Room = int64(plausch.PublicRoom)
	}
	sent, err := call[protocol.MessageSent](s, protocol.MethodMessageSend, m)
	if err != nil {
		return err
	}
	s.out.awaitEvent(plausch.RoomID(sent.Room), sent.Seq)
	return nil
}

// clean takes from a text what cannot be sent, rather than to refuse what an
// old program adds without its user's knowledge: line ends and control characters.
func clean(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return strings.TrimRight(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, text), "\n")
}

// Names returns the names of all who are connected, sorted.
func (s *Session) Names() (names []string, err error) {
	err = s.eachConnected(func(ref plausch.AccountRef) { names = append(names, s.nameOf(ref)) })
	return names, err
}

// eachConnected calls f with each account that is connected, by name.
func (s *Session) eachConnected(f func(plausch.AccountRef)) error {
	for after := ""; ; {
		page, err := call[protocol.Presences](s, protocol.MethodPresenceList, protocol.PresenceList{After: after, Limit: protocol.MaxPage})
		if err != nil {
			return err
		}
		for _, p := range page.Presence {
			f(p.Account.Ref())
			after = p.Account.Name
		}
		if !page.More || len(page.Presence) == 0 {
			return nil
		}
	}
}

// nameOf is the name of an account as this connection sees it.
func (s *Session) nameOf(ref plausch.AccountRef) string {
	if ref.ID == s.me.ID {
		return s.ownName
	}
	return writableName(ref)
}

// writableName is the name of an account in the form that its owner gave it, but only
// where it can be written to by that name.
func writableName(ref plausch.AccountRef) string {
	if strings.EqualFold(ref.Display, ref.Name) {
		return ref.Display
	}
	return ref.Name
}

func errStopping() error {
	return plausch.Errorf(plausch.Unavailable, "the server is stopping; connect again in a moment")
}
