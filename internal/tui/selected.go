package tui

import (
	tea "charm.land/bubbletea/v2"

	"plausch/client/timeline"
)

// A message can be selected. Letters are then what to do with it.

// selectedActions are what letters do with the selected message.
var selectedActions map[string]func(*Model, *timeline.Message) tea.Cmd

func init() {
	selectedActions = map[string]func(*Model, *timeline.Message) tea.Cmd{
		"r": func(m *Model, message *timeline.Message) tea.Cmd { return m.reply(message.Seq) },
		"e": (*Model).edit,
		"+": (*Model).pickReaction,
		"d": (*Model).askDelete,
		"p": (*Model).pin,
		"u": func(m *Model, message *timeline.Message) tea.Cmd { return m.markUnread(message.Seq) },
		"y": (*Model).copyMessage,
		"o": (*Model).openLink,
		"s": (*Model).showSpoilers,
	}
}

// selectLast selects the newest message that is seen.
func (m *Model) selectLast() tea.Cmd {
	rd := m.read()
	for i := min(rd.cursor(m.at).i, len(rd.items)-1); i >= 0; i-- {
		if rd.items[i].message != nil {
			return m.selectMessage(rd.items[i].seq)
		}
	}
	return nil
}

// selectMessage selects a message, none if seq is 0, and scrolls so that it is seen.
func (m *Model) selectMessage(seq int64) tea.Cmd {
	m.selected = seq
	m.invalidate()
	if seq == 0 {
		return nil
	}
	rd := m.read()
	at := rd.find(seq)
	c := rd.cursor(m.at)
	_, first := rd.window(c, m.history())
	switch {
	case at > c.i || at == c.i && c.below > 0:
		m.at = rd.position(cursor{at, 0})
	case at <= first:
		rows := len(rd.piece(at).rows)
		m.at = rd.position(rd.down(cursor{at, rows}, max(rows, m.history())))
	}
	m.landing = false
	return m.loadMissing()
}

// selectNext selects the message by places behind the selected one.
func (m *Model) selectNext(by int) tea.Cmd {
	rd := m.read()
	for i := rd.find(m.selected) + by; i >= 0 && i < len(rd.items); i += by {
		if rd.items[i].message != nil {
			return m.selectMessage(rd.items[i].seq)
		}
	}
	return m.loadMissing()
}

// selectedKey does what a key says about the selected message. Done is false if it says
// nothing about it.
func (m *Model) selectedKey(msg tea.KeyPressMsg) (cmd tea.Cmd, done bool) {
	if do := selectedActions[msg.Text]; do != nil && msg.Text != "" {
		message := m.opened().Message(m.selected)
		stays := msg.Text == "s" || msg.Text == "y"
		if message == nil {
			return m.selectMessage(0), true
		}
		cmd := do(m, message)
		if !stays && m.picker == nil {
			m.selected = 0
			m.invalidate()
		}
		return cmd, true
	}
	switch a, _ := m.keys.of(msg); a {
	case actUp, actLineUp:
		return m.selectNext(-1), true
	case actDown, actLineDown:
		return m.selectNext(1), true
	case actSend:
		return m.jumpToQuote(), true
	case actDelete:
		return m.askDelete(m.opened().Message(m.selected)), true
	case actInterrupt, actEscape, actSelect:
		return m.selectMessage(0), true
	}
	return nil, msg.Text != "" && msg.Mod&(tea.ModAlt|tea.ModCtrl) == 0
}

// jumpToQuote selects the message that the selected one answers.
func (m *Model) jumpToQuote() tea.Cmd {
	message := m.opened().Message(m.selected)
	if message == nil || message.Target == 0 {
		return nil
	}
	return m.jump(message.Target)
}

// askDelete asks whether a message is to be deleted for everybody.
func (m *Model) askDelete(message *timeline.Message) tea.Cmd {
	if message == nil || message.Deleted != 0 {
		return nil
	}
	seq := message.Seq
	return m.pick(&picker{title: m.texts.get(textDeleteAsk), all: []pick{
		{text: m.texts.get(textKeepIt), do: func(m *Model) tea.Cmd { return m.selectMessage(0) }},
		{text: m.texts.get(textDeleteIt), style: styleDanger, do: func(m *Model) tea.Cmd {
			m.selectMessage(0)
			return m.deleteMessage(m.opened().Message(seq))
		}},
	}})
}

// quickEmojis are offered first for reactions.
var quickEmojis = []string{"👍", "❤️", "😂", "🎉", "😮", "😢", "🙏", "👀", "✅"}

// pickReaction has the user pick an emoji to react with.
func (m *Model) pickReaction(message *timeline.Message) tea.Cmd {
	seq := message.Seq
	do := func(sign string) func(*Model) tea.Cmd {
		return func(m *Model) tea.Cmd {
			m.selectMessage(0)
			return m.react(m.opened().Message(seq), sign)
		}
	}
	p := &picker{title: m.texts.get(textReactTitle)}
	for _, sign := range quickEmojis {
		p.all = append(p.all, pick{text: m.settle(sign), do: do(sign)})
	}
	for _, name := range emojiNames() {
		sign := emojiOf(name)
		p.all = append(p.all, pick{text: m.settle(sign) + " " + name, do: do(sign)})
	}
	return m.pick(p)
}

// showSpoilers shows what is hidden in a message, or hides it again.
func (m *Model) showSpoilers(message *timeline.Message) tea.Cmd {
	m.spoilers[message.Seq] = !m.spoilers[message.Seq]
	m.invalidate()
	return nil
}
