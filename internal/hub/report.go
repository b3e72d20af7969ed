package hub

import (
	"plausch/internal/bus"
	"plausch/protocol"
)

// handleReport tells the sessions of an account of a report that it moderates.
func (h *Hub) handleReport(s bus.Signal) {
	p := protocol.NewReport(s.Report)
	h.deliverTo(s.Account, protocol.Frame{Report: &p})
}
