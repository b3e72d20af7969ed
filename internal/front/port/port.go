// Package port is the one port: it accepts connections, looks at their first
// bytes to learn which protocol they speak, and hands them over. Which that is
// is decided once for a connection and never again.
//
// Each connection is looked at in a goroutine of its own, which then begins to
// serve it. Package port knows no protocol: they are registered with it.
package port

import (
	"context"
	"errors"
	"log/slog"
	"net"
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
}

// Conn is a connection whose protocol is known.
type Conn struct {
	net.Conn
	// Prefix was read from the connection to learn its protocol. It comes before
	// what Conn still has.
	Prefix []byte
	// Until is when somebody has to have signed in; it is the read deadline.
	Until time.Time

	port   *Port
	ticket *ticket
}

// Secure reports whether nobody on the way can read what is sent: the connection
// does not leave this machine.
func (c *Conn) Secure() bool {
	tcp, ok := c.RemoteAddr().(*net.TCPAddr)
	return ok && tcp.IP.IsLoopback()
}

// SignedIn is to be called when somebody has signed in on the connection.
func (c *Conn) SignedIn() { c.ticket.signedIn() }

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
	Log            *slog.Logger
}

// Port accepts connections from any number of listeners.
type Port struct {
	opts      Options
	protocols []Protocol
	gate      gate

	mu        sync.Mutex
	closed    bool
	listeners []net.Listener
	unknown   map[net.Conn]struct{} // connections that are looked at
	serving   sync.WaitGroup        // accept loops and connections
}

// New returns a port on which the given protocols are spoken.
func New(opts Options, protocols ...Protocol) *Port {
	return &Port{
		opts: opts, protocols: protocols, gate: newGate(opts.Limits),
		unknown: map[net.Conn]struct{}{},
	}
}

// Serve accepts from ln until the port is closed.
func (p *Port) Serve(ln net.Listener) error {
	return p.accept(ln, p.opts.SignInDeadline, p.serve)
}

// ServeAs accepts from ln until the port is closed, and takes every connection
// for one of the given protocol, which is not looked for in its first bytes. A
// connection may take signIn until somebody has signed in.
func (p *Port) ServeAs(ln net.Listener, protocol Protocol, signIn time.Duration) error {
	return p.accept(ln, signIn, protocol.Serve)
}

func (p *Port) accept(ln net.Listener, signIn time.Duration, serve func(*Conn)) error {
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
		ticket := p.gate.admit(conn.RemoteAddr())
		if ticket == nil {
			p.opts.Log.Debug("too many connections", "remote", conn.RemoteAddr())
			_ = conn.Close()
			continue
		}
		p.serving.Add(1)
		go serve(&Conn{Conn: conn, Until: time.Now().Add(signIn), port: p, ticket: ticket})
	}
}

// serve finds out what a connection speaks, and has it served.
func (p *Port) serve(c *Conn) {
	if !p.watch(c.Conn) {
		p.drop(c)
		return
	}
	_ = c.SetReadDeadline(c.Until)
	protocol, prefix := p.recognise(c.Conn)
	p.unwatch(c.Conn)
	if protocol == nil {
		p.opts.Log.Debug("no known protocol", "remote", c.RemoteAddr(), "bytes", len(prefix))
		p.drop(c)
		return
	}
	c.Prefix = prefix
	protocol.Serve(c)
}

func (p *Port) drop(c *Conn) {
	_ = c.Close()
	c.Ended()
}

// recognise reads as little as is needed to tell the protocol, nil if it is
// none or nothing more comes in time.
func (p *Port) recognise(conn net.Conn) (*Protocol, []byte) {
	// Most protocols show in a few bytes; idle connections keep what was read
	// for a moment only.
	prefix := make([]byte, 0, 8)
	for len(prefix) < maxPeek {
		if len(prefix) == cap(prefix) {
			prefix = append(make([]byte, 0, min(8*cap(prefix), maxPeek)), prefix...)
		}
		n, err := conn.Read(prefix[len(prefix):cap(prefix)])
		prefix = prefix[:len(prefix)+n]
		if n == 0 && err != nil {
			return nil, prefix
		}
		unsure := false
		for i := range p.protocols {
			switch p.protocols[i].Match(prefix) {
			case Yes:
				return &p.protocols[i], prefix
			case Maybe:
				unsure = true
			}
			if unsure {
				break
			}
		}
		if !unsure {
			return nil, prefix
		}
	}
	return nil, prefix
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

// Stats are figures of the port, for metrics.
type Stats struct {
	Open         int    // connections
	BeforeSignIn int    // of them, those where nobody has signed in
	Refused      uint64 // since the start, for being too many
}

// Stats returns the figures now.
func (p *Port) Stats() Stats { return p.gate.stats() }
