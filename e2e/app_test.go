package e2e

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"

	"plausch"
	"plausch/client"
)

// app is a person with the client library as applications use it.
type app struct {
	name   string
	client *client.Client

	mu      sync.Mutex
	sends   []sent
	heard   map[plausch.RoomID][]plausch.Event
	open    int // sends that are not answered
	stopped bool
	until   int64              // run ends when this much of the public room is heard
	enough  context.CancelFunc // ends run
}

func newApp(t *testing.T, name, address string) *app {
	t.Helper()
	a := &app{name: name, heard: map[plausch.RoomID][]plausch.Event{}}
	var err error
	a.client, err = client.Open(client.Options{
		Address: address, Name: name, Outbox: filepath.Join(t.TempDir(), "outbox"),
		Begin:  func(plausch.Room) int64 { return 0 },
		Jitter: func() float64 { return 0 },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.client.Close() })
	if err := a.client.WaitOnline(t.Context()); err != nil {
		t.Fatal(err)
	}
	return a
}

// appWindow is how many sends of an app are open.
const appWindow = 16

// run reads updates, and sends on when an answer comes, until stopAt is heard.
func (a *app) run(ctx context.Context) error {
	ctx, enough := context.WithCancel(ctx)
	defer enough()
	a.mu.Lock()
	a.enough = enough
	a.mu.Unlock()
	a.more()
	for u := range a.client.Updates(ctx) {
		switch u := u.(type) {
		case client.Event:
			a.mu.Lock()
			a.heard[u.Room] = append(a.heard[u.Room], u.Event)
			a.mu.Unlock()
		case client.Sent:
			a.mu.Lock()
			for i := len(a.sends) - 1; i >= 0; i-- {
				if a.sends[i].id == u.ID {
					a.sends[i].acked = place{u.Room, u.Seq}
					break
				}
			}
			a.open--
			a.mu.Unlock()
			a.more()
		case client.Failed:
			return fmt.Errorf("%s: %w", a.name, u.Err)
		case client.RoomReset:
			return fmt.Errorf("%s: the log of room %d was cut to %d", a.name, u.Room, u.Head)
		}
		if a.done() {
			return nil
		}
	}
	if a.done() {
		return nil
	}
	return fmt.Errorf("%s ended early: %w", a.name, errors.Join(a.client.Err(), context.Cause(ctx)))
}

// more fills the window.
func (a *app) more() {
	a.mu.Lock()
	defer a.mu.Unlock()
	for a.open < appWindow && !a.stopped {
		text := fmt.Sprintf("%s-%d", a.name, len(a.sends))
		id, err := a.client.Send(client.Outgoing{Room: plausch.PublicRoom, Text: text})
		if err != nil {
			return // the next answer tries again
		}
		a.sends = append(a.sends, sent{id: id, text: text})
		a.open++
	}
}

func (a *app) stop() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.stopped = true
}

func (a *app) finished() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.stopped && a.open == 0
}

func (a *app) stopAt(head int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.until = head
	if int64(len(a.heard[plausch.PublicRoom])) >= head {
		a.enough() // nothing more will come to be read
	}
}

func (a *app) done() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.until > 0 && int64(len(a.heard[plausch.PublicRoom])) >= a.until
}
