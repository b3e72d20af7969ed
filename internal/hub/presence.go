package hub

import (
	"maps"
	"slices"
	"strings"
	"time"

	"plausch"
	"plausch/protocol"
)

// announceEvery is the least time between two presence pushes: when everyone
// comes back at once, each hears of it in few frames.
const announceEvery = time.Second

// maxChanges is the most presence changes in one push, by the bounds of a frame.
const maxChanges = 200

// presence is the changes that were not announced yet.
type presence struct {
	changed map[plausch.AccountID]plausch.AccountRef
}

// changed remembers that the presence of an account may be new. The lock is
// held for writing.
func (h *Hub) changed(acc *account) { h.presence.changed[acc.ref.ID] = acc.ref }

// SetAway says whether the person at this session is away.
func (a *Attachment) SetAway(away bool) {
	a.hub.mu.Lock()
	defer a.hub.mu.Unlock()
	if a.gone || a.away == away {
		return
	}
	a.away = away
	a.hub.changed(a.hub.accounts[a.account.ID])
}

// Presence returns the presence of each of the accounts.
func (h *Hub) Presence(ids []plausch.AccountID) []plausch.Presence {
	h.mu.RLock()
	defer h.mu.RUnlock()
	all := make([]plausch.Presence, len(ids))
	for i, id := range ids {
		all[i] = h.presenceOf(id)
	}
	return all
}

// presenceOf is the presence of an account. The lock is held.
func (h *Hub) presenceOf(id plausch.AccountID) plausch.Presence {
	acc := h.accounts[id]
	switch {
	case acc == nil:
		return plausch.Offline
	case slices.ContainsFunc(acc.sessions, func(a *Attachment) bool { return !a.away }):
		return plausch.Online
	default:
		return plausch.Away
	}
}

// Here returns the accounts that have a session on this node, by name.
func (h *Hub) Here() []plausch.AccountRef {
	h.mu.RLock()
	refs := make([]plausch.AccountRef, 0, len(h.accounts))
	for _, acc := range h.accounts {
		refs = append(refs, acc.ref)
	}
	h.mu.RUnlock()
	slices.SortFunc(refs, func(a, b plausch.AccountRef) int { return strings.Compare(a.Name, b.Name) })
	return refs
}

// announce pushes presence changes to the sessions that want them. Everyone is
// in the public room, so everyone may know.
func (h *Hub) announce() {
	tick := time.NewTicker(announceEvery)
	defer tick.Stop()
	for {
		select {
		case <-h.stop:
			return
		case <-tick.C:
			h.announceChanged()
		}
	}
}

func (h *Hub) announceChanged() {
	h.mu.Lock()
	changed := h.presence.changed
	if len(changed) == 0 {
		h.mu.Unlock()
		return
	}
	h.presence.changed = map[plausch.AccountID]plausch.AccountRef{}
	h.mu.Unlock()

	h.mu.RLock()
	defer h.mu.RUnlock()
	changes := make([]protocol.PresenceChange, 0, len(changed))
	for ref := range maps.Values(changed) {
		changes = append(changes, protocol.PresenceChange{
			Account: protocol.NewAccount(ref), Presence: string(h.presenceOf(ref.ID)),
		})
	}
	for part := range slices.Chunk(changes, maxChanges) {
		p := protocol.PreparePush(protocol.Frame{Presence: part})
		for _, acc := range h.accounts {
			for _, a := range acc.sessions {
				if a.wants.Presence {
					a.session.Deliver(p)
				}
			}
		}
	}
}

// Typing tells the sessions of a room that want to know, but not those of who
// itself, that who is writing.
func (h *Hub) Typing(id plausch.RoomID, who plausch.AccountRef) {
	p := protocol.PreparePush(protocol.Frame{Typing: &protocol.Typing{Room: int64(id), Account: protocol.NewAccount(who)}})
	h.mu.RLock()
	defer h.mu.RUnlock()
	r := h.rooms[id]
	if r == nil {
		return
	}
	for _, sub := range r.subs {
		if sub.of.wants.Typing && sub.of.account.ID != who.ID {
			sub.session.Deliver(p)
		}
	}
}

// Stats are figures of the hub, for metrics.
type Stats struct{ Sessions, Accounts, Rooms int }

// Stats returns the figures now.
func (h *Hub) Stats() Stats {
	h.mu.RLock()
	defer h.mu.RUnlock()
	s := Stats{Accounts: len(h.accounts), Rooms: len(h.rooms)}
	for _, acc := range h.accounts {
		s.Sessions += len(acc.sessions)
	}
	return s
}
