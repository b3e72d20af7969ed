package client

import (
	"context"
	"errors"
	"fmt"
	"time"

	"plausch"
	"plausch/protocol"
)

const (
	// MaxOutbox is how many sends the outbox holds, those included whose
	// updates were not read yet.
	MaxOutbox = 10_000
	// maxOutboxBytes is how many bytes of texts and sealed bodies it holds.
	maxOutboxBytes = 32 << 20
	// maxWindow is how many sends are in flight. Where the server takes long to
	// answer, since it holds an account to its rate, fewer are, down to
	// minWindow, so that other requests need not queue up behind them.
	maxWindow, minWindow = 64, 4
	slowAnswer           = time.Second
	// maxInternal is how often a send is tried that the server fails at.
	maxInternal = 5
)

// ErrOutboxFull is returned by Send when the outbox holds as much as it may:
// wait until some is sent (see [Client.Flush]) and updates are read.
var ErrOutboxFull = errors.New("the outbox is full")

// outbox holds the sends that the server has not acknowledged yet. The client's lock
// guards it.
type outbox struct {
	list  []*outgoing // in order; what is done is dropped from the front
	first int         // number of list[0]
	next  int         // number of the first that may be waiting to be sent
	bytes int         // of texts and sealed bodies in list

	draining bool      // the server said bye: nothing new goes out
	window   int       // how many may be in flight
	inFlight int       // how many are
	until    time.Time // nothing goes out before, as long as it is set
	flushed  chan struct{}
}

type outgoing struct {
	storedSend
	number   int
	inFlight bool
	done     bool
	sentAt   time.Time
	failed   int // how often, with internal
}

// storedSend is a send as it is kept.
type storedSend struct {
	ID   string         `json:"id"`
	Room plausch.RoomID `json:"room,omitzero"`
	To   string         `json:"to,omitzero"`
	Text string         `json:"text"`
	At   int64          `json:"at"` // milliseconds since 1970-01-01 UTC

	Attachments []string         `json:"attachments,omitempty"`
	Target      int64            `json:"target,omitempty"`
	Details     *plausch.Details `json:"details,omitempty"`

	attempted bool // an earlier process wrote it to a KTN server, or was about to
}

func (p storedSend) outgoing() Outgoing {
	return Outgoing{Room: p.Room, To: p.To, Text: p.Text, Attachments: p.Attachments, Target: p.Target, Details: p.Details}
}

func (p storedSend) queued() Queued {
	return Queued{ID: p.ID, Outgoing: p.outgoing(), Time: time.UnixMilli(p.At)}
}

func newOutbox() outbox { return outbox{window: maxWindow} }

// restore queues the unfinished sends of an earlier process.
func (c *Client) restore(puts []storedSend) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.enqueue(puts)
}

func (c *Client) enqueue(puts []storedSend) {
	b := &c.outbox
	for _, p := range puts {
		b.list = append(b.list, &outgoing{storedSend: p, number: b.first + len(b.list)})
		b.bytes += plausch.ContentBytes(p.Text, p.Details)
		c.feed.add(p.queued())
	}
}

// Flush waits until every send is acknowledged or refused.
func (c *Client) Flush(ctx context.Context) error {
	for {
		c.mu.Lock()
		err, left := c.err, len(c.outbox.list)
		if c.outbox.flushed == nil {
			c.outbox.flushed = make(chan struct{})
		}
		flushed := c.outbox.flushed
		c.mu.Unlock()
		switch {
		case left == 0:
			return nil
		case err != nil:
			return fmt.Errorf("%d messages are not sent: %w", left, err)
		}
		select {
		case <-flushed:
		case <-ctx.Done():
			return fmt.Errorf("%d messages are not sent: %w", left, context.Cause(ctx))
		}
	}
}

// wakeFlush has those that wait in Flush look again.
func (b *outbox) wakeFlush() {
	if b.flushed != nil {
		close(b.flushed)
		b.flushed = nil
	}
}

