package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"plausch/client"
)

// picker is a list over the timeline from which the user picks: they type a part of
// what they look for.
type picker struct {
	title  string
	filter string
	all    []pick
	shown  []pick // of all, those that fit the filter
	chosen int
	search *search // if that is what it is
	// load, if not nil, finds what fits a filter in place of all.
	load func(m *Model, filter string) tea.Cmd
}

// pick is something that can be picked.
type pick struct {
	text   string // clean
	detail string // clean; behind the text
	style  style
	do     func(m *Model) tea.Cmd
}

func (m *Model) pick(p *picker) tea.Cmd {
	m.picker = p
	p.find()
	return nil
}

// find shows what fits the filter: what begins with it first.
func (p *picker) find() {
	filter := strings.ToLower(p.filter)
	p.shown, p.chosen = p.shown[:0], 0
	var others []pick
	for _, item := range p.all {
		text := strings.ToLower(item.text)
		switch {
		case p.load != nil || strings.HasPrefix(strings.TrimLeft(text, "#@●◐○⊡ "), strings.TrimLeft(filter, "#@")):
			p.shown = append(p.shown, item)
		case strings.Contains(text, filter):
			others = append(others, item)
		}
	}
	p.shown = append(p.shown, others...)
}

func (p *picker) typed(m *Model, text string) tea.Cmd {
	p.filter += text
	return p.changed(m)
}

func (p *picker) changed(m *Model) tea.Cmd {
	if p.load != nil {
		return p.load(m, p.filter)
	}
	p.find()
	return nil
}

func (p *picker) move(by int) {
	if n := len(p.shown); n > 0 {
		p.chosen = max(0, min(p.chosen+by, n-1))
	}
}

// pickerKey does what a key says while a picker is open.
func (m *Model) pickerKey(msg tea.KeyPressMsg) tea.Cmd {
	p := m.picker
	if text := msg.Text; text != "" && msg.Mod&(tea.ModCtrl|tea.ModAlt) == 0 {
		return p.typed(m, client.StripControls(text))
	}
	switch a, _ := m.keys.of(msg); a {
	case actEscape, actInterrupt, actGoTo, actEnd:
		m.picker = nil
	case actSearch:
		if p.search != nil {
			return m.searchHere()
		}
	case actUp, actPreviousRoom, actLineUp:
		p.move(-1)
	case actDown, actNextRoom, actLineDown, actComplete:
		p.move(1)
	case actPageUp:
		p.move(-m.history())
	case actPageDown:
		p.move(m.history())
	case actBackspace:
		e := editor{text: p.filter, cursor: len(p.filter)}
		e.remove(e.before(m.widths), e.cursor, false)
		p.filter = e.text
		return p.changed(m)
	case actKillLine, actKillWordLeft:
		p.filter = ""
		return p.changed(m)
	case actSend:
		if p.chosen < len(p.shown) {
			m.picker = nil
			return p.shown[p.chosen].do(m)
		}
	}
	return nil
}

// pickerRows draws the picker in the place of the timeline.
func (m *Model) pickerRows(height int) []row {
	p, columns := m.picker, m.layout.timeline
	rows := make([]row, 0, height)
	add := func(text string) { rows = append(rows, row{text, columns}) }
	add(m.theme.styled(styleHead, m.fit(" "+p.title, columns)))
	add(m.theme.styled(styleAccent, m.fit("> ", 2)) + m.fit(m.cleanLine(p.filter), columns-2))
	if text := m.pickerWord(); text != "" {
		add(m.theme.styled(styleDim, m.fit(" "+text, columns)))
	}
	space := max(1, height-len(rows))
	from := max(0, min(p.chosen-space/2, len(p.shown)-space))
	for i, item := range p.shown[from:min(len(p.shown), from+space)] {
		look, detail := item.style, styleDim
		if from+i == p.chosen {
			look.bg, detail.bg = tokenSelected, tokenSelected
			look.attrs |= bold
		}
		text, n := m.cut(" "+item.text, columns)
		var b strings.Builder
		m.theme.put(&b, look, text)
		m.theme.put(&b, detail, m.fit(detailOf(item), columns-n))
		add(b.String())
	}
	for len(rows) < height {
		add(blanks(columns))
	}
	return rows[:height]
}

// pickerWord says why there is nothing to pick; empty if there is.
func (m *Model) pickerWord() string {
	p := m.picker
	switch {
	case p.search != nil && p.search.problem != "":
		return p.search.problem
	case p.search != nil && p.filter == "":
		return "from: in: has: before: after:"
	case len(p.shown) > 0 || p.search != nil && p.search.asking:
		return ""
	}
	return m.texts.get(textNoMatch, m.cleanLine(p.filter))
}

func detailOf(item pick) string {
	if item.detail == "" {
		return ""
	}
	return "  " + item.detail
}

// pickerCursor returns where the cursor is while a picker is open.
func (m *Model) pickerCursor() (x, y int) {
	left := 0
	if m.layout.rooms > 0 {
		left = m.layout.rooms + 1
	}
	return left + min(2+m.of(m.cleanLine(m.picker.filter)), m.layout.timeline-1), 2
}

// goTo has the user pick a room or a person.
func (m *Model) goTo() tea.Cmd {
	p := &picker{title: m.texts.get(textGoTo)}
	known := make(map[string]bool)
	for _, l := range m.list() {
		if l.room == nil || m.isOpen(l) {
			continue
		}
		item := pick{text: m.sign(l) + m.cleanLine(roomTitle(l.room)), do: func(m *Model) tea.Cmd { return m.openListed(l) }}
		if l.room.Unread > 0 {
			item.detail, item.style = unreadCount(l.room), style{attrs: bold}
		}
		if len(m.sessions) > 1 {
			item.detail += " " + string(m.sessions[l.session].id)
		}
		known[roomTitle(l.room)] = true
		p.all = append(p.all, item)
	}
	me := m.server().Account().ID
	for _, person := range m.server().People() {
		title := "@" + m.cleanLine(person.Name)
		if person.ID == me || known[title] {
			continue
		}
		name := person.Name
		p.all = append(p.all, pick{text: title, style: styleDim, do: func(m *Model) tea.Cmd { return m.goToRoom(m.to(name), "") }})
	}
	return m.pick(p)
}
