// Package ktn lets a client of the native protocol talk to somebody else's KTN
// server: one that speaks JSON objects over TCP, as dozens of students' servers
// do, all a little different. docs/ktn.md says what such a server can do.
//
// A [Bridge] dials the KTN server and offers the native protocol on one end of
// a connection in memory:
//
//	client.Conn ◄── native frames ──► session ◄── JSON objects ──► KTN server
//	                                     │
//	                                   Bridge: the log, and what became of sends
//
// A KTN server has one room, no ids and no history to ask for, so the bridge
// keeps a log of what it saw, with seqs of its own from 1. The log outlives the
// connection: what a server replays at the next login is found in it and not
// told twice.
//
// # Goroutines
//
// A session has one goroutine that does everything, and two that read: native
// requests from the client, and objects from the server. The Bridge's lock
// guards which session runs; its log and sends belong to that session.
package ktn

import (
	"context"
	"net"
	"sync"
	"time"

	"plausch"
)

// DefaultPort is the port of most KTN servers.
const DefaultPort = 9998

const (
	// requestGap is the least time between two requests. A KTN server takes what
	// one read returns for one request, and so do the clients that it passes
	// messages on to: two in one segment break them.
	requestGap = 250 * time.Millisecond
	// A message that was written waits for its echo or an error, and without
	// either it counts as sent: after echoTime on a server that echoes, since the
	// next request could reach a slow one together with this; after silentTime
	// on one that does not; and the first time after guessTime.
	echoTime   = 3 * time.Second
	guessTime  = time.Second
	silentTime = requestGap
	// loginTime is how long a server may take to answer the login. It is less
	// than a chat waits for its first sign-in.
	loginTime = 8 * time.Second
	// settleTime is how long a server has to be quiet after the login until what
	// it replays counts as complete, and settleMost how long that may take. A
	// server that says something, but never that the login was good, has let us
	// in when quietLogin has passed.
	settleTime = 400 * time.Millisecond
	settleMost = 4 * time.Second
	quietLogin = 2 * time.Second
	// namesTime is how long a server may take to answer names.
	namesTime = 2 * time.Second
	// historyTime is how long a server may take to begin to answer history.
	historyTime = 2 * time.Second
	// writeTime is how long a server may take to accept a request.
	writeTime = 10 * time.Second
	// logoutTime is how long a server may take to close the connection after a
	// logout.
	logoutTime = 500 * time.Millisecond
)

// What a KTN server cannot do.
var (
	ErrOneRoom  = plausch.Errorf(plausch.Unsupported, "a KTN server has one room, %s", plausch.PublicRoomName)
	ErrPrivate  = plausch.Errorf(plausch.Unsupported, "a KTN server has no private messages")
	ErrPresence = plausch.Errorf(plausch.Unsupported, "a KTN server knows who is there, and not who is away")

	errMembers = plausch.Errorf(plausch.Unsupported, "a KTN server has one room, and everybody is in it")
	errFiles   = plausch.Errorf(plausch.Unsupported, "a KTN server has no files")
	errTyping  = plausch.Errorf(plausch.Unsupported, "a KTN server does not tell who is typing")
)

// NetDial connects; it is (*net.Dialer).DialContext, usually.
type NetDial func(ctx context.Context, network, address string) (net.Conn, error)

// Bridge is the way to one KTN server. It is safe for concurrent use.
type Bridge struct {
	netDial NetDial
	written func(clientID string) error

	mu      sync.Mutex
	session *session // the last one; nil before the first

	// of the session that runs
	log   log
	sends sends
	alias string // how the server writes our name, if not as we do
	echo  echo
	// toldOld says that a server has told what was said before, askedOld that it was
	// asked to: once, since some do not know the request and a few hang up.
	toldOld, askedOld bool
}

// echo says whether a server sends us our own messages.
type echo int8

const (
	echoUnknown echo = iota
	echoes
	echoesNot
)

// NewBridge returns a bridge that dials with netDial, or a net.Dialer if that is
// nil. Before a message is written to the server, written is called with the
// client id of its send, unless it is nil: whoever sends again in another
// process has to know what may have arrived (see [Bridge.Doubt]). A message for
// which it fails is not sent.
func NewBridge(netDial NetDial, written func(clientID string) error) *Bridge {
	if netDial == nil {
		netDial = new(net.Dialer).DialContext
	}
	return &Bridge{netDial: netDial, written: written, log: newLog(), sends: newSends()}
}

// Doubt tells, before the first Dial, that an earlier process may have sent the
// message with this client id. It is not sent again but refused, since a KTN
// server cannot tell whether it has it.
func (b *Bridge) Doubt(clientID string) { b.sends.markUncertain(clientID, "") }

// Dial connects to the server at address and returns a connection that speaks
// the native protocol, as a client's NetDial does. One session runs at a time:
// an earlier one is waited for.
func (b *Bridge) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.session != nil {
		select {
		case <-b.session.ended:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	far, err := b.netDial(ctx, network, address)
	if err != nil {
		return nil, err
	}
	near, end := net.Pipe()
	b.session = newSession(b, end, far)
	go b.session.run()
	return near, nil
}

// Wait waits until the connection that Dial made last is over: closing it has
// the session log out, which takes a moment.
func (b *Bridge) Wait() {
	b.mu.Lock()
	s := b.session
	b.mu.Unlock()
	if s != nil {
		<-s.ended
	}
}
