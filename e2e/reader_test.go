package e2e

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"sync"

	"plausch"
	"plausch/client"
	"plausch/protocol"
)

// reader is a person who hears everything in its rooms from their beginning,
// live and, after a loss, by resuming as docs/protocol.md says.
type reader struct {
	*person

	mu    sync.Mutex
	heard map[plausch.RoomID][]plausch.Event // in order, from seq 1
	aside map[place]plausch.Event            // came before what is missing
	live  int                                // events that were pushed and not had before
	woken chan struct{}
	until map[plausch.RoomID]int64 // run ends when all this is heard, if it is set
}

func newReader(p *person) *reader {
	return &reader{
		person: p, heard: map[plausch.RoomID][]plausch.Event{}, aside: map[place]plausch.Event{},
		woken: make(chan struct{}, 1),
	}
}

// run hears until all is heard that stopAt asks for.
func (r *reader) run(ctx context.Context) error { return r.stay(ctx, r.push, r.talk) }

// stopAt has run end when r has heard each room up to a seq.
func (r *reader) stopAt(heads map[plausch.RoomID]int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.until = heads
	r.wake()
}

func (r *reader) wake() {
	select {
	case r.woken <- struct{}{}:
	default:
	}
}

// push takes in an event.
func (r *reader) push(f *protocol.Frame) {
	if f.Event == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	e := f.Event.Event()
	if e.Seq == r.last(e.Room)+1 {
		r.live++
	}
	r.take(e)
	r.wake()
}

// last is the seq up to which everything is heard.
func (r *reader) last(room plausch.RoomID) int64 { return int64(len(r.heard[room])) }

// take hears an event, keeps it aside, or drops it: r has it already.
func (r *reader) take(e plausch.Event) {
	switch last := r.last(e.Room); {
	case e.Seq > last+1:
		r.aside[place{e.Room, e.Seq}] = e
		return
	case e.Seq <= last:
		return
	}
	for ok := true; ok; {
		r.heard[e.Room] = append(r.heard[e.Room], e)
		delete(r.aside, place{e.Room, e.Seq})
		e, ok = r.aside[place{e.Room, e.Seq + 1}]
	}
}

// talk uses one connection.
func (r *reader) talk(ctx context.Context, conn *client.Conn) (bool, error) {
	if err := conn.Subscribe(ctx); err != nil {
		return false, err
	}
	rooms, err := joinedRooms(ctx, conn)
	if err != nil {
		return false, err
	}
	for _, room := range rooms {
		if err := r.resume(ctx, conn, plausch.RoomID(room.ID), room.Seq); err != nil {
			return false, err
		}
	}
	for {
		if room, upTo, missing := r.missing(); missing {
			if err := r.resume(ctx, conn, room, upTo); err != nil {
				return false, err
			}
			continue
		}
		if r.done() {
			return true, nil
		}
		select {
		case <-r.woken:
		case <-conn.Done():
			return false, conn.Err()
		case <-ctx.Done():
			return false, ctx.Err()
		}
	}
}

// missing returns a room of which something was not heard that is known to be.
func (r *reader) missing() (plausch.RoomID, int64, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for p := range r.aside {
		return p.room, p.seq - 1, true
	}
	return 0, 0, false
}

// resume fetches the history of a room up to a seq.
func (r *reader) resume(ctx context.Context, conn *client.Conn, room plausch.RoomID, upTo int64) error {
	for {
		r.mu.Lock()
		last := r.last(room)
		r.mu.Unlock()
		if last >= upTo {
			return nil
		}
		events, _, err := page(ctx, conn, room, last)
		if err != nil {
			return err
		}
		if len(events) == 0 {
			return fmt.Errorf("%s: room %d has nothing behind %d, but should go to %d", r.name, room, last, upTo)
		}
		r.mu.Lock()
		for _, e := range events {
			r.take(e)
		}
		r.mu.Unlock()
	}
}

func (r *reader) done() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for room, seq := range r.until {
		if r.last(room) < seq {
			return false
		}
	}
	return r.until != nil
}

// page returns a page of a room's history behind a seq, which may be 0.
func page(ctx context.Context, conn *client.Conn, room plausch.RoomID, after int64) ([]plausch.Event, bool, error) {
	params := protocol.HistoryGet{Room: int64(room), After: &after, Limit: protocol.MaxPage}
	var result protocol.History
	if err := conn.Call(ctx, protocol.MethodHistory, &params, &result); err != nil {
		return nil, false, err
	}
	events := make([]plausch.Event, len(result.Events))
	for i := range result.Events {
		events[i] = result.Events[i].Event()
	}
	return events, result.More, nil
}

// readBack returns the whole history of a room.
func readBack(ctx context.Context, conn *client.Conn, room plausch.RoomID) ([]plausch.Event, error) {
	var all []plausch.Event
	for {
		after := int64(0)
		if len(all) > 0 {
			after = all[len(all)-1].Seq
		}
		events, more, err := page(ctx, conn, room, after)
		if err != nil {
			return nil, err
		}
		all = append(all, events...)
		if !more {
			return all, nil
		}
	}
}

// joinedRooms returns the rooms that a connection's account is in.
func joinedRooms(ctx context.Context, conn *client.Conn) ([]protocol.Room, error) {
	var all []protocol.Room
	for after, more := int64(0), true; more; {
		var result protocol.Rooms
		if err := conn.Call(ctx, protocol.MethodRoomList, &protocol.RoomList{After: after, Limit: protocol.MaxPage}, &result); err != nil {
			return nil, err
		}
		all = append(all, result.Rooms...)
		more = result.More
		if more {
			after = all[len(all)-1].ID
		}
	}
	return all, nil
}

// historyOf returns the whole history of all rooms that these people are in.
func historyOf(ctx context.Context, people []*person) (map[plausch.RoomID][]plausch.Event, error) {
	history := map[plausch.RoomID][]plausch.Event{}
	for _, p := range people {
		conn, err := p.enter(ctx, nil)
		if err != nil {
			return nil, err
		}
		rooms, err := joinedRooms(ctx, conn)
		for _, room := range rooms {
			id := plausch.RoomID(room.ID)
			if _, known := history[id]; known {
				continue
			}
			if history[id], err = readBack(ctx, conn, id); err != nil {
				break
			}
		}
		conn.Close()
		if err != nil {
			return nil, fmt.Errorf("%s reads back: %w", p.name, err)
		}
	}
	return history, nil
}

// headsFor returns the newest seqs of the rooms that p is in.
func headsFor(ctx context.Context, p *person) (map[plausch.RoomID]int64, error) {
	conn, err := p.enter(ctx, nil)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	rooms, err := joinedRooms(ctx, conn)
	heads := map[plausch.RoomID]int64{}
	for _, room := range rooms {
		heads[plausch.RoomID(room.ID)] = room.Seq
	}
	return heads, err
}

// ids returns the rooms of a history, in order.
func ids(history map[plausch.RoomID][]plausch.Event) []plausch.RoomID {
	return slices.Sorted(maps.Keys(history))
}
