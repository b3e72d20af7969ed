package tui

import tea "charm.land/bubbletea/v2"

// With the keys of vi the input has two modes. Esc leads to the one in which letters are
// commands, and i back to writing.

// vimActions are what letters do there.
var vimActions = map[string]action{
	"h": actLeft, "l": actRight, "b": actWordLeft, "w": actWordRight, "e": actWordRight, "0": actHome, "$": actEndOfLine,
	"x": actDelete, "D": actKillToEnd, "p": actYank, "u": actUndo,
	"j": actLineDown, "k": actLineUp, "g": actOldest, "G": actNewest, "/": actSearch, "n": actNextActive, "J": actNextRoom, "K": actPreviousRoom,
	"v": actSelect, "?": actHelp,
}

// vimKey does what a key says while the keys of vi are on. Done is false if it is to have
// its usual effect.
func (m *Model) vimKey(msg tea.KeyPressMsg) (cmd tea.Cmd, done bool) {
	a, _ := m.keys.of(msg)
	if !m.vim || m.selected != 0 {
		return nil, false
	}
	if !m.normal {
		if a == actEscape && m.completing == nil && m.editing == 0 && m.replyTo == 0 {
			m.normal = true
			return nil, true
		}
		return nil, false
	}
	if a == actSend { // sends, and goes on writing
		m.normal = false
		return nil, false
	}
	text := msg.Text
	if text == "" || msg.Mod&(tea.ModCtrl|tea.ModAlt) != 0 {
		return nil, false
	}
	switch text {
	case "A":
		m.input.move(m.input.lineEnd())
	case "I":
		m.input.move(m.input.lineBegin())
	case "a":
		m.input.move(m.input.after(m.widths))
	case "o":
		m.input.move(m.input.lineEnd())
		m.input.insert("\n")
	case ":":
		if m.input.text == "" {
			m.input.insert("/")
		}
	case "S":
		m.input.remove(0, len(m.input.text), true)
	case "i":
	default:
		return m.do(vimActions[text]), true
	}
	m.normal = false
	m.changed()
	return nil, true
}
