package e2e

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"plausch"
	"plausch/client"
	"plausch/protocol"
)

// person is somebody who connects again and again. It uses the connections of
// package client, but what to do after a loss is written out here, as
// docs/protocol.md asks for it.
type person struct {
	name    string
	address string // with its scheme
	codec   protocol.Codec
	token   string
}

// signUp makes p known to the server, while that runs: by password, or as a
// guest if that is empty.
func (p *person) signUp(t *testing.T, password string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	conn, err := client.Dial(ctx, p.address, client.DialOptions{Codec: p.codec})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	in, err := conn.SignIn(ctx, protocol.SignIn{Name: p.name, Password: password})
	if err != nil {
		t.Fatal(err)
	}
	p.token = in.Token
}

// newPerson returns a guest of a running server.
func newPerson(t *testing.T, name, address string, codec protocol.Codec) *person {
	t.Helper()
	p := &person{name: name, address: address, codec: codec}
	p.signUp(t, "")
	return p
}

// enter connects and signs in once.
func (p *person) enter(ctx context.Context, push func(*protocol.Frame)) (*client.Conn, error) {
	conn, err := client.Dial(ctx, p.address, client.DialOptions{Codec: p.codec, OnPush: push})
	if err != nil {
		return nil, err
	}
	if _, err := conn.SignIn(ctx, protocol.SignIn{Token: p.token}); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// mustEnter is enter for a server that runs. The connection ends with the test.
func (p *person) mustEnter(t *testing.T, push func(*protocol.Frame)) *client.Conn {
	t.Helper()
	conn, err := p.enter(t.Context(), push)
	if err != nil {
		t.Fatalf("%s does not get in: %v", p.name, err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// reconnectPause is how long somebody waits before trying to connect again.
const reconnectPause = 5 * time.Millisecond

// stay enters and calls talk with each connection, until talk returns true, ctx
// ends, or the server says what it must not.
func (p *person) stay(ctx context.Context, push func(*protocol.Frame), talk func(context.Context, *client.Conn) (bool, error)) error {
	for {
		conn, err := p.enter(ctx, push)
		if err == nil {
			var done bool
			done, err = talk(ctx, conn)
			conn.Close()
			if done {
				return nil
			}
		}
		if ctx.Err() != nil {
			return fmt.Errorf("%s: %w", p.name, context.Cause(ctx))
		}
		// A lost connection is what these tests are about; a refusal is not, but
		// for that of a server which stops.
		if code := plausch.CodeOf(err); err != nil && code != plausch.Internal && code != plausch.Unavailable {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		select {
		case <-time.After(reconnectPause):
		case <-ctx.Done():
		}
	}
}

// sender is a person who sends as fast as the server takes it, with a window of
// sends in flight, and repeats after a loss what was not acknowledged.
type sender struct {
	*person
	window int
	// where says where the nth send goes.
	where func(n int) protocol.MessageSend
	// acks is told of each acknowledgement, if it is not nil.
	acks func()

	mu       sync.Mutex
	sends    []sent
	first    int // all sends before are acknowledged
	stopping bool
	failure  error
}

// run sends until stop, and then until all is acknowledged.
func (s *sender) run(ctx context.Context) error {
	return s.stay(ctx, nil, s.talk)
}

// stop has run end when all is acknowledged.
func (s *sender) stop() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stopping = true
}

// talk uses one connection.
func (s *sender) talk(ctx context.Context, conn *client.Conn) (bool, error) {
	slots := make(chan struct{}, s.window)
	s.mu.Lock()
	next := s.first
	s.mu.Unlock()
	for {
		n, ok := s.pick(&next)
		if !ok {
			break
		}
		select {
		case slots <- struct{}{}:
		case <-conn.Done():
			return false, conn.Err()
		case <-ctx.Done():
			return false, ctx.Err()
		}
		if err := s.send(conn, n, func() { <-slots }); err != nil {
			return false, err
		}
	}
	for range s.window { // until all is answered
		select {
		case slots <- struct{}{}:
		case <-conn.Done():
			return false, conn.Err()
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.first == len(s.sends) || s.failure != nil, s.failure
}

// pick returns the next send: one that is to be repeated, or a new one.
func (s *sender) pick(next *int) (int, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for *next < len(s.sends) && s.sends[*next].acked != (place{}) {
		*next++
	}
	if *next == len(s.sends) {
		if s.stopping {
			return 0, false
		}
		n := len(s.sends)
		s.sends = append(s.sends, sent{id: fmt.Sprintf("c-%08d", n), text: fmt.Sprintf("%s-%d", s.name, n)})
	}
	*next++
	return *next - 1, true
}

// send sends the nth message.
func (s *sender) send(conn *client.Conn, n int, answered func()) error {
	s.mu.Lock()
	m := s.sends[n]
	s.mu.Unlock()
	params := s.where(n)
	params.Text, params.ClientID = m.text, m.id
	var result protocol.MessageSent
	return conn.Go(protocol.MethodMessageSend, &params, &result, func(err error) {
		defer answered()
		s.answered(n, place{plausch.RoomID(result.Room), result.Seq}, err)
	})
}

// answered takes in what became of the nth send.
func (s *sender) answered(n int, at place, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case errors.Is(err, client.ErrLost), plausch.CodeOf(err) == plausch.Unavailable:
		return
	case err != nil:
		s.failure = fmt.Errorf("%s sends %q: %w", s.name, s.sends[n].text, err)
		return
	}
	if before := s.sends[n].acked; before != (place{}) && before != at {
		s.failure = fmt.Errorf("%s was told that %q is at %v, and then at %v", s.name, s.sends[n].text, before, at)
	}
	s.sends[n].acked = at
	for s.first < len(s.sends) && s.sends[s.first].acked != (place{}) {
		s.first++
	}
	if s.acks != nil {
		s.acks()
	}
}

// finished reports whether everything is acknowledged after stop.
func (s *sender) finished() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stopping && s.first == len(s.sends)
}

// all returns what was sent.
func (s *sender) all() []sent {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sends
}

// toPublic sends everything to the public room.
func toPublic(int) protocol.MessageSend {
	return protocol.MessageSend{Room: int64(plausch.PublicRoom)}
}
