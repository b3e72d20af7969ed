package tui

import (
	"strings"

	tea "charm.land/bubbletea/v2"

	"plausch/internal/connect"
)

// page is a text over the whole window.
type page struct {
	rows []string // each as wide as the window or shorter
	from int
	bare bool // nothing but the text: it can be copied with the mouse
}

func (p *page) scroll(by, height int) {
	p.from = max(0, min(p.from+by, len(p.rows)-height))
}

// pageView draws the page.
func (m *Model) pageView() string {
	height := m.rows
	if !m.page.bare {
		height--
	}
	var b strings.Builder
	for y := range height {
		if y > 0 {
			b.WriteByte('\n')
		}
		if i := m.page.from + y; i < len(m.page.rows) {
			b.WriteString(m.page.rows[i])
		}
	}
	if !m.page.bare {
		b.WriteByte('\n')
		b.WriteString(m.bar([]part{{"Esc", styleAccent}, {"PgUp PgDn", styleDim}}))
	}
	return b.String()
}

// pageKey does what a key says while a page is open.
func (m *Model) pageKey(msg tea.KeyPressMsg) tea.Cmd {
	height := m.rows - 1
	switch a, _ := m.keys.of(msg); a {
	case actPageUp:
		m.page.scroll(-height, height)
	case actPageDown:
		m.page.scroll(height, height)
	case actUp, actLineUp:
		m.page.scroll(-1, height)
	case actDown, actLineDown:
		m.page.scroll(1, height)
	case actHome, actOldest:
		m.page.from = 0
	case actEndOfLine, actNewest:
		m.page.scroll(1<<30, height)
	case actRedraw:
		return tea.ClearScreen
	case actSuspend:
		return tea.Suspend
	default:
		if msg.Text == " " {
			m.page.scroll(height, height)
			return nil
		}
		m.page = nil
		m.markRead()
	}
	return nil
}

// showHelp shows all commands and keys.
func (m *Model) showHelp() tea.Cmd {
	var rows []string
	head := func(text string) { rows = append(rows, m.theme.styled(styleHead, text), "") }
	entry := func(name, help string) {
		column := min(28, m.columns/2)
		for i, r := range m.wrap(m.theme, m.columns-column, []run{{text: help}}, run{}) {
			left := ""
			if i == 0 {
				left = name
			}
			rows = append(rows, m.theme.styled(styleAccent, m.fit(left, column))+r.text)
		}
	}
	head(m.texts.get(textHelpTitle))
	for _, cmd := range commands {
		entry(strings.TrimSpace("/"+cmd.name+" "+cmd.args), cmd.help)
	}
	rows = append(rows, "")
	for _, r := range m.wrap(m.theme, m.columns, []run{{text: m.texts.get(textHelpSlash)}}, run{}) {
		rows = append(rows, r.text)
	}
	rows = append(rows, "")
	head(m.texts.get(textKeysTitle))
	entry("Alt 1 … Alt 9", "the room of this number")
	for _, b := range bindings {
		if b.help != "" {
			entry(m.keys.shown(b), b.help)
		}
	}
	m.page = &page{rows: rows}
	return nil
}

// showBare shows the text of the open room without anything beside it, so that the
// terminal's own selection copies whole lines. It begins with what is seen of the room.
func (m *Model) showBare() tea.Cmd {
	r := m.opened()
	if r == nil {
		return nil
	}
	rd := m.read()
	_, first := rd.window(rd.cursor(m.at), m.history())
	var rows []string
	from := 0
	for i, it := range rd.items {
		if first == i {
			from = len(rows)
		}
		e, text := it.event, ""
		if it.message != nil {
			e = &it.message.Event
			text = m.cleanLine(e.Actor.Shown()) + ": " + connect.MessageText(*e, func(file string) string { return file })
		} else {
			text = connect.EventText(*e)
		}
		text = m.settle(e.Time.Local().Format("15:04 ") + text)
		for _, line := range m.wrap(m.theme, m.columns, []run{{text: text}}, run{}) {
			rows = append(rows, line.text)
		}
	}
	m.page = &page{rows: rows, bare: true}
	m.page.scroll(from, m.rows)
	return nil
}
