package tui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
)

// Messages go into the outbox one after the other, in the order in which they were
// written: each is written to the disk before the next.

// queuedMsg tells that a message was put into the outbox, or why not.
type queuedMsg struct {
	session *session
	err     error
}

// send puts a message into the queue of a session.
func (m *Model) send(s *session, o client.Outgoing) tea.Cmd {
	s.queue = append(s.queue, o)
	m.at = position{end: true}
	m.landing = false
	if len(s.queue) > 1 {
		return nil // the others are on their way
	}
	return s.sendFirst()
}

// sendFirst returns the command that puts the first message of the queue into the
// outbox.
func (s *session) sendFirst() tea.Cmd {
	first := s.queue[0]
	return func() tea.Msg {
		_, err := s.client.Send(first)
		return queuedMsg{s, err}
	}
}

// queued takes in that the first message of a queue is in the outbox. One that cannot
// be sent goes back to where it was written.
func (m *Model) queued(q queuedMsg) tea.Cmd {
	first := q.session.queue[0]
	q.session.queue = q.session.queue[1:]
	if q.err != nil {
		k := timeline.KeyOf(first)
		m.noteAt(place{q.session.id, k}, m.texts.get(textNotSent, strings.TrimSuffix(m.why(q.err), ".")), true)
		m.giveBack(q.session, k, first.Text)
	}
	kept := m.keepUnsent()
	if len(q.session.queue) == 0 {
		return kept
	}
	return tea.Batch(kept, q.session.sendFirst())
}

// giveBack puts a text that was not sent before what is being written in its room.
func (m *Model) giveBack(s *session, k timeline.Key, text string) {
	if s == m.session() && m.here().room == k {
		if m.input.text != "" {
			text += "\n" + m.input.text
		}
		m.input.set(text)
		m.arrange()
		return
	}
	if r := m.state.Server(s.id).Room(k); r != nil && r.Draft.Text != "" {
		text += "\n" + r.Draft.Text
	}
	m.apply(s.id, timeline.Draft{Room: k, Text: text})
}

// send returns the rows of a message on its way.
func (b *blocks) send(s *timeline.Send, me plausch.AccountRef, x *texts) []row {
	text := b.clean(s.Text)
	look := styleDim
	k := blockKey{clock: s.Time.Local().Format("15:04"), nick: me.Name}
	rows := b.gutters(k, me, b.plain(text, look))
	if s.Err != nil {
		why := x.get(textNotSent, b.cleanLine(s.Err.Error())) + " " + x.get(textRetryDelete)
		rows = append(rows, b.gutters(blockKey{}, plausch.AccountRef{}, b.plain(why, styleDanger))...)
	}
	return rows
}

// retryFailed sends again what the server has refused in the open room; discardFailed
// drops it.
func (m *Model) retryFailed() tea.Cmd {
	var cmds []tea.Cmd
	for _, s := range m.failedSends() {
		m.apply(m.session().id, timeline.Dismiss{ID: s.ID})
		cmds = append(cmds, m.send(m.session(), s.Outgoing))
	}
	return tea.Batch(cmds...)
}

func (m *Model) discardFailed() {
	for _, s := range m.failedSends() {
		m.apply(m.session().id, timeline.Dismiss{ID: s.ID})
	}
}

func (m *Model) failedSends() []*timeline.Send {
	var failed []*timeline.Send
	if r := m.opened(); r != nil {
		for _, s := range r.Sends {
			if s.Err != nil {
				failed = append(failed, s)
			}
		}
	}
	if len(failed) == 0 {
		m.say(m.texts.get(textNothingThere))
	}
	return failed
}

// sayFor is how long the status line says something.
const sayFor = 4 * time.Second

// say says something in the status line, for a while.
func (m *Model) say(text string) { m.status, m.statusEnd = text, m.now.Add(sayFor) }
