package client

import (
	"context"
	"time"

	"plausch"
	"plausch/protocol"
)

// InboxEntry is a room in which something is unread.
type InboxEntry struct {
	Room
	Last plausch.Quote // the newest unread message
	Time time.Time     // of Last
}

// InboxQuery asks for a part of the inbox. After is the last entry of the page before,
// nil for the first page; Limit is at most 50, which 0 means, too.
type InboxQuery struct {
	After *InboxEntry
	Limit int
}

// Inbox returns the rooms in which something is unread, those with the newest unread
// messages first, and whether there are more.
func (c *Client) Inbox(ctx context.Context, q InboxQuery) (page []InboxEntry, more bool, err error) {
	params := protocol.InboxGet{Limit: q.Limit}
	if q.After != nil {
		params.Before, params.Room = q.After.Time.UnixMilli(), int64(q.After.ID)
	}
	var result protocol.Inbox
	if err := c.read(ctx, protocol.MethodInbox, &params, &result); err != nil {
		return nil, false, err
	}
	for _, w := range result.Entries {
		if w.Room == nil || w.Last == nil {
			continue // of another server than ours
		}
		page = append(page, InboxEntry{Room: joinedRoomOf(w.Room), Last: *w.Last.Quote(), Time: time.UnixMilli(w.Time)})
	}
	return page, result.More, nil
}
