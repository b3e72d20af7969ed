package linechat

import (
	"context"
	"fmt"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
	"plausch/internal/connect"
)

// loadChoices loads whom the user has blocked, what they have hidden, and where they want
// to hear what, and then starts: nothing of that is to be shown before. A server that
// does not know one of them has none.
func (c *chat) loadChoices() {
	if c.server.Address.KTN() {
		c.start()
		return
	}
	if c.working {
		c.reload = true // when that is answered
		return
	}
	s := c.timeline()
	blocks := timeline.Blocks{Told: s.BlocksTold()}
	hidden := timeline.Hidden{Told: s.PersonalTold()}
	preferences := timeline.Preferences{Told: s.PreferencesTold()}
	var all [3]error
	c.background(func(ctx context.Context) error {
		blocks.Accounts, all[0] = c.client.ListBlocks(ctx)
		hidden.Messages, all[1] = c.client.ListHidden(ctx)
		preferences.Preferences, all[2] = c.client.GetPreferences(ctx)
		return nil // nothing of this is worth a pause
	}, func(error) {
		for i, a := range []timeline.Action{blocks, hidden, preferences} {
			if all[i] == nil {
				c.apply(a)
			}
		}
		c.start()
	})
}

// showMessage prints a message, unless the user has hidden it, and one line if they have
// blocked who wrote it.
func (c *chat) showMessage(m *plausch.Message, label string, numbered bool) {
	s := c.timeline()
	switch {
	case s.Hidden(m.Room, m.Seq):
	case m.Actor.ID != s.Account().ID && s.Blocked(m.Actor.ID):
		c.print(c.render.folded(m, label))
	case m.Quote != nil && s.Blocked(m.Quote.Actor.ID):
		answer := *m
		answer.Quote = nil // its number is there
		c.print(c.render.message(&answer, label, numbered))
	default:
		c.print(c.render.message(m, label, numbered))
	}
}

// folded returns the line in the place of a message of somebody who is blocked.
func (r *renderer) folded(m *plausch.Message, label string) string {
	text := fmt.Sprintf("* a message of %s, whom you block", client.CleanLine(m.Actor.Shown()))
	return r.dayOf(m.Time) + r.clock(m.Time) + r.label(label) + r.dim(text) + "\n"
}

// seen says in a direct room that the other one has read what the user wrote last.
func (c *chat) seen(u client.Seen) {
	r := c.opened()
	if !c.started || r.ID != u.Room || r.Seen < u.Seq {
		return
	}
	for i := len(r.Messages) - 1; i >= 0; i-- {
		if m := &r.Messages[i]; m.Mine && m.Deleted == 0 {
			if m.Seq <= r.Seen && m.Seq > c.toldSeen[r.ID] {
				c.toldSeen[r.ID] = m.Seq
				c.note("Seen %s", r.SeenAt.Local().Format("15:04"))
			}
			return
		}
	}
}

// reminder says that the time has come at which the user wanted to think of a message.
func (c *chat) reminder(u client.Reminder) {
	if !u.Due || u.Gone {
		return
	}
	m := &u.Message
	c.note("Reminder of #%d in %s, by %s: %s", m.Seq, c.roomName(m.Room), client.CleanLine(m.Actor.Shown()),
		shorten(connect.MessageText(m.Event, func(file string) string { return file })))
	if c.bell {
		c.screen.bell()
	}
}

func (c *chat) cmdBlock(ctx context.Context, words []string, _ string) {
	c.changeBlock(ctx, words[0], true, c.client.AddBlock)
}

func (c *chat) cmdUnblock(ctx context.Context, words []string, _ string) {
	c.changeBlock(ctx, words[0], false, c.client.RemoveBlock)
}

func (c *chat) changeBlock(ctx context.Context, word string, on bool, change func(context.Context, string) (plausch.AccountRef, error)) {
	name, ok := c.person(word)
	if !ok {
		return
	}
	var other plausch.AccountRef
	c.ask(ctx, func(ctx context.Context) (err error) {
		other, err = change(ctx, name)
		return err
	}, func(err error) {
		if err != nil {
			c.failed(err)
			return
		}
		c.apply(timeline.Update{Update: client.Block{Account: other, Blocked: on}})
		state := map[bool]string{true: "blocked", false: "not blocked any more"}[on]
		c.note("%s is %s.", client.CleanLine(other.Shown()), state)
	})
}
