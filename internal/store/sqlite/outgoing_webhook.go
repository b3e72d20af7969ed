package sqlite

import (
	"context"
	"fmt"
	"time"

	"plausch"
	"plausch/internal/store"
)

const (
	outgoingColumns = `h.id, h.room, h.url, h.secret, h.created, ifnull(m.id, 0), ifnull(m.name, ''), ifnull(m.display, ''),
		h.cursor, h.last_error, h.failing_since, h.next_try, ` + webhookPaused
	outgoingTables = ` FROM outgoing_webhooks h LEFT JOIN accounts m ON m.id = h.maker`
)

func scanOutgoing(row scanner) (w plausch.OutgoingWebhook, err error) {
	var created, since, next int64
	err = row.Scan(&w.ID, &w.Room, &w.URL, &w.Secret, &created, &w.Maker.ID, &w.Maker.Name, &w.Maker.Display,
		&w.Cursor, &w.LastError, &since, &next, &w.Paused)
	w.Created, w.FailingSince, w.NextTry = toTime(created), toTimeOrZero(since), toTimeOrZero(next)
	return w, err
}

// CreateOutgoingWebhook implements [store.OutgoingWebhooks].
func (s *Store) CreateOutgoingWebhook(ctx context.Context, n store.NewOutgoingWebhook) (w plausch.OutgoingWebhook, err error) {
	err = s.write(ctx, "create outgoing webhook", func(ctx context.Context) error {
		if err := s.judged(ctx, n.If); err != nil {
			return err
		}
		var others int
		if err := s.w.outgoingCount.QueryRowContext(ctx, n.Room).Scan(&others); err != nil {
			return err
		} else if others >= plausch.MaxOutgoingWebhooks {
			return plausch.Errorf(plausch.Forbidden, "the room already has %d outgoing webhooks, the maximum; delete one first", others)
		}
		var maker any
		if n.Maker != 0 {
			maker = n.Maker
		}
		r, err := s.w.insertOutgoing.ExecContext(ctx, n.Room, maker, n.URL, n.Secret, n.At.UnixMilli())
		if err != nil {
			return err
		}
		id, err := r.LastInsertId()
		if err != nil {
			return err
		}
		if w, err = scanOutgoing(s.w.outgoing.QueryRowContext(ctx, id)); err != nil {
			return err
		}
		return s.auditOutgoing(ctx, n.At, n.Maker, plausch.AuditWebhook, &w)
	})
	if err != nil {
		return plausch.OutgoingWebhook{}, err
	}
	return w, nil
}

// auditOutgoing names an outgoing webhook in the audit log, inside a write: where it
// leads is a secret, and what private rooms are called, too.
func (s *Store) auditOutgoing(ctx context.Context, at time.Time, by plausch.AccountID, action plausch.AuditAction, w *plausch.OutgoingWebhook) error {
	return s.audit(ctx, &plausch.Audit{
		Time: at, Actor: plausch.AccountRef{ID: by}, Action: action, Detail: fmt.Sprintf("outgoing webhook %d of the room id:%d", w.ID, w.Room),
	}, 0)
}

// OutgoingWebhook implements [store.OutgoingWebhooks].
func (s *Store) OutgoingWebhook(ctx context.Context, id int64) (plausch.OutgoingWebhook, error) {
	w, err := scanOutgoing(s.r.outgoing.QueryRowContext(ctx, id))
	return w, found("outgoing webhook", err)
}

// ListOutgoingWebhooks implements [store.OutgoingWebhooks].
func (s *Store) ListOutgoingWebhooks(ctx context.Context, room plausch.RoomID) ([]plausch.OutgoingWebhook, error) {
	query, args := s.r.roomOutgoing, []any{room}
	if room == 0 {
		query, args = s.r.allOutgoing, nil
	}
	return list(ctx, "list outgoing webhooks", query, scanOutgoing, args...)
}

// UpdateOutgoingWebhook implements [store.OutgoingWebhooks].
func (s *Store) UpdateOutgoingWebhook(ctx context.Context, w plausch.OutgoingWebhook) error {
	return s.write(ctx, "update outgoing webhook", func(ctx context.Context) error {
		_, err := s.w.updateOutgoing.ExecContext(ctx, w.Cursor, w.LastError, toMilli(w.FailingSince), toMilli(w.NextTry), w.ID)
		return err
	})
}

// DeleteOutgoingWebhook implements [store.OutgoingWebhooks].
func (s *Store) DeleteOutgoingWebhook(ctx context.Context, id int64, at time.Time, by plausch.AccountID, judged ...store.Judged) error {
	return s.write(ctx, "delete outgoing webhook", func(ctx context.Context) error {
		if err := s.judged(ctx, judged); err != nil {
			return err
		}
		w, err := scanOutgoing(s.w.outgoing.QueryRowContext(ctx, id))
		if err != nil {
			return found("outgoing webhook", err)
		}
		if _, err := s.w.deleteOutgoing.ExecContext(ctx, id); err != nil {
			return err
		}
		return s.auditOutgoing(ctx, at, by, plausch.AuditWebhookDelete, &w)
	})
}
