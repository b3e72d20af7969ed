package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"plausch"
)

// View draws the window. All rows are as wide as the window, so that nothing of an older
// one stays.
func (m *Model) View() tea.View {
	v := tea.NewView("")
	v.AltScreen, v.ReportFocus = true, true
	if m.options.Config.Mouse {
		v.MouseMode = tea.MouseModeCellMotion
	}
	v.WindowTitle = m.windowTitle()
	if m.page != nil {
		v.Content = m.pageView()
		return v
	}
	var b strings.Builder
	b.Grow(m.columns * m.rows * 2)
	m.putBody(&b)
	b.WriteString(m.statusLine())
	if m.layout.about > 0 {
		b.WriteByte('\n')
		b.WriteString(m.theme.styled(styleAccent, m.fit(m.aboutText(), m.columns)))
	}
	x, y := m.putInput(&b)
	v.Content = b.String()
	if m.picker != nil {
		x, y = m.pickerCursor()
	}
	v.Cursor = tea.NewCursor(x, y)
	v.Cursor.Blink = false
	if m.vim && !m.normal {
		v.Cursor.Shape = tea.CursorBar
	}
	return v
}

// putBody draws rooms, timeline and people beside each other.
func (m *Model) putBody(b *strings.Builder) {
	history := m.historyRows()
	var rooms, people []string
	if m.layout.rooms > 0 {
		rooms = m.roomsPane(m.body)
	}
	if m.layout.people > 0 {
		people = m.peoplePane(m.body)
	}
	line := m.theme.styled(styleDim, "│")
	for y := range m.body {
		if rooms != nil {
			b.WriteString(rooms[y])
			b.WriteString(line)
		}
		if y == 0 {
			m.putHead(b)
		} else {
			r := history[y-1]
			b.WriteString(r.text)
			b.WriteString(blanks(m.layout.timeline - r.columns))
		}
		if people != nil {
			b.WriteString(line)
			b.WriteString(people[y])
		}
		b.WriteByte('\n')
	}
}

// historyRows returns the rows of the timeline, the newest at the bottom.
func (m *Model) historyRows() []row {
	height := m.history()
	if m.picker != nil {
		return m.pickerRows(height)
	}
	rd := m.read()
	rows, _ := rd.window(rd.cursor(m.at), height)
	if n := height - len(rows); n > 0 {
		rows = append(make([]row, n), rows...)
	}
	return rows
}

// putHead draws the row above the timeline: the room and its topic.
func (m *Model) putHead(b *strings.Builder) {
	columns := m.layout.timeline
	r := m.opened()
	if r == nil {
		b.WriteString(blanks(columns))
		return
	}
	title, n := m.cut(" "+m.cleanLine(roomTitle(r)), columns)
	m.theme.put(b, styleHead.on(tokenBar), title)
	topic := ""
	if r.Topic != "" {
		topic = " — " + m.cleanLine(r.Topic)
	}
	m.theme.put(b, styleDim.on(tokenBar), m.fit(topic, columns-n))
}

// putInput draws the rows of the input, and returns where the cursor is.
func (m *Model) putInput(b *strings.Builder) (x, y int) {
	prompt := m.prompt()
	columns := m.promptColumns()
	from := max(0, min(m.inputY-m.layout.input+1, len(m.inputRows)-m.layout.input))
	if m.inputY < from {
		from = m.inputY
	}
	for i := range m.layout.input {
		b.WriteByte('\n')
		head := blanks(columns)
		if from+i == 0 {
			head = m.theme.styled(styleAccent, m.fit(prompt, columns))
		}
		b.WriteString(head)
		if from+i >= len(m.inputRows) {
			b.WriteString(blanks(m.columns - columns))
			continue
		}
		r := m.inputRows[from+i]
		text := strings.ReplaceAll(m.clean(m.input.text[r.begin:r.end]), "\t", blanks(tabWidth))
		b.WriteString(m.fit(text, max(0, m.columns-columns)))
	}
	return columns + m.inputX, m.body + 1 + m.layout.about + m.inputY - from
}

// prompt is what stands before the input: where a message goes.
func (m *Model) prompt() string {
	r := m.opened()
	if r == nil {
		return "> "
	}
	return m.cleanLine(roomTitle(r)) + "> "
}

func (m *Model) promptColumns() int { return min(m.of(m.prompt()), roomsColumns+2, m.columns/2) }

// windowTitle says how many messages are for the user.
func (m *Model) windowTitle() string {
	title := "Plausch"
	if r := m.opened(); r != nil {
		title = m.cleanLine(roomTitle(r)) + " – " + title
	}
	n := 0
	for _, s := range m.sessions {
		for _, r := range m.state.Server(s.id).Rooms() {
			n += r.Mentions
			if r.Kind == plausch.RoomDirect && r.Mentions == 0 {
				n += r.Unread
			}
		}
	}
	if n > 0 {
		title = "(" + number(n) + ") " + title
	}
	return title
}
