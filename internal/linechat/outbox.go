package linechat

import (
	"cmp"
	"time"

	"plausch/client"
	"plausch/client/timeline"
	"plausch/internal/connect"
)

// send puts a message into the outbox. It is shown when its event comes.
func (c *chat) send(to client.Outgoing, text string) {
	to.Text = text
	id, err := c.client.Send(to)
	if err != nil {
		c.refuse(err)
		return
	}
	// The client tells of it, too, but it counts from now on.
	c.apply(timeline.Update{Update: client.Queued{ID: id, Outgoing: to, Time: time.Now()}})
}

// waiting returns the sends that are neither acknowledged nor refused.
func (c *chat) waiting() []*timeline.Send {
	var waiting []*timeline.Send
	for _, s := range c.timeline().Sends() {
		if s.Waiting() {
			waiting = append(waiting, s)
		}
	}
	return waiting
}

// refuse says that something was not sent, which in a pipe is a failure.
func (c *chat) refuse(err error) {
	if c.badInput == nil {
		c.badInput = err
	}
	c.note("Not sent: %s.", c.why(err))
}

// settled notes that a send is acknowledged or refused.
func (c *chat) settled(id string) {
	delete(c.toldWaiting, id)
	if c.quitting && !c.screen.terminal() {
		c.quitAt = time.Now().Add(pipePatience) // there is progress
	}
}

// tellWaiting says of what is written that it waits: at once if it was said that
// there is no connection, else when it has waited for long.
func (c *chat) tellWaiting(now time.Time) {
	waiting := c.waiting()
	var untold []*timeline.Send
	for _, s := range waiting {
		if !c.toldWaiting[s.ID] && (c.toldOffline && !c.online || now.Sub(s.Since) >= connect.OfflineDelay) {
			c.toldWaiting[s.ID] = true
			untold = append(untold, s)
		}
	}
	if len(waiting) == 0 {
		c.toldSlow = false
	}
	switch n := len(untold); {
	case n == 0:
	case c.online && (c.toldSlow || !c.screen.terminal()):
		// A server holds back who sends much; that is no news every second.
	case c.online:
		c.toldSlow = true
		c.note("%s on the way; the server has not acknowledged yet.", connect.Plural(n, "message is", "messages are"))
	case n > 3:
		c.note("%d messages are kept; they go out when the connection is back.", n)
	default:
		for _, s := range untold {
			c.note("Kept: %q%s; goes out when the connection is back.", shorten(s.Text), c.label(s.Outgoing, " to "))
		}
	}
}

// shorten returns the beginning of a text, on one line.
func shorten(text string) string {
	const most = 40
	runes := []rune(client.CleanLine(text))
	if len(runes) <= most {
		return string(runes)
	}
	return string(runes[:most-1]) + "…"
}

// farewell says what is left, and returns how the chat ended.
func (c *chat) farewell() error {
	c.sayKept()
	switch {
	case c.screen.terminal():
		return errQuit
	case len(c.waiting()) > 0:
		return &connect.NoProgressError{After: pipePatience, Last: c.offline}
	case c.badInput != nil:
		return c.badInput
	}
	return errQuit
}

// sayKept says what becomes of what is not sent.
func (c *chat) sayKept() {
	n := len(c.waiting())
	switch {
	case n == 0:
	case c.kept:
		c.note("%s not sent yet and kept: the next plausch chat as %s sends %s.",
			connect.Plural(n, "message is", "messages are"), cmp.Or(c.server.Name, c.timeline().Account().Name), map[bool]string{true: "it", false: "them"}[n == 1])
	default:
		c.note("%s not sent and not kept.", connect.Plural(n, "message is", "messages are"))
	}
}
