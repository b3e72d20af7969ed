package sqlite

import (
	"context"
	"encoding/base64"
	"time"

	"plausch"
	"plausch/internal/store"
)

const (
	keyPush     = "push_key"
	pushColumns = `p.id, p.account, ifnull(p.device, 0), p.kind, p.endpoint, p.public_key, p.auth_secret, p.secret, p.text,
		p.created, p.last_error, p.failing_since`
)

func scanPush(row scanner) (p plausch.PushSubscription, err error) {
	var kind, created, since int64
	err = row.Scan(&p.ID, &p.Account, &p.Device, &kind, &p.Endpoint, &p.PublicKey, &p.AuthSecret, &p.Secret, &p.Text,
		&created, &p.LastError, &since)
	if err != nil {
		return p, err
	}
	p.Created, p.FailingSince = toTime(created), toTimeOrZero(since)
	p.Kind, err = pushKinds.word(kind)
	return p, err
}

// SubscribePush implements [store.Pushes].
func (s *Store) SubscribePush(ctx context.Context, p plausch.PushSubscription, judged ...store.Judged) (plausch.PushSubscription, error) {
	p.Created, p.LastError, p.FailingSince = toTime(p.Created.UnixMilli()), "", time.Time{}
	err := s.write(ctx, "subscribe to pushes", func(ctx context.Context) error {
		if err := s.judged(ctx, judged); err != nil {
			return err
		}
		kind, err := pushKinds.of(p.Kind)
		if err != nil {
			return err
		}
		var device any
		if p.Device != 0 {
			device = p.Device
			var owns bool
			if err := s.w.ownsDevice.QueryRowContext(ctx, p.Device, p.Account).Scan(&owns); err != nil {
				return err
			} else if !owns {
				return plausch.Errorf(plausch.NotFound, "there is no such device")
			}
		}
		if _, err := s.w.replacePush.ExecContext(ctx, p.Endpoint, p.Account, kind); err != nil {
			return err
		}
		var others int
		if err := s.w.pushCount.QueryRowContext(ctx, p.Account).Scan(&others); err != nil {
			return err
		} else if others >= plausch.MaxPushSubscriptions {
			return plausch.Errorf(plausch.Forbidden, "you are notified in %d places already, the maximum; end one first", others)
		}
		r, err := s.w.insertPush.ExecContext(ctx, p.Account, device, kind, p.Endpoint, p.PublicKey, p.AuthSecret, p.Secret, p.Text, p.Created.UnixMilli())
		if err != nil {
			return err
		}
		p.ID, err = r.LastInsertId()
		return err
	})
	if err != nil {
		return plausch.PushSubscription{}, err
	}
	return p, nil
}

// ListPushSubscriptions implements [store.Pushes].
func (s *Store) ListPushSubscriptions(ctx context.Context, accounts ...plausch.AccountID) (all []plausch.PushSubscription, err error) {
	for _, account := range accounts {
		some, err := list(ctx, "list pushes", s.r.pushes, scanPush, account)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	return all, nil
}

// PushAccounts implements [store.Pushes].
func (s *Store) PushAccounts(ctx context.Context, room plausch.RoomID) ([]plausch.AccountID, error) {
	query, args := s.r.roomPushAccounts, []any{room}
	if room == plausch.PublicRoom {
		query, args = s.r.allPushAccounts, nil
	}
	return list(ctx, "list who is pushed to", query, func(row scanner) (id plausch.AccountID, err error) {
		return id, row.Scan(&id)
	}, args...)
}

// UnsubscribePush implements [store.Pushes].
func (s *Store) UnsubscribePush(ctx context.Context, account plausch.AccountID, id int64) error {
	return s.write(ctx, "unsubscribe from pushes", func(ctx context.Context) error {
		r, err := s.w.unsubscribePush.ExecContext(ctx, id, account)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); n > 0 || err != nil {
			return err
		}
		return plausch.Errorf(plausch.NotFound, "there is no such subscription")
	})
}

// DeletePush implements [store.Pushes].
func (s *Store) DeletePush(ctx context.Context, id int64) error {
	return s.write(ctx, "delete push", func(ctx context.Context) error {
		_, err := s.w.deletePush.ExecContext(ctx, id)
		return err
	})
}

// UpdatePush implements [store.Pushes].
func (s *Store) UpdatePush(ctx context.Context, id int64, lastError string, failingSince time.Time) error {
	return s.write(ctx, "update push", func(ctx context.Context) error {
		_, err := s.w.updatePush.ExecContext(ctx, lastError, toMilli(failingSince), id)
		return err
	})
}

// InitPushKey implements [store.Pushes].
func (s *Store) InitPushKey(ctx context.Context, key []byte) (kept []byte, err error) {
	err = s.write(ctx, "init push key", func(ctx context.Context) error {
		if _, err := s.w.keepSetting.ExecContext(ctx, keyPush, base64.StdEncoding.EncodeToString(key)); err != nil {
			return err
		}
		var text string
		if err := s.w.setting.QueryRowContext(ctx, keyPush).Scan(&text); err != nil {
			return err
		}
		kept, err = base64.StdEncoding.DecodeString(text)
		return err
	})
	return kept, err
}

// toMilli returns a time as it is kept where it may be zero.
func toMilli(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func toTimeOrZero(milli int64) time.Time {
	if milli == 0 {
		return time.Time{}
	}
	return toTime(milli)
}
