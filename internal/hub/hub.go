// Package hub delivers events, presence and typing to the sessions of this node.
// It subscribes to the bus, encodes each batch of events once, and gives the same bytes
// to every session of the room; a session queues them and never makes the hub wait.
//
// One lock guards everything. Fan-out holds it for reading, once for a batch of
// events; subscribing, unsubscribing and changes of membership hold it for writing, and
// for lockedRooms rooms at a time.
package hub

import (
	"slices"
	"sync"

	"plausch"
	"plausch/internal/bus"
	"plausch/protocol"
)

// Session is what the hub needs of a connection.
type Session interface {
	// Deliver queues a push. It must not block and not call the hub. A session
	// that cannot keep up cuts itself off.
	Deliver(*protocol.Prepared)
	// Offer is Deliver for a push that may be left out: a session that is behind
	// skips it and returns false, instead of being cut off.
	Offer(*protocol.Prepared) bool
}

// Hub is the sessions of one node.
type Hub struct {
	bus      bus.Bus
	mu       sync.RWMutex
	rooms    map[plausch.RoomID]*room
	accounts map[plausch.AccountID]*account
	presence presence

	stop    chan struct{}
	stopped sync.WaitGroup
	cancel  func()
}

// room is the sessions that get a room's events.
type room struct {
	subs   []*subscription
	typing typing
}

// subscription is a session in a room. It knows its place there, so that it can
// be removed without a search.
type subscription struct {
	room    plausch.RoomID
	session Session
	of      *Subscriber
	place   int32 // in the room's
	index   int32 // in the subscriber's
}

// account is the sessions of one account.
type account struct {
	ref      plausch.AccountRef
	status   plausch.Status
	sessions []*Subscriber
}

// Subscriber is a session that gets the events of its account's rooms.
type Subscriber struct {
	hub          *Hub
	session      Session
	account      plausch.AccountRef
	wants        Wants
	away         bool
	unsubscribed bool
	subs         []*subscription
	// byRoom finds the subscriptions; nil while they are few, as most sessions'
	// are: a map would cost each of them more than a look through a short list.
	byRoom map[plausch.RoomID]*subscription
	// leftRooms collects, while the account's rooms are loaded, those that it left
	// meanwhile; nil afterwards.
	leftRooms map[plausch.RoomID]bool
	// missed are the accounts whose presence it skipped; of the goroutine that
	// announces.
	missed map[plausch.AccountID]plausch.AccountRef
}

// Wants says which pushes a session gets besides events.
type Wants struct{ Presence, Typing bool }

// New returns a hub that is subscribed to b until Close.
func New(b bus.Bus) *Hub {
	h := &Hub{
		bus:      b,
		rooms:    map[plausch.RoomID]*room{},
		accounts: map[plausch.AccountID]*account{},
		presence: presence{changed: map[plausch.AccountID]plausch.AccountRef{}},
		stop:     make(chan struct{}),
	}
	h.cancel = b.Subscribe(bus.Subscriber{Events: h.handleEvents, Signal: h.handleSignal})
	h.stopped.Go(h.pushPresenceLoop)
	return h
}

// Close ends the subscription to the bus.
func (h *Hub) Close() {
	h.cancel()
	close(h.stop)
	h.stopped.Wait()
}

