package core

import (
	"context"
	"time"

	"plausch"
	"plausch/internal/bus"
	"plausch/internal/store"
)

// SetReminder has by reminded of the message seq of a room at a time, in the place of an
// earlier reminder of it.
func (c *Core) SetReminder(ctx context.Context, by plausch.Account, room plausch.RoomID, seq int64, at time.Time) (plausch.Reminder, error) {
	if _, err := c.member(ctx, by.ID, room); err != nil {
		return plausch.Reminder{}, err
	}
	at = at.Truncate(time.Millisecond)
	if err := plausch.CheckAhead(at, c.now()); err != nil {
		return plausch.Reminder{}, err
	}
	if err := c.takeSend(ctx, by); err != nil {
		return plausch.Reminder{}, err
	}
	m, err := c.store.SetReminder(ctx, store.NewReminder{Account: by.ID, Room: room, Seq: seq, At: at, Max: share(by, plausch.MaxReminders)})
	if err == nil {
		c.opts.Bus.Signal(bus.Signal{Kind: bus.SignalReminder, Account: by.ID, Reminder: &m})
		c.schedule.wake()
	}
	return m, err
}

// DeleteReminder forgets a reminder of by, due or not.
func (c *Core) DeleteReminder(ctx context.Context, by plausch.Account, id int64) error {
	err := c.store.DeleteReminder(ctx, by.ID, id)
	if err == nil {
		c.opts.Bus.Signal(bus.Signal{Kind: bus.SignalReminder, Account: by.ID, Reminder: &plausch.Reminder{ID: id}, Gone: true})
	}
	return err
}

// ReminderQuery asks for a part of somebody's reminders.
type ReminderQuery = store.PageQuery[plausch.Reminder]

// ListReminders returns the reminders of by, those that are due, too, the newest first, and
// whether there are more.
func (c *Core) ListReminders(ctx context.Context, by plausch.Account, q ReminderQuery) ([]plausch.Reminder, bool, error) {
	return c.store.ListReminders(ctx, by.ID, q)
}
