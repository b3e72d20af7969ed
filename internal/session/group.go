package session

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Connection is one connection of a [Group].
type Connection interface {
	comparable
	// Wake ends its waiting for a request. It then sees that the group drains,
	// answers what is in flight, says why, and leaves the group.
	Wake()
	// Cut closes the connection without a word.
	Cut()
}

// Group is connections that are ended together. Its zero value is empty.
type Group[C Connection] struct {
	mu          sync.Mutex
	connections map[C]struct{}
	draining    atomic.Bool // set under mu
	// running counts the connections that were added and not removed, also those
	// that came too late. It is no WaitGroup: one must not grow from zero during a
	// Wait, and connections arrive at any time.
	running int
	ended   chan struct{} // nil, or what Drain waits for: closed when running is 0
}

// Add adds a connection. It returns false if the group drains: then the connection
// has to end at once. Remove is due either way.
func (g *Group[C]) Add(c C) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running++
	if g.draining.Load() {
		return false
	}
	if g.connections == nil {
		g.connections = map[C]struct{}{}
	}
	g.connections[c] = struct{}{}
	return true
}

// Remove is to be called once for each Add, when the connection has ended.
func (g *Group[C]) Remove(c C) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.connections, c)
	g.running--
	g.wakeDrain()
}

// wakeDrain lets Drain return if nobody runs. The lock is held.
func (g *Group[C]) wakeDrain() {
	if g.running == 0 && g.ended != nil {
		close(g.ended)
		g.ended = nil
	}
}

// Draining reports whether Drain has been called.
func (g *Group[C]) Draining() bool { return g.draining.Load() }

// Len returns the number of connections.
func (g *Group[C]) Len() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.connections)
}

// Each calls f with every connection. F must not add or remove any.
func (g *Group[C]) Each(f func(C)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for c := range g.connections {
		f(c)
	}
}

// Drain takes no connection any more and wakes all of them until they have ended.
// When the context is done, it cuts those that are left.
func (g *Group[C]) Drain(ctx context.Context) error {
	g.mu.Lock()
	g.draining.Store(true)
	if g.ended == nil {
		g.ended = make(chan struct{})
	}
	done := g.ended
	g.wakeDrain()
	g.mu.Unlock()
	ticker := time.NewTicker(drainEvery)
	defer ticker.Stop()
	for {
		g.Each(C.Wake)
		select {
		case <-done:
			return nil
		case <-ticker.C:
		case <-ctx.Done():
			g.Each(C.Cut)
			return ctx.Err()
		}
	}
}

// drainEvery is how often Drain wakes the connections that have not ended: one in
// the middle of a frame sets a deadline of its own, and goes on after one wake-up.
const drainEvery = 20 * time.Millisecond
