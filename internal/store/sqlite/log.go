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

// scanEvent reads the columns eventColumns, and says whether there are
// attachments to be read yet. It scans into the types that the driver has: for
// any other, database/sql goes by way of text.
func scanEvent(row scanner) (e plausch.Event, attached bool, err error) {
	var id, time, kind, actor, member int64
	if err := row.Scan(&id, &time, &kind, &actor, &e.Actor.Name, &e.Actor.Display,
		&member, &e.Member.Name, &e.Member.Display, &e.ClientID, &e.Text); err != nil {
		return plausch.Event{}, false, err
	}
	e.Room, e.Seq = plausch.RoomID(id>>seqBits), id&maxSeq
	e.Time = toTime(time)
	e.Actor.ID, e.Member.ID = plausch.AccountID(actor), plausch.AccountID(member)
	e.Kind, err = eventKinds.word(kind &^ attachedBit)
	return e, kind&attachedBit != 0, err
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
	attached := false
	for size := 0; rows.Next(); {
		if len(events) == limit {
			more = true
			break
		}
		e, has, err := scanEvent(rows)
		if err != nil {
			return nil, false, wrap(what, err)
		}
		attached = attached || has
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
	if attached {
		// Only now: a query in the midst of another takes a second connection, and
		// readers that each wait for theirs would wait for ever.
		rows.Close()
		if err := addAttachments(ctx, s.r.attachments, events); err != nil {
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
