package sqlite

import (
	"context"
	"math"
	"slices"

	"plausch"
	"plausch/internal/store"
)

// An event's id is its room and seq packed into one number: see the migration.
const (
	seqBits = 32
	maxSeq  = math.MaxUint32
	maxRoom = math.MaxInt32
)

func eventID(room plausch.RoomID, seq int64) int64 { return int64(room)<<seqBits | seq }

// scanEvent reads the columns eventColumns, and returns the bits of the kind: whether
// there are attachments and details to be read yet. It scans into the types that the
// driver has: for any other, database/sql goes by way of text.
func scanEvent(row scanner) (e plausch.Event, bits int64, err error) {
	var id, time, kind, actor, member int64
	if err := row.Scan(&id, &time, &kind, &actor, &e.Actor.Name, &e.Actor.Display,
		&member, &e.Member.Name, &e.Member.Display, &e.ClientID, &e.Text); err != nil {
		return plausch.Event{}, 0, err
	}
	e.Room, e.Seq = plausch.RoomID(id>>seqBits), id&maxSeq
	e.Time = toTime(time)
	e.Actor.ID, e.Member.ID = plausch.AccountID(actor), plausch.AccountID(member)
	e.Kind, err = eventKinds.word(kind & kindMask)
	return e, kind &^ kindMask, err
}

// complete reads what the bits of the kinds of events say that there is more of
// them, by statements of a reader or the writer. The events are of one room and
// ascend or descend.
func complete(ctx context.Context, attachments, details queryer, events []plausch.Event, bits int64) error {
	if bits&attachedBit != 0 {
		if err := addAttachments(ctx, attachments, events); err != nil {
			return err
		}
	}
	if bits&detailedBit != 0 {
		return readDetails(ctx, details, events)
	}
	return nil
}

// span returns the ids of the first and the last of events, ascending, and the events
// by their ids. They are of one room and ascend or descend.
func span(events []plausch.Event) (low, high int64, byID map[int64]*plausch.Event) {
	byID = make(map[int64]*plausch.Event, len(events))
	for i := range events {
		e := &events[i]
		byID[eventID(e.Room, e.Seq)] = e
	}
	first, last := &events[0], &events[len(events)-1]
	low, high = eventID(first.Room, first.Seq), eventID(last.Room, last.Seq)
	return min(low, high), max(low, high), byID
}

// Events implements [store.Log].
func (s *Store) Events(ctx context.Context, room plausch.RoomID, p store.HistoryQuery) (events []plausch.Event, more bool, err error) {
	const what = "read events"
	if room < 1 || room > maxRoom || p.After >= maxSeq {
		return nil, false, nil // nothing has such an id, and packing it would name another room's
	}
	low, high := eventID(room, max(p.After, 0)), eventID(room+1, 0)
	if p.Before > 0 && p.Before <= maxSeq {
		high = eventID(room, p.Before)
	}
	limit := max(p.Limit, 1)
	query := s.r.eventsDown
	if p.Forward {
		query = s.r.eventsUp
	}
	// One row more than asked for tells whether there is more.
	rows, err := query.QueryContext(ctx, low, high, int64(limit)+1)
	if err != nil {
		return nil, false, wrap(what, err)
	}
	defer rows.Close()
	var bits int64
	for size := 0; rows.Next(); {
		if len(events) == limit {
			more = true
			break
		}
		e, its, err := scanEvent(rows)
		if err != nil {
			return nil, false, wrap(what, err)
		}
		bits |= its
		if p.Size != nil {
			if size += p.Size(&e); size > p.MaxBytes && len(events) > 0 {
				more = true
				break
			}
		}
		events = append(events, e)
	}
	if err := rows.Err(); err != nil {
		return nil, false, wrap(what, err)
	}
	if bits&(attachedBit|detailedBit) != 0 && len(events) > 0 {
		// Only now: a query in the midst of another takes a second connection, and
		// readers that each wait for theirs would wait for ever.
		rows.Close()
		if err := complete(ctx, s.r.attachments, s.r.details, events, bits); err != nil {
			return nil, false, err
		}
		if n := fitting(events, p); n < len(events) {
			events, more = events[:n], true
		}
	}
	if !p.Forward {
		slices.Reverse(events)
	}
	return events, more, nil
}

// fitting returns how many of events fit into a page, by their size.
func fitting(events []plausch.Event, p store.HistoryQuery) int {
	if p.Size == nil {
		return len(events)
	}
	size := 0
	for i := range events {
		if size += p.Size(&events[i]); size > p.MaxBytes && i > 0 {
			return i
		}
	}
	return len(events)
}
