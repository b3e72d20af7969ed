package sqlite

import (
	"context"

	"plausch"
)

// SetDraft implements [store.Drafts].
func (s *Store) SetDraft(ctx context.Context, account plausch.AccountID, d plausch.Draft) (edit int64, err error) {
	err = s.write(ctx, "set draft", func(ctx context.Context) error {
		if is, err := s.isMemberNow(ctx, account, d.Room); err != nil {
			return err
		} else if !is {
			return plausch.Errorf(plausch.NotFound, "there is no such room, or you are not in it")
		}
		return s.w.setDraft.QueryRowContext(ctx, account, d.Room, d.Text, d.Target).Scan(&edit)
	})
	return edit, err
}

// ListDrafts implements [store.Drafts].
func (s *Store) ListDrafts(ctx context.Context, account plausch.AccountID, after plausch.RoomID, limit int) ([]plausch.Draft, error) {
	return list(ctx, "list drafts", s.r.drafts, func(row scanner) (d plausch.Draft, err error) {
		return d, row.Scan(&d.Room, &d.Edit, &d.Text, &d.Target)
	}, account, after, limit)
}
