package tui

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
	"plausch/internal/connect"
	"plausch/markdown"
)

// aboutText is the row above the input: what is answered or edited; empty for nothing.
func (m *Model) aboutText() string {
	switch r := m.opened(); {
	case m.editing != 0:
		return m.texts.get(textEditing)
	case m.replyTo != 0 && r != nil:
		text := "…"
		if message := r.Message(m.replyTo); message != nil {
			q := plausch.Quote{Actor: message.Actor, Text: message.Text, Files: len(message.Attachments), Sealed: message.Sealed(), Deleted: message.Deleted != 0}
			text = m.settle(connect.QuoteText(&q, plausch.MaxQuote))
		}
		return m.texts.get(textReplyTo, text)
	}
	return ""
}

// reply has what is written answer a message.
func (m *Model) reply(seq int64) tea.Cmd {
	m.replyTo = seq
	m.changed()
	return nil
}

// edit puts a message of the user into the input.
func (m *Model) edit(message *timeline.Message) tea.Cmd {
	if message == nil || !message.Mine || message.Deleted != 0 || message.Sealed() {
		m.say(m.texts.get(textNothingThere))
		return nil
	}
	m.endEdit()
	m.keepDraft()
	m.editing, m.editAside = message.Seq, m.input.text
	m.input.set(message.Text)
	m.arrange()
	return nil
}

// endEdit puts back what was being written before.
func (m *Model) endEdit() {
	if m.editing == 0 {
		return
	}
	m.editing = 0
	m.input.set(m.editAside)
	m.editAside = ""
	m.arrange()
}

// sendEdit gives the message that is edited another text. If that fails, the text is in
// the input again.
func (m *Model) sendEdit(text string) tea.Cmd {
	seq, room, here := m.editing, m.opened().ID, m.here()
	if message := m.opened().Message(seq); message != nil && message.Text == text {
		m.endEdit()
		return nil
	}
	if m.server().Connection().Phase != client.Online {
		m.fail(m.texts.get(textNeedsOnline))
		return nil // it stays in the input
	}
	m.endEdit()
	return m.ask(m.session(), func(ctx context.Context, c *client.Client) error {
		_, err := c.EditMessage(ctx, room, seq, client.Edit{Text: text})
		return err
	}, func(err error) tea.Cmd {
		if err != nil {
			m.noteAt(here, m.why(err), true)
			m.remember(text) // the key up brings it back
		}
		return nil
	})
}

// editLast edits the newest message of the user in the open room.
func (m *Model) editLast() tea.Cmd {
	return m.edit(m.newest(func(message *timeline.Message) bool { return message.Mine && !message.Sealed() }))
}

// newest returns the selected message, or else the newest that fits; nil if there is
// none.
func (m *Model) newest(fits func(*timeline.Message) bool) *timeline.Message {
	r := m.opened()
	if r == nil {
		return nil
	}
	if m.selected != 0 {
		return r.Message(m.selected)
	}
	for i := len(r.Messages) - 1; i >= 0; i-- {
		if message := &r.Messages[i]; message.Deleted == 0 && fits(message) {
			return message
		}
	}
	return nil
}

func isOthers(message *timeline.Message) bool { return !message.Mine }
func isMine(message *timeline.Message) bool   { return message.Mine }
func isAny(*timeline.Message) bool            { return true }

// change has the server change a message of the open room. That it was done is seen when
// the event comes.
func (m *Model) change(message *timeline.Message, change func(context.Context, *client.Client, plausch.RoomID, int64) error) tea.Cmd {
	if message == nil {
		m.say(m.texts.get(textNothingThere))
		return nil
	}
	room, seq := m.opened().ID, message.Seq
	return m.askOnline(func(ctx context.Context, c *client.Client) error { return change(ctx, c, room, seq) }, nil)
}

// react adds a reaction of the user to a message, or takes it away if it is there.
func (m *Model) react(message *timeline.Message, emoji string) tea.Cmd {
	mine := false
	if message != nil {
		for _, r := range message.Reactions {
			mine = mine || r.Mine && r.Emoji == emoji
		}
	}
	return m.change(message, func(ctx context.Context, c *client.Client, room plausch.RoomID, seq int64) (err error) {
		if mine {
			_, err = c.Unreact(ctx, room, seq, emoji)
		} else {
			_, err = c.React(ctx, room, seq, emoji)
		}
		return err
	})
}

func (m *Model) deleteMessage(message *timeline.Message) tea.Cmd {
	return m.change(message, func(ctx context.Context, c *client.Client, room plausch.RoomID, seq int64) error {
		_, err := c.DeleteMessage(ctx, room, seq)
		return err
	})
}

// pin pins a message to the room, or ends that.
func (m *Model) pin(message *timeline.Message) tea.Cmd {
	pinned := message != nil && message.Pinned != 0
	return m.change(message, func(ctx context.Context, c *client.Client, room plausch.RoomID, seq int64) (err error) {
		if pinned {
			_, err = c.UnpinMessage(ctx, room, seq)
		} else {
			_, err = c.PinMessage(ctx, room, seq)
		}
		return err
	})
}

// copyMessage puts the text of a message onto the clipboard, which the terminal does
// (OSC 52).
func (m *Model) copyMessage(message *timeline.Message) tea.Cmd {
	if message == nil || message.Text == "" {
		return nil
	}
	m.say(m.texts.get(textCopied))
	return tea.SetClipboard(client.Clean(message.Text))
}

// openLink opens the first link of a message in the desktop's program, or lets the user
// pick one of several.
func (m *Model) openLink(message *timeline.Message) tea.Cmd {
	if message == nil {
		return nil
	}
	links := markdown.Links(client.Clean(message.Text))
	switch len(links) {
	case 0:
		m.say(m.texts.get(textNothingThere))
		return nil
	case 1:
		return openOutside(links[0])
	}
	return m.pickLink(links)
}

func (m *Model) pickLink(links []string) tea.Cmd {
	p := &picker{title: m.texts.get(textLinksTitle)}
	for _, link := range links {
		p.all = append(p.all, pick{text: m.cleanLine(link), do: func(*Model) tea.Cmd { return openOutside(link) }})
	}
	return m.pick(p)
}

func hasLink(message *timeline.Message) bool { return len(markdown.Links(message.Text)) > 0 }

// firstLine returns the beginning of a text on one line.
func firstLine(text string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(text), "\n")
	return line
}