// Subscribe gives s the events of the rooms that load returns, and of those that
// the account joins later. Events committed after Subscribe returns are delivered, and
// some committed before may be, too: a client that then reads the log misses nothing.
// Changes of membership during load count.
func (h *Hub) Subscribe(s Session, who plausch.Account, wants Wants, load func() ([]plausch.RoomID, error)) (*Subscriber, error) {
	a := &Subscriber{hub: h, session: s, account: who.Ref(), wants: wants, leftRooms: map[plausch.RoomID]bool{}}
	h.mu.Lock()
	acc := h.accounts[who.ID]
	if acc == nil {
		acc = &account{ref: who.Ref(), status: who.Status}
		h.accounts[who.ID] = acc
	}
	acc.sessions = append(acc.sessions, a)
	h.markPresence(acc)
	h.mu.Unlock()

	rooms, err := load()
	if err != nil {
		a.Unsubscribe()
		return nil, err
	}
	for part := range slices.Chunk(rooms, lockedRooms) {
		h.mu.Lock()
		for _, id := range part {
			if !a.leftRooms[id] {
				h.addToRoom(a, id)
			}
		}
		h.mu.Unlock()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	a.leftRooms = nil
	return a, nil
}

// lockedRooms is how many rooms are added or removed before others get a turn of
// the lock: about 1 ms.
const lockedRooms = 512

// Unsubscribe ends the deliveries: the first call when it returns. Unsubscribing twice is
// no error.
func (a *Subscriber) Unsubscribe() {
	h := a.hub
	h.mu.Lock()
	defer h.mu.Unlock()
	if a.unsubscribed {
		return
	}
	a.unsubscribed = true // nothing is added from here on
	for removed := 0; len(a.subs) > 0; removed++ {
		if removed == lockedRooms {
			removed = 0
			h.mu.Unlock()
			h.mu.Lock()
		}
		h.unsubscribe(a.subs[len(a.subs)-1])
	}
	// This is last: until then the account can still leave rooms.
	acc := h.accounts[a.account.ID]
	acc.sessions = slices.DeleteFunc(acc.sessions, func(other *Subscriber) bool { return other == a })
	if len(acc.sessions) == 0 {
		delete(h.accounts, a.account.ID)
	}
	h.markPresence(acc)
}

// UpdateAccount changes the name and the status that the sessions of an account have for
// others, and pushes them as a presence change.
func (h *Hub) UpdateAccount(who plausch.Account) {
	h.mu.Lock()
	defer h.mu.Unlock()
	acc := h.accounts[who.ID]
	if acc == nil {
		return
	}
	acc.ref, acc.status = who.Ref(), who.Status
	for _, a := range acc.sessions {
		a.account = acc.ref
	}
	h.markPresence(acc)
}

// maxListedRooms is how many subscriptions are found by a search through the list.
const maxListedRooms = 32

// subscriptionTo returns the subscription of a to a room, or nil. The lock is held.
func (a *Subscriber) subscriptionTo(id plausch.RoomID) *subscription {
	if a.byRoom != nil {
		return a.byRoom[id]
	}
	for _, sub := range a.subs {
		if sub.room == id {
			return sub
		}
	}
	return nil
}

// addToRoom adds a to a room, if it is not in it. The lock is held for writing.
func (h *Hub) addToRoom(a *Subscriber, id plausch.RoomID) {
	if a.unsubscribed || a.subscriptionTo(id) != nil {
		return
	}
	r := h.rooms[id]
	if r == nil {
		r = &room{}
		h.rooms[id] = r
	}
	sub := &subscription{room: id, session: a.session, of: a, place: int32(len(r.subs)), index: int32(len(a.subs))}
	r.subs = append(r.subs, sub)
	a.subs = append(a.subs, sub)
	switch {
	case a.byRoom != nil:
		a.byRoom[id] = sub
	case len(a.subs) > maxListedRooms:
		a.byRoom = make(map[plausch.RoomID]*subscription, 2*len(a.subs))
		for _, sub := range a.subs {
			a.byRoom[sub.room] = sub
		}
	}
}

// unsubscribe removes sub from its room and its session. The lock is held for
// writing.
func (h *Hub) unsubscribe(sub *subscription) {
	r, a := h.rooms[sub.room], sub.of
	last := len(r.subs) - 1
	r.subs[sub.place] = r.subs[last]
	r.subs[sub.place].place = sub.place
	r.subs[last] = nil
	r.subs = r.subs[:last]
	if last == 0 {
		delete(h.rooms, sub.room)
	}
	last = len(a.subs) - 1
	a.subs[sub.index] = a.subs[last]
	a.subs[sub.index].index = sub.index
	a.subs[last] = nil
	a.subs = a.subs[:last]
	delete(a.byRoom, sub.room)
}
