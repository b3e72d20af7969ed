package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"time"

	"plausch"
	"plausch/internal/store"
)

const attachmentColumns = `id, name, type, size, ifnull(media, ''), account, ifnull(event >> 32, 0), hash, thumbnail`

func scanAttachment(row scanner) (a store.Attachment, err error) {
	var hash, thumbnail []byte
	var media string
	if err := row.Scan(&a.ID, &a.Name, &a.Type, &a.Size, &media, &a.Account, &a.Room, &hash, &thumbnail); err != nil {
		return store.Attachment{}, err
	}
	copy(a.Thumbnail[:], thumbnail)
	if a.Media, err = parseMedia(media); err != nil {
		return store.Attachment{}, err
	}
	if copy(a.Hash[:], hash) != len(a.Hash) || len(hash) != len(a.Hash) {
		return store.Attachment{}, errors.New("an attachment's hash is not one of SHA-256")
	}
	return a, nil
}

// CreateAttachment implements [store.Attachments].
func (s *Store) CreateAttachment(ctx context.Context, n store.NewAttachment) error {
	var client, thumbnail any // null unless there is one
	if n.ClientID != "" {
		client = n.ClientID
	}
	if n.Thumbnail != (store.ContentHash{}) {
		thumbnail = n.Thumbnail[:]
	}
	media, err := mediaText(n.Media)
	if err != nil {
		return err
	}
	return s.write(ctx, "create attachment", func(ctx context.Context) error {
		r, err := s.w.addAttached.ExecContext(ctx, n.Size, n.Account, n.Quota)
		if err != nil {
			return err
		}
		if rows, err := r.RowsAffected(); err != nil {
			return err
		} else if rows == 0 {
			return plausch.Errorf(plausch.TooLarge, "the files of one account can take up %d bytes in total, which this one would exceed", n.Quota)
		}
		r, err = s.w.insertAttachment.ExecContext(ctx, n.ID, n.Account, n.Name, n.Type, n.Size, n.Hash[:], client, n.At.UnixMilli(), n.Once, media, thumbnail)
		if err != nil {
			return err
		}
		if rows, err := r.RowsAffected(); err != nil {
			return err
		} else if rows == 0 {
			return plausch.Errorf(plausch.Taken, "the account has a file with this client id already")
		}
		return nil
	})
}

// Attachment implements [store.Attachments].
func (s *Store) Attachment(ctx context.Context, id string) (store.Attachment, error) {
	a, err := scanAttachment(s.r.attachment.QueryRowContext(ctx, id))
	return a, found("file", err)
}

// AttachmentByClientID implements [store.Attachments].
func (s *Store) AttachmentByClientID(ctx context.Context, account plausch.AccountID, clientID string) (store.Attachment, error) {
	a, err := scanAttachment(s.r.attachmentByClientID.QueryRowContext(ctx, clientID, account))
	return a, found("file", err)
}

// AttachedBytes implements [store.Attachments].
func (s *Store) AttachedBytes(ctx context.Context, account plausch.AccountID) (sum int64, err error) {
	err = s.r.attachedBytes.QueryRowContext(ctx, account).Scan(&sum)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return sum, wrap("read attached bytes", err)
}

// DeletePending implements [store.Attachments].
func (s *Store) DeletePending(ctx context.Context, before time.Time) (n int, err error) {
	err = s.write(ctx, "delete pending files", func(ctx context.Context) error {
		_, err := s.w.giveBackPending.ExecContext(ctx, before.UnixMilli())
		if err != nil {
			return err
		}
		r, err := s.w.deletePending.ExecContext(ctx, before.UnixMilli())
		if err != nil {
			return err
		}
		rows, err := r.RowsAffected()
		n = int(rows)
		return err
	})
	return n, err
}

// NamesContent implements [store.Attachments].
func (s *Store) NamesContent(ctx context.Context, hash store.ContentHash) (now, before bool, err error) {
	err = s.r.namesContent.QueryRowContext(ctx, hash[:]).Scan(&now, &before)
	return now, before, wrap("look for a file's hash", err)
}

// ListReleased implements [store.Attachments].
func (s *Store) ListReleased(ctx context.Context, after store.ContentHash, limit int) ([]store.ContentHash, error) {
	return list(ctx, "list released hashes", s.r.released, func(row scanner) (h store.ContentHash, err error) {
		var hash []byte
		err = row.Scan(&hash)
		copy(h[:], hash)
		return h, err
	}, after[:], limit)
}

// ForgetContent implements [store.Attachments].
func (s *Store) ForgetContent(ctx context.Context, hash store.ContentHash) error {
	return s.write(ctx, "forget a file's hash", func(ctx context.Context) error {
		_, err := s.w.forgetContent.ExecContext(ctx, hash[:])
		return err
	})
}

// pending returns a draft's attachments or, as failure, why it cannot have them.
func (b *batch) pending(d *store.Draft) (found []plausch.Attachment, failure, err error) {
	for i, id := range d.Attachments {
		var a plausch.Attachment
		var media string
		err := b.w.pending.QueryRowContext(b.ctx, id, d.Actor.ID).Scan(&a.ID, &a.Name, &a.Type, &a.Size, &media)
		if err == nil {
			a.Media, err = parseMedia(media)
		}
		switch {
		case errors.Is(err, sql.ErrNoRows), slices.Contains(d.Attachments[:i], id):
			return nil, plausch.Errorf(plausch.Invalid,
				"attachment %d is no file that you have uploaded and not sent yet; upload it, and send the id that you get", i+1), nil
		case err != nil:
			return nil, nil, err
		}
		found = append(found, a)
	}
	return found, nil, nil
}

// attach makes files those of the event that was added last.
func (b *batch) attach(files []plausch.Attachment) error {
	if len(files) == 0 {
		return nil
	}
	e := &b.events[len(b.events)-1]
	event := eventID(e.Room, e.Seq)
	for i, f := range files {
		if _, err := b.w.attach.ExecContext(b.ctx, event, i, f.ID); err != nil {
			return err
		}
	}
	e.Attachments = files
	return nil
}

// addAttachments reads, by the statement of attachmentsBetween, those of events,
// which are of one room and ascend or descend.
func addAttachments(ctx context.Context, between queryer, events []plausch.Event) error {
	low, high, byID := span(events)
	_, err := list(ctx, "read attachments", between, func(row scanner) (none struct{}, err error) {
		var event int64
		var a plausch.Attachment
		var media string
		if err := row.Scan(&event, &a.ID, &a.Name, &a.Type, &a.Size, &media); err != nil {
			return none, err
		}
		e := byID[event]
		if e == nil {
			return none, nil
		}
		a.Media, err = parseMedia(media)
		e.Attachments = append(e.Attachments, a)
		return none, err
	}, low, high)
	return err
}
