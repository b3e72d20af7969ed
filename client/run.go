package client

import (
	"context"
	"errors"
	"time"

	"plausch"
	"plausch/protocol"
)

const (
	// Reconnects wait for a moment at first, then from minWait doubling to
	// maxWait, each time between half of it and all.
	firstMaxWait = 300 * time.Millisecond
	minWait      = time.Second
	maxWait      = 30 * time.Second
	// stableAfter is how long a connection has to last before the next loss of
	// it counts as a first one.
	stableAfter = 5 * time.Second
	// dialTime bounds connecting and hello; signInTime signing in, for which the server
	// has people wait up to a minute when many do it at once.
	dialTime   = 20 * time.Second
	signInTime = 75 * time.Second
	// When nothing was received for quietTime, the server is asked for an answer
	// and has pingTime for it; after a Kick, kickTime.
	quietTime = 30 * time.Second
	pingTime  = 15 * time.Second
	kickTime  = 5 * time.Second
)

// backoff says how long to wait before the next try.
type backoff struct {
	tries  int
	jitter func() float64
}

func (b *backoff) next() time.Duration {
	b.tries++
	if b.tries == 1 {
		return time.Duration(b.jitter() * float64(firstMaxWait))
	}
	d := maxWait
	if n := b.tries - 2; n < 5 {
		d = min(d, minWait<<n)
	}
	return d/2 + time.Duration(b.jitter()*float64(d/2))
}

// run connects again and again, until it is stopped or cannot sign in.
func (c *Client) run(ctx context.Context) {
	defer close(c.stopped)
	b := backoff{jitter: c.jitter}
	for {
		c.tell(State{Phase: Connecting})
		lasted, err := c.session(ctx)
		c.signingOut.Lock() // until it is decided whether this was the end
		ended := c.Err() != nil
		c.signingOut.Unlock()
		var refused *SignInError
		switch {
		case ended:
			<-ctx.Done()
			return
		case ctx.Err() != nil:
			c.finish(ErrClosed)
			return
		case errors.As(err, &refused):
			c.finish(refused)
			<-ctx.Done() // what waits in the outbox stays readable until Close
			return
		}
		// Later it is rather the network that somebody has come into.
		if e, ok := certificateError(err); ok && !c.wasOnline {
			c.finish(e)
			<-ctx.Done()
			return
		}
		if lasted > stableAfter {
			b.tries = 0
		}
		if !c.wait(ctx, b.next(), err) {
			c.finish(ErrClosed)
			return
		}
	}
}

// wait waits for d, for a Kick, and in any case as long as the server asked for.
// It returns false when the client is stopped.
func (c *Client) wait(ctx context.Context, d time.Duration, err error) bool {
	var asked time.Duration
	if e := (*plausch.Error)(nil); errors.As(err, &e) && e.RetryAfter > 0 {
		asked = min(e.RetryAfter, 10*time.Minute)
		d = asked + time.Duration(c.jitter()*float64(min(asked/2, maxWait))) + d/4
	}
	start := time.Now()
	c.tell(State{Phase: Offline, Err: err, Retry: start.Add(d)})
	timer := time.NewTimer(d)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			return true
		case <-c.kicked:
			timer.Reset(asked - time.Since(start)) // at once if that is negative
		case <-ctx.Done():
			return false
		}
	}
}

// session makes a connection and stays until it ends. It returns how long it
// was online.
func (c *Client) session(ctx context.Context) (lasted time.Duration, err error) {
	dialCtx, cancel := context.WithTimeout(ctx, dialTime)
	defer cancel()
	o := c.o.Dial
	o.OnPush = c.push
	o.Epoch = c.Epoch()
	conn, err := dial(dialCtx, c.address, o)
	if err != nil {
		if c.isPermanent(err) { // the server refused the hello
			err = &SignInError{c.o.Name, err}
		}
		return 0, err
	}
	defer conn.Close()
	signInCtx, cancel := context.WithTimeout(ctx, signInTime)
	defer cancel()
	signed, err := c.signIn(signInCtx, conn)
	if err != nil {
		return 0, err
	}
	c.wasOnline = true
	start := time.Now()
	c.attach(conn, signed)
	defer c.detach(conn)
	c.watch(ctx, conn)
	return time.Since(start), conn.Err()
}

// watch stays until the connection ends, and ends it when the server is silent.
func (c *Client) watch(ctx context.Context, conn *Conn) {
	tick := time.NewTicker(quietTime)
	defer tick.Stop()
	received := conn.received.Load()
	for {
		timeout := pingTime
		select {
		case <-ctx.Done():
			return
		case <-conn.Done():
			return
		case <-c.kicked:
			timeout = kickTime
		case <-tick.C:
			if now := conn.received.Load(); now != received {
				received = now
				continue
			}
		}
		before := conn.received.Load()
		pingCtx, cancel := context.WithTimeout(ctx, timeout)
		err := conn.Ping(pingCtx)
		cancel()
		// The answer may stand behind sends that the server holds back, whose
		// answers are as good.
		if errors.Is(err, context.DeadlineExceeded) && conn.received.Load() == before {
			conn.abort(errSilent)
			<-conn.Done()
			return
		}
		received = conn.received.Load() // the answer is no reason to let the next tick pass
	}
}

var errSilent = errors.New("the server does not answer any more")

// attach makes a connection that is signed in the client's, and begins to
// catch up.
func (c *Client) attach(conn *Conn, signed protocol.SignedIn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.conn, c.token = conn, c.credential.Token
	c.account, c.role = signed.Account.Ref(), plausch.Role(signed.Account.Role)
	close(c.onlineNow)
	c.feed.add(State{Phase: Online, Account: c.account, Role: c.role})
	c.startSync() // subscribes, which presence needs
	if c.presence == plausch.Away {
		c.sendPresence()
	}
	c.outbox.reconnected()
	c.sendMore()
}

