package core

import (
	"context"
	"fmt"
	"time"

	"plausch"
	"plausch/internal/bus"
	"plausch/internal/store"
)

// messageOf is the message that m is to be.
func messageOf(m *plausch.ScheduledMessage) NewMessage {
	p := NewMessage{Room: m.Room, Text: m.Text, Details: m.Details, Target: m.Target, ClientID: m.ClientID}
	if m.Room == 0 {
		p.To = fmt.Sprintf("id:%d", m.To.ID)
	}
	return p
}

// CreateScheduledMessage keeps a message, which has no files, to be sent at a time. Whether by
// may send it is judged then; what is asked now is only that it could.
func (c *Core) CreateScheduledMessage(ctx context.Context, by plausch.Account, p NewMessage, at time.Time) (plausch.ScheduledMessage, error) {
	var none plausch.ScheduledMessage
	at = at.Truncate(time.Millisecond)
	if err := plausch.CheckAhead(at, c.now()); err != nil {
		return none, err
	}
	if len(p.Attachments) > 0 {
		return none, plausch.Errorf(plausch.Unsupported, "files cannot be sent later; send them now")
	}
	if p.Target < 0 {
		return none, plausch.Errorf(plausch.Invalid, "target cannot be negative")
	}
	if p.Room != 0 && p.To == "" {
		if _, err := c.member(ctx, by.ID, p.Room); err != nil {
			return none, err
		}
	}
	d, err := c.draft(ctx, by, p)
	if err != nil {
		return none, err
	}
	if err := c.takeSend(ctx, by); err != nil {
		return none, err
	}
	m := plausch.ScheduledMessage{Account: by.ID, At: at, Room: p.Room, To: d.Direct[1], Text: p.Text, Details: p.Details, Target: p.Target, ClientID: p.ClientID}
	m, err = c.store.CreateScheduledMessage(ctx, m, share(by, plausch.MaxScheduled))
	return m, c.tellScheduled(&m, err)
}

// tellScheduled tells the sessions of an account of a message of its, unless err is not nil,
// and wakes the loop.
func (c *Core) tellScheduled(m *plausch.ScheduledMessage, err error) error {
	if err == nil {
		told := *m
		c.opts.Bus.Signal(bus.Signal{Kind: bus.SignalScheduled, Account: m.Account, Scheduled: &told})
		c.schedule.wake()
	}
	return err
}

// ScheduledMessageUpdate is what [Core.UpdateScheduledMessage] changes; nil, and a zero
// time, leave it as it is. With a Text, Details are those of the update.
type ScheduledMessageUpdate struct {
	ID      int64
	At      time.Time
	Text    *string
	Details *plausch.Details
}

// UpdateScheduledMessage changes a message that was not sent yet, and has it tried again if it
// has failed.
func (c *Core) UpdateScheduledMessage(ctx context.Context, by plausch.Account, u ScheduledMessageUpdate) (plausch.ScheduledMessage, error) {
	m, err := c.store.ScheduledMessage(ctx, by.ID, u.ID)
	if err != nil {
		return m, err
	}
	if !u.At.IsZero() {
		m.At = u.At.Truncate(time.Millisecond)
	}
	if err := plausch.CheckAhead(m.At, c.now()); err != nil {
		return m, err
	}
	if u.Text != nil {
		m.Text, m.Details = *u.Text, u.Details
	} else if u.Details != nil {
		m.Details = u.Details
		if u.Details.Sealed != "" {
			m.Text = ""
		}
	}
	if err := checkContent(m.Text, m.Details, 0); err != nil {
		return m, err
	}
	if err := c.takeSend(ctx, by); err != nil {
		return m, err
	}
	m, err = c.store.UpdateScheduledMessage(ctx, m)
	return m, c.tellScheduled(&m, err)
}

// DeleteScheduledMessage forgets a message that was not sent yet.
func (c *Core) DeleteScheduledMessage(ctx context.Context, by plausch.Account, id int64) error {
	m, err := c.store.DeleteScheduledMessage(ctx, by.ID, id)
	if err == nil {
		c.opts.Bus.Signal(bus.Signal{Kind: bus.SignalScheduled, Account: by.ID, Scheduled: &m, Gone: true})
		c.clearSoon()
	}
	return err
}

// ScheduledMessageQuery asks for a part of the messages that somebody sends later.
type ScheduledMessageQuery = store.PageQuery[plausch.ScheduledMessage]

// ListScheduledMessages returns the messages of by that are to be sent later or could not be,
// the newest first, and whether there are more.
func (c *Core) ListScheduledMessages(ctx context.Context, by plausch.Account, q ScheduledMessageQuery) ([]plausch.ScheduledMessage, bool, error) {
	return c.store.ListScheduledMessages(ctx, by.ID, q)
}
