package e2e

import (
	"context"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"plausch"
	"plausch/client"
	"plausch/internal/auth/authtest"
	"plausch/internal/bus"
	"plausch/internal/core"
	"plausch/internal/store"
	"plausch/internal/store/sqlite"
	"plausch/protocol"
)

// TestRepeats sends under one client id a thousand times at once, over several
// connections, and again after a crash (R7): it is one message with one seq.
func TestRepeats(t *testing.T) {
	const times, connections = 1000, 8
	tests := map[string]protocol.MessageSend{
		"to a room":             {Room: int64(plausch.PublicRoom), ClientID: "one"},
		"to make a direct room": {To: "bert", ClientID: "two"},
	}
	for name, send := range tests {
		t.Run(name, func(t *testing.T) {
			s := startServer(t, noSendLimits...)
			newPerson(t, "bert", "tcp://"+s.address, protocol.Msgpack)
			anna := newPerson(t, "anna", "tcp://"+s.address, protocol.Msgpack)

			places := map[place]int{}
			repeat := func(times int) {
				t.Helper()
				var conns []*client.Conn
				for i := range connections {
					p := *anna
					p.codec = protocol.Codec(i % 2)
					if i%4 > 1 {
						p.address = "ws://" + s.address
					}
					conns = append(conns, p.mustEnter(t, nil))
				}
				var mu sync.Mutex
				var answered sync.WaitGroup
				answered.Add(times)
				for i := range times {
					send := send
					send.Text = fmt.Sprintf("try %d", i)
					var result protocol.MessageSent
					err := conns[i%connections].Go(protocol.MethodMessageSend, &send, &result, func(err error) {
						defer answered.Done()
						if err != nil {
							t.Error(err)
						}
						mu.Lock()
						defer mu.Unlock()
						places[place{plausch.RoomID(result.Room), result.Seq}]++
					})
					if err != nil {
						t.Fatal(err)
					}
				}
				answered.Wait()
			}
			repeat(times)
			s.kill()
			s.start()
			repeat(times / 10)
			if len(places) != 1 {
				t.Fatalf("the sends were acknowledged at %d places, want one", len(places))
			}
			history, err := historyOf(t.Context(), []*person{anna})
			if err != nil {
				t.Fatal(err)
			}
			found := 0
			for _, events := range history {
				for _, e := range events {
					if e.ClientID == send.ClientID {
						found++
						if places[place{e.Room, e.Seq}] == 0 {
							t.Errorf("the message is at %v, but was acknowledged at %v", place{e.Room, e.Seq}, places)
						}
					}
				}
			}
			if found != 1 {
				t.Errorf("history has %d messages with the client id, want 1", found)
			}
		})
	}
}

// TestRepeatLater sends again under the same client id with another clock, and
// in another run of the server.
func TestRepeatLater(t *testing.T) {
	ctx := t.Context()
	database := filepath.Join(t.TempDir(), "plausch.db")
	now := time.UnixMilli(1_790_000_000_000)
	var account plausch.Account // that signed in once; its token would expire
	sendOnce := func() plausch.Event {
		t.Helper()
		st, err := sqlite.Open(ctx, database, sqlite.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer st.Close()
		c, err := core.New(ctx, core.Options{
			Store: st, Bus: new(bus.Local), Passwords: authtest.NewHasher(), Access: core.AccessOpen, Now: func() time.Time { return now },
		})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if account.ID == 0 {
			in, err := c.SignInGuest(ctx, core.ClientInfo{}, "anna", false)
			if err != nil {
				t.Fatal(err)
			}
			account = in.Account
		}
		return appendPost(ctx, t, c, account)
	}
	first := sendOnce()
	for _, later := range []time.Duration{time.Second, 24 * time.Hour, 10 * 365 * 24 * time.Hour, -48 * time.Hour} {
		now = now.Add(later)
		if again := sendOnce(); !sameEvent(first, again) {
			t.Errorf("%v later, the same send is %+v, want %+v", later, again, first)
		}
	}
	st, err := sqlite.Open(ctx, database, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	events, _, err := st.Events(ctx, plausch.PublicRoom, store.HistoryQuery{Limit: 10, MaxBytes: 1 << 20, Size: protocol.EventSize})
	if err != nil || len(events) != 1 {
		t.Errorf("history has %d events, want 1 (%v)", len(events), err)
	}
}

func appendPost(ctx context.Context, t *testing.T, c *core.Core, by plausch.Account) plausch.Event {
	t.Helper()
	type answer struct {
		event plausch.Event
		err   error
	}
	answers := make(chan answer, 1)
	c.SendMessage(ctx, by, core.NewMessage{Room: plausch.PublicRoom, Text: "hi", ClientID: "one"}, func(e plausch.Event, err error) {
		answers <- answer{e, err}
	})
	a := <-answers
	if a.err != nil {
		t.Fatal(a.err)
	}
	return a.event
}
