package linechat

import (
	"context"
	"strconv"
	"strings"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
	"plausch/internal/connect"
	"plausch/protocol"
)

// The commands in this file are about one message: the one whose number, its seq, they
// are given as #12, or else the newest that fits.

// pick returns the message that a command is about, and the words behind its number. Fits
// says which one is meant without a number.
func (c *chat) pick(words []string, rest string, fits func(*timeline.Message) bool) (seq int64, text string, ok bool) {
	r := c.opened()
	if !r.Joined {
		c.note("There are no messages here yet.")
		return 0, "", false
	}
	if len(words) > 0 && strings.HasPrefix(words[0], "#") {
		seq, err := strconv.ParseInt(words[0][1:], 10, 64)
		if err != nil || seq < 1 {
			c.note("The number of a message is as in #12; /history shows them.")
			return 0, "", false
		}
		return seq, strings.TrimSpace(strings.TrimPrefix(rest, words[0])), true
	}
	for i := len(r.Messages) - 1; i >= 0; i-- {
		if m := &r.Messages[i]; m.Deleted == 0 && fits(m) {
			return m.Seq, rest, true
		}
	}
	c.note("There is no such message; say which by its number, as in #12. /history shows them.")
	return 0, "", false
}

func isOwn(m *timeline.Message) bool    { return m.Mine }
func isOthers(m *timeline.Message) bool { return !m.Mine }
func isAny(*timeline.Message) bool      { return true }

// changeMessage has the server change a message. That it was done is said when the event
// comes.
func (c *chat) changeMessage(ctx context.Context, change func(context.Context, plausch.RoomID) (int64, error), unchanged string) {
	room := c.opened().ID
	var seq int64
	c.ask(ctx, func(ctx context.Context) (err error) {
		seq, err = change(ctx, room)
		return err
	}, func(err error) {
		switch {
		case err != nil:
			c.failed(err)
		case seq == 0:
			c.note("%s", unchanged)
		}
	})
}

func (c *chat) cmdEdit(ctx context.Context, words []string, rest string) {
	if seq, text, ok := c.pick(words, rest, isOwn); ok {
		c.changeMessage(ctx, func(ctx context.Context, room plausch.RoomID) (int64, error) {
			return c.client.EditMessage(ctx, room, seq, client.Edit{Text: text})
		}, "")
	}
}

func (c *chat) cmdDelete(ctx context.Context, words []string, rest string) {
	if seq, _, ok := c.pick(words, rest, isOwn); ok {
		c.changeMessage(ctx, func(ctx context.Context, room plausch.RoomID) (int64, error) {
			return c.client.DeleteMessage(ctx, room, seq)
		}, "It was deleted before.")
	}
}

func (c *chat) cmdReply(_ context.Context, words []string, rest string) {
	if seq, text, ok := c.pick(words, rest, isOthers); ok {
		to := c.opened().Key.Outgoing()
		to.Target = seq
		c.send(to, text)
	}
}

func (c *chat) cmdReact(ctx context.Context, words []string, rest string) {
	if seq, emoji, ok := c.pick(words, rest, isOthers); ok {
		c.changeMessage(ctx, func(ctx context.Context, room plausch.RoomID) (int64, error) {
			return c.client.React(ctx, room, seq, emoji)
		}, "You have done so already.")
	}
}

func (c *chat) cmdUnreact(ctx context.Context, words []string, rest string) {
	reacted := func(m *timeline.Message) bool {
		for _, r := range m.Reactions {
			if r.Mine && r.Emoji == rest {
				return true
			}
		}
		return false
	}
	if seq, emoji, ok := c.pick(words, rest, reacted); ok {
		c.changeMessage(ctx, func(ctx context.Context, room plausch.RoomID) (int64, error) {
			return c.client.Unreact(ctx, room, seq, emoji)
		}, "There was none of yours.")
	}
}

func (c *chat) cmdPin(ctx context.Context, words []string, rest string) {
	if seq, _, ok := c.pick(words, rest, isAny); ok {
		c.changeMessage(ctx, func(ctx context.Context, room plausch.RoomID) (int64, error) {
			return c.client.PinMessage(ctx, room, seq)
		}, "It is pinned already.")
	}
}

func (c *chat) cmdUnpin(ctx context.Context, words []string, rest string) {
	if seq, _, ok := c.pick(words, rest, func(m *timeline.Message) bool { return m.Pinned != 0 }); ok {
		c.changeMessage(ctx, func(ctx context.Context, room plausch.RoomID) (int64, error) {
			return c.client.UnpinMessage(ctx, room, seq)
		}, "It was not pinned.")
	}
}

// cmdTopic shows the topic of the room, or sets it.
func (c *chat) cmdTopic(ctx context.Context, _ []string, rest string) {
	r := c.opened()
	switch {
	case rest == "" && r.Topic == "":
		c.note("%s has no topic.", c.roomTitle(r))
	case rest == "":
		c.note("%s: %s", c.roomTitle(r), client.CleanLine(r.Topic))
	default:
		c.changeMessage(ctx, func(ctx context.Context, room plausch.RoomID) (int64, error) {
			return c.client.UpdateRoom(ctx, room, plausch.RoomChange{Topic: &rest})
		}, "That is the topic already.")
	}
}

// cmdInbox lists the rooms in which something is unread, with the newest of it.
func (c *chat) cmdInbox(ctx context.Context, _ []string, _ string) {
	var entries []client.InboxEntry
	more := false
	c.ask(ctx, func(ctx context.Context) (err error) {
		entries, more, err = c.client.Inbox(ctx, client.InboxQuery{})
		return err
	}, func(err error) {
		switch {
		case err != nil:
			c.failed(err)
		case len(entries) == 0:
			c.note("You have read all.")
		}
		for i := range entries {
			c.note("%s", inboxText(&entries[i]))
		}
		if more {
			c.note("And more.")
		}
	})
}

// cmdHistory shows messages as they are now, with their numbers.
func (c *chat) cmdHistory(ctx context.Context, words []string, _ string) {
	n := 50
	if len(words) > 0 {
		var err error
		if n, err = strconv.Atoi(words[0]); err != nil || n < 1 || n > maxHistoryShown {
			c.note("/history takes a number from 1 to %d.", maxHistoryShown)
			return
		}
	}
	room := c.opened().ID
	if room == 0 {
		c.note("You and %s have not written each other yet.", c.opened().Key.Peer)
		return
	}
	var found []plausch.Message
	c.ask(ctx, func(ctx context.Context) error {
		for q := (client.MessageQuery{}); len(found) < n; {
			q.Limit = min(n-len(found), protocol.MaxPage)
			page, err := c.client.Messages(ctx, room, q)
			if err != nil {
				return err
			}
			found = append(page.Messages, found...)
			if !page.Older || len(page.Messages) == 0 {
				break
			}
			q.Before = found[0].Seq
		}
		return nil
	}, func(err error) {
		if err != nil {
			c.failed(err)
			return
		}
		c.print(c.render.rule(c.roomName(room) + ", the last " + connect.Plural(len(found), "message", "messages")))
		for i := range found {
			c.showMessage(&found[i], "", true)
		}
		c.print(c.render.rule("now"))
	})
}
