package timeline

import (
	"plausch"
)

// Message is a message of a room as it is now, as far as the client has told: with its
// newest text, its reactions, and the message that it answers.
type Message struct {
	plausch.Message
	Mine    bool // the account wrote it
	Mention bool // it names the account, or everybody, and somebody else wrote it
	// Hidden and Saved are what the account has done with it. Draw no hidden message.
	Hidden, Saved bool
	// Blocked is set if the account has blocked who wrote it: draw one line in its place,
	// which can be unfolded.
	Blocked bool

	asOf      int64 // the newest seq that is folded in: its own, a page's, or an event's
	reactions []reaction
}

// newMessage returns a message as an event or a page has it, in the state of asOf.
func (s *Server) newMessage(m plausch.Message, asOf int64) Message {
	out := Message{Message: m, asOf: asOf}
	for i := range m.Reactions {
		out.reactions = append(out.reactions, reactionOf(&m.Reactions[i]))
	}
	out.Quote = nil // see Room.quotes
	if out.Erased() && out.Deleted == 0 {
		out.Deleted = out.Seq // the event of its deletion follows, if there is one
	}
	out.judge(s.account.ID)
	s.mark(&out)
	return out
}

// judge finds out what m is to an account.
func (m *Message) judge(me plausch.AccountID) {
	m.Mine = me != 0 && m.Actor.ID == me
	m.Mention = me != 0 && !m.Mine && m.Mentions(me)
	m.Reactions = nil
	for i := range m.reactions {
		m.Reactions = append(m.Reactions, m.reactions[i].drawn(me))
	}
}

// become finds it out for another account than before.
func (m *Message) become(me plausch.AccountID) {
	for i := range m.reactions {
		if r := &m.reactions[i]; r.hidden > 0 {
			r.mine, r.stale = false, true
		}
	}
	m.judge(me)
}

// fold applies an event that changes m. Events at most as new as what m already has do
// nothing.
func (m *Message) fold(e *plausch.Event, me plausch.AccountID) (changed bool) {
	if e.Seq <= m.asOf {
		return false
	}
	switch {
	case e.Kind == plausch.EventDelete && e.Target == 0:
		m.empty(m.Seq)
	case e.Kind == plausch.EventDelete:
		m.empty(e.Seq)
	case m.Deleted != 0:
		return false
	case e.Kind == plausch.EventEdit && e.Erased() && len(m.Attachments) == 0:
		m.empty(m.Seq) // the event of the deletion follows
	case e.Kind == plausch.EventEdit:
		m.Text, m.Details, m.Edited = e.Text, e.Details, e.Seq
	case e.Kind == plausch.EventReact, e.Kind == plausch.EventUnreact:
		m.react(e, me)
	case e.Kind == plausch.EventPin:
		m.Pinned = e.Seq
	case e.Kind == plausch.EventUnpin:
		m.Pinned = 0
	}
	m.asOf = e.Seq
	m.judge(me)
	return true
}

// empty takes from m all that a deletion does.
func (m *Message) empty(deleted int64) {
	m.Text, m.Attachments, m.Details, m.Target, m.Quote = "", nil, nil, 0, nil
	m.Edited, m.Pinned, m.reactions = 0, 0, nil
	m.Deleted = deleted
}

// isOf reports whether e changes the message seq of author.
func isOf(e *plausch.Event, seq int64, author plausch.AccountID) bool {
	if e.Target == 0 {
		return e.Kind == plausch.EventDelete && e.Member.ID == author && seq < e.Seq
	}
	return e.Target == seq
}

// changes reports whether e changes messages.
func changes(e *plausch.Event) bool {
	return e.Kind.Targeted() && (e.Target != 0 || e.Kind == plausch.EventDelete)
}

// unread reports whether m is unread if it is behind the read marker.
func (m *Message) unread() bool { return !m.Mine && m.Deleted == 0 }