// reconnected has the sends in flight go out again, under the same ids: a server that
// has one already repeats its answer.
func (b *outbox) reconnected() {
	b.draining, b.inFlight, b.next, b.until = false, 0, b.first, time.Time{}
	b.window = maxWindow
	for _, o := range b.list {
		o.inFlight = false
	}
}

// sendMore fills the window; c.mu is held.
func (c *Client) sendMore() {
	b := &c.outbox
	if c.conn == nil || b.draining || !b.until.IsZero() {
		return
	}
	for ; b.inFlight < b.window && b.next < b.first+len(b.list); b.next++ {
		o := b.list[b.next-b.first]
		if o.done || o.inFlight {
			continue
		}
		o.inFlight, o.sentAt = true, time.Now()
		b.inFlight++
		params := &protocol.MessageSend{
			Room: int64(o.Room), To: o.To, Text: o.Text, ClientID: o.ID, Attachments: o.Attachments, Target: o.Target, Details: protocol.NewDetails(o.Details),
		}
		var sent protocol.MessageSent
		c.ask(protocol.MethodMessageSend, params, &sent, func(err error) { c.handleSent(o, &sent, err) })
	}
}

// handleSent handles the reply to a send.
func (c *Client) handleSent(o *outgoing, sent *protocol.MessageSent, err error) {
	b := &c.outbox
	o.inFlight = false
	b.inFlight--
	if time.Since(o.sentAt) > slowAnswer {
		b.window = max(minWindow, b.window/2)
	} else {
		b.window = min(maxWindow, b.window+1)
	}
	if plausch.CodeOf(err) == plausch.Internal {
		o.failed++
	}
	switch {
	case err == nil:
		c.endSend(o, Sent{ID: o.ID, Room: plausch.RoomID(sent.Room), Seq: sent.Seq, Time: time.UnixMilli(sent.Time)})
	case refusesSend(err) || o.failed >= maxInternal:
		c.endSend(o, Failed{ID: o.ID, Outgoing: o.outgoing(), Err: err})
	case plausch.CodeOf(err) == plausch.SignInNeeded:
		c.abort(err)
		return
	default:
		c.sendLater(o, err)
	}
	c.sendMore()
}

// refusesSend reports whether err would come again for the same send.
func refusesSend(err error) bool {
	switch plausch.CodeOf(err) {
	case plausch.Forbidden, plausch.NotFound, plausch.Gone, plausch.Invalid, plausch.TooLarge, plausch.Unsupported, plausch.Taken:
		return true
	}
	return false
}

// endSend drops a send that was acknowledged or refused.
func (c *Client) endSend(o *outgoing, u Update) {
	b := &c.outbox
	o.done = true
	b.bytes -= plausch.ContentBytes(o.Text, o.Details)
	for len(b.list) > 0 && b.list[0].done {
		b.list[0] = nil
		b.list = b.list[1:]
		b.first++
	}
	b.next = max(b.next, b.first)
	if c.journal != nil {
		c.journal.done(o.ID)
	}
	c.feed.add(u)
	if len(b.list) == 0 {
		b.wakeFlush()
	}
}

// sendLater has o go out again, before all that come after it, when the server
// may be ready. Until then nothing goes out, and then few at first, so that
// little overtakes o.
func (c *Client) sendLater(o *outgoing, err error) {
	b := &c.outbox
	b.next = min(b.next, o.number)
	b.window = 1
	wait := minWait
	if e := (*plausch.Error)(nil); errors.As(err, &e) {
		wait = min(max(e.RetryAfter, minWait), 10*time.Minute)
	}
	if !b.until.IsZero() {
		return // a timer runs
	}
	b.until = time.Now().Add(wait)
	round := c.sync.round
	time.AfterFunc(wait, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.sync.round == round && c.conn != nil {
			b.until = time.Time{}
			c.sendMore()
		}
	})
}
