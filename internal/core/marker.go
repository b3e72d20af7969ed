package core

import (
	"context"
	"sync"

	"plausch"
	"plausch/internal/bus"
	"plausch/internal/store"
)

// NewMarker is up to where somebody has read a room. Back lets the marker go back,
// too: somebody marks messages as unread again.
type NewMarker struct {
	Room plausch.RoomID
	Seq  int64
	Back bool
}

// SetMarker sets the marker of by in a room that it is in, and returns what it has read
// there then, which all its sessions are told.
func (c *Core) SetMarker(ctx context.Context, by plausch.Account, n NewMarker) (plausch.ReadState, error) {
	if n.Seq < 0 {
		return plausch.ReadState{}, plausch.Errorf(plausch.Invalid, "seq cannot be negative")
	}
	if _, err := c.member(ctx, by.ID, n.Room); err != nil {
		return plausch.ReadState{}, err
	}
	w := &markerSet{NewMarker: store.NewMarker{Account: by.ID, Room: n.Room, Seq: n.Seq, Back: n.Back}, done: make(chan struct{})}
	if !c.markers.add(w) {
		return plausch.ReadState{}, errStopping()
	}
	<-w.done // it is set, whether or not somebody still waits
	return w.state, w.err
}

// ReadStates returns what by has read of those of the rooms that it is in.
func (c *Core) ReadStates(ctx context.Context, by plausch.Account, rooms ...plausch.RoomID) (map[plausch.RoomID]plausch.ReadState, error) {
	return c.store.ReadStates(ctx, by.ID, rooms...)
}

// markerSet is a marker that waits to be set.
type markerSet struct {
	store.NewMarker
	state plausch.ReadState
	err   error
	done  chan struct{} // closed when state or err is there
}

// markerQueue is the markers that wait to be set. Everybody in a room reads a message at
// about the same time: those that come while others are written share one commit.
type markerQueue struct {
	mu      sync.Mutex
	waiting []*markerSet
	closed  bool
	added   chan struct{} // has an element while some may wait
}

func newMarkerQueue() *markerQueue { return &markerQueue{added: make(chan struct{}, 1)} }

// add adds w, or returns false if the queue is closed.
func (q *markerQueue) add(w *markerSet) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return false
	}
	q.waiting = append(q.waiting, w)
	select {
	case q.added <- struct{}{}:
	default:
	}
	return true
}

// take returns all that wait. With last nobody can wait any more.
func (q *markerQueue) take(last bool) []*markerSet {
	q.mu.Lock()
	defer q.mu.Unlock()
	taken := q.waiting
	q.waiting, q.closed = nil, q.closed || last
	return taken
}

// markerLoop sets the markers that wait, in order, and tells of each in that order: the
// last one that a session hears of is the one that is kept.
func (c *Core) markerLoop(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			c.setMarkers(context.WithoutCancel(ctx), c.markers.take(true))
			return
		case <-c.markers.added:
			c.setMarkers(ctx, c.markers.take(false))
		}
	}
}

func (c *Core) setMarkers(ctx context.Context, all []*markerSet) {
	if len(all) == 0 {
		return
	}
	markers := make([]store.NewMarker, len(all))
	for i, w := range all {
		markers[i] = w.NewMarker
	}
	set, err := c.store.SetMarkers(ctx, markers)
	for i, w := range all {
		switch {
		case err != nil:
			w.err = err
		case !set[i].Member:
			w.err = errNoRoom()
		default:
			w.state, w.err = c.readState(ctx, w.Account, w.Room)
		}
		if w.err == nil {
			c.opts.Bus.Signal(bus.Signal{Kind: bus.SignalMarker, Room: w.Room, Account: w.Account, Read: w.state})
			if w.state.Peer != 0 && set[i].Moved {
				c.opts.Bus.Signal(bus.Signal{Kind: bus.SignalSeen, Room: w.Room, Account: w.state.Peer, Read: plausch.ReadState{Seen: w.state.Marker}})
			}
		}
		close(w.done)
	}
}

// readState returns what an account has read of a room that it is in.
func (c *Core) readState(ctx context.Context, account plausch.AccountID, room plausch.RoomID) (plausch.ReadState, error) {
	states, err := c.store.ReadStates(ctx, account, room)
	if err != nil {
		return plausch.ReadState{}, err
	}
	state, ok := states[room]
	if !ok {
		return plausch.ReadState{}, errNoRoom()
	}
	return state, nil
}
