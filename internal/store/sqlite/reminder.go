package sqlite

import (
	"context"
	"time"

	"plausch"
	"plausch/internal/store"
)

// scanReminder reads a reminder, of its message the room and seq.
func scanReminder(row scanner) (m plausch.Reminder, err error) {
	var event, at, kind int64
	if err := row.Scan(&m.ID, &m.Account, &event, &at, &m.Due, &kind, &m.RoomName); err != nil {
		return m, err
	}
	m.Message.Room, m.Message.Seq = plausch.RoomID(event>>seqBits), event&maxSeq
	m.At = toTime(at)
	m.RoomKind, err = roomKinds.word(kind)
	return m, err
}

// SetReminder implements [store.Schedules].
func (s *Store) SetReminder(ctx context.Context, n store.NewReminder) (plausch.Reminder, error) {
	var id int64
	err := s.write(ctx, "set reminder", func(ctx context.Context) error {
		if err := s.checkMessage(ctx, n.Account, n.Room, n.Seq); err != nil {
			return err
		}
		var has bool
		event := eventID(n.Room, n.Seq)
		if err := s.w.hasReminder.QueryRowContext(ctx, n.Account, event).Scan(&has); err != nil {
			return err
		}
		var others int
		if err := s.w.reminderCount.QueryRowContext(ctx, n.Account).Scan(&others); err != nil {
			return err
		} else if !has && others >= n.Max {
			return plausch.Errorf(plausch.Forbidden, "you have %d reminders, the maximum; delete some first", others)
		}
		return s.w.setReminder.QueryRowContext(ctx, n.Account, event, n.At.UnixMilli()).Scan(&id)
	})
	if err != nil {
		return plausch.Reminder{}, err
	}
	return s.readReminder(ctx, id, n.Account)
}

// readReminder returns a reminder as its account has it.
func (s *Store) readReminder(ctx context.Context, id int64, account plausch.AccountID) (m plausch.Reminder, err error) {
	in, err := s.messageView(ctx, s.r.reminder)
	if err != nil {
		return m, wrap("read reminder", err)
	}
	defer in.end()
	if m, err = scanReminder(in.of(s.r.reminder).QueryRowContext(ctx, id)); err != nil {
		return m, found("reminder", err)
	}
	page := messagePage{ctx: ctx, r: &s.r, in: in, account: account}
	m.Message, err = page.one(m.Message.Room, m.Message.Seq)
	return m, err
}

// ListReminders implements [store.Schedules].
func (s *Store) ListReminders(ctx context.Context, account plausch.AccountID, q store.PageQuery[plausch.Reminder]) ([]plausch.Reminder, bool, error) {
	in, err := s.messageView(ctx, s.r.remindersOf)
	if err != nil {
		return nil, false, wrap("list reminders", err)
	}
	defer in.end()
	found, err := list(ctx, "list reminders", in.of(s.r.remindersOf), scanReminder, account, beforeOf(q.Before), max(q.Limit, 1)+1)
	if err != nil {
		return nil, false, err
	}
	page := messagePage{ctx: ctx, r: &s.r, in: in, account: account}
	return pageOf(found, q, func(m *plausch.Reminder) (err error) {
		m.Message, err = page.one(m.Message.Room, m.Message.Seq)
		return err
	})
}

// DeleteReminder implements [store.Schedules].
func (s *Store) DeleteReminder(ctx context.Context, account plausch.AccountID, id int64) error {
	return s.write(ctx, "delete reminder", func(ctx context.Context) error {
		r, err := s.w.deleteReminder.ExecContext(ctx, id, account)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); n > 0 || err != nil {
			return err
		}
		return plausch.Errorf(plausch.NotFound, "there is no such reminder")
	})
}

// TakeDueReminders implements [store.Schedules].
func (s *Store) TakeDueReminders(ctx context.Context, now time.Time, limit int) (taken []plausch.Reminder, err error) {
	type due struct {
		id      int64
		account plausch.AccountID
		member  bool
	}
	var all []due
	err = s.write(ctx, "take due reminders", func(ctx context.Context) error {
		all, err = list(ctx, "list due reminders", s.w.dueReminders, func(row scanner) (d due, err error) {
			return d, row.Scan(&d.id, &d.account, &d.member)
		}, now.UnixMilli(), limit)
		if err != nil {
			return err
		}
		for _, d := range all {
			if d.member {
				_, err = s.w.takeReminder.ExecContext(ctx, d.id)
			} else {
				_, err = s.w.deleteReminder.ExecContext(ctx, d.id, d.account)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, d := range all {
		if !d.member {
			continue
		}
		m, err := s.readReminder(ctx, d.id, d.account)
		if plausch.CodeOf(err) == plausch.NotFound {
			continue // its message was deleted just now
		}
		if err != nil {
			return taken, err
		}
		taken = append(taken, m)
	}
	return taken, nil
}
