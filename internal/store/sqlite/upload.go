package sqlite

import (
	"context"
	"time"

	"plausch"
	"plausch/internal/store"
)

const uploadColumns = `id, account, name, size, ifnull(client_id, ''), thumbnail, duration, waveform, created`

func scanUpload(row scanner) (u store.Upload, err error) {
	var duration, created int64
	err = row.Scan(&u.ID, &u.Account, &u.Name, &u.Size, &u.ClientID, &u.Thumbnail, &duration, &u.Waveform, &created)
	u.Duration, u.At = time.Duration(duration)*time.Millisecond, time.UnixMilli(created)
	return u, err
}

// CreateUpload implements [store.Uploads].
func (s *Store) CreateUpload(ctx context.Context, u store.Upload, quota int64, most int) error {
	var client any // null unless there is one
	if u.ClientID != "" {
		client = u.ClientID
	}
	return s.write(ctx, "create upload", func(ctx context.Context) error {
		var count int
		var bytes int64
		if err := s.w.uploadsOf.QueryRowContext(ctx, u.Account).Scan(&count, &bytes); err != nil {
			return err
		}
		switch {
		case count >= most:
			return plausch.Errorf(plausch.RateLimited, "%d uploads have begun and are not complete; complete or end one first", count)
		case bytes+u.Size > quota:
			return plausch.Errorf(plausch.TooLarge, "the files of one account can take up %d bytes in total, which this one would exceed", quota)
		}
		r, err := s.w.insertUpload.ExecContext(ctx, u.ID, u.Account, u.Name, u.Size, client, u.Thumbnail, u.Duration.Milliseconds(), u.Waveform, u.At.UnixMilli())
		if err != nil {
			return err
		}
		if rows, err := r.RowsAffected(); err != nil {
			return err
		} else if rows == 0 {
			return plausch.Errorf(plausch.Taken, "the account has an upload with this client id already")
		}
		return nil
	})
}

// Upload implements [store.Uploads].
func (s *Store) Upload(ctx context.Context, id string) (store.Upload, error) {
	u, err := scanUpload(s.r.upload.QueryRowContext(ctx, id))
	return u, found("upload", err)
}

// UploadByClientID implements [store.Uploads].
func (s *Store) UploadByClientID(ctx context.Context, account plausch.AccountID, clientID string) (store.Upload, error) {
	u, err := scanUpload(s.r.uploadByClientID.QueryRowContext(ctx, account, clientID))
	return u, found("upload", err)
}

// DeleteUpload implements [store.Uploads].
func (s *Store) DeleteUpload(ctx context.Context, id string) (deleted bool, err error) {
	err = s.write(ctx, "delete upload", func(ctx context.Context) error {
		r, err := s.w.deleteUpload.ExecContext(ctx, id)
		if err != nil {
			return err
		}
		rows, err := r.RowsAffected()
		deleted = rows > 0
		return err
	})
	return deleted, err
}

// DeleteUploads implements [store.Uploads].
func (s *Store) DeleteUploads(ctx context.Context, before time.Time) (ids []string, err error) {
	err = s.write(ctx, "delete uploads", func(ctx context.Context) error {
		ids, err = list(ctx, "delete uploads", s.w.deleteUploads, func(row scanner) (id string, err error) {
			return id, row.Scan(&id)
		}, before.UnixMilli())
		return err
	})
	return ids, err
}
