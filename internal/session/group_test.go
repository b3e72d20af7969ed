package session

import (
	"context"
	"sync"
	"testing"
)

// guest is a connection that leaves when it is woken.
type guest struct {
	once  sync.Once
	woken chan struct{}
}

func (g *guest) Wake() { g.once.Do(func() { close(g.woken) }) }
func (g *guest) Cut()  { g.Wake() }

// TestDrainBesideArrivals: connections come and go while the group drains, also
// at the moment when the last one has left. With a WaitGroup that panicked, or
// was a race.
func TestDrainBesideArrivals(t *testing.T) {
	for range 200 {
		var g Group[*guest]
		var arriving sync.WaitGroup
		start := make(chan struct{})
		for range 4 {
			arriving.Go(func() {
				<-start
				for range 10 {
					m := &guest{woken: make(chan struct{})}
					if g.Add(m) {
						if g.Draining() {
							<-m.woken
						}
					}
					g.Remove(m)
				}
			})
		}
		var drains sync.WaitGroup
		for range 2 {
			drains.Go(func() {
				<-start
				if err := g.Drain(t.Context()); err != nil {
					t.Errorf("drain: %v", err)
				}
			})
		}
		close(start)
		drains.Wait()
		arriving.Wait()
		if n := g.Len(); n != 0 {
			t.Fatalf("%d connections are left", n)
		}
		if g.Add(&guest{}) {
			t.Fatal("somebody was let in after the drain")
		}
	}
}

// TestDrainWaits: Drain returns only when the last connection has been removed, and
// cuts those that stay longer than its context.
func TestDrainWaits(t *testing.T) {
	var g Group[*guest]
	m := &guest{woken: make(chan struct{})}
	g.Add(m)
	ctx, cancel := context.WithCancel(t.Context())
	drained := make(chan error, 1)
	go func() { drained <- g.Drain(ctx) }()
	<-m.woken
	select {
	case err := <-drained:
		t.Fatalf("it has ended with a connection left: %v", err)
	default:
	}
	cancel()
	if err := <-drained; err == nil {
		t.Error("a connection is left, and nobody was told")
	}
	g.Remove(m)
	if err := g.Drain(t.Context()); err != nil {
		t.Error(err)
	}
}
