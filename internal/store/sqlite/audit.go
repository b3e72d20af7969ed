package sqlite

import (
	"context"
	"fmt"
	"math"

	"plausch"
)

// audit adds an entry about account, if there is one to add, inside a write.
func (s *Store) audit(ctx context.Context, a *plausch.Audit, account plausch.AccountID) error {
	if a == nil {
		return nil
	}
	var actor, about any
	if a.Actor.ID != 0 {
		actor = a.Actor.ID
	}
	if account != 0 {
		about = account
	}
	_, err := s.w.insertAudit.ExecContext(ctx, a.Time.UnixMilli(), actor, a.Action, about, a.Detail)
	return err
}

func inviteDetail(id plausch.InviteID) string { return fmt.Sprint("invite ", id) }

// ListAudit implements [store.Settings].
func (s *Store) ListAudit(ctx context.Context, before int64, limit int) ([]plausch.Audit, error) {
	if before == 0 {
		before = math.MaxInt64
	}
	return list(ctx, "list audit", s.r.audit, func(row scanner) (plausch.Audit, error) {
		var u plausch.Audit
		var at int64
		err := row.Scan(&u.ID, &at, &u.Action, &u.Detail, &u.Actor.ID, &u.Actor.Name, &u.Actor.Display,
			&u.Account.ID, &u.Account.Name, &u.Account.Display)
		u.Time = toTime(at)
		return u, err
	}, before, limit)
}
