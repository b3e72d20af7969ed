package hub

import (
	"plausch/internal/bus"
	"plausch/protocol"
)

// handlePreference tells the sessions of an account what it has chosen.
func (h *Hub) handlePreference(s bus.Signal) {
	if s.Preferences != nil {
		w := protocol.NewPreferences(*s.Preferences)
		h.deliverTo(s.Account, protocol.Frame{Preferences: &w})
	}
	if s.RoomPreference != nil {
		w := protocol.NewRoomPreference(s.Room, *s.RoomPreference)
		h.deliverTo(s.Account, protocol.Frame{RoomPreference: &w})
	}
}
