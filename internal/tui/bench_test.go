package tui

import (
	"runtime"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"plausch"
)

// busy returns a window at 200 × 60 with many rooms and full of messages.
func busy(t *testing.T) *window {
	w := newWindow(t, 200, 60)
	for i := range 30 {
		w.join(plausch.Room{ID: plausch.RoomID(2 + i), Kind: plausch.RoomPublic, Name: "room" + number(i)})
	}
	w.caughtUp()
	for i := range 300 {
		w.says(1, plausch.AccountRef{ID: plausch.AccountID(2 + i%7), Name: "person" + number(i%7)}, "message %d with **strong** words and a [link](https://example.org/%d) %s", i, i, strings.Repeat("and more ", i%20))
	}
	return w
}

// A letter that is typed, handled and drawn: at most 2 ms.
func BenchmarkLetter(b *testing.B) {
	w := busy(&testing.T{})
	w.View()
	b.ReportAllocs()
	for i := range b.N {
		if i%500 == 0 {
			w.input.set("")
		}
		w.Update(tea.KeyPressMsg{Code: 'x', Text: "x"})
		w.View()
	}
}

// A message that comes in.
func BenchmarkMessage(b *testing.B) {
	w := busy(&testing.T{})
	b.ReportAllocs()
	for i := range b.N {
		w.says(1, plausch.AccountRef{ID: 2, Name: "bob"}, "message %d of the benchmark", i)
		w.View()
	}
}

// A page of older messages.
func BenchmarkPageUp(b *testing.B) {
	w := busy(&testing.T{})
	b.ReportAllocs()
	for i := range b.N {
		if i%4 == 0 {
			w.press("ctrl+end")
		}
		w.press("pgup")
		w.View()
	}
}

// A letter is drawn without much garbage: what is not the input is drawn from what was
// kept.
func TestAllocationsOfALetter(t *testing.T) {
	w := busy(t)
	w.View()
	n := testing.AllocsPerRun(50, func() {
		w.Update(tea.KeyPressMsg{Code: 'x', Text: "x"})
		w.View()
	})
	if n > 400 {
		t.Errorf("a letter takes %.0f allocations", n)
	}
}

// A room of 100,000 messages takes bounded memory: what is far from where the user reads
// is dropped.
func TestMemoryIsBounded(t *testing.T) {
	w := newWindow(t, 200, 60)
	w.caughtUp()
	for i := range 100_000 {
		w.says(1, bob, "message %d with some words that people write", i)
		if i%1000 == 0 {
			w.View()
		}
	}
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	if s.HeapAlloc > 60<<20 {
		t.Errorf("%d MB are in use", s.HeapAlloc>>20)
	}
	w.shows("message 99999")
}
