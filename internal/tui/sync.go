package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"plausch/client"
	"plausch/client/timeline"
)

// markerPause is how long it takes at most until the server knows what was read.
const markerPause = time.Second

// background asks a server something that the user does not wait for, one thing at a
// time, and then takes in what it answered.
func (m *Model) background(s *session, call func(context.Context, *client.Client) error, then func() tea.Cmd) tea.Cmd {
	s.syncing = true
	return m.ask(s, call, func(err error) tea.Cmd {
		s.syncing = false
		if err != nil {
			s.syncAfter = m.now.Add(askPatience)
			return nil
		}
		return then()
	})
}

func nothing() tea.Cmd { return nil }

// sync asks a server for what the state says is missing, and tells it what was read and
// written.
func (m *Model) sync(s *session) tea.Cmd {
	if s.syncing || !m.reachable(s) || m.now.Before(s.syncAfter) {
		return nil
	}
	server := m.state.Server(s.id)
	for _, r := range server.Rooms() {
		if r.Joined && r.Recount {
			return m.recount(s, r)
		}
	}
	if r := server.Opened(); r != nil && r.Joined {
		for _, seq := range r.Missing() {
			return m.lookUp(s, r, seq)
		}
	}
	if m.now.Sub(s.marked) >= markerPause {
		for room, seq := range server.UnsentMarkers() {
			s.marked = m.now
			return m.background(s, func(ctx context.Context, c *client.Client) error {
				_, err := c.SetMarker(ctx, room, seq)
				return err
			}, nothing)
		}
	}
	if m.now.Sub(s.wrote) >= draftSendPause {
		for _, d := range server.UnsentDrafts() {
			return m.sendDraft(s, d)
		}
	}
	return nil
}

// reachable reports whether something can be asked of a server.
func (m *Model) reachable(s *session) bool {
	server := m.state.Server(s.id)
	return s.client != nil && !s.login.Address.KTN() && server.CaughtUp() && server.Connection().Phase == client.Online
}

// syncDue returns when sync has something to do; zero for never.
func (m *Model) syncDue(s *session) time.Time {
	if s.syncing || !m.reachable(s) {
		return time.Time{}
	}
	server := m.state.Server(s.id)
	switch {
	case m.now.Before(s.syncAfter):
		return s.syncAfter
	case len(server.UnsentMarkers()) > 0:
		return s.marked.Add(markerPause)
	case len(server.UnsentDrafts()) > 0:
		return s.wrote.Add(draftSendPause)
	}
	return time.Time{}
}

func (m *Model) recount(s *session, r *timeline.Room) tea.Cmd {
	counts := timeline.Counts{Room: r.ID, Epoch: r.Epoch, Told: r.MarkersTold()}
	return m.background(s, func(ctx context.Context, c *client.Client) error {
		room, err := c.GetRoom(ctx, client.RoomRef{ID: counts.Room})
		counts.ReadState = room.Read
		return err
	}, func() tea.Cmd { m.apply(s.id, counts); return nil })
}

func (m *Model) lookUp(s *session, r *timeline.Room, seq int64) tea.Cmd {
	found := timeline.Lookup{Room: r.ID, Epoch: r.Epoch, Seq: seq}
	return m.background(s, func(ctx context.Context, c *client.Client) (err error) {
		found.MessageState, err = c.Messages(ctx, found.Room, client.MessageQuery{Around: seq, Limit: 1})
		return err
	}, func() tea.Cmd { m.apply(s.id, found); return nil })
}

// markUnread has the messages from a seq on be unread, on all devices. The room stays so
// until it is opened again.
func (m *Model) markUnread(seq int64) tea.Cmd {
	r, s := m.opened(), m.session()
	if r == nil || seq == 0 {
		return nil
	}
	room := r.ID
	m.kept = m.here()
	m.apply(s.id, timeline.MarkUnread{Room: r.Key})
	return m.askOnline(func(ctx context.Context, c *client.Client) error {
		_, err := c.MarkUnread(ctx, room, seq)
		return err
	}, nil)
}
