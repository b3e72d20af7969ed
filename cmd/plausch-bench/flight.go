package main

import (
	"sync"
	"sync/atomic"
)

// maxInFlight is the most messages of a room that can be in flight: fewer than
// there are places to count them at.
const (
	flightPlaces = 4096
	maxInFlight  = flightPlaces / 2
)

// flight knows how far all members of a room have got. A message is in flight
// from its sending until every member has it.
//
// Members are counted by the seq they have reached, so that one who reads many
// messages at once changes two counters and not one for each message.
type flight struct {
	at   [flightPlaces]atomic.Int32 // members by the seq reached, modulo
	all  atomic.Int64               // every member has reached this seq
	sent atomic.Int64               // the last seq that was sent
	mu   sync.Mutex                 // who moves all
	more chan struct{}              // all has moved; holds one
}

// begin puts all members at seq, where the room's log ends.
func (f *flight) begin(members int, seq int64) {
	f.more = make(chan struct{}, 1)
	f.at[seq%flightPlaces].Store(int32(members))
	f.all.Store(seq)
	f.sent.Store(seq)
}

// moved tells that a member has got from one seq to a later one.
func (f *flight) moved(from, to int64) {
	// In this order a member is never nowhere, so all cannot overtake it.
	f.at[to%flightPlaces].Add(1)
	if f.at[from%flightPlaces].Add(-1) == 0 && f.all.Load() == from {
		f.advance()
	}
}

// advance moves all to the first place where somebody is. Whoever empties the
// place of all afterwards sees that it is all, since all is stored before its
// place is looked at; so no move is missed.
func (f *flight) advance() {
	f.mu.Lock()
	seq := f.all.Load()
	before := seq
	for seq < f.sent.Load() && f.at[seq%flightPlaces].Load() == 0 {
		seq++
		f.all.Store(seq)
	}
	f.mu.Unlock()
	if seq > before {
		select {
		case f.more <- struct{}{}:
		default: // it is told already
		}
	}
}

// landed reports whether nothing is in flight.
func (f *flight) landed() bool { return f.all.Load() == f.sent.Load() }
