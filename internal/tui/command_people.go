package tui

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
	"plausch/internal/names"
)

var peopleCommands = []command{
	{"status", "[EMOJI] [TEXT]", "tell others what you are up to; without words: nothing", 0, (*Model).cmdStatus},
	{"block", argName, "have nothing to do with a person", 1, func(m *Model, words []string, _ string) tea.Cmd {
		return m.withPerson(words[0], func(ctx context.Context, c *client.Client, name string) error {
			_, err := c.AddBlock(ctx, name)
			return err
		})
	}},
	{"unblock", argName, "end that", 1, func(m *Model, words []string, _ string) tea.Cmd {
		return m.withPerson(words[0], func(ctx context.Context, c *client.Client, name string) error {
			_, err := c.RemoveBlock(ctx, name)
			return err
		})
	}},
	{"save", "", "keep the last message of somebody else in your list", 0, func(m *Model, _ []string, _ string) tea.Cmd {
		return m.change(m.newest(isOthers), func(ctx context.Context, c *client.Client, room plausch.RoomID, seq int64) error {
			_, err := c.SaveMessage(ctx, room, seq)
			return err
		})
	}},
	{"saved", "", "list what you have kept", 0, func(m *Model, _ []string, _ string) tea.Cmd { return m.showSaved() }},
	{"report", "REASON", "report the last message of somebody else to those who moderate", 1, func(m *Model, _ []string, rest string) tea.Cmd {
		return m.change(m.newest(isOthers), func(ctx context.Context, c *client.Client, room plausch.RoomID, seq int64) error {
			_, err := c.AddReport(ctx, room, seq, rest)
			return err
		})
	}},
	{"remind", "TIME", "be reminded of the last message, in such as 2h, or at 15:04", 1, func(m *Model, words []string, _ string) tea.Cmd {
		at, ok := parseWhen(words[0], m.now)
		if !ok {
			return m.misuse("remind")
		}
		return m.change(m.newest(isAny), func(ctx context.Context, c *client.Client, room plausch.RoomID, seq int64) error {
			_, err := c.SetReminder(ctx, room, seq, at)
			return err
		})
	}},
	{"later", "TIME TEXT", "send a message later, in such as 2h, or at 15:04", 2, (*Model).cmdLater},
}

// misuse says how a command is used.
func (m *Model) misuse(name string) tea.Cmd {
	cmd, _ := findCommand(name)
	m.fail(m.texts.get(textTakes, cmd.name, cmd.args, cmd.help))
	return nil
}

// withPerson does something about a person, and says that it is done.
func (m *Model) withPerson(word string, call func(context.Context, *client.Client, string) error) tea.Cmd {
	name, err := names.AccountAddress(word)
	if err != nil {
		m.fail(m.why(err))
		return nil
	}
	return m.askOnline(func(ctx context.Context, c *client.Client) error { return call(ctx, c, name) }, func() tea.Cmd {
		m.say(m.texts.get(textDone))
		return nil
	})
}

func (m *Model) cmdStatus(words []string, rest string) tea.Cmd {
	var s plausch.Status
	if len(words) > 0 {
		if sign := emojiOf(words[0]); plausch.CheckEmoji(sign) == nil {
			s.Emoji, rest = sign, strings.TrimSpace(strings.TrimPrefix(rest, words[0]))
		}
		s.Text = rest
	}
	return m.askOnline(func(ctx context.Context, c *client.Client) error {
		_, err := c.SetStatus(ctx, s)
		return err
	}, func() tea.Cmd {
		m.say(m.texts.get(textDone))
		return nil
	})
}

func (m *Model) cmdLater(words []string, rest string) tea.Cmd {
	at, ok := parseWhen(words[0], m.now)
	r := m.opened()
	if !ok || r == nil {
		return m.misuse("later")
	}
	text := strings.TrimSpace(strings.TrimPrefix(rest, words[0]))
	o := client.Outgoing{Room: r.Key.ID, To: r.Key.Peer, Text: text}
	return m.askOnline(func(ctx context.Context, c *client.Client) error {
		_, err := c.CreateScheduledMessage(ctx, o, at)
		return err
	}, func() tea.Cmd {
		m.note(m.texts.get(textLater, at.Local().Format("2006-01-02 15:04")))
		return nil
	})
}

// parseWhen reads a duration from now, such as 90m, or a time of day, of today or else
// tomorrow.
func parseWhen(word string, now time.Time) (time.Time, bool) {
	if d, err := time.ParseDuration(word); err == nil && d > 0 {
		return now.Add(d), true
	}
	clock, err := time.Parse("15:04", word)
	if err != nil || utf8.RuneCountInString(word) < 4 {
		return time.Time{}, false
	}
	now = now.Local()
	at := time.Date(now.Year(), now.Month(), now.Day(), clock.Hour(), clock.Minute(), 0, 0, time.Local)
	if !at.After(now) {
		at = at.AddDate(0, 0, 1)
	}
	return at, true
}

// showSaved lists the messages that the user has kept, to be shown in their context.
func (m *Model) showSaved() tea.Cmd {
	var saved []plausch.SavedMessage
	return m.askOnline(func(ctx context.Context, c *client.Client) (err error) {
		saved, _, err = c.ListSaved(ctx, 0)
		return err
	}, func() tea.Cmd {
		p := &picker{title: "/saved"}
		for i := range saved {
			item := m.pickOf(&saved[i].Event)
			room, seq := timeline.ByID(saved[i].Room), saved[i].Seq
			item.do = func(m *Model) tea.Cmd { return tea.Batch(m.goToRoom(room, ""), m.jump(seq)) }
			p.all = append(p.all, item)
		}
		if len(p.all) == 0 {
			m.say(m.texts.get(textNothingThere))
			return nil
		}
		return m.pick(p)
	})
}
