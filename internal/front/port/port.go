// Package port is the one port: it accepts connections, looks at their first
// bytes to learn which protocol they speak, and hands them over. Which that is
// is decided once for a connection and never again.
//
// If the first bytes are those of TLS, the protocol is looked for inside, among
// those of the name that the handshake agreed on. What is not TLS is served to
// some only (see [Plaintext]). Proxies that are trusted say for whom they speak.
//
// Each connection is looked at in a goroutine of its own, which then begins to
// serve it. Package port knows no protocol: they are registered with it.
package port

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"
)

// maxPeek is the most bytes that are looked at: a whole first frame.
const maxPeek = 4 << 10

// Verdict is what a protocol says to the first bytes of a connection.
type Verdict uint8

const (
	No    Verdict = iota // not mine, whatever follows
	Maybe                // more bytes are needed to tell
	Yes                  // mine
)

// Protocol is something that can be spoken on the port.
type Protocol struct {
	Name string
	// Match judges the first bytes of a connection, at least one. Protocols are
	// asked in the order in which they were registered, and one that answers
	// Maybe is waited for.
	Match func(prefix []byte) Verdict
	// Serve takes the connection over and sees to it that it is closed in the
	// end. It need not wait for that.
	Serve func(*Conn)
	// Refuse takes over, as Serve does, a connection whose other side is not
	// answered in plain text. It may say so. Nil closes the connection.
	Refuse func(*Conn)
	// Busy tells a client that there is no place for its connection. It has until
	// c.Until, and the port closes the connection then. Nil closes it without a word.
	Busy func(c *Conn)
	// ALPN are the names of the protocol in TLS handshakes (RFC 7301). A
	// connection with one of them is never taken for another protocol.
	ALPN []string
}

// Conn is a connection whose protocol is known.
type Conn struct {
	net.Conn
	// Prefix was read from the connection to learn its protocol. It comes before
	// what Conn still has.
	Prefix []byte
	// Until is when somebody has to have signed in; it is the read deadline.
	Until time.Time
	// SignInTime is how long after the connection was made that is.
	SignInTime time.Duration

	port    *Port
	ticket  *ticket
	tls     bool // between the other side and us, or a proxy that is trusted
	proxied bool // the other side is a proxy that is trusted
	busy    bool // there are too many of the client of a proxy
}

// TLS reports whether the other side speaks TLS, with us or with a proxy that is
// trusted.
func (c *Conn) TLS() bool { return c.tls }

// Secure reports whether nobody on the way can read what is sent: it is TLS, or
// does not leave this machine.
func (c *Conn) Secure() bool { return c.tls || ipOf(c.RemoteAddr()).IsLoopback() }

// Answers reports whether somebody at client is answered in plain text.
func (c *Conn) Answers(client net.Addr) bool { return c.port.opts.Plaintext.allows(client) }

// Stranger reports whether nobody has signed in on the connection.
func (c *Conn) Stranger() bool { return c.ticket.isStranger() }

// SignedIn is to be called when an account signs in on the connection: it counts
// for that account from then on and, unless byAddress, for its address no more.
// ByAddress is for accounts that cost nothing. It returns false, and has changed
// nothing, if the account has too many connections; this is logged.
func (c *Conn) SignedIn(account int64, byAddress bool) bool {
	ok := c.ticket.signedIn(account, byAddress)
	if !ok && c.port.gate.mayLogOf(account, time.Now()) {
		c.port.opts.Log.Warn("too many connections of one account; see limits.connections_per_account", "account", account, "remote", c.RemoteAddr())
	}
	return ok
}

// Vouched is to be called when what came over the connection has shown that it is
// no stranger's, without anybody's signing in.
func (c *Conn) Vouched() { c.ticket.vouched() }

// Ended is to be called once, when the connection has been closed.
func (c *Conn) Ended() {
	c.ticket.release()
	c.port.serving.Done()
}

// Options bounds a [Port].
type Options struct {
	Limits Limits
	// SignInDeadline is how long a connection may take until somebody has signed
	// in. The port holds its first bytes to it, whoever serves it the rest.
	SignInDeadline time.Duration
	// TLS has the certificates, and in NextProtos the names for which they are
	// all that is wanted (acme-tls/1). Nil means that no TLS is spoken.
	TLS *tls.Config
	// Plaintext says which networks are answered without TLS.
	Plaintext Plaintext
	// Proxies are the addresses of proxies whose word counts on for whom they
	// speak.
	Proxies []netip.Prefix
	Log     *slog.Logger
}

