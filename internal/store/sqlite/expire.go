package sqlite

import (
	"context"
	"time"

	"plausch"
)

const (
	// expireWrite is the most events that are removed in one transaction, and expireTime how
	// long that may take before the rest is left for the next.
	expireWrite = 64
	expireTime  = 5 * time.Millisecond
	// codeRemoved is the kind of the newest event of a room that is removed: its row stays,
	// empty, until there is a newer one, since the room's next seq is counted from it.
	codeRemoved = 255
)

// RetainedRooms implements [store.Clearer].
func (s *Store) RetainedRooms(ctx context.Context) ([]plausch.RoomID, error) {
	return list(ctx, "list rooms with a retention", s.r.retainedRooms, func(row scanner) (id plausch.RoomID, err error) {
		return id, row.Scan(&id)
	})
}

// ExpireEvents implements [store.Clearer].
func (s *Store) ExpireEvents(ctx context.Context, room plausch.RoomID, now time.Time) (first int64, more bool, err error) {
	err = s.write(ctx, "remove old events", func(ctx context.Context) error {
		first, more = 0, false // anew if the transaction is tried again
		s.batch.begin(ctx, &s.w, &s.noted, 0)
		var err error
		first, more, err = s.batch.expire(room, now)
		return err
	})
	return first, more, err
}

// oldEvent is an event that may have to be removed.
type oldEvent struct{ id, kind, time int64 }

// expire removes the oldest events of a room, and returns the new first seq, 0 if
// nothing was removed.
func (b *batch) expire(room plausch.RoomID, now time.Time) (first int64, more bool, err error) {
	r, err := scanRoom(b.w.room.QueryRowContext(b.ctx, room))
	if isNone(err) || err == nil && r.Retention == 0 {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, err
	}
	oldest, err := list(b.ctx, "oldest events", b.w.oldestEvents, func(row scanner) (e oldEvent, err error) {
		return e, row.Scan(&e.id, &e.kind, &e.time)
	}, eventID(room, 0), eventID(room+1, 0), expireWrite)
	if err != nil {
		return 0, false, err
	}
	began, before := time.Now(), now.Add(-r.Retention).UnixMilli()
	more = len(oldest) == expireWrite
	for i, e := range oldest {
		seq := e.id & maxSeq
		if e.kind&kindMask == codeRemoved && seq == r.Head {
			return 0, false, nil // it stays, and there is nothing else
		}
		if e.kind&kindMask != codeRemoved && e.time >= before {
			more = false
			break
		}
		if i > 0 && time.Since(began) > expireTime {
			more = true
			break
		}
		if err := b.remove(e, seq == r.Head); err != nil {
			return 0, false, err
		}
		first = seq + 1
	}
	if first <= r.First {
		return 0, more, nil
	}
	_, err = b.w.setFirst.ExecContext(b.ctx, first, room)
	return first, more, err
}

// remove takes an event out of the log, with all that there is of it elsewhere.
func (b *batch) remove(e oldEvent, newest bool) error {
	if e.kind&kindMask == codeMessage {
		if err := b.empty(e.id); err != nil {
			return err
		}
		if _, err := b.w.deleteChanged.ExecContext(b.ctx, e.id); err != nil {
			return err
		}
	} else if e.kind&detailedBit != 0 {
		if _, err := b.w.deleteDetails.ExecContext(b.ctx, e.id); err != nil {
			return err
		}
	}
	stmt := b.w.deleteEvent
	if newest {
		stmt = b.w.hideEvent
	}
	_, err := stmt.ExecContext(b.ctx, e.id)
	return err
}
