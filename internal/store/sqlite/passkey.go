package sqlite

import (
	"context"
	"time"

	"plausch"
	"plausch/internal/store"
)

const passkeyColumns = "id, account, name, data, created, used"

func scanPasskey(row scanner) (p store.Passkey, err error) {
	var created, used int64
	err = row.Scan(&p.ID, &p.Account, &p.Name, &p.Key, &created, &used)
	p.Created, p.Used = toTime(created), toTime(used)
	return p, err
}

// CreatePasskey implements [store.Passkeys].
func (s *Store) CreatePasskey(ctx context.Context, p store.Passkey, judged ...store.Judged) error {
	return s.write(ctx, "create passkey", func(ctx context.Context) error {
		if err := s.judged(ctx, judged); err != nil {
			return err
		}
		r, err := s.w.insertPasskey.ExecContext(ctx,
			p.ID, p.Account, p.Name, p.Key, p.Created.UnixMilli(), p.Used.UnixMilli())
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); n > 0 || err != nil {
			return err
		}
		return plausch.Errorf(plausch.Taken, "this passkey is known already")
	})
}

// Passkey implements [store.Passkeys].
func (s *Store) Passkey(ctx context.Context, id []byte) (store.Passkey, error) {
	p, err := scanPasskey(s.r.passkey.QueryRowContext(ctx, id))
	return p, found("passkey", err)
}

// ListPasskeys implements [store.Passkeys].
func (s *Store) ListPasskeys(ctx context.Context, account plausch.AccountID) ([]store.Passkey, error) {
	return list(ctx, "list passkeys", s.r.passkeys, scanPasskey, account)
}

// UsePasskey implements [store.Passkeys].
func (s *Store) UsePasskey(ctx context.Context, id, key []byte, at time.Time) error {
	return s.write(ctx, "use passkey", func(ctx context.Context) error {
		_, err := s.w.usePasskey.ExecContext(ctx, key, at.UnixMilli(), id)
		return err
	})
}

// DeletePasskey implements [store.Passkeys].
func (s *Store) DeletePasskey(ctx context.Context, account plausch.AccountID, id []byte) error {
	return s.write(ctx, "delete passkey", func(ctx context.Context) error {
		r, err := s.w.deletePasskey.ExecContext(ctx, id, account)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); n > 0 || err != nil {
			return err
		}
		return plausch.Errorf(plausch.NotFound, "there is no such passkey")
	})
}
