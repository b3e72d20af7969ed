package hub

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"plausch"
	"plausch/internal/bus"
	"plausch/protocol"
)

// skippingSession is a session that counts what it is offered, and takes it or not.
type skippingSession struct {
	full    bool
	offered int
	typing  int
	taken   []protocol.Frame
	cut     bool
}

func (s *skippingSession) Deliver(*protocol.Prepared) { s.cut = s.cut || s.full }
func (s *skippingSession) Offer(p *protocol.Prepared) bool {
	s.offered++
	if p.Push().Typing != nil {
		s.typing++
	}
	if !s.full {
		s.taken = append(s.taken, *p.Push())
	}
	return !s.full
}

func attach(t *testing.T, h *Hub, s Session, account plausch.AccountRef, rooms ...plausch.RoomID) *Subscriber {
	t.Helper()
	a, err := h.Subscribe(s, plausch.Account{ID: account.ID, Name: account.Name, Display: account.Display}, Wants{Presence: true, Typing: true}, func() ([]plausch.RoomID, error) { return rooms, nil })
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestTypingIsPushedSoOften(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(new(bus.Local))
		defer h.Close()
		reader := &skippingSession{}
		attach(t, h, reader, plausch.AccountRef{ID: 1, Name: "reader"}, 7, 8)
		pushed := func(what string, want int, room plausch.RoomID, accounts int) {
			t.Helper()
			before := reader.typing
			for range 1000 {
				for i := range accounts {
					h.Typing(room, plausch.AccountRef{ID: plausch.AccountID(100 + i), Name: fmt.Sprint("a", i)})
				}
			}
			if got := reader.typing - before; got != want {
				t.Errorf("%s: %d pushes, want %d", what, got, want)
			}
		}
		pushed("one account", 1, 7, 1)
		pushed("the same in another room", 1, 8, 1)
		pushed("fifty accounts beside it", maxTyping-1, 7, 50)
		time.Sleep(typingEvery)
		synctest.Wait()
		pushed("a second later", 1, 7, 1)
	})
}

func TestSkippedPresenceComesLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := New(new(bus.Local))
		defer h.Close()
		slow := &skippingSession{full: true}
		attach(t, h, slow, plausch.AccountRef{ID: 1, Name: "slow"})
		bob := attach(t, h, &skippingSession{}, plausch.AccountRef{ID: 2, Name: "bob"})
		time.Sleep(2 * presenceEvery)
		synctest.Wait()
		bob.Unsubscribe()
		time.Sleep(2 * presenceEvery)
		synctest.Wait()
		if slow.cut || slow.offered == 0 {
			t.Fatalf("a reader that is behind was cut off (%v) or offered nothing", slow.cut)
		}
		h.mu.Lock()
		slow.full = false
		h.mu.Unlock()
		time.Sleep(2 * presenceEvery)
		synctest.Wait()
		last := ""
		for _, f := range slow.taken {
			for _, c := range f.Presence {
				if c.Account.Name == "bob" {
					last = c.Presence
				}
			}
		}
		if last != string(plausch.Offline) {
			t.Errorf("the last that was told of bob is %q, want offline", last)
		}
		offered := slow.offered
		time.Sleep(3 * presenceEvery)
		synctest.Wait()
		if slow.offered != offered {
			t.Error("presence that has not changed was told again")
		}
	})
}
