package sqlite

import (
	"context"

	"plausch"
)

// AddBlock implements [store.Blocks].
func (s *Store) AddBlock(ctx context.Context, account, blocked plausch.AccountID, most int) error {
	return s.write(ctx, "add block", func(ctx context.Context) error {
		var is bool
		if err := s.w.hasBlocked.QueryRowContext(ctx, account, blocked).Scan(&is); is || err != nil {
			return err
		}
		var others int
		if err := s.w.blocksOf.QueryRowContext(ctx, account).Scan(&others); err != nil {
			return err
		} else if others >= most {
			return plausch.Errorf(plausch.Forbidden, "you have blocked %d accounts, the maximum; end some of that first", others)
		}
		r, err := s.w.addBlock.ExecContext(ctx, account, blocked)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); n > 0 || err != nil {
			return err
		}
		return plausch.Errorf(plausch.NotFound, "there is no such account")
	})
}

// RemoveBlock implements [store.Blocks].
func (s *Store) RemoveBlock(ctx context.Context, account, blocked plausch.AccountID) error {
	return s.write(ctx, "remove block", func(ctx context.Context) error {
		_, err := s.w.removeBlock.ExecContext(ctx, account, blocked)
		return err
	})
}

// ListBlocks implements [store.Blocks].
func (s *Store) ListBlocks(ctx context.Context, account, after plausch.AccountID, limit int) ([]plausch.AccountRef, error) {
	return list(ctx, "list blocks", s.r.blocks, func(row scanner) (a plausch.AccountRef, err error) {
		return a, row.Scan(&a.ID, &a.Name, &a.Display)
	}, account, after, limit)
}

// HasBlocked implements [store.Blocks].
func (s *Store) HasBlocked(ctx context.Context, account, blocked plausch.AccountID) (is bool, err error) {
	err = s.r.hasBlocked.QueryRowContext(ctx, account, blocked).Scan(&is)
	return is, wrap("read blocks", err)
}
