package api

import (
	"context"
	"time"

	"plausch"
	"plausch/internal/core"
	"plausch/protocol"
)

// timeOf returns a time as it comes over the wire, the zero time if it is absent.
func timeOf(milli int64) time.Time {
	if milli == 0 {
		return time.Time{}
	}
	return time.UnixMilli(milli)
}

func scheduledMessage(m plausch.ScheduledMessage, err error) (protocol.Body, error) {
	if err != nil {
		return nil, err
	}
	return new(protocol.NewScheduledMessage(&m)), nil
}

func scheduledMessageCreate(a *API, ctx context.Context, c *Caller, p *protocol.ScheduledMessageCreate) (protocol.Body, error) {
	return scheduledMessage(a.core.CreateScheduledMessage(ctx, c.Account(), core.NewMessage{
		Room: plausch.RoomID(p.Room), To: p.To, Text: p.Text, Details: p.Details.Details(), Target: p.Target, ClientID: p.ClientID,
	}, timeOf(p.At)))
}

func scheduledMessageUpdate(a *API, ctx context.Context, c *Caller, p *protocol.ScheduledMessageUpdate) (protocol.Body, error) {
	return scheduledMessage(a.core.UpdateScheduledMessage(ctx, c.Account(),
		core.ScheduledMessageUpdate{ID: p.ID, At: timeOf(p.At), Text: p.Text, Details: p.Details.Details()}))
}

func scheduledMessageDelete(a *API, ctx context.Context, c *Caller, p *protocol.ScheduledMessageRef) (protocol.Body, error) {
	return &protocol.Empty{}, a.core.DeleteScheduledMessage(ctx, c.Account(), p.ID)
}

func scheduledMessageList(a *API, ctx context.Context, c *Caller, p *protocol.ScheduledMessageList) (protocol.Body, error) {
	limit, err := pageLimit(p.Limit)
	if err != nil {
		return nil, err
	}
	page, more, err := a.core.ListScheduledMessages(ctx, c.Account(), core.ScheduledMessageQuery{
		Before: p.Before, Limit: min(limit, protocol.MaxLongPage), MaxBytes: protocol.MaxPageBytes, Size: protocol.ScheduledMessageSize,
	})
	if err != nil {
		return nil, err
	}
	result := &protocol.ScheduledMessages{Messages: make([]protocol.ScheduledMessage, len(page)), More: more}
	for i := range page {
		result.Messages[i] = protocol.NewScheduledMessage(&page[i])
	}
	return result, nil
}