// detach forgets a connection that has ended.
func (c *Client) detach(conn *Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.conn == conn {
		c.conn = nil
		c.onlineNow = make(chan struct{})
	}
}

func (c *Client) tell(u Update) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.feed.add(u)
}

// finish ends the client with err.
func (c *Client) finish(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return
	}
	c.err = err
	if c.conn == nil { // else it is closed
		close(c.onlineNow)
	}
	c.outbox.wakeFlush()
	c.feed.end(err)
}

// signIn signs in by token, password or name, in this order, and keeps the
// token that it is given. A guest whose token is not good any more becomes a
// new guest, once.
func (c *Client) signIn(ctx context.Context, conn *Conn) (protocol.SignedIn, error) {
	if err := c.loadCredential(); err != nil {
		return protocol.SignedIn{}, &SignInError{c.o.Name, err}
	}
	var signed protocol.SignedIn
	err := error(plausch.Errorf(plausch.Invalid, "neither a name nor a token is given"))
	if c.credential.Token != "" {
		signed, err = conn.SignIn(ctx, protocol.SignIn{Token: c.credential.Token})
		if plausch.CodeOf(err) == plausch.SignInFailed && c.canSignInByName() {
			c.credential = Credential{}
		}
	}
	if c.credential.Token == "" && c.o.Name != "" {
		c.choosePending()
		in := protocol.SignIn{Name: c.o.Name, Password: c.o.Password, NewToken: c.pending, Transient: c.o.Transient}
		if c.credential.Token != "" { // another process was faster
			in = protocol.SignIn{Token: c.credential.Token}
		}
		signed, err = conn.SignIn(ctx, in)
	}
	if err != nil {
		if c.isPermanent(err) {
			c.forgetPending()
			err = &SignInError{c.o.Name, err}
		}
		return signed, err
	}
	if c.lostGuest && !c.newGuest {
		c.newGuest = true
		c.tell(NewGuest{Name: signed.Account.Name})
	}
	if signed.Token != "" {
		c.pending = ""
		c.keepCredential(Credential{Token: signed.Token, Guest: signed.Account.Role == string(plausch.RoleGuest)})
	}
	return signed, nil
}

// canSignInByName reports whether a refused token may be followed by a sign-in by
// name: with the password, or as a new guest if the old one has not been
// replaced before.
func (c *Client) canSignInByName() bool {
	if c.o.Password != "" {
		return true
	}
	c.lostGuest = c.lostGuest || c.credential.Guest
	return c.credential.Guest && !c.newGuest
}

// isPermanent reports whether another sign-in would fail, too.
func (c *Client) isPermanent(err error) bool {
	// Forbidden before the sign-in is about the way of connecting, which stays the same.
	if errors.Is(err, ErrLost) && plausch.CodeOf(err) != plausch.Forbidden {
		return false
	}
	switch plausch.CodeOf(err) {
	case plausch.Taken:
		// A transient guest that lost its connection has to wait until the
		// server has noticed, too.
		return !(c.o.Transient && c.wasOnline)
	case plausch.SignInFailed, plausch.Invalid, plausch.TooLarge, plausch.Forbidden, plausch.Unsupported, plausch.NotFound, plausch.Gone:
		return true
	}
	return false
}

// loadCredential finds the token to sign in with.
func (c *Client) loadCredential() (err error) {
	switch {
	case c.credential.Token != "" || c.lostGuest || c.wasOnline:
	case c.o.Token != "":
		c.credential = Credential{Token: c.o.Token}
	case c.o.Tokens != nil && !c.o.Transient:
		c.credential, err = c.o.Tokens.Load(c.address.Key(), c.o.Name)
		c.kept = c.credential
		if c.credential.Pending {
			c.pending, c.credential = c.credential.Token, Credential{}
		}
	}
	return err
}

// choosePending chooses the token of a sign-in by name, and keeps it before it is
// sent: if the answer is lost, with the connection or with this process, the same
// sign-in is repeated with the same token, and is the same account. Another
// process that signs in under this name at this moment takes the same token, so
// that both are one account; if it has done so already, its token is ours.
func (c *Client) choosePending() {
	if c.o.Transient || c.pending != "" {
		return
	}
	c.pending = NewToken()
	if c.o.Tokens == nil {
		return
	}
	kept, err := c.o.Tokens.Swap(c.address.Key(), c.o.Name, c.kept, c.pendingCredential())
	switch {
	case err != nil: // if nothing can be kept, that is told when there is an answer
	case kept.Pending:
		c.pending = kept.Token
	case kept.Token != "":
		c.pending, c.credential, c.kept = "", kept, kept
	}
}

func (c *Client) pendingCredential() Credential {
	return Credential{Token: c.pending, Guest: c.o.Password == "", Pending: true}
}

// forgetPending forgets the token of a sign-in that was refused, unless another
// process has got in with it.
func (c *Client) forgetPending() {
	if c.pending != "" && c.o.Tokens != nil {
		_, _ = c.o.Tokens.Swap(c.address.Key(), c.o.Name, c.pendingCredential(), Credential{})
	}
	c.pending, c.kept = "", Credential{}
}

// keepCredential keeps a token for the next connection and process.
func (c *Client) keepCredential(cred Credential) {
	c.credential, c.kept = cred, cred
	if c.o.Tokens != nil && !c.o.Transient {
		if err := c.o.Tokens.Save(c.address.Key(), c.o.Name, cred); err != nil {
			c.tell(NotKept{Err: err})
		}
	}
}
