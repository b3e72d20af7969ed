package hub

import (
	"plausch"
	"plausch/internal/bus"
	"plausch/protocol"
)

// handleMarker tells the sessions of an account of a marker of its own.
func (h *Hub) handleMarker(s bus.Signal) {
	marker := protocol.NewMarker(s.Room, s.Read)
	h.deliverTo(s.Account, protocol.Frame{Marker: &marker})
}

// deliverTo delivers a push to all sessions of an account.
func (h *Hub) deliverTo(id plausch.AccountID, push protocol.Frame) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	acc := h.accounts[id]
	if acc == nil {
		return
	}
	p := protocol.PreparePush(push)
	for _, a := range acc.sessions {
		a.session.Deliver(p)
	}
}
