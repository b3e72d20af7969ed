package sqlite

import (
	"context"
	"database/sql"
	"time"

	"plausch"
)

// The messages of an erased account are found by reading the log from end to end, in
// pieces, by a reader: an index by author would slow every send. The writer empties a
// few at a time, and notes how far it is, so that a restart goes on from there.
const (
	// eraseRead is how many events are looked at in one read.
	eraseRead = 20_000
	// eraseWrite is the most messages that are emptied in one transaction, and eraseTime
	// how long that may take before the rest is left for the next.
	eraseWrite = 32
	eraseTime  = 5 * time.Millisecond
)

// erasure is how far the messages of an account are emptied.
type erasure struct {
	account plausch.AccountID
	event   int64 // all up to this one were looked at
	emptied bool  // some in its room, which the room's log does not say yet
}

func scanErasure(row scanner) (e erasure, err error) {
	return e, row.Scan(&e.account, &e.event, &e.emptied)
}

// EraseMessages implements [store.Clearer].
func (s *Store) EraseMessages(ctx context.Context, at time.Time) (more bool, err error) {
	e, err := scanErasure(s.r.erasure.QueryRowContext(ctx))
	if isNone(err) {
		return false, nil
	}
	if err != nil {
		return false, wrap("read erasures", err)
	}
	end, messages, err := s.findErased(ctx, e)
	if err != nil {
		return false, wrap("look for messages to erase", err)
	}
	return true, s.write(ctx, "erase messages", func(ctx context.Context) error {
		now, err := scanErasure(s.w.erasure.QueryRowContext(ctx))
		if isNone(err) || err == nil && now != e {
			return nil // another process is at it, too
		}
		if err != nil {
			return err
		}
		s.batch.begin(ctx, &s.w, &s.noted, 1)
		defer func() { s.batch.events = nil }()
		return s.batch.erase(e, end, messages, at)
	})
}

// findErased returns the next messages to empty, of one room, and up to where there
// are no others. The end is that of the room if all of it was looked at, and 0 if that
// is so of all rooms.
func (s *Store) findErased(ctx context.Context, e erasure) (end int64, messages []int64, err error) {
	last := eventID(plausch.RoomID(e.event>>seqBits), maxSeq) // of the room
	if e.event == 0 || e.event == last {
		var next sql.NullInt64
		if err := s.r.eventAfter.QueryRowContext(ctx, e.event).Scan(&next); err != nil || !next.Valid {
			return 0, nil, err
		}
		last = eventID(plausch.RoomID(next.Int64>>seqBits), maxSeq)
	}
	var found sql.NullInt64
	var events int
	if err := s.r.rangeEnd.QueryRowContext(ctx, e.event, last, eraseRead).Scan(&found, &events); err != nil {
		return 0, nil, err
	}
	if end = last; events == eraseRead {
		end = found.Int64
	}
	messages, err = list(ctx, "messages of an account", s.r.messagesOf, func(row scanner) (id int64, err error) {
		return id, row.Scan(&id)
	}, e.event, end, e.account, eraseWrite)
	if len(messages) == eraseWrite {
		end = messages[eraseWrite-1]
	}
	return end, messages, err
}

// erase empties messages and notes that all up to end was looked at. When a room is done,
// its log says that the messages of the account are empty.
func (b *batch) erase(e erasure, end int64, messages []int64, at time.Time) error {
	began := time.Now()
	for i, id := range messages {
		if i > 0 && time.Since(began) > eraseTime {
			end = messages[i-1]
			break
		}
		if err := b.empty(id); err != nil {
			return err
		}
		if _, err := b.w.eraseMessage.ExecContext(b.ctx, id); err != nil {
			return err
		}
		e.emptied = true
	}
	if end == 0 {
		return execEach(b.ctx, e.account, b.w.eraseAttached, b.w.deleteErasure)
	}
	if room := plausch.RoomID(end >> seqBits); end&maxSeq == maxSeq && e.emptied {
		who := plausch.AccountRef{ID: e.account, Name: plausch.DeletedName}
		added, err := b.add(room, newEvent{kind: plausch.EventDelete, actor: who, member: who, time: at})
		if err != nil || !added {
			return err
		}
		e.emptied = false
	}
	_, err := b.w.noteErasure.ExecContext(b.ctx, end, e.emptied, e.account)
	return err
}
