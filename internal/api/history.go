package api

import (
	"context"

	"plausch"
	"plausch/internal/core"
	"plausch/protocol"
)

func history(a *API, ctx context.Context, c *Caller, p *protocol.HistoryGet) (protocol.Body, error) {
	limit, err := pageLimit(p.Limit)
	if err != nil {
		return nil, err
	}
	page := core.HistoryQuery{
		Before: p.Before, Limit: limit,
		MaxBytes: protocol.MaxPageBytes, Size: protocol.EventSize,
	}
	if p.After != nil {
		page.After, page.Forward = *p.After, true
	}
	events, more, err := a.core.History(ctx, c.Account(), plausch.RoomID(p.Room), page)
	if err != nil {
		return nil, err
	}
	result := &protocol.History{Events: make([]protocol.Event, len(events)), More: more}
	for i := range events {
		result.Events[i] = protocol.NewEvent(&events[i])
	}
	return result, nil
}
