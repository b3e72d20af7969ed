package sqlite

import (
	"context"
	"errors"
	"fmt"

	"plausch/internal/store"
)

// ListContents implements [store.Contents].
func (s *Store) ListContents(ctx context.Context, after int64, limit int) (all []store.Content, err error) {
	rows, err := s.pool.QueryContext(ctx, `SELECT number, hash FROM attachments a WHERE number > ?
		AND NOT EXISTS (SELECT 1 FROM attachments b WHERE b.hash = a.hash AND b.number > a.number) ORDER BY number LIMIT ?`, after, limit)
	if err != nil {
		return nil, wrap("list contents", err)
	}
	defer rows.Close()
	for rows.Next() {
		var c store.Content
		var hash []byte
		if err := rows.Scan(&c.Number, &hash); err != nil {
			return nil, wrap("list contents", err)
		}
		if len(hash) != len(c.Hash) {
			return nil, errors.New("an attachment's hash is not one of SHA-256")
		}
		copy(c.Hash[:], hash)
		all = append(all, c)
	}
	return all, wrap("list contents", rows.Err())
}

// ReplaceContent implements [store.Contents].
func (s *Store) ReplaceContent(ctx context.Context, old, replacement store.ContentHash, size int64) (n int, err error) {
	err = s.write(ctx, "replace content", func(ctx context.Context) error {
		_, err := s.conn.ExecContext(ctx, `UPDATE accounts SET attached = attached + p.bytes
			FROM (SELECT account, sum(?2 - size) AS bytes FROM attachments WHERE hash = ?1 GROUP BY account) p WHERE p.account = accounts.id`, old[:], size)
		if err != nil {
			return err
		}
		r, err := s.conn.ExecContext(ctx, `UPDATE attachments SET hash = ?2, size = ?3 WHERE hash = ?1`, old[:], replacement[:], size)
		if err != nil {
			return err
		}
		rows, err := r.RowsAffected()
		if n = int(rows); n == 0 || err != nil {
			return err
		}
		_, err = s.conn.ExecContext(ctx, `INSERT INTO released (hash) VALUES (?) ON CONFLICT DO NOTHING`, old[:])
		return err
	})
	return n, err
}

// ContentWork implements [store.Contents].
func (s *Store) ContentWork(ctx context.Context, name string, version int) (number int64, err error) {
	err = s.pool.QueryRowContext(ctx, `SELECT CAST(value AS INTEGER) FROM settings WHERE key = ?`, workKey(name, version)).Scan(&number)
	if isNone(err) {
		return 0, nil
	}
	return number, wrap("read content work", err)
}

// SetContentWork implements [store.Contents].
func (s *Store) SetContentWork(ctx context.Context, name string, version int, number int64) error {
	return s.write(ctx, "set content work", func(ctx context.Context) error {
		_, err := s.conn.ExecContext(ctx, `INSERT INTO settings (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value`,
			workKey(name, version), fmt.Sprint(number))
		return err
	})
}

func workKey(name string, version int) string { return fmt.Sprintf("work_%s_%d", name, version) }
