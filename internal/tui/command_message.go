package tui

import (
	"context"
	"strings"

	tea "charm.land/bubbletea/v2"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
	"plausch/markdown"
)

// The commands in this file are about the selected message, or else the newest that fits.
var messageCommands = []command{
	{"reply", argText, "answer the last message of somebody else", 1, func(m *Model, _ []string, rest string) tea.Cmd {
		message := m.newest(isOthers)
		if message == nil {
			m.say(m.texts.get(textNothingThere))
			return nil
		}
		return m.send(m.session(), client.Outgoing{Room: m.opened().ID, Text: rest, Target: message.Seq})
	}},
	{"edit", "[" + argText + "]", "change your last message; without a text, in the input", 0, (*Model).cmdEdit},
	{"delete", "", "delete your last message for everybody", 0, func(m *Model, _ []string, _ string) tea.Cmd { return m.askDelete(m.newest(isMine)) }},
	{"react", "EMOJI", "react to the last message, or take that back", 1, func(m *Model, words []string, _ string) tea.Cmd {
		return m.react(m.newest(isOthers), emojiOf(words[0]))
	}},
	{"pin", "", "pin the last message to the room, or end that", 0, func(m *Model, _ []string, _ string) tea.Cmd { return m.pin(m.newest(isAny)) }},
	{"pins", "", "list the pinned messages that are loaded", 0, func(m *Model, _ []string, _ string) tea.Cmd { return m.showPins() }},
	{"unread", "", "have this room be unread from the last message on", 0, func(m *Model, _ []string, _ string) tea.Cmd {
		if message := m.newest(isOthers); message != nil {
			return m.markUnread(message.Seq)
		}
		return nil
	}},
	{"links", "", "list the links of this room", 0, func(m *Model, _ []string, _ string) tea.Cmd { return m.showLinks() }},
	{"inbox", "", "list all that is unread", 0, func(m *Model, _ []string, _ string) tea.Cmd { return m.showInbox() }},
}

func (m *Model) cmdEdit(_ []string, rest string) tea.Cmd {
	message := m.newest(isMine)
	if rest == "" || message == nil {
		return m.edit(message)
	}
	return m.change(message, func(ctx context.Context, c *client.Client, room plausch.RoomID, seq int64) error {
		_, err := c.EditMessage(ctx, room, seq, client.Edit{Text: rest})
		return err
	})
}

// showPins lists the pinned messages, those that are loaded.
func (m *Model) showPins() tea.Cmd {
	return m.pickMessages(m.texts.get(textPinsTitle), func(message *timeline.Message) bool { return message.Pinned != 0 })
}

// pickMessages has the user pick one of the messages that fit, the newest first.
func (m *Model) pickMessages(title string, fits func(*timeline.Message) bool) tea.Cmd {
	r := m.opened()
	if r == nil {
		return nil
	}
	p := &picker{title: title}
	for i := len(r.Messages) - 1; i >= 0; i-- {
		if fits(&r.Messages[i]) {
			p.all = append(p.all, m.pickOf(&r.Messages[i].Event))
		}
	}
	return m.pick(p)
}

// showLinks lists the links of the messages that are loaded, the newest first.
func (m *Model) showLinks() tea.Cmd {
	r := m.opened()
	if r == nil {
		return nil
	}
	var links []string
	seen := make(map[string]bool)
	for i := len(r.Messages) - 1; i >= 0; i-- {
		for _, link := range markdown.Links(client.Clean(r.Messages[i].Text)) {
			if !seen[link] {
				seen[link] = true
				links = append(links, link)
			}
		}
	}
	return m.pickLink(links)
}

// showInbox lists the rooms in which something is unread, as the server knows them.
func (m *Model) showInbox() tea.Cmd {
	var page []client.InboxEntry
	return m.askOnline(func(ctx context.Context, c *client.Client) (err error) {
		page, _, err = c.Inbox(ctx, client.InboxQuery{})
		return err
	}, func() tea.Cmd {
		p := &picker{title: m.texts.get(textInboxTitle)}
		for _, e := range page {
			k := timeline.ByID(e.ID)
			r := m.server().Room(k)
			if r == nil || r.Unread == 0 {
				continue // read here meanwhile
			}
			detail := m.cleanLine(e.Last.Actor.Shown() + ": " + firstLine(markdown.Plain(e.Last.Text)))
			p.all = append(p.all, pick{
				text: m.settle(roomTitle(r)) + " (" + unreadCount(r) + ")", detail: strings.TrimSpace(detail), style: style{attrs: bold},
				do: func(m *Model) tea.Cmd { return m.goToRoom(k, "") },
			})
		}
		if len(p.all) == 0 {
			m.say(m.texts.get(textNothingThere))
			return nil
		}
		return m.pick(p)
	})
}
