package hub

import (
	"plausch/internal/bus"
	"plausch/protocol"
)

// handleFirst tells the sessions in a room which events are not kept any more.
func (h *Hub) handleFirst(s bus.Signal) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	r := h.rooms[s.Room]
	if r == nil {
		return
	}
	p := protocol.PreparePush(protocol.Frame{First: &protocol.First{Room: int64(s.Room), First: s.First}})
	for _, sub := range r.subs {
		sub.session.Deliver(p)
	}
}
