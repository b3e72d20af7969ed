package core

import (
	"context"

	"plausch"
)

// ListAudit returns entries of the audit log, the newest first, with ids below before
// (0: all), and whether there are more.
func (a *Admin) ListAudit(ctx context.Context, before int64, limit int) ([]plausch.Audit, bool, error) {
	if err := a.check(checkOwner); err != nil {
		return nil, false, err
	}
	all, err := a.Store.ListAudit(ctx, before, limit+1)
	return all[:min(len(all), limit)], len(all) > limit, err
}
