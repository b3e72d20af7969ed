package hub

import (
	"slices"
	"sync"
	"time"

	"plausch"
	"plausch/internal/bus"
	"plausch/protocol"
)

const (
	// typingEvery is the least time between two typing pushes of an account in a
	// room.
	typingEvery = time.Second
	// maxTyping is the most typing pushes of a room in typingEvery.
	maxTyping = 10
)

// typing is the typing pushes of a room within typingEvery, at most maxTyping.
type typing struct {
	mu     sync.Mutex
	recent []typed // the oldest first
}

type typed struct {
	account plausch.AccountID
	at      time.Time
}

// allow counts a push of an account, or returns false if it would be one too many.
func (t *typing) allow(account plausch.AccountID, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.recent = slices.DeleteFunc(t.recent, func(p typed) bool { return now.Sub(p.at) >= typingEvery })
	if len(t.recent) >= maxTyping || slices.ContainsFunc(t.recent, func(p typed) bool { return p.account == account }) {
		return false
	}
	t.recent = append(t.recent, typed{account, now})
	return true
}

// Typing pushes that an account is writing in a room to its sessions with Wants.Typing,
// but not to the account's own. It is left out if the account had one in this second, or
// the room ten.
func (h *Hub) Typing(id plausch.RoomID, who plausch.AccountRef) {
	h.mu.RLock()
	r := h.rooms[id]
	allowed := r != nil && r.typing.allow(who.ID, time.Now())
	h.mu.RUnlock()
	if allowed {
		h.bus.Signal(bus.Signal{Kind: bus.SignalTyping, Room: id, From: who})
	}
}

// handleSignal pushes a signal to the sessions of this node. One that is not known is of
// a later node.
func (h *Hub) handleSignal(s bus.Signal) {
	switch s.Kind {
	case bus.SignalTyping:
		h.handleTyping(s)
	case bus.SignalMarker:
		h.handleMarker(s)
	case bus.SignalDraft:
		h.handleDraft(s)
	case bus.SignalFirst:
		h.handleFirst(s)
	case bus.SignalPersonal:
		h.handlePersonal(s)
	case bus.SignalBlock:
		h.handleBlock(s)
	case bus.SignalScheduled:
		h.handleScheduled(s)
	case bus.SignalReminder:
		h.handleReminder(s)
	case bus.SignalSeen:
		h.deliverTo(s.Account, protocol.Frame{Seen: &protocol.Seen{Room: int64(s.Room), Seq: s.Read.Seen}})
	case bus.SignalReport:
		h.handleReport(s)
	case bus.SignalPreferences, bus.SignalRoomPreference:
		h.handlePreference(s)
	}
}

func (h *Hub) handleTyping(s bus.Signal) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	r := h.rooms[s.Room]
	if r == nil {
		return
	}
	p := protocol.PreparePush(protocol.Frame{Typing: &protocol.Typing{Room: int64(s.Room), Account: protocol.NewAccount(s.From)}})
	for _, sub := range r.subs {
		if sub.of.wants.Typing && sub.of.account.ID != s.From.ID {
			sub.session.Offer(p)
		}
	}
}
