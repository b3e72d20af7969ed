package tui

import (
	"context"
	"regexp"
	"slices"

	tea "charm.land/bubbletea/v2"

	"plausch"
	"plausch/client"
	"plausch/markdown"
	"plausch/protocol"
)

const (
	// grepMessages is in how many of the newest messages of a room /grep looks.
	grepMessages = 10_000
	maxFound     = 500
)

// grep looks for a regular expression in the messages of the open room, the newest first.
func (m *Model) grep(pattern string) tea.Cmd {
	r := m.opened()
	if r == nil {
		return nil
	}
	expression, err := regexp.Compile("(?i)" + pattern)
	if err != nil {
		m.fail(m.why(err))
		return nil
	}
	room, here := r.ID, m.here()
	var found []plausch.Message
	return m.askOnline(func(ctx context.Context, c *client.Client) error {
		query := client.MessageQuery{Limit: protocol.MaxPage}
		for seen := 0; seen < grepMessages && len(found) < maxFound; {
			page, err := c.Messages(ctx, room, query)
			if err != nil {
				return err
			}
			for _, message := range slices.Backward(page.Messages) {
				if expression.MatchString(markdown.Plain(message.Text)) {
					found = append(found, message)
				}
			}
			seen += len(page.Messages)
			if !page.Older || len(page.Messages) == 0 {
				return nil
			}
			query.Before = page.Messages[0].Seq
		}
		return nil
	}, func() tea.Cmd {
		if m.here() != here {
			return nil
		}
		if len(found) == 0 {
			m.say(m.texts.get(textNoMatch, client.CleanLine(pattern)))
			return nil
		}
		p := &picker{title: "/grep " + m.cleanLine(pattern)}
		for i := range found {
			p.all = append(p.all, m.pickOf(&found[i].Event))
		}
		return m.pick(p)
	})
}

// pickOf returns a message as something that can be picked, to be shown in its context.
func (m *Model) pickOf(message *plausch.Event) pick {
	seq := message.Seq
	text := message.Time.Local().Format("2006-01-02 15:04 ") + message.Actor.Shown() + ": " + firstLine(markdown.Plain(message.Text))
	return pick{text: m.cleanLine(text), do: func(m *Model) tea.Cmd { return m.jump(seq) }}
}
