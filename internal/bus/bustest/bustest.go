// Package bustest is the suite that every bus passes.
package bustest

import (
	"reflect"
	"testing"
	"time"

	"plausch"
	"plausch/internal/bus"
)

// Run tests the bus that open returns.
func Run(t *testing.T, open func(t *testing.T) bus.Bus) {
	t.Run("every subscriber hears every event in order", func(t *testing.T) {
		b := open(t)
		first, second := listen(t, b), listen(t, b)
		b.Publish(events(1, 1, 2))
		b.Publish(events(1, 3))
		b.Publish(events(2, 1))
		for _, l := range []*listener{first, second} {
			l.expect(t, events(1, 1, 2, 3), events(2, 1))
		}
	})
	t.Run("a cancelled subscriber hears nothing more", func(t *testing.T) {
		b := open(t)
		gone, stays := listen(t, b), listen(t, b)
		gone.cancel()
		b.Publish(events(1, 1))
		stays.expect(t, events(1, 1))
		select {
		case e := <-gone.heard:
			t.Errorf("heard seq %d after cancel", e.Seq)
		default:
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

type listener struct {
	heard  chan plausch.Event
	cancel func()
}

func listen(t *testing.T, b bus.Bus) *listener {
	t.Helper()
	l := &listener{heard: make(chan plausch.Event, 100)}
	l.cancel = b.Subscribe(func(es []plausch.Event) {
		for _, e := range es {
			l.heard <- e
		}
	})
	t.Cleanup(l.cancel)
	return l
}

// expect awaits the events of each room in their order, rooms interleaved in any way.
func (l *listener) expect(t *testing.T, rooms ...[]plausch.Event) {
	t.Helper()
	want := map[plausch.RoomID][]plausch.Event{}
	left := 0
	for _, es := range rooms {
		want[es[0].Room] = es
		left += len(es)
	}
	for ; left > 0; left-- {
		select {
		case got := <-l.heard:
			next := want[got.Room]
			if len(next) == 0 || !reflect.DeepEqual(next[0], got) {
				t.Fatalf("heard %+v, want next %+v", got, next)
			}
			want[got.Room] = next[1:]
		case <-time.After(10 * time.Second):
			t.Fatalf("%d events were not heard: %+v", left, want)
		}
	}
}
