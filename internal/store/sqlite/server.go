package sqlite

import (
	"context"

	"plausch"
	"plausch/internal/store"
)

const keyServerName = "server_name"

// ServerName implements [store.Settings].
func (s *Store) ServerName(ctx context.Context) (name string, err error) {
	err = s.r.setting.QueryRowContext(ctx, keyServerName).Scan(&name)
	if isNone(err) {
		return "", nil
	}
	return name, wrap("read server name", err)
}

// UpdateServer implements [store.Settings].
func (s *Store) UpdateServer(ctx context.Context, name string, audit *plausch.Audit, judged ...store.Judged) error {
	return s.write(ctx, "set server name", func(ctx context.Context) error {
		if err := s.judged(ctx, judged); err != nil {
			return err
		}
		if err := s.updateServerName(ctx, name); err != nil {
			return err
		}
		return s.audit(ctx, audit, 0)
	})
}

func (s *Store) updateServerName(ctx context.Context, name string) error {
	_, err := s.w.setSetting.ExecContext(ctx, keyServerName, name)
	return err
}
