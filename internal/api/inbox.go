package api

import (
	"context"
	"time"

	"plausch"
	"plausch/internal/core"
	"plausch/protocol"
)

func inbox(a *API, ctx context.Context, c *Caller, p *protocol.InboxGet) (protocol.Body, error) {
	limit, err := pageLimit(p.Limit)
	if err != nil {
		return nil, err
	}
	q := core.InboxQuery{BeforeRoom: plausch.RoomID(p.Room), Limit: min(limit, protocol.MaxLongPage)}
	if p.Before != 0 {
		q.Before = time.UnixMilli(p.Before)
	}
	page, more, err := a.core.Inbox(ctx, c.Account(), q)
	if err != nil {
		return nil, err
	}
	result := &protocol.Inbox{Entries: make([]protocol.InboxEntry, 0, len(page)), More: more}
	var size pageSize
	for i := range page {
		e := &page[i]
		room, err := a.roomWith(ctx, c, e.JoinedRoom, map[plausch.RoomID]plausch.ReadState{e.ID: e.Read})
		if err != nil {
			return nil, err
		}
		entry := protocol.InboxEntry{Room: &room, Time: e.Time.UnixMilli(), Last: protocol.NewQuote(&e.Last)}
		if !size.fits(&entry) {
			result.More = true
			break
		}
		result.Entries = append(result.Entries, entry)
	}
	return result, nil
}
