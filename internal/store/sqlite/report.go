package sqlite

import (
	"context"
	"time"

	"plausch"
	"plausch/internal/store"
)

// AddReport implements [store.Reports].
func (s *Store) AddReport(ctx context.Context, n store.NewReport) (id int64, added bool, err error) {
	err = s.write(ctx, "add report", func(ctx context.Context) error {
		if err := s.checkMessage(ctx, n.Account, n.Room, n.Seq); err != nil {
			return err
		}
		event, open := eventID(n.Room, n.Seq), false
		err := s.w.reportNow.QueryRowContext(ctx, event, n.Account).Scan(&id, &open)
		if err != nil && !isNone(err) {
			return err
		}
		if added = !open; open {
			return nil
		}
		var others int
		if err := s.w.openReports.QueryRowContext(ctx, n.Account).Scan(&others); err != nil {
			return err
		} else if others >= n.Max {
			return plausch.Errorf(plausch.Forbidden, "%d reports of yours are open, the maximum; wait until somebody has looked at them", others)
		}
		return s.w.addReport.QueryRowContext(ctx, event, n.Account, n.Reason, n.At.UnixMilli()).Scan(&id)
	})
	return id, added && err == nil, err
}

// scanReport reads a report, of its message the room and seq.
func scanReport(row scanner) (p plausch.Report, err error) {
	var event, at, closed, kind int64
	if err := row.Scan(&p.ID, &event, &p.Reason, &at, &closed, &p.Reporter.ID, &p.Reporter.Name, &p.Reporter.Display,
		&p.Closer.ID, &p.Closer.Name, &p.Closer.Display, &kind, &p.RoomName); err != nil {
		return p, err
	}
	p.Message.Room, p.Message.Seq = plausch.RoomID(event>>seqBits), event&maxSeq
	p.Time, p.Closed = toTime(at), toTimeOrZero(closed)
	p.RoomKind, err = roomKinds.word(kind)
	return p, err
}

// Report implements [store.Reports].
func (s *Store) Report(ctx context.Context, id int64) (p plausch.Report, err error) {
	in, err := s.messageView(ctx, s.r.report)
	if err != nil {
		return p, wrap("read report", err)
	}
	defer in.end()
	if p, err = scanReport(in.of(s.r.report).QueryRowContext(ctx, id)); err != nil {
		return p, found("report", err)
	}
	m := messagePage{ctx: ctx, r: &s.r, in: in}
	p.Message, err = m.one(p.Message.Room, p.Message.Seq)
	return p, err
}

// ListReports implements [store.Reports].
func (s *Store) ListReports(ctx context.Context, account plausch.AccountID, closed bool, q store.PageQuery[plausch.Report]) (page []plausch.Report, more bool, err error) {
	const what = "list reports"
	query := s.r.reportsOpen
	if closed {
		query = s.r.reportsClosed
	}
	in, err := s.messageView(ctx, query)
	if err != nil {
		return nil, false, wrap(what, err)
	}
	defer in.end()
	found, err := list(ctx, what, in.of(query), scanReport, account, beforeOf(q.Before), max(q.Limit, 1)+1)
	if err != nil {
		return nil, false, err
	}
	m := messagePage{ctx: ctx, r: &s.r, in: in, account: account}
	return pageOf(found, q, func(p *plausch.Report) (err error) {
		p.Message, err = m.one(p.Message.Room, p.Message.Seq)
		return err
	})
}

// CloseReport implements [store.Reports].
func (s *Store) CloseReport(ctx context.Context, account plausch.AccountID, id int64, at time.Time) error {
	return s.write(ctx, "close report", func(ctx context.Context) error {
		r, err := s.w.closeReport.ExecContext(ctx, at.UnixMilli(), account, id)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); n > 0 || err != nil {
			return err
		}
		return plausch.Errorf(plausch.NotFound, "there is no open report %d for you to close", id)
	})
}

// Moderators implements [store.Reports].
func (s *Store) Moderators(ctx context.Context, room plausch.RoomID) ([]plausch.AccountID, error) {
	return list(ctx, "list moderators", s.r.moderators, func(row scanner) (id plausch.AccountID, err error) {
		return id, row.Scan(&id)
	}, room)
}
