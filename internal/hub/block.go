package hub

import (
	"plausch/internal/bus"
	"plausch/protocol"
)

// handleBlock tells the sessions of an account whom it has blocked, or not any more.
func (h *Hub) handleBlock(s bus.Signal) {
	h.deliverTo(s.Account, protocol.Frame{Block: &protocol.Block{Account: protocol.NewAccount(s.From), Blocked: s.Blocked}})
}
