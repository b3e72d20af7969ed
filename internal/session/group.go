package session

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Member is one connection of a [Group].
type Member interface {
	comparable
	// Wake ends its waiting for a request. It then sees that the group drains,
	// answers what is in flight, says why, and leaves the group.
	Wake()
	// Cut closes the connection without a word.
	Cut()
}

// Group is connections that are ended together. Its zero value is empty.
type Group[M Member] struct {
	mu       sync.Mutex
	members  map[M]struct{}
	draining atomic.Bool // set under mu
	// running counts the members that were added and not removed, those that came
	// too late included. It is no WaitGroup: that must not grow from nothing beside
	// a Wait, and connections arrive when they like.
	running int
	ended   chan struct{} // nil, or what Drain waits for: closed when running is 0
}

// Add adds a member. It returns false if the group drains: then the member has
// to end at once. Remove is due either way.
func (g *Group[M]) Add(m M) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.running++
	if g.draining.Load() {
		return false
	}
	if g.members == nil {
		g.members = map[M]struct{}{}
	}
	g.members[m] = struct{}{}
	return true
}

// Remove is to be called once for each Add, when the member has ended.
func (g *Group[M]) Remove(m M) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.members, m)
	g.running--
	g.wakeDrain()
}

// wakeDrain lets Drain return if nobody runs. The lock is held.
func (g *Group[M]) wakeDrain() {
	if g.running == 0 && g.ended != nil {
		close(g.ended)
		g.ended = nil
	}
}

// Draining reports whether Drain has been called.
func (g *Group[M]) Draining() bool { return g.draining.Load() }

// Len returns the number of members.
func (g *Group[M]) Len() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.members)
}

// Each calls f with every member. F must not add or remove any.
func (g *Group[M]) Each(f func(M)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for m := range g.members {
		f(m)
	}
}

// Drain lets nobody in any more and wakes the members until all have left. With
// the context, those that have not are cut.
func (g *Group[M]) Drain(ctx context.Context) error {
	g.mu.Lock()
	g.draining.Store(true)
	if g.ended == nil {
		g.ended = make(chan struct{})
	}
	done := g.ended
	g.wakeDrain()
	g.mu.Unlock()
	again := time.NewTicker(drainEvery)
	defer again.Stop()
	for {
		g.Each(M.Wake)
		select {
		case <-done:
			return nil
		case <-again.C:
		case <-ctx.Done():
			g.Each(M.Cut)
			return ctx.Err()
		}
	}
}

// drainEvery is how often Drain wakes the members that have not ended: one in
// the middle of a frame sets a deadline of its own, and goes on after one wake-up.
const drainEvery = 20 * time.Millisecond
