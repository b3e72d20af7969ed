package api_test

import (
	"testing"

	"plausch/protocol"
)

// seen waits for the next push that somebody has read, or that something was said: then
// there is none.
func (p pushed) seen(t *testing.T) (seen protocol.Seen) {
	t.Helper()
	for prepared := range p {
		if s := prepared.Push().Seen; s != nil {
			return *s
		}
		if len(prepared.Events()) > 0 {
			return protocol.Seen{}
		}
	}
	return seen
}

// TestSeen has member read what maker has written: maker is told in their direct room, and
// only there, and only if both let themselves be seen.
func TestSeen(t *testing.T) {
	w := newWorld(t)
	maker := w.listen("maker")
	read := func(room, seq int64, back bool) {
		t.Helper()
		w.must("member", protocol.MethodMarkerSet, &protocol.MarkerSet{Room: room, Seq: seq, Back: back})
	}
	room := func(want int64) {
		t.Helper()
		r := w.must("maker", protocol.MethodRoomGet, &protocol.RoomRef{Room: w.direct}).(*protocol.Room)
		if r.Seen != want {
			t.Errorf("the room says that up to %d is read, want %d", r.Seen, want)
		}
	}
	room(2)
	read(w.den, 5, false)
	read(w.direct, 3, false)
	if s := maker.seen(t); s != (protocol.Seen{Room: w.direct, Seq: 3}) {
		t.Errorf("maker hears %+v", s)
	}
	room(3)
	read(w.direct, 3, false) // which moves nothing
	read(w.direct, 4, false)
	if s := maker.seen(t); s != (protocol.Seen{Room: w.direct, Seq: 4}) {
		t.Errorf("maker hears %+v", s)
	}
	for _, who := range []string{"member", "maker"} {
		w.must(who, protocol.MethodSeenSet, &protocol.SeenSet{})
		room(0)
		read(w.direct, 3, true)
		read(w.direct, 4, false)
		w.must("maker", protocol.MethodMessageSend, &protocol.MessageSend{Room: 1, Text: "the end"})
		if s := maker.seen(t); s != (protocol.Seen{}) {
			t.Errorf("without the switch of %s maker hears %+v", who, s)
		}
		w.must(who, protocol.MethodSeenSet, &protocol.SeenSet{On: true})
	}
	room(4)
}
