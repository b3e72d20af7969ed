package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/go-json-experiment/json"

	"plausch"
	"plausch/internal/store"
)

func scanScheduled(row scanner) (m plausch.ScheduledMessage, err error) {
	var at, failed int64
	var data string
	if err := row.Scan(&m.ID, &m.Account, &m.Edit, &at, &m.Room, &m.To.ID, &m.To.Name, &m.To.Display,
		&m.Text, &m.Target, &data, &m.ClientID, &failed, &m.Error); err != nil {
		return m, err
	}
	m.At, m.Failed = toTime(at), toTimeOrZero(failed)
	m.Details, err = parseDetails(data)
	return m, err
}

// detailsText is what is kept of details.
func detailsText(d *plausch.Details) (string, error) {
	if d == nil {
		return "", nil
	}
	text, err := json.Marshal(d)
	return string(text), err
}

// CreateScheduledMessage implements [store.Schedules].
func (s *Store) CreateScheduledMessage(ctx context.Context, m plausch.ScheduledMessage, most int) (made plausch.ScheduledMessage, err error) {
	data, err := detailsText(m.Details)
	if err != nil {
		return made, err
	}
	err = s.write(ctx, "create scheduled message", func(ctx context.Context) error {
		if m.ClientID != "" {
			made, err = scanScheduled(s.w.scheduledByClientID.QueryRowContext(ctx, m.Account, m.ClientID))
			if err == nil || !isNone(err) {
				return err
			}
		}
		var others int
		if err := s.w.scheduledCount.QueryRowContext(ctx, m.Account).Scan(&others); err != nil {
			return err
		} else if others >= most {
			return plausch.Errorf(plausch.Forbidden, "%d messages of yours wait to be sent later, the maximum; delete some first", others)
		}
		var room, peer, client any // null unless there is one
		if m.Room != 0 {
			room = m.Room
		} else {
			peer = m.To.ID
		}
		if m.ClientID != "" {
			client = m.ClientID
		}
		r, err := s.w.insertScheduled.ExecContext(ctx, m.Account, m.At.UnixMilli(), room, peer, m.Text, m.Target, data, client)
		if err != nil {
			return err
		}
		id, err := r.LastInsertId()
		if err != nil {
			return err
		}
		made, err = scanScheduled(s.w.scheduled.QueryRowContext(ctx, id, m.Account))
		return err
	})
	return made, err
}

// UpdateScheduledMessage implements [store.Schedules].
func (s *Store) UpdateScheduledMessage(ctx context.Context, m plausch.ScheduledMessage) (changed plausch.ScheduledMessage, err error) {
	data, err := detailsText(m.Details)
	if err != nil {
		return changed, err
	}
	err = s.write(ctx, "update scheduled message", func(ctx context.Context) error {
		r, err := s.w.updateScheduled.ExecContext(ctx, m.At.UnixMilli(), m.Text, data, m.ID, m.Account, m.Edit)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil {
			return err
		} else if n == 0 {
			return errNoScheduled()
		}
		changed, err = scanScheduled(s.w.scheduled.QueryRowContext(ctx, m.ID, m.Account))
		return err
	})
	return changed, err
}

func errNoScheduled() error {
	return plausch.Errorf(plausch.NotFound, "there is no such message to be sent later; it may have been sent or changed just now")
}

// DeleteScheduledMessage implements [store.Schedules].
func (s *Store) DeleteScheduledMessage(ctx context.Context, account plausch.AccountID, id int64) (m plausch.ScheduledMessage, err error) {
	err = s.write(ctx, "delete scheduled message", func(ctx context.Context) error {
		if m, err = scanScheduled(s.w.scheduled.QueryRowContext(ctx, id, account)); isNone(err) {
			return errNoScheduled()
		} else if err != nil {
			return err
		}
		_, err = s.w.deleteScheduled.ExecContext(ctx, id)
		return err
	})
	return m, err
}

// ScheduledMessage implements [store.Schedules].
func (s *Store) ScheduledMessage(ctx context.Context, account plausch.AccountID, id int64) (plausch.ScheduledMessage, error) {
	m, err := scanScheduled(s.r.scheduled.QueryRowContext(ctx, id, account))
	if isNone(err) {
		return m, errNoScheduled()
	}
	return m, wrap("read scheduled message", err)
}

// ListScheduledMessages implements [store.Schedules].
func (s *Store) ListScheduledMessages(ctx context.Context, account plausch.AccountID, q store.PageQuery[plausch.ScheduledMessage]) ([]plausch.ScheduledMessage, bool, error) {
	found, err := list(ctx, "list scheduled messages", s.r.scheduledOf, scanScheduled, account, beforeOf(q.Before), max(q.Limit, 1)+1)
	if err != nil {
		return nil, false, err
	}
	return pageOf(found, q, func(*plausch.ScheduledMessage) error { return nil })
}

// ListDueMessages implements [store.Schedules].
func (s *Store) ListDueMessages(ctx context.Context, now time.Time, limit int) ([]plausch.ScheduledMessage, error) {
	return list(ctx, "list due messages", s.r.dueScheduled, scanScheduled, now.UnixMilli(), limit)
}

// FailScheduledMessage implements [store.Schedules].
func (s *Store) FailScheduledMessage(ctx context.Context, ref store.ScheduledRef, at time.Time, why string) (failed bool, err error) {
	err = s.write(ctx, "fail scheduled message", func(ctx context.Context) error {
		r, err := s.w.failScheduled.ExecContext(ctx, at.UnixMilli(), why, ref.ID, ref.Edit)
		if err != nil {
			return err
		}
		n, err := r.RowsAffected()
		failed = n > 0
		return err
	})
	return failed, err
}

// NextDue implements [store.Schedules].
func (s *Store) NextDue(ctx context.Context) (time.Time, error) {
	var at sql.NullInt64
	err := s.r.nextDue.QueryRowContext(ctx).Scan(&at)
	return toTimeOrZero(at.Int64), wrap("read what is due next", err)
}
