package core

import (
	"context"

	"plausch"
	"plausch/internal/store"
)

// InboxQuery asks for a part of the rooms in which somebody has something unread.
type InboxQuery = store.InboxQuery

// Inbox returns the rooms in which by has something unread, those with the newest such
// messages first, and whether there are more.
func (c *Core) Inbox(ctx context.Context, by plausch.Account, q InboxQuery) ([]store.InboxEntry, bool, error) {
	if q.Before.IsZero() != (q.BeforeRoom == 0) {
		return nil, false, plausch.Errorf(plausch.Invalid, "say both before and room, as of the last entry of the page before, or neither")
	}
	return c.store.Inbox(ctx, by.ID, q)
}
