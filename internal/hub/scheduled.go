package hub

import (
	"plausch/internal/bus"
	"plausch/protocol"
)

// handleScheduled tells the sessions of an account of a message that is to be sent later.
func (h *Hub) handleScheduled(s bus.Signal) {
	m := protocol.NewScheduledMessage(s.Scheduled)
	if s.Gone {
		m = protocol.ScheduledMessage{ID: m.ID, Room: int64(s.Room), Seq: s.Seq, Gone: true}
	}
	h.deliverTo(s.Account, protocol.Frame{Scheduled: &m})
}

// handleReminder tells the sessions of an account of a reminder.
func (h *Hub) handleReminder(s bus.Signal) {
	m := protocol.NewReminder(s.Reminder)
	if s.Gone {
		m = protocol.Reminder{ID: m.ID, Gone: true}
	}
	h.deliverTo(s.Account, protocol.Frame{Reminder: &m})
}
