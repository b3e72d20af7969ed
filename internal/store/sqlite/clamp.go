package sqlite

import (
	"context"
	"time"

	"plausch/internal/store"
)

// ClampTimes implements [store.Settings].
func (s *Store) ClampTimes(ctx context.Context, now time.Time, lives map[store.Purpose]time.Duration) error {
	return s.write(ctx, "clamp times", func(ctx context.Context) error {
		for _, query := range []string{
			`UPDATE devices SET created = min(created, ?1), used = min(used, ?1) WHERE created > ?1 OR used > ?1`,
			`UPDATE accounts SET last_seen = ?1 WHERE last_seen > ?1`,
			`UPDATE invites SET expires = max(expires - (created - ?1), 0), created = ?1 WHERE created > ?1`,
			`UPDATE attachments SET created = ?1 WHERE event IS NULL AND created > ?1`,
		} {
			if _, err := s.conn.ExecContext(ctx, query, now.UnixMilli()); err != nil {
				return err
			}
		}
		for purpose, life := range lives {
			code, err := purposes.of(purpose)
			if err != nil {
				return err
			}
			last := now.Add(life).UnixMilli()
			if _, err := s.conn.ExecContext(ctx, `UPDATE tickets SET expires = ?1 WHERE purpose = ?2 AND expires > ?1`, last, code); err != nil {
				return err
			}
		}
		return nil
	})
}
