package linechat

import (
	"cmp"
	"slices"
	"time"

	"plausch/client"
	"plausch/internal/connect"
)

// pendingSend is a message that is not acknowledged yet.
type pendingSend struct {
	client.Queued
	since time.Time // when it was written, in this run
	told  bool      // that it waits
	seen  bool      // its event has come
}

// send puts a message into the outbox. It is shown when its event comes.
func (c *chat) send(to client.Outgoing, text string) {
	to.Text = text
	id, err := c.client.Send(to)
	if err != nil {
		c.refuse(err)
		return
	}
	c.queued(client.Queued{ID: id, Outgoing: to})
}

// queued notes that a send waits for its acknowledgement: one of now, or of an
// earlier process.
func (c *chat) queued(q client.Queued) {
	if !slices.ContainsFunc(c.pending, func(p *pendingSend) bool { return p.ID == q.ID }) {
		c.pending = append(c.pending, &pendingSend{Queued: q, since: time.Now()})
	}
}

// refuse says that something was not sent, which in a pipe is a failure.
func (c *chat) refuse(err error) {
	if c.badInput == nil {
		c.badInput = err
	}
	c.note("Not sent: %s.", c.why(err))
}

// settle takes a send out of those that wait.
func (c *chat) settle(id string) *pendingSend {
	i := slices.IndexFunc(c.pending, func(p *pendingSend) bool { return p.ID == id })
	if i < 0 {
		return nil
	}
	p := c.pending[i]
	c.pending = slices.Delete(c.pending, i, i+1)
	if c.quitting && !c.screen.terminal() {
		c.quitAt = time.Now().Add(pipePatience) // there is progress
	}
	return p
}

// tellPending says of what is written that it waits: at once if it was said that
// there is no connection, else when it has waited for long.
func (c *chat) tellPending(now time.Time) {
	var waiting []*pendingSend
	for _, p := range c.pending {
		if !p.told && (c.toldOffline && !c.online || now.Sub(p.since) >= connect.OfflineDelay) {
			p.told = true
			waiting = append(waiting, p)
		}
	}
	if len(c.pending) == 0 {
		c.toldSlow = false
	}
	switch n := len(waiting); {
	case n == 0:
	case c.online && (c.toldSlow || !c.screen.terminal()):
		// A server holds back who sends much; that is no news every second.
	case c.online:
		c.toldSlow = true
		c.note("%s on the way; the server has not acknowledged yet.", connect.Plural(n, "message is", "messages are"))
	case n > 3:
		c.note("%d messages are kept; they go out when the connection is back.", n)
	default:
		for _, p := range waiting {
			c.note("Kept: %q%s; goes out when the connection is back.", shorten(p.Text), c.label(p.Outgoing, " to "))
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
	case len(c.pending) > 0:
		return &connect.NoProgressError{After: pipePatience, Last: c.offline}
	case c.badInput != nil:
		return c.badInput
	}
	return errQuit
}

// sayKept says what becomes of what is not sent.
func (c *chat) sayKept() {
	n := len(c.pending)
	switch {
	case n == 0:
	case c.kept:
		c.note("%s not sent yet and kept: the next plausch chat as %s sends %s.",
			connect.Plural(n, "message is", "messages are"), cmp.Or(c.server.Name, c.me.Name), map[bool]string{true: "it", false: "them"}[n == 1])
	default:
		c.note("%s not sent and not kept.", connect.Plural(n, "message is", "messages are"))
	}
}
