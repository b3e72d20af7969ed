package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"plausch"
	"plausch/internal/store"
)

const (
	webhookColumns = `h.id, h.room, a.id, a.name, a.display, h.created, h.secret,
		ifnull(m.id, 0), ifnull(m.name, ''), ifnull(m.display, ''), ` + webhookPaused
	webhookTables = ` FROM webhooks h JOIN accounts a ON a.id = h.account LEFT JOIN accounts m ON m.id = h.maker`
	// webhookPaused is whether the maker of h could not make it now.
	webhookPaused = `(h.maker IS NOT NULL AND NOT EXISTS (SELECT 1 FROM accounts maker
		WHERE maker.id = h.maker AND maker.held AND maker.state = 1 AND maker.role IN (1, 2, 3)
		AND (h.room = 1 AND maker.role IN (1, 2) OR EXISTS (SELECT 1 FROM memberships s
			WHERE s.account = maker.id AND s.room = h.room AND (s.role IN (1, 2) OR maker.role IN (1, 2))))))`
)

func scanWebhook(row scanner) (w store.Webhook, err error) {
	var created int64
	err = row.Scan(&w.ID, &w.Room, &w.Account.ID, &w.Account.Name, &w.Account.Display, &created, &w.Secret,
		&w.Maker.ID, &w.Maker.Name, &w.Maker.Display, &w.Paused)
	w.Created, w.Signed = toTime(created), w.Secret != ""
	return w, err
}

// CreateWebhook implements [store.Webhooks].
func (s *Store) CreateWebhook(ctx context.Context, n store.NewWebhook) (w plausch.Webhook, err error) {
	const what = "create webhook"
	err = s.write(ctx, what, func(ctx context.Context) error {
		if err := s.judged(ctx, n.If); err != nil {
			return err
		}
		account, err := s.webhookAccount(ctx, n)
		if err != nil {
			return err
		}
		maker := sql.NullInt64{Int64: int64(n.Maker), Valid: n.Maker != 0}
		r, err := s.w.insertWebhook.ExecContext(ctx, n.Room, account.ID, maker, n.Token[:], n.Secret, n.At.UnixMilli())
		if err != nil {
			return err
		}
		id, err := r.LastInsertId()
		if err != nil {
			return err
		}
		made, err := scanWebhook(s.w.webhookMade.QueryRowContext(ctx, id))
		if err != nil {
			return err
		}
		w = made.Webhook
		return s.audit(ctx, &plausch.Audit{
			Time: n.At, Actor: plausch.AccountRef{ID: n.Maker}, Action: plausch.AuditWebhook, Detail: webhookDetail(w),
		}, account.ID)
	})
	if err != nil {
		return plausch.Webhook{}, err
	}
	return w, nil
}

// webhookAccount returns the account that a new webhook posts as, inside a write.
func (s *Store) webhookAccount(ctx context.Context, n store.NewWebhook) (ref plausch.AccountRef, err error) {
	var maker sql.NullInt64
	err = s.w.webhookAccount.QueryRowContext(ctx, n.Name).Scan(&ref.ID, &ref.Name, &ref.Display, &maker)
	switch {
	case err == nil && (n.AnyMaker || maker.Int64 == int64(n.Maker)):
		return ref, nil
	case err == nil:
		return ref, plausch.Errorf(plausch.Taken, "the name %q belongs to someone else's webhook; choose another", n.Name)
	case !errors.Is(err, sql.ErrNoRows):
		return ref, err
	}
	bot := plausch.Account{Name: n.Name, Display: n.Display, Role: plausch.RoleMember, Bot: true}
	bot.ID, err = s.insertAccount(ctx, bot, store.NewAccount{
		Name: n.Name, Display: n.Display, Bot: true, At: n.At, GuestsSeenBefore: n.GuestsSeenBefore,
	})
	return bot.Ref(), err
}

// WebhookByToken implements [store.Webhooks].
func (s *Store) WebhookByToken(ctx context.Context, token store.TokenHash) (store.Webhook, error) {
	w, err := scanWebhook(s.r.webhookByToken.QueryRowContext(ctx, token[:]))
	return w, found("webhook", err)
}

// Webhook implements [store.Webhooks].
func (s *Store) Webhook(ctx context.Context, id int64) (plausch.Webhook, error) {
	w, err := scanWebhook(s.r.webhook.QueryRowContext(ctx, id))
	return w.Webhook, found("webhook", err)
}

// ListWebhooks implements [store.Webhooks].
func (s *Store) ListWebhooks(ctx context.Context, room plausch.RoomID) ([]plausch.Webhook, error) {
	query, args := s.r.roomWebhooks, []any{room}
	if room == 0 {
		query, args = s.r.allWebhooks, nil
	}
	return list(ctx, "list webhooks", query, func(row scanner) (plausch.Webhook, error) {
		w, err := scanWebhook(row)
		return w.Webhook, err
	}, args...)
}

// DeleteWebhook implements [store.Webhooks].
func (s *Store) DeleteWebhook(ctx context.Context, id int64, at time.Time, by plausch.AccountID, judged ...store.Judged) error {
	return s.write(ctx, "delete webhook", func(ctx context.Context) error {
		if err := s.judged(ctx, judged); err != nil {
			return err
		}
		w, err := scanWebhook(s.w.webhookMade.QueryRowContext(ctx, id))
		if err != nil {
			return found("webhook", err)
		}
		if _, err := s.w.deleteWebhook.ExecContext(ctx, id); err != nil {
			return err
		}
		return s.audit(ctx, &plausch.Audit{
			Time: at, Actor: plausch.AccountRef{ID: by}, Action: plausch.AuditWebhookDelete, Detail: webhookDetail(w.Webhook),
		}, w.Account.ID)
	})
}

// webhookDetail names a webhook for the audit log, whose readers need not know what
// private rooms are called.
func webhookDetail(w plausch.Webhook) string {
	return fmt.Sprintf("webhook %d of the room id:%d", w.ID, w.Room)
}
