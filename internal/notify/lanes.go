package notify

import (
	"context"
	"net/url"
	"sync"
	"time"
)

const (
	// fastCalls and slowCalls are how many calls run at once to those who answered
	// well the last time, and to the others.
	fastCalls = 128
	slowCalls = 16
	// hostCalls is how many of them go to one host. Push services speak HTTP/2, where
	// many calls share one connection.
	hostCalls = 32
	// slowAnswer is how long a good answer may take without being called slow.
	slowAnswer = 2 * time.Second
)

// Lanes bound how many calls run at once. Who hangs holds up the slow lane only, and
// its own host; once, before that is known, a place of the fast lane for as long as a
// call takes.
type Lanes struct {
	fast, slow chan struct{}

	mu    sync.Mutex
	hosts map[string]*host
}

// host is the places of one host, while somebody uses them or waits for one.
type host struct {
	places chan struct{}
	users  int
}

// NewLanes returns lanes in which nobody is.
func NewLanes() *Lanes {
	return &Lanes{fast: make(chan struct{}, fastCalls), slow: make(chan struct{}, slowCalls), hosts: map[string]*host{}}
}

// take waits for a place, first of the host, then of the lane, and returns how to give
// it back. The error is the context's.
func (l *Lanes) take(ctx context.Context, name string, slow bool) (release func(), err error) {
	h := l.use(name)
	select {
	case h.places <- struct{}{}:
	case <-ctx.Done():
		l.leave(name, h)
		return nil, ctx.Err()
	}
	lane := l.fast
	if slow {
		lane = l.slow
	}
	leaveHost := func() {
		<-h.places
		l.leave(name, h)
	}
	select {
	case lane <- struct{}{}:
	case <-ctx.Done():
		leaveHost()
		return nil, ctx.Err()
	}
	return func() { <-lane; leaveHost() }, nil
}

func (l *Lanes) use(name string) *host {
	l.mu.Lock()
	defer l.mu.Unlock()
	h := l.hosts[name]
	if h == nil {
		h = &host{places: make(chan struct{}, hostCalls)}
		l.hosts[name] = h
	}
	h.users++
	return h
}

func (l *Lanes) leave(name string, h *host) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if h.users--; h.users == 0 {
		delete(l.hosts, name)
	}
}

// hostOf returns the host of an address, which may stand in a log.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Host
}
