package sqlite

import (
	"context"
	"time"

	"plausch"
)

// ReleaseTransient implements [store.Accounts].
func (s *Store) ReleaseTransient(ctx context.Context, node string) error {
	return s.write(ctx, "release transient accounts", func(ctx context.Context) error {
		if _, err := s.w.deleteTransientDevices.ExecContext(ctx, node); err != nil {
			return err
		}
		clear(s.batch.accounts)
		_, err := s.w.releaseTransient.ExecContext(ctx, node)
		return err
	})
}

// RenewNode implements [store.Accounts].
func (s *Store) RenewNode(ctx context.Context, node string, at, deadline time.Time) error {
	return s.write(ctx, "renew node", func(ctx context.Context) error {
		if _, err := s.w.renewNode.ExecContext(ctx, node, at.UnixMilli()); err != nil {
			return err
		}
		if _, err := s.w.deleteNodes.ExecContext(ctx, deadline.UnixMilli()); err != nil {
			return err
		}
		orphans, err := list(ctx, "read guests of lost nodes", s.w.guestsOfLostNodes, func(row scanner) (id plausch.AccountID, err error) {
			return id, row.Scan(&id)
		})
		if err != nil {
			return err
		}
		for _, id := range orphans {
			if err := s.release(ctx, id); err != nil {
				return err
			}
		}
		return nil
	})
}
