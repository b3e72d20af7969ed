// Package client is the way into a Plausch server for every program: the
// terminal and desktop clients, bots, tests and benchmarks.
//
// [Conn] is one connection: requests, answers and pushes. [Client] keeps one
// alive: it signs in, reconnects, fetches what it missed, keeps what is to be
// sent until the server has it on disk, and tells all of it as a stream of
// updates:
//
//	c, err := client.Open(client.Options{Address: "chat.example.org", Name: "anna"})
//	...
//	defer c.Close()
//	c.Send(client.Outgoing{Room: plausch.PublicRoom, Text: "hi"})
//	for u := range c.Updates(ctx) {
//		if e, ok := u.(client.Event); ok && e.Kind == plausch.EventMessage {
//			fmt.Println(client.Clean(e.Actor.Name), client.Clean(e.Text))
//		}
//	}
//
// The examples are whole programs: a script that sends, a bot that answers, and a
// file that is uploaded. Every method of the server's table has one here, named by
// its verb and noun: room.create is [Client.CreateRoom].
//
// # Restarts
//
// Sends and seqs make that nothing is lost and nothing comes twice. A send has an id,
// under which it is repeated until the server has answered; with Options.Outbox it
// outlives the process. Events come by their seqs, gapless; who remembers the last
// one of each room, and [Client.Epoch], goes on there after a restart by
// Options.Begin and Options.Epoch.
//
// # A server that goes back
//
// A server whose backup was restored is in another state: events after the backup are
// gone, and others take their seqs. It calls each such state an epoch, and can tell
// up to which seq of a room two epochs have the same events. A Client that is
// connected then notices when it comes back: it tells [RoomReset] with the last seq
// that still counts, and goes on with what the server has now. What was
// shown after that seq is to be dropped. One that is opened anew with the old
// epoch in Options.Epoch begins behind what both have in common, whatever Begin
// says. Sends that wait go out as ever; what the server forgot of those that were
// acknowledged before, it does not get again.
//
// # Files
//
// Bytes of files go over HTTP, on the same port and with the same trust, beside the
// connection. [Client.Upload] gives the server a file and tells its progress; the
// server refuses what is too large before it is sent. An upload that was cut off
// begins again; with Upload.ClientID it happens once. The file is then sent by its id
// (Outgoing.Attachments). [Client.Download] tells its progress, too, and goes on
// where an earlier one was cut off (Download.From).
//
// # Goroutines and locks
//
// A Client has one goroutine of its own, which connects, signs in and waits
// between tries; its Conn has one that reads and, at times, one that writes.
// Answers and pushes are worked on by the reading goroutine under the client's
// one lock. Nothing there ever waits: what should go on to the reader of
// updates goes into a bounded queue, and when that is full, events are left on
// the server and fetched when there is room again. So the reader of updates is
// the caller's goroutine, may call every method, and may be slow.
//
// Locks are taken in the order Client.sending, journal, Client.mu, Conn.mu.
package client

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
	"unicode/utf8"

	"plausch"
	"plausch/client/ktn"
	"plausch/protocol"
)

// Options say who connects where. Address and, for a guest or an account, Name
// are needed.
type Options struct {
	// Address is where the server is; see [ParseAddress].
	Address string
	// Name is whom to sign in as: with Password the account, otherwise a guest.
	Name     string
	Password string
	// Token signs in as a device, before Password and what Tokens holds.
	Token string
	// Transient asks for a guest that exists only while it is connected. On a KTN
	// server everybody is one, and Token and Tokens are not used.
	Transient bool
	// Tokens keeps sign-ins for the next time. Nil keeps them until Close only.
	Tokens TokenStore

	// Outbox is the file that keeps what is not sent yet over the end of the
	// process. Empty keeps it in memory. Two clients cannot share one.
	Outbox string

	// Newest is how many of the newest events of each room are handed on at
	// first. Later there are no gaps, however long the connection was lost.
	Newest int
	// Begin, if not nil, is asked instead for each room that was not seen before:
	// it returns the seq after which to begin (0 for the whole log, Room.Head for
	// what is new), or -1 to never hand on anything of this room. It must not call
	// the client.
	//
	// Room.Head is here the last seq that is not new. In a room that the account
	// was in when the client was opened, that is the newest of then. A direct room
	// that somebody has begun since is new from its first message on, and one that
	// the account got into from that event on, or, if it was offline then, with the
	// newest 50 events. With Epoch the same holds for rooms that came up before the
	// client was opened: return what is remembered of a room, and Room.Head for one
	// of which nothing is.
	Begin func(plausch.Room) int64

	// Epoch is what [Client.Epoch] was when the seqs were remembered from which Begin
	// answers. If the server has gone back to an older state since, a room begins
	// with what that did not have in common.
	Epoch string

	// Dial says how to connect. If Capabilities is nil, presence and typing are
	// asked for. OnPush is not used.
	Dial DialOptions

	// Jitter returns numbers from 0 to 1 that spread reconnects; nil is random.
	Jitter func() float64
}

