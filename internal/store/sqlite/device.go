package sqlite

import (
	"context"
	"time"

	"plausch"
	"plausch/internal/store"
)

// CreateDevice implements [store.Devices].
func (s *Store) CreateDevice(ctx context.Context, account plausch.AccountID, token store.TokenHash, at time.Time) error {
	return s.write(ctx, "create device", func(ctx context.Context) error {
		_, err := s.w.insertDevice.ExecContext(ctx, token[:], account, at.UnixMilli())
		return err
	})
}

// AccountByToken implements [store.Devices].
func (s *Store) AccountByToken(ctx context.Context, token store.TokenHash) (plausch.Account, error) {
	a, err := scanAccount(s.r.accountByToken.QueryRowContext(ctx, token[:]))
	return a, found("device", err)
}

// DeleteDevice implements [store.Devices].
func (s *Store) DeleteDevice(ctx context.Context, token store.TokenHash) error {
	return s.write(ctx, "delete device", func(ctx context.Context) error {
		_, err := s.w.deleteDevice.ExecContext(ctx, token[:])
		return err
	})
}
