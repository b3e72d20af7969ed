package hub

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"

	"plausch"
	"plausch/internal/bus"
	"plausch/protocol"
)

// world is what the store would know: every event, and who is in which room.
type world struct {
	mu      sync.Mutex
	events  map[plausch.RoomID][]plausch.Event
	members map[plausch.RoomID]map[plausch.AccountID]bool
	// in tells for each event of a room who was in it: a join and a leave are
	// still, or already, for the one whose it is.
	in map[plausch.RoomID][]map[plausch.AccountID]bool
}

// commit makes a random event in a random room and returns it.
func (w *world) commit(r *rand.Rand, rooms, accounts int) plausch.Event {
	room := plausch.RoomID(2 + r.IntN(rooms))
	who := plausch.AccountRef{ID: plausch.AccountID(1 + r.IntN(accounts))}
	who.Name = fmt.Sprint("a", who.ID)
	e := plausch.Event{Room: room, Seq: int64(len(w.events[room])) + 1, Kind: plausch.EventMessage, Actor: who}
	members := w.members[room]
	if members == nil {
		members = map[plausch.AccountID]bool{}
		w.members[room] = members
	}
	if r.IntN(3) == 0 {
		e.Member = who
		if members[who.ID] {
			e.Kind = plausch.EventLeave
		} else {
			e.Kind = plausch.EventJoin
			members[who.ID] = true
		}
	}
	w.in[room] = append(w.in[room], maps.Clone(members))
	if e.Kind == plausch.EventLeave {
		delete(members, who.ID)
	}
	w.events[room] = append(w.events[room], e)
	return e
}

// heads returns the newest seq of each room, and the rooms of an account.
func (w *world) load(who plausch.AccountID) (heads map[plausch.RoomID]int64, rooms []plausch.RoomID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	heads = map[plausch.RoomID]int64{}
	for room, events := range w.events {
		heads[room] = int64(len(events))
		if w.members[room][who] {
			rooms = append(rooms, room)
		}
	}
	return heads, rooms
}

// recordingSession is a session that notes what it hears.
type recordingSession struct {
	who      plausch.AccountID
	from     map[plausch.RoomID]int64 // heads when it was attached, as a client would ask for then
	in       []plausch.RoomID         // its account's rooms, when they were loaded
	to       map[plausch.RoomID]int64 // the last it heard, if it was detached
	mu       sync.Mutex
	heard    []plausch.Event
	detached bool
	late     int // deliveries after Detach
}

func (e *recordingSession) Deliver(p *protocol.Prepared) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.detached {
		e.late++
	}
	e.heard = append(e.heard, p.Events()...)
}

func (e *recordingSession) Offer(p *protocol.Prepared) bool {
	e.Deliver(p)
	return true
}

// check compares what was heard with the world.
func (e *recordingSession) check(t *testing.T, w *world) {
	t.Helper()
	if e.late > 0 {
		t.Errorf("%d deliveries came after Detach", e.late)
	}
	heard := map[plausch.RoomID]map[int64]bool{}
	last := map[plausch.RoomID]int64{}
	for _, event := range e.heard {
		switch {
		case event.Seq <= last[event.Room]:
			t.Errorf("account %d heard %d of room %d behind %d", e.who, event.Seq, event.Room, last[event.Room])
		case slices.Contains(e.in, event.Room) && event.Seq <= e.from[event.Room]:
			// Older than the membership, perhaps, but published after it.
		case !w.in[event.Room][event.Seq-1][e.who]:
			t.Errorf("account %d heard %d of room %d, but is not in it", e.who, event.Seq, event.Room)
		}
		last[event.Room] = event.Seq
		if heard[event.Room] == nil {
			heard[event.Room] = map[int64]bool{}
		}
		heard[event.Room][event.Seq] = true
	}
	for room, events := range w.events {
		to := int64(len(events))
		if e.to != nil {
			to = e.to[room]
		}
		for seq := e.from[room] + 1; seq <= to; seq++ {
			if w.in[room][seq-1][e.who] && !heard[room][seq] {
				t.Errorf("account %d did not hear %d of room %d (%s), though it was in it", e.who, seq, room, events[seq-1].Kind)
			}
		}
	}
}

// TestEveryoneHearsTheirRooms has sessions come and go while their accounts join
// and leave rooms: each hears every event of the rooms it is in from the moment
// when it is attached, in order and once, and nothing of others.
func TestEveryoneHearsTheirRooms(t *testing.T) {
	for seed := range uint64(30) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			const rooms, accounts, listeners, visits, batches = 3, 4, 6, 25, 400
			w := &world{
				events:  map[plausch.RoomID][]plausch.Event{},
				members: map[plausch.RoomID]map[plausch.AccountID]bool{},
				in:      map[plausch.RoomID][]map[plausch.AccountID]bool{},
			}
			local := new(bus.Local)
			h := New(local)
			defer h.Close()
			var running sync.WaitGroup
			running.Go(func() { // the core's publisher: commits, and then tells
				r := rand.New(rand.NewPCG(seed, 0))
				for range batches {
					w.mu.Lock()
					var batch []plausch.Event
					for range 1 + r.IntN(6) {
						batch = append(batch, w.commit(r, rooms, accounts))
					}
					w.mu.Unlock()
					runtime.Gosched()
					local.Publish(batch)
				}
			})
			var mu sync.Mutex
			var ears []*recordingSession
			var stay []*Subscriber
			for n := range listeners {
				running.Go(func() {
					r := rand.New(rand.NewPCG(seed, uint64(n)+1))
					for visit := range visits {
						e := &recordingSession{who: plausch.AccountID(1 + r.IntN(accounts))}
						a, err := h.Subscribe(e, plausch.Account{ID: e.who, Name: fmt.Sprint("a", e.who)}, Wants{}, func() ([]plausch.RoomID, error) {
							for range r.IntN(4) {
								runtime.Gosched()
							}
							_, e.in = w.load(e.who)
							for range r.IntN(4) {
								runtime.Gosched()
							}
							return e.in, nil
						})
						if err != nil {
							t.Error(err)
							return
						}
						e.from, _ = w.load(e.who)
						mu.Lock()
						ears = append(ears, e)
						mu.Unlock()
						for range r.IntN(50) {
							runtime.Gosched()
						}
						if visit == visits-1 {
							mu.Lock()
							stay = append(stay, a)
							mu.Unlock()
							return
						}
						a.Unsubscribe()
						e.mu.Lock()
						e.detached = true
						// What is published by now it may have heard or not.
						e.to = map[plausch.RoomID]int64{}
						for _, event := range e.heard {
							e.to[event.Room] = event.Seq
						}
						e.mu.Unlock()
					}
				})
			}
			running.Wait()
			for _, e := range ears {
				e.check(t, w)
			}
			for _, a := range stay {
				var in []plausch.RoomID
				for _, s := range a.subs {
					in = append(in, s.room)
				}
				_, want := w.load(a.account.ID)
				slices.Sort(in)
				slices.Sort(want)
				if !slices.Equal(in, want) {
					t.Errorf("account %d is subscribed to %v, want %v", a.account.ID, in, want)
				}
				a.Unsubscribe()
				a.Unsubscribe() // again is no harm
			}
			if len(h.rooms) != 0 || len(h.accounts) != 0 {
				t.Errorf("when all have gone, %d rooms and %d accounts are left", len(h.rooms), len(h.accounts))
			}
		})
	}
}