// Client is a person's or a bot's standing connection to a server. It is safe
// for concurrent use. [Open] makes one.
type Client struct {
	o       Options
	address Address
	jitter  func() float64
	kicked  chan struct{}
	stop    context.CancelFunc
	stopped chan struct{} // closed when run has ended

	signingOut sync.Mutex // held by SignOut, so that nobody signs in meanwhile

	sending sync.Mutex // held by Send, so that ids, journal and list have one order
	ids     idSource
	journal *journal // nil keeps the outbox in memory

	bridge *ktn.Bridge // the way to a KTN server; nil for others

	mu        sync.Mutex // guards what follows
	feed      feed
	conn      *Conn         // signed in; nil while not online
	onlineNow chan struct{} // closed while conn is set or the client has ended
	err       error         // why the client has ended; nil while it has not
	token     string        // of that sign-in; empty for a transient guest
	http      *httpClient   // nil until a file is transferred
	account   plausch.AccountRef
	role      plausch.Role
	sync      syncState
	outbox    outbox
	presence  plausch.Presence // what SetPresence wanted
	typed     map[plausch.RoomID]time.Time

	// of the run goroutine
	credential Credential
	kept       Credential // what Tokens had when it was asked last
	pending    string     // the token chosen for a sign-in that was not answered
	lostGuest  bool       // its token as a guest was refused
	newGuest   bool       // it has become a new guest after that
	wasOnline  bool
}

// Epoch returns the id of the state of the server in which the seqs count that
// the client hands on; empty until all rooms were listed once. A restored backup
// begins another one.
func (c *Client) Epoch() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.sync.epoch
}

// welcome returns the current connection's reply to the hello. It is called with c.mu
// held, while there is a connection.
func (c *Client) welcome() protocol.Welcome { return c.conn.welcome }

// SignInError is the end of a client that cannot sign in. Err has the server's
// code: SignInFailed, Taken, Invalid, Forbidden or Unsupported.
type SignInError struct {
	Name string
	Err  error
}

func (e *SignInError) Error() string { return fmt.Sprintf("sign in as %q: %v", e.Name, e.Err) }
func (e *SignInError) Unwrap() error { return e.Err }

// Open starts a client, which connects in the background. It returns an error for a bad
// address, or an outbox that cannot be used (see [ErrOutboxInUse]). Close ends it.
func Open(o Options) (*Client, error) {
	address, err := ParseAddress(o.Address)
	if err != nil {
		return nil, err
	}
	for _, s := range []string{o.Name, o.Password, o.Token} {
		if err := checkString(s); err != nil {
			return nil, err
		}
	}
	if o.Dial.Capabilities == nil {
		o.Dial.Capabilities = []string{protocol.CapPresence, protocol.CapTyping}
	}
	if address.KTN() { // it forgets who leaves, and gives no tokens
		o.Transient, o.Token, o.Tokens = true, "", nil
	}
	c := &Client{
		o: o, address: address, jitter: o.Jitter,
		kicked:    make(chan struct{}, 1),
		stopped:   make(chan struct{}),
		feed:      newFeed(),
		onlineNow: make(chan struct{}),
		sync:      newSyncState(o.Epoch),
		outbox:    newOutbox(),
		typed:     make(map[plausch.RoomID]time.Time),
	}
	if c.jitter == nil {
		c.jitter = rand.Float64
	}
	var puts []storedSend
	if o.Outbox != "" {
		if c.journal, puts, err = openJournal(o.Outbox); err != nil {
			return nil, err
		}
	}
	if address.KTN() {
		c.openBridge(puts)
	}
	c.restore(puts)
	ctx, stop := context.WithCancel(context.Background())
	c.stop = stop
	go c.run(ctx)
	return c, nil
}