// Port accepts connections from any number of listeners.
type Port struct {
	opts      Options
	tls       *tls.Config // nil if no TLS is spoken
	protocols []Protocol
	gate      gate

	mu        sync.Mutex
	closed    bool
	listeners []net.Listener
	unknown   map[net.Conn]struct{} // connections that are looked at
	busy      chan struct{}         // has one for each connection that is being refused
	serving   sync.WaitGroup        // accept loops and connections
}

// New returns a port on which the given protocols are spoken.
func New(opts Options, protocols ...Protocol) *Port {
	return &Port{
		opts: opts, tls: tlsConfig(opts.TLS, protocols), protocols: protocols, gate: newGate(opts.Limits),
		unknown: map[net.Conn]struct{}{}, busy: make(chan struct{}, maxBusy),
	}
}

// Serve accepts from ln until the port is closed.
func (p *Port) Serve(ln net.Listener) error {
	return p.accept(ln, p.opts.SignInDeadline, nil, p.serve)
}

// ServeAs accepts from ln until the port is closed, and takes every connection
// for one of the given protocol in plain text, which is not looked for in its
// first bytes. A connection may take signIn until somebody has signed in.
func (p *Port) ServeAs(ln net.Listener, protocol Protocol, signIn time.Duration) error {
	return p.accept(ln, signIn, &protocol, func(c *Conn) { p.serveAs(c, protocol) })
}

// accept accepts from ln. Only, if it is not nil, is the one protocol spoken there.
func (p *Port) accept(ln net.Listener, signIn time.Duration, only *Protocol, serve func(*Conn)) error {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return errors.Join(net.ErrClosed, ln.Close())
	}
	p.listeners = append(p.listeners, ln)
	p.serving.Add(1)
	p.mu.Unlock()
	defer p.serving.Done()
	for {
		conn, err := ln.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return nil
		case err != nil:
			// Out of file descriptors, most likely: it passes.
			p.opts.Log.Warn("accept failed", "listen", ln.Addr(), "err", err)
			time.Sleep(100 * time.Millisecond)
			continue
		}
		proxied := p.trusts(conn.RemoteAddr())
		ticket := p.gate.admit(conn.RemoteAddr(), proxied, func() { _ = conn.Close() })
		if ticket == nil {
			p.logBusy(conn.RemoteAddr())
			p.refuseBusy(conn, proxied, only)
			continue
		}
		p.serving.Add(1)
		go serve(&Conn{Conn: conn, Until: time.Now().Add(signIn), SignInTime: signIn, port: p, ticket: ticket, proxied: proxied})
	}
}

// logBusy logs that there is no place for somebody at addr.
func (p *Port) logBusy(addr net.Addr) {
	if p.gate.mayLog(addr, time.Now()) {
		p.opts.Log.Warn("too many connections from one network; see limits.connections_*", "remote", addr)
	}
}

// serve finds out what a connection speaks, and has it served.
func (p *Port) serve(c *Conn) {
	var protocol Protocol
	err := p.look(c, func() (err error) {
		protocol, err = p.recognise(c)
		return err
	})
	p.handOver(c, protocol, err)
}

// serveAs has a connection served as what it is supposed to be.
func (p *Port) serveAs(c *Conn, protocol Protocol) {
	var err error
	if c.proxied {
		err = p.look(c, func() (err error) {
			c.Prefix, err = c.readProxyHeader()
			return err
		})
	}
	p.handOver(c, protocol, err)
}

// look calls what reads the first bytes of c, which ends when the port closes.
func (p *Port) look(c *Conn, read func() error) error {
	accepted := c.Conn
	if !p.watch(accepted) {
		return net.ErrClosed
	}
	defer p.unwatch(accepted)
	if err := c.SetReadDeadline(c.Until); err != nil {
		return err
	}
	return read()
}

// handOver has a connection served, unless err says why not, or refused, if it
// is not answered in plain text.
func (p *Port) handOver(c *Conn, protocol Protocol, err error) {
	if err == nil && c.busy {
		defer p.drop(c)
		if p.mayTellBusy() {
			defer p.toldBusy()
			c.Until = time.Now().Add(busyDeadline)
			_ = c.SetDeadline(c.Until)
			tellBusy(c, protocol)
		}
		return
	}
	take := protocol.Serve
	if err == nil && !c.tls && !c.Answers(c.RemoteAddr()) {
		take = protocol.Refuse
	}
	if err != nil || take == nil {
		p.opts.Log.Debug("connection refused", "remote", c.RemoteAddr(), "protocol", protocol.Name, "err", err)
		p.drop(c)
		return
	}
	take(c)
}

