package e2e

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"plausch"
	"plausch/client"
	"plausch/protocol"
)

// chat is the conversation that TestCutEverywhere has again and again: a guest
// sends three messages to the host over a cut connection, and the host answers.
type chat struct {
	t    *testing.T
	s    *serverProcess
	host *client.Conn
	name string // of the host

	mu    sync.Mutex
	heard map[string]chan struct{} // by name of guest: closed when the host has heard it
}

const chatSends = 3

func newChat(t *testing.T, s *serverProcess) *chat {
	t.Helper()
	c := &chat{t: t, s: s, name: "host", heard: map[string]chan struct{}{}}
	p := newPerson(t, c.name, "tcp://"+s.address, protocol.Msgpack)
	c.host = p.mustEnter(t, func(f *protocol.Frame) {
		if f.Event == nil || f.Event.Kind != string(plausch.EventMessage) {
			return
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		if heard, ok := c.heard[f.Event.From.Name]; ok {
			close(heard)
			delete(c.heard, f.Event.From.Name)
		}
	})
	if err := c.host.Subscribe(t.Context()); err != nil {
		t.Fatal(err)
	}
	return c
}

// say sends a message of the host to a guest and returns it.
func (c *chat) say(ctx context.Context, guest, text string) (sent, error) {
	m := sent{id: guest + "/" + text, text: text}
	var result protocol.MessageSent
	err := c.host.Call(ctx, protocol.MethodMessageSend, &protocol.MessageSend{To: guest, Text: m.text, ClientID: m.id}, &result)
	m.acked = place{plausch.RoomID(result.Room), result.Seq}
	return m, err
}

// run has the conversation over a cutter and returns what is wrong with it.
func (c *chat) run(ctx context.Context, guest string, codec protocol.Codec, web bool, cut *cutter) error {
	p := &person{name: guest, address: "tcp://" + c.s.address, codec: codec}
	conn, err := client.Dial(ctx, p.address, client.DialOptions{})
	if err != nil {
		return err
	}
	in, err := conn.SignIn(ctx, protocol.SignIn{Name: guest})
	conn.Close()
	if err != nil {
		return err
	}
	p.token = in.Token
	first, err := c.say(ctx, guest, "come-in")
	if err != nil {
		return err
	}
	heard := make(chan struct{})
	c.mu.Lock()
	c.heard[guest] = heard
	c.mu.Unlock()

	address := "tcp://" + cut.address()
	if web {
		address = "ws://" + cut.address()
	}
	app, err := client.Open(client.Options{
		Address: address, Token: p.token, Dial: client.DialOptions{Codec: codec, Capabilities: []string{}},
		Begin: func(r plausch.Room) int64 {
			if r.ID == plausch.PublicRoom {
				return -1
			}
			return 0
		},
	})
	if err != nil {
		return err
	}
	defer app.Close()
	r := record{sends: map[string][]sent{c.name: {first}}, heard: map[string]map[plausch.RoomID][]plausch.Event{guest: {}}}
	for i := range chatSends {
		m := sent{text: fmt.Sprintf("%s-%d", guest, i)}
		if m.id, err = app.Send(client.Outgoing{To: c.name, Text: m.text}); err != nil {
			return err
		}
		r.sends[guest] = append(r.sends[guest], m)
	}
	var second sent
	answered := make(chan error, 1)
	go func() {
		var err error
		select {
		case <-heard:
			second, err = c.say(ctx, guest, "hello")
		case <-ctx.Done():
			err = context.Cause(ctx)
		}
		answered <- err
	}()
	if err := listen(ctx, app, guest, &r); err != nil {
		return err
	}
	if err := <-answered; err != nil {
		return err
	}
	r.sends[c.name] = append(r.sends[c.name], second)
	if r.history, err = historyOf(ctx, []*person{p}); err != nil {
		return err
	}
	delete(r.history, plausch.PublicRoom)
	if found := check(r); len(found) > 0 {
		return fmt.Errorf("%v", found)
	}
	return nil
}

// listen reads what the guest hears until it is complete.
func listen(ctx context.Context, app *client.Client, guest string, r *record) error {
	sends := r.sends[guest]
	acked, events := 0, 0
	for u := range app.Updates(ctx) {
		switch u := u.(type) {
		case client.State:
			if u.Phase == client.Offline {
				app.Kick() // this is about bytes, not about pauses
			}
		case client.Event:
			events++
			r.heard[guest][u.Room] = append(r.heard[guest][u.Room], u.Event)
		case client.Sent:
			i := slices.IndexFunc(sends, func(s sent) bool { return s.id == u.ID })
			if sends[i].acked != (place{}) {
				return fmt.Errorf("%q was acknowledged twice to the application", sends[i].text)
			}
			sends[i].acked = place{u.Room, u.Seq}
			acked++
		case client.Failed:
			return fmt.Errorf("%q failed: %w", u.Text, u.Err)
		}
		if acked == chatSends && events >= 2+2+chatSends { // joins, the host's, its own
			return nil
		}
	}
	return fmt.Errorf("%d acknowledgements and %d events came: %w", acked, events, context.Cause(ctx))
}

// TestCutEverywhere cuts the connection at every byte of signing in, sending,
// acknowledgement and resume, in both directions (R8): there is no gap and no
// duplicate.
func TestCutEverywhere(t *testing.T) {
	s := startServer(t, append(slices.Clone(noSendLimits), "--limits-connections-private-before-sign-in=10000")...)
	c := newChat(t, s)
	for name, f := range formats {
		if !long() && (name == "tcp json" || name == "ws msgpack") {
			continue
		}
		t.Run(name, func(t *testing.T) {
			web := f.Framing == protocol.WebSocket
			whole := newCutter(t, s.address, -1, -1, 0, false)
			if err := c.run(t.Context(), fmt.Sprintf("visitor%d", guests.Add(1)), f.Codec, web, whole); err != nil {
				t.Fatalf("without a cut: %v", err)
			}
			whole.close()
			up, down := whole.wentUp.Load(), whole.went.Load()
			if up == 0 || down == 0 {
				t.Fatalf("%d bytes went up and %d down", up, down)
			}
			type cutAt struct{ up, down int64 }
			var cuts []cutAt
			// A short run cuts within all of the first frames, and then now and then; 23
			// has nothing in common with the lengths of fields.
			for n := range up + 1 {
				if long() || n < 64 || n%23 == 0 {
					cuts = append(cuts, cutAt{n, -1})
				}
			}
			for n := range down + 1 {
				if long() || n < 64 || n%23 == 0 {
					cuts = append(cuts, cutAt{-1, n})
				}
			}
			next := make(chan cutAt)
			var workers sync.WaitGroup
			for range 8 {
				workers.Go(func() {
					for at := range next {
						// The first connection, and the one that resumes it.
						cut := newCutter(t, s.address, at.up, at.down, 2, (at.up+at.down)%2 == 0)
						ctx, cancel := context.WithTimeout(t.Context(), patience)
						err := c.run(ctx, fmt.Sprintf("visitor%d", guests.Add(1)), f.Codec, web, cut)
						cancel()
						cut.close()
						if err != nil {
							t.Errorf("cut after %d bytes up, %d down: %v", at.up, at.down, err)
						}
					}
				})
			}
			for _, at := range cuts {
				if t.Failed() {
					break
				}
				next <- at
			}
			close(next)
			workers.Wait()
			t.Logf("%d cuts", len(cuts))
		})
	}
}
