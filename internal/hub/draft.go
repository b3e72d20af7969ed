package hub

import (
	"plausch/internal/bus"
	"plausch/protocol"
)

// handleDraft tells the sessions of an account of a draft of its own.
func (h *Hub) handleDraft(s bus.Signal) {
	draft := protocol.NewDraft(s.Draft)
	h.deliverTo(s.Account, protocol.Frame{Draft: &draft})
}
