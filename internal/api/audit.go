package api

import (
	"context"

	"plausch/protocol"
)

func auditList(a *API, ctx context.Context, c *Caller, p *protocol.AuditList) (protocol.Body, error) {
	limit, err := pageLimit(p.Limit)
	if err != nil {
		return nil, err
	}
	entries, more, err := a.core.Admin(c.Account()).ListAudit(ctx, p.Before, min(limit, protocol.MaxLongPage))
	if err != nil {
		return nil, err
	}
	result := &protocol.Audit{Entries: make([]protocol.AuditEntry, len(entries)), More: more}
	for i, entry := range entries {
		result.Entries[i] = protocol.NewAuditEntry(entry)
	}
	return result, nil
}
