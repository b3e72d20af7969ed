package notify

import (
	"context"
	"net/url"
	"sync"
	"time"
)

const (
	// fastSlots and slowSlots are how many calls run at once to those who answered
	// well the last time, and to the others.
	fastSlots = 128
	slowSlots = 16
	// hostSlots is how many of them go to one host. Push services speak HTTP/2, where
	// many calls share one connection.
	hostSlots = 32
	// slowAnswer is how long a good answer may take without being called slow.
	slowAnswer = 2 * time.Second
)

// Slots bound how many calls run at once. An endpoint that hangs uses up the slots of
// its host, and one of the slow ones; once, before that is known, a fast one for as
// long as a call takes.
type Slots struct {
	fast, slow chan struct{}

	mu    sync.Mutex
	hosts map[string]*hostLimit
}

// hostLimit is the slots of one host. It exists while somebody has one or waits.
type hostLimit struct {
	slots chan struct{}
	users int
}

// NewSlots returns slots that are all free.
func NewSlots() *Slots {
	return &Slots{fast: make(chan struct{}, fastSlots), slow: make(chan struct{}, slowSlots), hosts: map[string]*hostLimit{}}
}

// acquire waits for a slot of the host, then for one of all, and returns the function
// that frees both. The error is the context's.
func (s *Slots) acquire(ctx context.Context, host string, slow bool) (release func(), err error) {
	limit := s.addUser(host)
	select {
	case limit.slots <- struct{}{}:
	case <-ctx.Done():
		s.removeUser(host, limit)
		return nil, ctx.Err()
	}
	leaveHost := func() {
		<-limit.slots
		s.removeUser(host, limit)
	}
	pool := s.fast
	if slow {
		pool = s.slow
	}
	select {
	case pool <- struct{}{}:
	case <-ctx.Done():
		leaveHost()
		return nil, ctx.Err()
	}
	return func() { <-pool; leaveHost() }, nil
}

func (s *Slots) addUser(host string) *hostLimit {
	s.mu.Lock()
	defer s.mu.Unlock()
	limit := s.hosts[host]
	if limit == nil {
		limit = &hostLimit{slots: make(chan struct{}, hostSlots)}
		s.hosts[host] = limit
	}
	limit.users++
	return limit
}

func (s *Slots) removeUser(host string, limit *hostLimit) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if limit.users--; limit.users == 0 {
		delete(s.hosts, host)
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
