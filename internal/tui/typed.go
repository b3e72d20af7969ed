package tui

import (
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"plausch"
	"plausch/client"
)

// twice is how soon the second Ctrl C has to follow to mean it.
const twice = 3 * time.Second

// key does what a key says.
func (m *Model) key(msg tea.KeyPressMsg) tea.Cmd {
	if m.page != nil {
		return m.pageKey(msg)
	}
	if m.picker != nil {
		return m.pickerKey(msg)
	}
	if cmd, done := m.vimKey(msg); done {
		return cmd
	}
	if text := msg.Text; text != "" && msg.Mod&(tea.ModCtrl|tea.ModAlt) == 0 && m.selected == 0 {
		return m.typed(text)
	}
	if m.selected != 0 {
		if cmd, done := m.selectedKey(msg); done {
			return cmd
		}
	}
	if n, ok := roomNumber(msg); ok {
		if l, found := m.numbered(n); found {
			return m.openListed(l)
		}
		return nil
	}
	a, bound := m.keys.of(msg)
	if !bound {
		return nil
	}
	if a != actComplete {
		defer func(c *completion) {
			if m.completing == c {
				m.completing = nil
			}
		}(m.completing)
	}
	return m.do(a)
}

// do does what an action says.
func (m *Model) do(a action) tea.Cmd {
	if do := windowActions[a]; do != nil {
		return do(m)
	}
	if edit := editActions[a]; edit != nil {
		edit(&m.input, m.widths)
		m.changed()
	}
	return nil
}

// roomNumber returns N of Alt N.
func roomNumber(msg tea.KeyPressMsg) (int, bool) {
	if msg.Mod == tea.ModAlt && msg.Code >= '1' && msg.Code <= '9' {
		return int(msg.Code - '0'), true
	}
	return 0, false
}

// typed takes in text that the user types.
func (m *Model) typed(text string) tea.Cmd {
	m.input.insert(client.StripControls(text))
	m.changed()
	m.suggest()
	return m.tellTyping()
}

// paste takes in text that was pasted.
func (m *Model) paste(text string) tea.Cmd {
	text = strings.ReplaceAll(strings.ReplaceAll(text, "\r\n", "\n"), "\r", "\n")
	text = client.StripControls(text)
	if m.picker != nil {
		m.picker.typed(m, strings.ReplaceAll(text, "\n", " "))
		return nil
	}
	m.input.insert(text)
	m.completing = nil
	m.changed()
	return tea.Batch(m.tellTyping(), m.pastedPath(text))
}

// tellTyping tells others that the user is writing in the open room.
func (m *Model) tellTyping() tea.Cmd {
	s, r := m.session(), m.opened()
	if s.client == nil || r == nil || !r.Joined || strings.HasPrefix(m.input.text, "/") {
		return nil
	}
	s.client.Typing(r.ID) // a note for the writer: it does not wait
	return nil
}

// editActions are those that change the input only.
var editActions = map[action]func(*editor, widths){
	actLeft:         func(e *editor, w widths) { e.move(e.before(w)) },
	actRight:        func(e *editor, w widths) { e.move(e.after(w)) },
	actWordLeft:     func(e *editor, _ widths) { e.move(e.wordBefore()) },
	actWordRight:    func(e *editor, _ widths) { e.move(e.wordAfter()) },
	actHome:         func(e *editor, _ widths) { e.move(e.lineBegin()) },
	actEndOfLine:    func(e *editor, _ widths) { e.move(e.lineEnd()) },
	actBackspace:    func(e *editor, w widths) { e.remove(e.before(w), e.cursor, false) },
	actDelete:       func(e *editor, w widths) { e.remove(e.cursor, e.after(w), false) },
	actKillLine:     func(e *editor, _ widths) { e.remove(e.lineBegin(), e.cursor, true) },
	actKillToEnd:    func(e *editor, _ widths) { e.remove(e.cursor, e.lineEnd(), true) },
	actKillWordLeft: func(e *editor, _ widths) { e.remove(e.spaceBefore(), e.cursor, true) },
	actKillWord:     func(e *editor, _ widths) { e.remove(e.cursor, e.wordAfter(), true) },
	actYank:         func(e *editor, _ widths) { e.insert(e.killed) },
	actUndo:         func(e *editor, _ widths) { e.undoLast() },
	actNewline:      func(e *editor, _ widths) { e.insert("\n") },
}

// windowActions are those that change more. They are filled in by init, since some of
// them list all of them.
var windowActions map[action]func(*Model) tea.Cmd

