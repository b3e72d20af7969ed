package hub

import (
	"plausch/internal/bus"
	"plausch/protocol"
)

// handlePersonal tells the sessions of an account what it has done with a message for
// itself.
func (h *Hub) handlePersonal(s bus.Signal) {
	p := protocol.NewPersonal(s.Personal)
	h.deliverTo(s.Account, protocol.Frame{Personal: &p})
}