func (p *Port) drop(c *Conn) {
	_ = c.Close()
	c.Ended()
}

// recognise finds the protocol of c, and leaves the rest of its first bytes in
// c.Prefix.
func (p *Port) recognise(c *Conn) (_ Protocol, err error) {
	var prefix []byte
	if c.proxied {
		if prefix, err = c.readProxyHeader(); err != nil {
			return Protocol{}, err
		}
	}
	protocols := p.protocols
	if p.tls != nil {
		if prefix, err = atLeastOne(c.Conn, prefix); err != nil {
			return Protocol{}, err
		}
		if prefix[0] == recordHandshake {
			if protocols, err = p.encrypt(c, prefix); err != nil {
				return Protocol{}, err
			}
			prefix = nil
		}
	}
	protocol, prefix, err := match(c.Conn, prefix, protocols)
	c.Prefix = prefix
	return protocol, err
}

// firstRead is how much is read at first: most protocols show in a few bytes,
// and idle connections keep what was read for a moment only.
const firstRead = 8

// atLeastOne returns prefix and, if it is empty, what comes next.
func atLeastOne(conn net.Conn, prefix []byte) ([]byte, error) {
	if len(prefix) > 0 {
		return prefix, nil
	}
	prefix = make([]byte, firstRead)
	n, err := conn.Read(prefix)
	if n == 0 {
		return nil, err
	}
	return prefix[:n], nil
}

var errNoProtocol = errors.New("no known protocol")

// match reads as little as is needed to tell which of the protocols is spoken.
func match(conn net.Conn, prefix []byte, protocols []Protocol) (Protocol, []byte, error) {
	prefix, err := atLeastOne(conn, prefix)
	if err != nil {
		return Protocol{}, nil, err
	}
	for {
		protocol, verdict := judge(prefix, protocols)
		switch {
		case verdict == Yes:
			return protocol, prefix, nil
		case verdict == No, len(prefix) >= maxPeek:
			return Protocol{}, prefix, errNoProtocol
		}
		if len(prefix) == cap(prefix) {
			prefix = append(make([]byte, 0, min(8*cap(prefix), maxPeek)), prefix...)
		}
		n, err := conn.Read(prefix[len(prefix):cap(prefix)])
		prefix = prefix[:len(prefix)+n]
		if n == 0 && err != nil {
			return Protocol{}, prefix, err
		}
	}
}

// judge asks the protocols in their order; one that says Maybe is waited for.
func judge(prefix []byte, protocols []Protocol) (Protocol, Verdict) {
	for _, protocol := range protocols {
		if verdict := protocol.Match(prefix); verdict != No {
			return protocol, verdict
		}
	}
	return Protocol{}, No
}

// watch remembers a connection that has no protocol yet, which nobody else would
// end when the port closes. It returns false if it has closed.
func (p *Port) watch(conn net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.unknown[conn] = struct{}{}
	}
	return !p.closed
}

func (p *Port) unwatch(conn net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.unknown, conn)
}

// Close ends accepting, and the connections whose protocol is not known yet.
// The others are ended by those who serve them.
func (p *Port) Close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, ln := range p.listeners {
		_ = ln.Close()
	}
	for conn := range p.unknown {
		_ = conn.Close()
	}
}

// Wait returns when every connection has ended, or with the context.
func (p *Port) Wait(ctx context.Context) error {
	done := make(chan struct{})
	go func() {
		p.serving.Wait()
		close(done)
	}()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// SetLimits replaces the limits. Connections that are there stay.
func (p *Port) SetLimits(l Limits) {
	p.gate.mu.Lock()
	defer p.gate.mu.Unlock()
	p.gate.limits = l
}

// Stats are figures of the port, for metrics.
type Stats struct {
	Open         int    // connections
	BeforeSignIn int    // of them, those where nobody has signed in
	Refused      uint64 // since the start, for being too many
	Evicted      uint64 // since the start, of those before sign-in, to make room for others
}

// Stats returns the figures now.
func (p *Port) Stats() Stats { return p.gate.stats() }
