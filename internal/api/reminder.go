package api

import (
	"context"

	"plausch"
	"plausch/internal/core"
	"plausch/protocol"
)

func reminderSet(a *API, ctx context.Context, c *Caller, p *protocol.ReminderSet) (protocol.Body, error) {
	m, err := a.core.SetReminder(ctx, c.Account(), plausch.RoomID(p.Room), p.Seq, timeOf(p.At))
	if err != nil {
		return nil, err
	}
	fitMessage(&m.Message)
	return new(protocol.NewReminder(&m)), nil
}

func reminderDelete(a *API, ctx context.Context, c *Caller, p *protocol.ReminderRef) (protocol.Body, error) {
	return &protocol.Empty{}, a.core.DeleteReminder(ctx, c.Account(), p.ID)
}

func reminderList(a *API, ctx context.Context, c *Caller, p *protocol.ReminderList) (protocol.Body, error) {
	limit, err := pageLimit(p.Limit)
	if err != nil {
		return nil, err
	}
	page, more, err := a.core.ListReminders(ctx, c.Account(), core.ReminderQuery{
		Before: p.Before, Limit: min(limit, protocol.MaxLongPage), MaxBytes: protocol.MaxPageBytes, Size: protocol.ReminderSize,
	})
	if err != nil {
		return nil, err
	}
	result := &protocol.Reminders{Reminders: make([]protocol.Reminder, len(page)), More: more}
	for i := range page {
		fitMessage(&page[i].Message)
		result.Reminders[i] = protocol.NewReminder(&page[i])
	}
	return result, nil
}
