package sqlite

import (
	"context"
	"database/sql"
	"math"

	"plausch"
	"plausch/internal/store"
)

// checkMessage returns why an account cannot do something with the message of an event,
// inside a write: it is not in the room, or the message is not there.
func (s *Store) checkMessage(ctx context.Context, account plausch.AccountID, room plausch.RoomID, seq int64) error {
	if room != plausch.PublicRoom {
		var is bool
		if err := s.w.isMember.QueryRowContext(ctx, account, room).Scan(&is); err != nil {
			return err
		} else if !is {
			return plausch.Errorf(plausch.NotFound, "there is no such room, or you are not in it")
		}
	}
	if seq < 1 || seq > maxSeq {
		return errNoMessage(seq)
	}
	var is bool
	if err := s.w.isMessage.QueryRowContext(ctx, eventID(room, seq)).Scan(&is); err != nil {
		return err
	} else if !is {
		return errNoMessage(seq)
	}
	return nil
}

func errNoMessage(seq int64) error {
	return plausch.Errorf(plausch.NotFound, "there is no message %d in this room, or it was deleted", seq)
}

// SetPersonal implements [store.Personal].
func (s *Store) SetPersonal(ctx context.Context, c store.PersonalChange) (p plausch.Personal, err error) {
	err = s.write(ctx, "set personal", func(ctx context.Context) error {
		if err := s.checkMessage(ctx, c.Account, c.Room, c.Seq); err != nil {
			return err
		}
		var hidden bool
		var saved sql.NullInt64
		err := s.w.personal.QueryRowContext(ctx, c.Account, eventID(c.Room, c.Seq)).Scan(&hidden, &saved)
		if err != nil && !isNone(err) {
			return err
		}
		if err := s.checkPersonal(ctx, c, hidden, saved.Valid); err != nil {
			return err
		}
		if c.Hidden != nil {
			hidden = *c.Hidden
		}
		if c.Saved != nil && *c.Saved != saved.Valid {
			saved = sql.NullInt64{Valid: *c.Saved}
			if saved.Valid {
				if err := s.w.lastSaved.QueryRowContext(ctx, c.Account).Scan(&saved.Int64); err != nil {
					return err
				}
				saved.Int64++
			}
		}
		p = plausch.Personal{Room: c.Room, Seq: c.Seq, Hidden: hidden, Saved: saved.Valid}
		if !p.Hidden && !p.Saved {
			_, err = s.w.forgetPersonal.ExecContext(ctx, c.Account, eventID(c.Room, c.Seq))
		} else {
			_, err = s.w.setPersonal.ExecContext(ctx, c.Account, eventID(c.Room, c.Seq), hidden, saved)
		}
		return err
	})
	return p, err
}

// checkPersonal returns why a change would be one too many, inside a write.
func (s *Store) checkPersonal(ctx context.Context, c store.PersonalChange, hidden, saved bool) error {
	hides, saves := c.Hidden != nil && *c.Hidden && !hidden, c.Saved != nil && *c.Saved && !saved
	if !hides && !saves {
		return nil
	}
	var allHidden, allSaved int
	if err := s.w.personalCount.QueryRowContext(ctx, c.Account).Scan(&allHidden, &allSaved); err != nil {
		return err
	}
	switch {
	case hides && allHidden >= c.MaxHidden:
		return plausch.Errorf(plausch.Forbidden, "you have hidden %d messages, the maximum; show some again first", allHidden)
	case saves && allSaved >= c.MaxSaved:
		return plausch.Errorf(plausch.Forbidden, "you have saved %d messages, the maximum; take some out first", allSaved)
	}
	return nil
}

// ListSaved implements [store.Personal].
func (s *Store) ListSaved(ctx context.Context, account plausch.AccountID, q store.PageQuery[plausch.SavedMessage]) (page []plausch.SavedMessage, more bool, err error) {
	const what = "list saved messages"
	in, err := s.messageView(ctx, s.r.saved)
	if err != nil {
		return nil, false, wrap(what, err)
	}
	defer in.end()
	found, err := list(ctx, what, in.of(s.r.saved), func(row scanner) (one plausch.SavedMessage, err error) {
		var event int64
		err = row.Scan(&event, &one.ID)
		one.Room, one.Seq = plausch.RoomID(event>>seqBits), event&maxSeq
		return one, err
	}, account, beforeOf(q.Before), max(q.Limit, 1)+1)
	if err != nil {
		return nil, false, err
	}
	m := messagePage{ctx: ctx, r: &s.r, in: in, account: account}
	return pageOf(found, q, func(one *plausch.SavedMessage) (err error) {
		one.Message, err = m.one(one.Room, one.Seq)
		return err
	})
}

// beforeOf is the bound of ids of a page.
func beforeOf(before int64) int64 {
	if before <= 0 {
		return math.MaxInt64
	}
	return before
}

// pageOf completes entries, of which one more was read than the page may have, as far as
// they fit into it.
func pageOf[T any](found []T, q store.PageQuery[T], complete func(*T) error) (page []T, more bool, err error) {
	size := 0
	for i := range found {
		if i == max(q.Limit, 1) {
			return found[:i], true, nil
		}
		if err := complete(&found[i]); err != nil {
			return nil, false, err
		}
		if q.Size == nil {
			continue
		}
		if size += q.Size(&found[i]); size > q.MaxBytes && i > 0 {
			return found[:i], true, nil
		}
	}
	return found, false, nil
}

// ListHidden implements [store.Personal].
func (s *Store) ListHidden(ctx context.Context, account plausch.AccountID, after plausch.Personal, limit int) ([]plausch.Personal, error) {
	return list(ctx, "list hidden messages", s.r.hidden, func(row scanner) (plausch.Personal, error) {
		var event int64
		p := plausch.Personal{Hidden: true}
		err := row.Scan(&event, &p.Saved)
		p.Room, p.Seq = plausch.RoomID(event>>seqBits), event&maxSeq
		return p, err
	}, account, eventID(after.Room, after.Seq), limit)
}

// Versions implements [store.Log].
func (s *Store) Versions(ctx context.Context, room plausch.RoomID, seq int64, q store.HistoryQuery) (versions []plausch.Event, more bool, err error) {
	const what = "read versions"
	if room < 1 || room > maxRoom || seq < 1 || seq > maxSeq {
		return nil, false, errNoMessage(seq)
	}
	in, err := s.view(ctx, s.r.hasMessage, s.r.versions, s.r.details)
	if err != nil {
		return nil, false, wrap(what, err)
	}
	defer in.end()
	id, high := eventID(room, seq), eventID(room+1, 0)
	if q.Before > 0 && q.Before <= maxSeq {
		high = eventID(room, q.Before)
	}
	limit := max(q.Limit, 1)
	var is bool
	if err := in.of(s.r.hasMessage).QueryRowContext(ctx, id-1, id+1).Scan(&is); err != nil {
		return nil, false, wrap(what, err)
	} else if !is {
		return nil, false, errNoMessage(seq)
	}
	var all int64
	versions, err = list(ctx, what, in.of(s.r.versions), func(row scanner) (plausch.Event, error) {
		e, bits, err := scanEvent(row)
		all |= bits
		return e, err
	}, id, high, limit+1)
	if err != nil {
		return nil, false, err
	}
	if all&deletedBit != 0 {
		return nil, false, errNoMessage(seq)
	}
	if all&detailedBit != 0 {
		if err := readDetails(ctx, in.of(s.r.details), versions); err != nil {
			return nil, false, err
		}
	}
	n := min(fitting(versions, q), limit)
	return versions[:n], n < len(versions), nil
}
