package tui

import (
	tea "charm.land/bubbletea/v2"

	"plausch"
	"plausch/client/timeline"
)

// notify tells the user of an event that is for them, if they do not see it.
func (m *Model) notify(s *session, e *plausch.Event) tea.Cmd {
	r := m.state.Server(s.id).Room(timeline.ByID(e.Room))
	if r == nil || !r.Joined || e.Kind != plausch.EventMessage || e.Seq <= r.NewAfter || e.Seq <= r.ReadTo {
		return nil
	}
	if e.Actor.ID == m.state.Server(s.id).Account().ID || s == m.session() && r == m.opened() && !m.blurred {
		return nil
	}
	mention := e.Mentions(m.state.Server(s.id).Account().ID)
	if r.Kind != plausch.RoomDirect && !mention || m.options.NoBell {
		return nil
	}
	return tea.Raw("\a")
}
