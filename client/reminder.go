package client

import (
	"context"
	"time"

	"plausch"
	"plausch/protocol"
)

// SetReminder has the account reminded of a message at a time, by a [Reminder] update and a
// notification, in the place of an earlier reminder of it.
func (c *Client) SetReminder(ctx context.Context, room plausch.RoomID, seq int64, at time.Time) (plausch.Reminder, error) {
	var w protocol.Reminder
	err := c.read(ctx, protocol.MethodReminderSet, &protocol.ReminderSet{Room: int64(room), Seq: seq, At: at.UnixMilli()}, &w)
	return w.Reminder(), err
}

// DeleteReminder forgets a reminder, due or not.
func (c *Client) DeleteReminder(ctx context.Context, id int64) error {
	return c.Call(ctx, protocol.MethodReminderDelete, &protocol.ReminderRef{ID: id}, &protocol.Empty{})
}

// ListReminders returns reminders of the account, those that are due, too, the newest first,
// with ids below before (0: all), and whether there are more.
func (c *Client) ListReminders(ctx context.Context, before int64) (reminders []plausch.Reminder, more bool, err error) {
	var w protocol.Reminders
	if err := c.read(ctx, protocol.MethodReminderList, &protocol.ReminderList{Before: before}, &w); err != nil {
		return nil, false, err
	}
	for i := range w.Reminders {
		reminders = append(reminders, w.Reminders[i].Reminder())
	}
	return reminders, w.More, nil
}