// openBridge makes the bridge to a KTN server. Such a server cannot tell a repeated send
// from a new one: the journal notes each send before it goes out, and the sends that an
// earlier process noted do not go out again.
func (c *Client) openBridge(puts []storedSend) {
	var written func(string) error
	if c.journal != nil {
		written = c.journal.markAttempted
	}
	c.bridge = ktn.NewBridge(c.o.Dial.NetDial, written)
	c.o.Dial.bridge = c.bridge
	for _, p := range puts {
		if p.attempted {
			c.bridge.Doubt(p.ID)
		}
	}
}

// Close ends the connection and the client and waits for their goroutines. What
// is in a persistent outbox stays there.
func (c *Client) Close() error {
	c.stop()
	<-c.stopped
	if c.bridge != nil {
		c.bridge.Wait()
	}
	c.mu.Lock()
	if c.http != nil {
		c.http.close()
	}
	c.mu.Unlock()
	c.sending.Lock()
	defer c.sending.Unlock()
	if c.journal == nil {
		return nil
	}
	return c.journal.close()
}

// Err returns why the client has ended, and nil while it has not.
func (c *Client) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// Account returns the account that is signed in, or was last.
func (c *Client) Account() plausch.AccountRef {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.account
}

// Kick makes a waiting client connect at once (but not before a time that the
// server asked for), and a connected one test its connection. Call it when the
// network has changed, the machine woke up, or somebody asks.
func (c *Client) Kick() {
	select {
	case c.kicked <- struct{}{}:
	default:
	}
}

// WaitOnline waits until the client is signed in. The error is why the client
// has ended, or the context's.
func (c *Client) WaitOnline(ctx context.Context) error {
	_, err := c.online(ctx)
	return err
}

// online waits for a connection that is signed in.
func (c *Client) online(ctx context.Context) (*Conn, error) {
	for {
		c.mu.Lock()
		conn, err, now := c.conn, c.err, c.onlineNow
		c.mu.Unlock()
		switch {
		case err != nil:
			return nil, err
		case conn != nil:
			return conn, nil
		}
		select {
		case <-now:
		case <-ctx.Done():
			return nil, fmt.Errorf("not online: %w", context.Cause(ctx))
		}
	}
}

// Call sends a request as [Conn.Call] does, over the connection of the moment;
// it waits for one if there is none. What fails with [ErrLost] is not repeated:
// only the caller knows whether it may be.
func (c *Client) Call(ctx context.Context, method string, params, result protocol.Body) error {
	conn, err := c.online(ctx)
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	return conn.Call(ctx, method, params, result)
}

// maxString is the longest name, password or token that is sent anywhere.
const maxString = 1024

// checkString returns an error if s cannot be sent as a name: a server ends the
// connection over invalid UTF-8, and connecting again would not help.
func checkString(s string) error {
	if len(s) > maxString || !utf8.ValidString(s) {
		return plausch.Errorf(plausch.Invalid, "%.40q is not a name", s)
	}
	return nil
}

// read is Call for methods that change nothing: it is repeated until it is answered.
func (c *Client) read(ctx context.Context, method string, params, result protocol.Body) error {
	for {
		err := c.Call(ctx, method, params, result)
		if !errors.Is(err, ErrLost) {
			return err
		}
		// The next round waits until the client has noticed, too.
		if err := c.waitDisconnected(ctx); err != nil {
			return err
		}
	}
}

// waitDisconnected waits until a connection that has ended is not c.conn any more.
func (c *Client) waitDisconnected(ctx context.Context) error {
	c.mu.Lock()
	conn := c.conn
	c.mu.Unlock()
	if conn == nil {
		return nil
	}
	select {
	case <-conn.Done():
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	c.detach(conn)
	return nil
}
