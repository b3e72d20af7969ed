package tui

import (
	tea "charm.land/bubbletea/v2"

	"plausch/client/timeline"
)

// scroll moves what is seen of the open room by rows, up if negative.
func (m *Model) scroll(by int) tea.Cmd {
	rd := m.read()
	c := rd.cursor(m.at)
	if by < 0 {
		c, _ = rd.up(c, -by, m.history())
	} else {
		c = rd.down(c, by)
	}
	m.at, m.landing = rd.position(c), false
	m.markRead()
	return m.loadMissing()
}

// goNewest goes to the newest message, and has all of the room read.
func (m *Model) goNewest() tea.Cmd {
	m.at, m.landing = position{end: true}, false
	m.markRead()
	return m.loadMissing()
}

// goFirstUnread shows the first message that was unread when the room was opened.
func (m *Model) goFirstUnread() tea.Cmd {
	r := m.opened()
	if r == nil {
		return nil
	}
	seq := r.FirstUnread()
	if seq == 0 {
		seq = r.Divider()
	}
	if seq == 0 {
		m.say(m.texts.get(textNothingThere))
		return nil
	}
	return m.showSeq(seq)
}

// showSeq shows the message of a seq at the top.
func (m *Model) showSeq(seq int64) tea.Cmd {
	rd := m.read()
	i := rd.find(seq)
	m.at = rd.position(rd.down(cursor{i, len(rd.piece(i).rows)}, m.history()))
	m.landing = false
	m.markRead()
	return m.loadMissing()
}

func (m *Model) openListed(l listed) tea.Cmd {
	return tea.Batch(m.open(l.session, l.room.Key, ""), m.landed())
}

// landed finds out where to read in a room that was just opened.
func (m *Model) landed() tea.Cmd {
	m.land()
	m.markRead()
	return nil
}

func (m *Model) step(by int) tea.Cmd {
	if l, found := m.neighbour(by, func(*timeline.Room) bool { return true }); found {
		return m.openListed(l)
	}
	return nil
}

func (m *Model) goNextActive() tea.Cmd {
	if l, found := m.nextActive(); found {
		return m.openListed(l)
	}
	m.say(m.texts.get(textNothingThere))
	return nil
}

// wheelRows is how many rows the wheel of a mouse moves.
const wheelRows = 3

func (m *Model) wheel(msg tea.MouseWheelMsg) tea.Cmd {
	by := wheelRows
	switch msg.Button {
	case tea.MouseWheelUp:
		by = -by
	case tea.MouseWheelDown:
	default:
		return nil
	}
	switch {
	case m.page != nil:
		m.page.scroll(by, m.rows-2)
		return nil
	case m.picker != nil:
		m.picker.move(by / wheelRows)
		return nil
	}
	return m.scroll(by)
}

// click opens the room that is clicked, or selects a message.
func (m *Model) click(msg tea.MouseClickMsg) tea.Cmd {
	if m.page != nil || m.picker != nil || msg.Button != tea.MouseLeft || msg.Y >= m.body {
		return nil
	}
	if msg.X < m.layout.rooms {
		all := m.list()
		open := 0
		for i, l := range all {
			if l.room != nil && m.isOpen(l) {
				open = i
			}
		}
		from := max(0, min(open-m.body/2, len(all)-m.body))
		if i := from + msg.Y; i < len(all) && all[i].room != nil {
			return m.openListed(all[i])
		}
	}
	return nil
}
