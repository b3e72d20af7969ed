package api

import (
	"context"

	"plausch"
	"plausch/internal/core"
	"plausch/protocol"
)

// messageSend replies when the message is on disk; meanwhile the caller may go
// on, so that many of its sends share a commit.
func messageSend(a *API, ctx context.Context, c *Caller, params Params, reply Reply) {
	var p protocol.MessageSend
	if err := params(&p); err != nil {
		reply(nil, unfit(err))
		return
	}
	post := core.Post{Room: plausch.RoomID(p.Room), To: p.To, Text: p.Text, ClientID: p.ClientID, Attachments: p.Attachments}
	a.core.SendMessage(ctx, c.Account(), post, func(e plausch.Event, err error) {
		if err != nil {
			reply(nil, err)
			return
		}
		reply(&protocol.MessageSent{Room: int64(e.Room), Seq: e.Seq, Time: e.Time.UnixMilli()}, nil)
	})
}

func history(a *API, ctx context.Context, c *Caller, p *protocol.HistoryGet) (protocol.Body, error) {
	limit, err := limitOf(p.Limit)
	if err != nil {
		return nil, err
	}
	page := core.Page{
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
