// Package bus carries what was committed to those who react to it: the hub, and
// later push and other nodes. It is the only way from the core to them, and it
// may lose or reorder: whoever hears an event and misses the seq before it loads
// the gap from the store.
package bus

import (
	"slices"
	"sync"

	"plausch"
)

// Bus delivers committed events. Every implementation passes the suite in bustest.
type Bus interface {
	// Publish hands events on. Those of one room are in seq order. The slice
	// and what it holds must not be changed afterwards, by anyone.
	Publish(events []plausch.Event)
	// Subscribe calls hear with everything that is published from now on, one
	// call at a time, until cancel is called. After cancel has returned, hear is
	// not running and will not be called. hear must not call cancel.
	Subscribe(hear func(events []plausch.Event)) (cancel func())
}

// Local is the bus inside one process. It calls the subscribers from the
// publisher's goroutine, one after the other, and so never loses and never
// reorders; a subscriber that is slow slows the commits down, which is wanted of
// the hub, and others bring a queue of their own. The zero value is ready to use.
type Local struct {
	mu   sync.Mutex // held while subscribers run
	subs []*func([]plausch.Event)
}

// Publish implements [Bus].
func (l *Local) Publish(events []plausch.Event) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, hear := range l.subs {
		(*hear)(events)
	}
}

// Subscribe implements [Bus].
func (l *Local) Subscribe(hear func([]plausch.Event)) (cancel func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	entry := &hear
	l.subs = append(l.subs, entry)
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.subs = slices.DeleteFunc(l.subs, func(s *func([]plausch.Event)) bool { return s == entry })
	}
}