func init() {
	windowActions = map[action]func(*Model) tea.Cmd{
		actSend:         (*Model).enter,
		actComplete:     (*Model).complete,
		actInterrupt:    (*Model).interrupt,
		actEditLast:     (*Model).editLast,
		actSelect:       (*Model).selectLast,
		actInbox:        (*Model).showInbox,
		actSearch:       (*Model).searchHere,
		actCompose:      (*Model).compose,
		actEnd:          (*Model).endOfInput,
		actEscape:       (*Model).escape,
		actNextRoom:     func(m *Model) tea.Cmd { return m.step(1) },
		actPreviousRoom: func(m *Model) tea.Cmd { return m.step(-1) },
		actNextActive:   (*Model).goNextActive,
		actFirstUnread:  (*Model).goFirstUnread,
		actGoTo:         (*Model).goTo,
		actPageUp:       func(m *Model) tea.Cmd { return m.scroll(-max(1, m.history()-1)) },
		actPageDown:     func(m *Model) tea.Cmd { return m.scroll(max(1, m.history()-1)) },
		actLineUp:       func(m *Model) tea.Cmd { return m.scroll(-1) },
		actLineDown:     func(m *Model) tea.Cmd { return m.scroll(1) },
		actOldest:       func(m *Model) tea.Cmd { return m.scroll(-1 << 30) },
		actNewest:       (*Model).goNewest,
		actRooms:        (*Model).toggleRooms,
		actPeople:       (*Model).togglePeople,
		actHelp:         (*Model).showHelp,
		actBare:         (*Model).showBare,
		actRedraw:       func(*Model) tea.Cmd { return tea.ClearScreen },
		actSuspend:      func(*Model) tea.Cmd { return tea.Suspend },
		actUp:           func(m *Model) tea.Cmd { return m.upOrDown(-1) },
		actDown:         func(m *Model) tea.Cmd { return m.upOrDown(1) },
	}
}

// enter sends the line, or does what it says.
func (m *Model) enter() tea.Cmd {
	text := m.input.text
	if strings.TrimSpace(text) == "" {
		return nil
	}
	if isCommand(text) && m.editing == 0 {
		m.remember(text)
		reply := m.replyTo // which a command may need
		m.clearInput()
		m.replyTo = reply
		m.arrange()
		return m.command(text)
	}
	if strings.HasPrefix(text, "//") && !strings.Contains(text, "\n") {
		text = text[1:]
	}
	r := m.opened()
	if r == nil {
		return nil
	}
	if err := plausch.CheckText(text); err != nil {
		m.fail(m.texts.get(textNotSent, strings.TrimSuffix(m.why(err), ".")))
		return nil // it stays in the input
	}
	m.remember(m.input.text)
	if m.editing != 0 {
		return m.sendEdit(text)
	}
	o := client.Outgoing{Room: r.Key.ID, To: r.Key.Peer, Text: text, Target: m.replyTo}
	m.clearInput()
	return m.send(m.session(), o)
}

// maxSent bounds the lines that the key up brings back.
const maxSent = 200

func (m *Model) remember(line string) {
	if n := len(m.sent); n == 0 || m.sent[n-1] != line {
		m.sent = append(m.sent, line)
		if len(m.sent) > maxSent {
			m.sent = m.sent[1:]
		}
	}
	m.sentAt = len(m.sent)
}

// upOrDown moves in the input, and at its ends to lines that were sent before.
func (m *Model) upOrDown(by int) tea.Cmd {
	columns := max(m.columns-m.promptColumns(), minColumns)
	if m.input.vertical(m.widths, columns, by) {
		m.arrange()
		return nil
	}
	to := m.sentAt + by
	if to < 0 || to > len(m.sent) {
		return nil
	}
	if m.sentAt == len(m.sent) && m.input.text != "" { // what is written is not lost
		m.remember(m.input.text)
		to = len(m.sent) - 1 + by
		if by > 0 || to < 0 {
			return nil
		}
	}
	m.sentAt = to
	line := ""
	if to < len(m.sent) {
		line = m.sent[to]
	}
	m.input.set(line)
	m.arrange()
	return nil
}

// interrupt clears the line, which the key up brings back, and at the second time
// leaves.
func (m *Model) interrupt() tea.Cmd {
	if m.editing != 0 {
		m.endEdit()
		return nil
	}
	if m.input.text != "" || m.replyTo != 0 {
		m.remember(m.input.text)
		m.clearInput()
		m.toQuit = time.Time{}
		return nil
	}
	if m.now.Before(m.toQuit) {
		return m.quit()
	}
	m.toQuit = m.now.Add(twice)
	m.status, m.statusEnd = m.texts.get(textQuitAgain), m.toQuit
	return nil
}

// endOfInput leaves if nothing is written.
func (m *Model) endOfInput() tea.Cmd {
	if m.input.text != "" {
		m.input.remove(m.input.cursor, m.input.after(m.widths), false)
		m.arrange()
		return nil
	}
	return m.quit()
}

func (m *Model) quit() tea.Cmd {
	m.keepDraft()
	m.left = true
	return tea.Quit
}

// escape closes what is open, and then goes to the newest message.
func (m *Model) escape() tea.Cmd {
	switch {
	case m.completing != nil:
		m.completing = nil
		return nil
	case m.selected != 0:
		return m.selectMessage(0)
	case m.editing != 0:
		m.endEdit()
		return nil
	case m.replyTo != 0:
		m.replyTo = 0
		m.changed()
		return nil
	}
	return m.goNewest()
}

func (m *Model) toggleRooms() tea.Cmd {
	m.showRooms = m.showRooms.toggle(m.columns >= leastWithRooms)
	m.arrange()
	return nil
}

func (m *Model) togglePeople() tea.Cmd {
	m.showPeople = m.showPeople.toggle(m.columns >= leastWithPeople)
	m.arrange()
	return nil
}
