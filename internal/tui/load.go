package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"plausch/client"
	"plausch/client/timeline"
	"plausch/protocol"
)

// loadMembers loads who is in the open room.
func (m *Model) loadMembers() tea.Cmd {
	r, s := m.opened(), m.session()
	if r == nil || !r.Joined || s.client == nil || s.login.Address.KTN() {
		return nil
	}
	found := timeline.Members{Room: r.ID, AsOf: r.Last()}
	return m.ask(s, func(ctx context.Context, c *client.Client) (err error) {
		found.Members, err = c.ListMembers(ctx, found.Room)
		return err
	}, func(err error) tea.Cmd {
		if err == nil {
			m.apply(s.id, found)
		}
		return nil
	})
}

// loadMissing loads the messages that are missing near where the user reads.
func (m *Model) loadMissing() tea.Cmd {
	r, s := m.opened(), m.session()
	if r == nil || !r.Joined || s.client == nil || s.loading[r.Key] || !m.server().CaughtUp() || m.server().Connection().Phase != client.Online {
		return nil
	}
	query, there := m.missingNear()
	if !there {
		return nil
	}
	key := r.Key
	s.loading[key] = true
	page := timeline.Page{Room: r.ID, Epoch: r.Epoch, Query: query}
	return m.ask(s, func(ctx context.Context, c *client.Client) (err error) {
		page.MessageState, err = c.Messages(ctx, page.Room, query)
		return err
	}, func(err error) tea.Cmd {
		delete(s.loading, key)
		if err != nil {
			return nil // it is tried again when the user scrolls, or is online again
		}
		before := len(r.Messages)
		m.apply(s.id, page)
		if len(r.Messages) == before {
			return nil
		}
		return m.loadMissing()
	})
}

// missingNear returns the query for messages that are missing where the user reads, or
// will be when they go on.
func (m *Model) missingNear() (client.MessageQuery, bool) {
	rd := m.read()
	n := len(rd.gaps)
	if n == 0 {
		return client.MessageQuery{}, false
	}
	c := rd.cursor(m.at)
	if rd.late && rd.size()-1-c.i <= m.history() {
		last := rd.gaps[n-1]
		if m.at.end || len(rd.items) == 0 {
			return client.MessageQuery{Before: last.Before, Limit: protocol.MaxPage}, true
		}
		return client.MessageQuery{After: last.After, Forward: true, Limit: protocol.MaxPage}, true
	}
	_, first := rd.window(c, 2*m.history())
	for i := min(c.i, len(rd.items)-1); i >= first; i-- {
		if g, there := rd.gapBefore(i); there {
			return client.MessageQuery{Before: g.Before, Limit: protocol.MaxPage}, true
		}
	}
	return client.MessageQuery{}, false
}

// markRead notes what the user has seen of the open room. The server is told by sync.
func (m *Model) markRead() {
	r, s := m.opened(), m.session()
	if r == nil || !r.Joined || m.blurred || m.landing || m.page != nil || m.kept == m.here() || !m.server().CaughtUp() {
		return
	}
	seq := r.Last()
	if !m.at.end {
		rd := m.read()
		c := rd.cursor(m.at)
		if c.below > 0 {
			c.i--
		}
		if c.i < 0 {
			return
		}
		seq = min(seq, rd.piece(c.i).seq)
	}
	if seq > r.ReadTo {
		m.apply(s.id, timeline.Read{Room: r.Key, Seq: seq})
	}
}
