package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"plausch/client"
	"plausch/client/timeline"
	"plausch/protocol"
)

// jump shows a message of the open room with what is around it, and loads that if it is
// not held.
func (m *Model) jump(seq int64) tea.Cmd {
	r, s := m.opened(), m.session()
	if r == nil {
		return nil
	}
	if r.Message(seq) != nil {
		return m.showAround(seq)
	}
	query := client.MessageQuery{Around: seq, Limit: protocol.MaxPage}
	page := timeline.Page{Room: r.ID, Epoch: r.Epoch, Query: query}
	here := m.here()
	return m.askOnline(func(ctx context.Context, c *client.Client) (err error) {
		page.MessageState, err = c.Messages(ctx, page.Room, query)
		return err
	}, func() tea.Cmd {
		m.apply(s.id, page)
		if m.here() != here {
			return nil
		}
		return m.showAround(seq)
	})
}

// showAround selects a message that is held and shows it in the middle.
func (m *Model) showAround(seq int64) tea.Cmd {
	m.selected, m.landing = seq, false
	m.invalidate()
	rd := m.read()
	at := rd.find(seq)
	m.at = rd.position(rd.down(cursor{at, 0}, m.history()/2))
	return m.loadMissing()
}
