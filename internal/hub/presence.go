package hub

import (
	"maps"
	"slices"
	"strings"
	"time"

	"plausch"
	"plausch/protocol"
)

// presenceEvery is the least time between two presence pushes: when everyone
// reconnects at once, each session gets few frames.
const presenceEvery = time.Second

// maxChanges is the most presence changes in one push, by the bounds of a frame.
const maxChanges = 200

// presence is the changes that were not pushed yet.
type presence struct {
	changed map[plausch.AccountID]plausch.AccountRef
	missed  bool // some session skipped a push; of the goroutine that announces
}

// markPresence notes that the presence of an account may have changed. The lock is
// held for writing.
func (h *Hub) markPresence(acc *account) { h.presence.changed[acc.ref.ID] = acc.ref }

// SetAway says whether the person at this session is away.
func (a *Subscriber) SetAway(away bool) {
	a.hub.mu.Lock()
	defer a.hub.mu.Unlock()
	if a.unsubscribed || a.away == away {
		return
	}
	a.away = away
	a.hub.markPresence(a.hub.accounts[a.account.ID])
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

// Statuses returns what each of the accounts says of itself, if it has a session here.
func (h *Hub) Statuses(ids []plausch.AccountID) []plausch.Status {
	h.mu.RLock()
	defer h.mu.RUnlock()
	all := make([]plausch.Status, len(ids))
	for i, id := range ids {
		all[i] = h.statusOf(id)
	}
	return all
}

// statusOf is the status of an account. The lock is held.
func (h *Hub) statusOf(id plausch.AccountID) plausch.Status {
	if acc := h.accounts[id]; acc != nil {
		return acc.status
	}
	return plausch.Status{}
}

// presenceOf is the presence of an account. The lock is held.
func (h *Hub) presenceOf(id plausch.AccountID) plausch.Presence {
	acc := h.accounts[id]
	switch {
	case acc == nil:
		return plausch.Offline
	case slices.ContainsFunc(acc.sessions, func(a *Subscriber) bool { return !a.away }):
		return plausch.Online
	default:
		return plausch.Away
	}
}

// ConnectedAccounts returns the accounts that have a session on this node, by name.
func (h *Hub) ConnectedAccounts() []plausch.AccountRef {
	h.mu.RLock()
	refs := make([]plausch.AccountRef, 0, len(h.accounts))
	for _, acc := range h.accounts {
		refs = append(refs, acc.ref)
	}
	h.mu.RUnlock()
	slices.SortFunc(refs, func(a, b plausch.AccountRef) int { return strings.Compare(a.Name, b.Name) })
	return refs
}

// pushPresenceLoop pushes presence changes to the sessions that want them. Everyone is
// in the public room, so everyone may know.
func (h *Hub) pushPresenceLoop() {
	tick := time.NewTicker(presenceEvery)
	defer tick.Stop()
	for {
		select {
		case <-h.stop:
			return
		case <-tick.C:
			h.pushPresence()
		}
	}
}

func (h *Hub) pushPresence() {
	h.mu.Lock()
	changed := h.presence.changed
	if len(changed) == 0 && !h.presence.missed {
		h.mu.Unlock()
		return
	}
	h.presence.changed = map[plausch.AccountID]plausch.AccountRef{}
	h.mu.Unlock()

	h.mu.RLock()
	defer h.mu.RUnlock()
	h.presence.missed = false
	pushes := h.presencePushes(changed)
	for _, acc := range h.accounts {
		for _, a := range acc.sessions {
			if !a.wants.Presence {
				continue
			}
			if len(a.missed) > 0 {
				maps.Copy(a.missed, changed)
				h.offerPresence(a, h.presencePushes(a.missed))
			} else {
				h.offerPresence(a, pushes)
			}
		}
	}
}

// presencePush is a push of the presence of some accounts.
type presencePush struct {
	accounts []plausch.AccountRef
	prepared *protocol.Prepared
}

// presencePushes prepares the presence that accounts have now. The lock is held.
func (h *Hub) presencePushes(accounts map[plausch.AccountID]plausch.AccountRef) (pushes []presencePush) {
	now := time.Now()
	for part := range slices.Chunk(slices.Collect(maps.Values(accounts)), maxChanges) {
		changes := make([]protocol.PresenceChange, len(part))
		for i, ref := range part {
			changes[i] = protocol.PresenceChange{
				Account: protocol.NewAccount(ref), Presence: string(h.presenceOf(ref.ID)), Status: protocol.NewStatus(h.statusOf(ref.ID), now),
			}
		}
		pushes = append(pushes, presencePush{part, protocol.PreparePush(protocol.Frame{Presence: changes})})
	}
	return pushes
}

// offerPresence offers pushes to a session, and remembers those it skips for the
// next time. The lock is held.
func (h *Hub) offerPresence(a *Subscriber, pushes []presencePush) {
	a.missed = nil
	for _, p := range pushes {
		if a.session.Offer(p.prepared) {
			continue
		}
		if a.missed == nil {
			a.missed = map[plausch.AccountID]plausch.AccountRef{}
		}
		for _, ref := range p.accounts {
			a.missed[ref.ID] = ref
		}
		h.presence.missed = true
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
