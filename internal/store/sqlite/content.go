package sqlite

import (
	"context"
	"errors"
	"fmt"

	"plausch"
	"plausch/internal/store"
)

// ListContents implements [store.Contents].
func (s *Store) ListContents(ctx context.Context, after int64, limit int) ([]store.Content, error) {
	return list(ctx, "list contents", s.r.contents, func(row scanner) (c store.Content, err error) {
		var hash []byte
		if err := row.Scan(&c.Number, &hash, &c.Described); err != nil {
			return c, err
		}
		if len(hash) != len(c.Hash) {
			return c, errors.New("an attachment's hash is not one of SHA-256")
		}
		copy(c.Hash[:], hash)
		return c, nil
	}, after, limit)
}

// ReplaceContent implements [store.Contents].
func (s *Store) ReplaceContent(ctx context.Context, old, replacement store.ContentHash, size int64) (n int, err error) {
	err = s.write(ctx, "replace content", func(ctx context.Context) error {
		_, err := s.w.resizeContent.ExecContext(ctx, old[:], size)
		if err != nil {
			return err
		}
		r, err := s.w.replaceContent.ExecContext(ctx, old[:], replacement[:], size)
		if err != nil {
			return err
		}
		rows, err := r.RowsAffected()
		if n = int(rows); n == 0 || err != nil {
			return err
		}
		_, err = s.w.releaseContent.ExecContext(ctx, old[:])
		return err
	})
	return n, err
}

// DescribeContent implements [store.Contents].
func (s *Store) DescribeContent(ctx context.Context, hash store.ContentHash, mediaType string, m *plausch.Media) error {
	media, err := mediaText(m)
	if err != nil {
		return err
	}
	return s.write(ctx, "describe content", func(ctx context.Context) error {
		_, err := s.w.describeContent.ExecContext(ctx, hash[:], mediaType, media)
		return err
	})
}

// ContentWork implements [store.Contents].
func (s *Store) ContentWork(ctx context.Context, name string, version int) (number int64, err error) {
	err = s.r.setting.QueryRowContext(ctx, workKey(name, version)).Scan(&number)
	if isNone(err) {
		return 0, nil
	}
	return number, wrap("read content work", err)
}

// SetContentWork implements [store.Contents].
func (s *Store) SetContentWork(ctx context.Context, name string, version int, number int64) error {
	return s.write(ctx, "set content work", func(ctx context.Context) error {
		_, err := s.w.setSetting.ExecContext(ctx, workKey(name, version), fmt.Sprint(number))
		return err
	})
}

func workKey(name string, version int) string { return fmt.Sprintf("work_%s_%d", name, version) }
