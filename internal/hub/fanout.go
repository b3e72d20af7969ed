package hub

import (
	"cmp"
	"slices"

	"plausch"
	"plausch/protocol"
)

// maxPrepared is the most text, in bytes, that is prepared as one piece, so that
// a batch of long messages does not overflow every outbox at once.
const maxPrepared = 32 << 10

// handleEvents fans a batch out: sorted by room, and then one delivery for a whole run
// of a room's events, so that a batch of commits costs each session one queueing
// and one write.
func (h *Hub) handleEvents(events []plausch.Event) {
	byRoom := func(a, b plausch.Event) int { return cmp.Compare(a.Room, b.Room) }
	if !slices.IsSortedFunc(events, byRoom) {
		events = slices.Clone(events) // other subscribers get the same slice
		slices.SortStableFunc(events, byRoom)
	}
	for len(events) > 0 {
		n := nextBatch(events)
		h.fanOut(events[:n:n])
		events = events[n:]
	}
}

// nextBatch returns how many of the first events can go out as one piece: of one room,
// up to maxPrepared, and with a change of membership only at an end, since it
// changes who gets the rest.
func nextBatch(events []plausch.Event) int {
	size := 0
	for i := range events {
		e := &events[i]
		size += len(e.Text)
		if i > 0 && (e.Room != events[0].Room || e.Kind == plausch.EventJoin || size > maxPrepared) {
			return i
		}
		if e.Kind == plausch.EventLeave {
			return i + 1
		}
	}
	return len(events)
}

func (h *Hub) fanOut(events []plausch.Event) {
	first, last := &events[0], &events[len(events)-1]
	if first.Kind == plausch.EventJoin {
		h.join(first.Room, first.Member.ID)
	}
	p := protocol.PrepareEvents(events)
	h.mu.RLock()
	if r := h.rooms[first.Room]; r != nil {
		for _, sub := range r.subs {
			sub.session.Deliver(p)
		}
	}
	h.mu.RUnlock()
	if last.Kind == plausch.EventLeave {
		h.leave(last.Room, last.Member.ID)
	}
}

// join subscribes the sessions of an account to a room.
func (h *Hub) join(id plausch.RoomID, member plausch.AccountID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	acc := h.accounts[member]
	if acc == nil {
		return
	}
	for _, a := range acc.sessions {
		delete(a.leftRooms, id)
		h.addToRoom(a, id)
	}
}

// leave ends the subscriptions of an account to a room.
func (h *Hub) leave(id plausch.RoomID, member plausch.AccountID) {
	h.mu.Lock()
	defer h.mu.Unlock()
	acc := h.accounts[member]
	if acc == nil {
		return
	}
	for _, a := range acc.sessions {
		if a.leftRooms != nil {
			a.leftRooms[id] = true
		}
		if sub := a.subscriptionTo(id); sub != nil {
			h.unsubscribe(sub)
		}
	}
}
