package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"plausch"
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
	room := r.ID
	var members []client.Member
	return m.ask(s, func(ctx context.Context, c *client.Client) (err error) {
		members, err = c.ListMembers(ctx, room)
		return err
	}, func(err error) tea.Cmd {
		if err == nil {
			m.apply(s.id, timeline.Members{Room: room, Members: members})
		}
		return nil
	})
}

// loadMissing loads the part of the log that is missing near where the user reads.
func (m *Model) loadMissing() tea.Cmd {
	r, s := m.opened(), m.session()
	if r == nil || !r.Joined || s.client == nil || s.loading[r.Key] || !m.server().CaughtUp() || m.server().Connection().Phase != client.Online {
		return nil
	}
	gap, there := m.missingNear()
	if !there {
		return nil
	}
	query := client.HistoryQuery{Limit: protocol.MaxPage, Before: gap.Before}
	if gap.Before > r.Last() && !m.at.end {
		query = client.HistoryQuery{Limit: protocol.MaxPage, After: gap.After, Forward: true}
	}
	key, room, epoch := r.Key, r.ID, r.Epoch
	s.loading[key] = true
	var events []plausch.Event
	return m.ask(s, func(ctx context.Context, c *client.Client) (err error) {
		events, _, err = c.History(ctx, room, query)
		return err
	}, func(err error) tea.Cmd {
		delete(s.loading, key)
		if err != nil {
			return nil // it is tried again when the user scrolls, or is online again
		}
		m.apply(s.id, timeline.Page{Room: room, Epoch: epoch, Events: events})
		if len(events) == 0 {
			return nil
		}
		return m.loadMissing()
	})
}

// missingNear returns the gap that is seen, or will be when the user goes on.
func (m *Model) missingNear() (timeline.Gap, bool) {
	r := m.opened()
	gaps := r.Gaps()
	if len(gaps) == 0 {
		return timeline.Gap{}, false
	}
	rd := m.read()
	c := rd.cursor(m.at)
	if last := gaps[len(gaps)-1]; last.Before > r.Last() && rd.size()-1-c.i <= m.history() {
		return last, true
	}
	_, first, seen := rd.window(c, 2*m.history())
	if first == 0 && seen == 0 && rd.above(c, 2*m.history()) < 2*m.history() && gaps[0].After == 0 {
		return gaps[0], true
	}
	for _, g := range gaps {
		if g.Before == seen {
			return g, true
		}
	}
	return timeline.Gap{}, false
}

// markRead notes what the user has seen of the open room, here and on the server.
func (m *Model) markRead() tea.Cmd {
	r, s := m.opened(), m.session()
	if r == nil || !r.Joined || m.blurred || m.landing || m.page != nil || !m.server().CaughtUp() {
		return nil
	}
	seq := r.Last()
	if !m.at.end {
		rd := m.read()
		c := rd.cursor(m.at)
		if c.below > 0 {
			c.i--
		}
		if c.i < 0 {
			return nil
		}
		seq = min(seq, rd.piece(c.i).seq)
	}
	if seq > r.ReadTo {
		m.apply(s.id, timeline.Read{Room: r.Key, Seq: seq})
	}
	if seq <= s.marked[r.ID] || s.client == nil || s.login.Address.KTN() || m.server().Connection().Phase != client.Online {
		return nil
	}
	s.marked[r.ID] = seq
	room := r.ID
	return m.ask(s, func(ctx context.Context, c *client.Client) error {
		_, err := c.SetMarker(ctx, room, seq)
		return err
	}, func(error) tea.Cmd { return nil })
}
