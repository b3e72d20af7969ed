package tui

import (
	"context"
	"time"

	tea "charm.land/bubbletea/v2"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
)

// What is written is a draft of its room. The state gets it at a short pause, the disk
// then, and the server at a longer one, so that other devices go on with it.
const (
	draftPause     = 300 * time.Millisecond
	draftSendPause = time.Second
)

// changed notes that the input has changed.
func (m *Model) changed() {
	m.arrange()
	if m.draftDue.IsZero() {
		m.draftDue = m.now.Add(draftPause)
	}
}

// keepDraftWhenDue puts what was written into the state, at a pause.
func (m *Model) keepDraftWhenDue() tea.Cmd {
	if m.draftDue.IsZero() || m.now.Before(m.draftDue) {
		return nil
	}
	m.keepDraft()
	return m.keepUnsent()
}

// keepDraft puts what was written into the state.
func (m *Model) keepDraft() {
	m.draftDue = time.Time{}
	r := m.opened()
	if r == nil || m.editing != 0 {
		return
	}
	m.drafted = m.input.text
	if r.Draft.Text != m.input.text || r.Draft.Target != m.replyTo {
		m.session().wrote = m.now
		m.apply(m.session().id, timeline.Draft{Room: r.Key, Text: m.input.text, Target: m.replyTo})
	}
}

// takeDraft puts the draft of the open room into the input.
func (m *Model) takeDraft() {
	draft := plausch.Draft{}
	if r := m.opened(); r != nil {
		draft = r.Draft
	}
	m.input.set(draft.Text)
	m.drafted, m.replyTo, m.draftDue = draft.Text, draft.Target, time.Time{}
	m.arrange()
}

// takeRemoteDraft takes over what was written in the open room on another device, unless
// something is being written here.
func (m *Model) takeRemoteDraft() {
	r := m.opened()
	if r == nil || m.editing != 0 || m.input.text != m.drafted || !m.draftDue.IsZero() {
		return
	}
	if r.Draft.Text != m.drafted || r.Draft.Target != m.replyTo {
		m.takeDraft()
	}
}

// clearInput empties the input after its text went out.
func (m *Model) clearInput() {
	m.input.set("")
	m.replyTo = 0
	m.keepDraft()
	m.arrange()
}

// loadDrafts loads what was begun to write on other devices.
func (m *Model) loadDrafts(s *session) tea.Cmd {
	if s.client == nil || s.login.Address.KTN() {
		return nil
	}
	found := timeline.Drafts{Told: m.state.Server(s.id).DraftsTold()}
	return m.ask(s, func(ctx context.Context, c *client.Client) (err error) {
		found.Drafts, err = c.ListDrafts(ctx)
		return err
	}, func(err error) tea.Cmd {
		if err == nil {
			m.apply(s.id, found)
		}
		return nil
	})
}

// sendDraft has the server keep a draft.
func (m *Model) sendDraft(s *session, d plausch.Draft) tea.Cmd {
	// What the server keeps is not kept here any more, but only then.
	kept := timeline.DraftKept{Room: d.Room, Text: d.Text, Target: d.Target}
	return m.background(s, func(ctx context.Context, c *client.Client) (err error) {
		kept.Edit, err = c.SetDraft(ctx, d)
		return err
	}, func() tea.Cmd {
		m.apply(s.id, kept)
		return m.keepUnsent()
	})
}
