package auth

import (
	"context"
	"net/netip"
	"slices"
	"testing"
	"testing/synctest"

	"plausch"
	"plausch/internal/network"
)

// people wait in a queue whose one turn is taken; the test gives it back and sees
// who is next.
type people struct {
	t     *testing.T
	queue queue
	next  chan string
}

func newPeople(t *testing.T) *people {
	p := &people{t: t, queue: queue{free: 1}, next: make(chan string, 4*maxQueued)}
	if err := p.queue.take(t.Context(), Source{}); err != nil {
		t.Fatal(err)
	}
	return p
}

// come has somebody wait behind those who came before.
func (p *people) come(name string, from Source) {
	go func() {
		err := p.queue.take(p.t.Context(), from)
		if err != nil {
			name += " refused"
		}
		p.next <- name
	}()
	synctest.Wait()
}

// turns gives n turns and returns who had them.
func (p *people) turns(n int) []string {
	var had []string
	for range n {
		p.queue.give()
		had = append(had, <-p.next)
	}
	return had
}

func v4(a, b, c, d byte) netip.Addr { return netip.AddrFrom4([4]byte{a, b, c, d}) }

func TestAClassGetsInBesideFortyAttackers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeople(t)
		for i := range 40 { // each network has many addresses and connections
			for j := range 8 {
				p.come("attacker", Source{Addr: v4(203, byte(i), 113, byte(j))})
			}
		}
		class := Source{Addr: v4(198, 51, 100, 7)}
		for range 40 {
			p.come("student", class)
		}
		// Nobody of the class has signed in before: its network waits for one turn of
		// each other network at most.
		first := p.turns(41)
		if !slices.Contains(first, "student") {
			t.Error("the class has not had a turn when every network had one")
		}
		// One of them has signed in: those who wait are known, and have every other turn,
		// together with those who come later.
		p.queue.know(network.Household(class.Addr))
		class.Known = true
		p.come("student", class)
		n := 0
		for _, who := range p.turns(80) {
			if who == "student" {
				n++
			}
		}
		if n != 40 {
			t.Errorf("of 80 turns the class had %d, want its 40", n)
		}
	})
}

func TestAFullQueueHasAPlaceForANewNetwork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeople(t)
		for i := range maxQueued {
			p.come("attacker", Source{Addr: v4(203, 0, 113, byte(i))})
		}
		p.come("neighbour", Source{Addr: v4(203, 0, 113, 7)}) // of the same /24
		if who := <-p.next; who != "neighbour refused" {
			t.Fatalf("%q, want that whoever comes from a network that has the whole queue is refused", who)
		}
		p.come("stranger", Source{Addr: v4(198, 51, 100, 7)})
		if who := <-p.next; who != "attacker refused" {
			t.Fatalf("%q, want that one of the largest network gives way", who)
		}
		p.come("known", Source{Addr: v4(203, 0, 113, 8), Known: true})
		if had := p.turns(4); !slices.Contains(had, "stranger") || !slices.Contains(had, "known") {
			t.Errorf("the first turns had %v, want stranger and known among them", had)
		}
	})
}

func TestAQueueThatDoesNotMoveRefusesInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := newPeople(t)
		err := p.queue.take(t.Context(), Source{})
		wantCode(t, err, plausch.RateLimited)
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := p.queue.take(gone, Source{}); err == nil || plausch.CodeOf(err) == plausch.RateLimited {
			t.Errorf("with a context that has ended: %v", err)
		}
		p.queue.give()
		if err := p.queue.take(t.Context(), Source{}); err != nil {
			t.Errorf("with a free turn: %v", err)
		}
	})
}
