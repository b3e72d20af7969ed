// Package bustest is the suite that every bus passes.
package bustest

import (
	"runtime"
	"sync"
	"testing"
	"time"

	"plausch"
	"plausch/internal/bus"
)

// Run tests the bus that open returns.
func Run(t *testing.T, open func(t *testing.T) bus.Bus) {
	t.Run("every subscriber hears every event once and in order", func(t *testing.T) {
		b := open(t)
		first, second := listen(t, b), listen(t, b)
		b.Publish(events(1, 1, 2))
		b.Publish(events(1, 3))
		b.Publish(events(2, 1))
		for _, l := range []*listener{first, second} {
			l.await(t, map[plausch.RoomID]int64{1: 3, 2: 1})
			l.check(t, 1)
		}
	})
	t.Run("many publish at once, and subscribers come and go", func(t *testing.T) {
		const rooms, batches, size = 8, 200, 3
		b := open(t)
		always := listen(t, b)
		var publishing sync.WaitGroup
		for room := range plausch.RoomID(rooms) {
			publishing.Go(func() {
				for n := range int64(batches) {
					b.Publish(events(room+1, n*size+1, n*size+2, n*size+3))
				}
			})
		}
		var guests []*listener
		for range 20 {
			l := listen(t, b)
			guests = append(guests, l)
			if len(guests)%2 == 0 {
				l.cancel()
			}
		}
		publishing.Wait()
		last := map[plausch.RoomID]int64{} // which all that are left hear, however late they came
		for room := range plausch.RoomID(rooms) {
			last[room+1] = batches*size + 1
			b.Publish(events(room+1, batches*size+1))
		}
		always.await(t, last)
		always.check(t, 1)
		for i, l := range guests {
			if i%2 == 0 {
				l.await(t, last)
			}
			l.check(t, 0) // it may have come late, but then it misses nothing
		}
	})
	t.Run("signals reach who listens", func(t *testing.T) {
		b := open(t)
		first, second := listen(t, b), listen(t, b)
		want := bus.Signal{Kind: bus.SignalTyping, Room: 7, From: plausch.AccountRef{ID: 3, Name: "anna"}}
		for _, l := range []*listener{first, second} {
			for heard := false; !heard; { // a signal may be lost
				b.Signal(want)
				select {
				case got := <-l.signals:
					if heard = true; got != want {
						t.Errorf("heard %+v, want %+v", got, want)
					}
				case <-time.After(10 * time.Millisecond):
				}
			}
		}
	})
	t.Run("a cancelled subscriber hears nothing more", func(t *testing.T) {
		b := open(t)
		gone, stays := listen(t, b), listen(t, b)
		gone.cancel()
		b.Publish(events(1, 1))
		b.Signal(bus.Signal{Kind: bus.SignalTyping, Room: 1})
		stays.await(t, map[plausch.RoomID]int64{1: 1})
		if len(gone.seqs(1)) > 0 || len(gone.signals) > 0 {
			t.Error("something was heard after cancel")
		}
	})
}

func events(room plausch.RoomID, seqs ...int64) []plausch.Event {
	var es []plausch.Event
	for _, seq := range seqs {
		es = append(es, plausch.Event{Room: room, Seq: seq, Kind: plausch.EventMessage, Text: "hi"})
	}
	return es
}

// listener keeps what it hears.
type listener struct {
	cancel  func()
	signals chan bus.Signal

	mu    sync.Mutex
	heard map[plausch.RoomID][]int64 // seqs
	news  chan struct{}              // has one element if something was heard since
	calls int                        // that are running
	twice bool                       // two ran at once
}

func listen(t *testing.T, b bus.Bus) *listener {
	t.Helper()
	l := &listener{heard: map[plausch.RoomID][]int64{}, news: make(chan struct{}, 1), signals: make(chan bus.Signal, 1000)}
	l.cancel = b.Subscribe(bus.Subscriber{Events: l.hear, Signal: func(s bus.Signal) { l.signals <- s }})
	t.Cleanup(l.cancel)
	return l
}

func (l *listener) hear(es []plausch.Event) {
	l.enter(1)
	for _, e := range es {
		l.mu.Lock()
		l.heard[e.Room] = append(l.heard[e.Room], e.Seq)
		l.mu.Unlock()
		runtime.Gosched() // a second call, which there must not be, comes now
	}
	l.enter(-1)
	select {
	case l.news <- struct{}{}:
	default:
	}
}

func (l *listener) enter(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls += n
	l.twice = l.twice || l.calls > 1
}

func (l *listener) seqs(room plausch.RoomID) []int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.heard[room]
}

// await waits until the last seqs of rooms were heard.
func (l *listener) await(t *testing.T, last map[plausch.RoomID]int64) {
	t.Helper()
	limit := time.After(30 * time.Second)
	for room, seq := range last {
		for {
			if seqs := l.seqs(room); len(seqs) > 0 && seqs[len(seqs)-1] == seq {
				break
			}
			select {
			case <-l.news:
			case <-limit:
				t.Fatalf("seq %d of room %d was not heard", seq, room)
			}
		}
	}
}

// check holds that what was heard of each room came once, in order and without gaps,
// beginning with a seq, if that is not 0.
func (l *listener) check(t *testing.T, first int64) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.twice {
		t.Error("two calls ran at once")
	}
	for room, seqs := range l.heard {
		if first > 0 && seqs[0] != first {
			t.Errorf("room %d begins with seq %d, want %d", room, seqs[0], first)
		}
		for i, seq := range seqs {
			if seq != seqs[0]+int64(i) {
				t.Fatalf("room %d: seq %d after %d", room, seq, seqs[i-1])
			}
		}
	}
}
