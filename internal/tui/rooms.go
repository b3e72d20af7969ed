package tui

import (
	"strconv"
	"strings"

	"plausch"
	"plausch/client/timeline"
)

// listed is a row of the list of rooms: a room, or the head of a section.
type listed struct {
	head    string
	session int
	room    *timeline.Room
	number  int // of the room in the window, from 1
}

// list returns the rows of the list of rooms.
func (m *Model) list() []listed {
	var all []listed
	number := 0
	for i, s := range m.sessions {
		server := m.state.Server(s.id)
		if len(m.sessions) > 1 {
			all = append(all, listed{head: string(s.id), session: i})
		}
		section := textKey("")
		for _, r := range server.Rooms() {
			if k := sectionOf(r); k != section {
				section = k
				all = append(all, listed{head: m.texts.get(k), session: i})
			}
			number++
			all = append(all, listed{session: i, room: r, number: number})
		}
	}
	return all
}

func sectionOf(r *timeline.Room) textKey {
	if r.Public() {
		return textPublic
	}
	return textPrivate
}

// roomsPane returns the rows of the list of rooms. The open room is always among them.
func (m *Model) roomsPane(height int) []string {
	all := m.list()
	open := 0
	for i, l := range all {
		if l.room != nil && m.isOpen(l) {
			open = i
		}
	}
	from := max(0, min(open-height/2, len(all)-height))
	rows := make([]string, 0, height)
	for _, l := range all[from:min(len(all), from+height)] {
		rows = append(rows, m.listedRow(l))
	}
	for len(rows) < height {
		rows = append(rows, blanks(m.layout.rooms))
	}
	return rows
}

func (m *Model) isOpen(l listed) bool { return l.session == m.current && l.room == m.opened() }

// listedRow draws a row: a number, the name, and how many messages are unread.
func (m *Model) listedRow(l listed) string {
	columns := m.layout.rooms
	if l.room == nil {
		return m.theme.styled(styleDim, m.fit(m.cleanLine(l.head), columns))
	}
	r := l.room
	look := style{}
	count := ""
	switch {
	case r.Mentions > 0 || r.Unread > 0 && r.Kind == plausch.RoomDirect:
		look, count = style{fg: tokenAway, attrs: bold}, unreadCount(r)
	case r.Unread > 0:
		look, count = style{attrs: bold}, unreadCount(r)
	case r.Draft.Text != "" && !m.isOpen(l):
		count = "✎"
	}
	if m.isOpen(l) {
		look = style{fg: tokenAccent, bg: tokenSelected, attrs: bold}
	}
	if !r.Joined {
		look = styleDim
	}
	var b strings.Builder
	number := "  "
	if l.number < 10 {
		number = strconv.Itoa(l.number) + " "
	}
	room := columns - len(number) - m.of(count)
	if count != "" {
		room--
	}
	name := m.sign(l) + m.cleanLine(r.Title())
	if r.Title() == "" {
		name = roomTitle(r)
	}
	m.theme.put(&b, styleDim.on(look.bg), number)
	m.theme.put(&b, look, m.fit(name, room))
	if count != "" {
		m.theme.put(&b, look, " "+count)
	}
	return b.String()
}

// sign returns what stands before the name of a room: whether a person is there, or
// what the room is.
func (m *Model) sign(l listed) string {
	r := l.room
	switch r.Kind {
	case plausch.RoomDirect:
		switch m.state.Server(m.sessions[l.session].id).Presence(r.Peer.ID) {
		case plausch.Online:
			return "●"
		case plausch.Away:
			return "◐"
		}
		return "○"
	case plausch.RoomPrivate:
		return "⊡"
	}
	return "#"
}

// unreadCount returns how many messages of a room are unread, such as 200+.
func unreadCount(r *timeline.Room) string {
	if r.Unread >= plausch.MaxUnread {
		return strconv.Itoa(plausch.MaxUnread) + "+"
	}
	return strconv.Itoa(r.Unread)
}

// numbered returns the room of a number in the list.
func (m *Model) numbered(number int) (listed, bool) {
	for _, l := range m.list() {
		if l.number == number && l.room != nil {
			return l, true
		}
	}
	return listed{}, false
}

// neighbour returns the room that is by places behind the open one in the list, of
// those that wanted holds for; it goes round at the ends.
func (m *Model) neighbour(by int, wanted func(*timeline.Room) bool) (listed, bool) {
	var rooms []listed
	open := -1
	for _, l := range m.list() {
		if l.room == nil {
			continue
		}
		if m.isOpen(l) {
			open = len(rooms)
		}
		rooms = append(rooms, l)
	}
	for i, n := 1, len(rooms); i <= n; i++ {
		l := rooms[((open+i*by)%n+n)%n]
		if !m.isOpen(l) && wanted(l.room) {
			return l, true
		}
	}
	return listed{}, false
}

// nextActive returns the room where something is most important: mentions and direct
// messages before others.
func (m *Model) nextActive() (listed, bool) {
	l, found := m.neighbour(1, func(r *timeline.Room) bool {
		return r.Mentions > 0 || r.Unread > 0 && r.Kind == plausch.RoomDirect
	})
	if found {
		return l, true
	}
	return m.neighbour(1, func(r *timeline.Room) bool { return r.Unread > 0 })
}
