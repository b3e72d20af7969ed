package client

import (
	"context"
	"time"

	"plausch"
	"plausch/protocol"
)

// ListAudit returns what was done to accounts and to the server, the newest first,
// for admins: at most limit entries (up to protocol.MaxLongPage, which is taken if
// it is 0) older than the one with the id before, 0 for the newest, and whether
// there are more.
func (c *Client) ListAudit(ctx context.Context, before int64, limit int) (entries []plausch.Audit, more bool, err error) {
	var w protocol.Audit
	params := &protocol.AuditList{Before: before, Limit: longPage(limit)}
	if err := c.read(ctx, protocol.MethodAuditList, params, &w); err != nil {
		return nil, false, err
	}
	entries = make([]plausch.Audit, len(w.Entries))
	for i, e := range w.Entries {
		entries[i] = plausch.Audit{
			ID: e.ID, Time: time.UnixMilli(e.Time), Actor: refOf(e.Actor), Action: plausch.AuditAction(e.Action),
			Account: refOf(e.Account), Detail: e.Detail,
		}
	}
	return entries, w.More, nil
}
