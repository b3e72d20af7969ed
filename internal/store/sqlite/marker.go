package sqlite

import (
	"context"
	"math"

	"github.com/go-json-experiment/json"

	"plausch"
	"plausch/internal/store"
)

// SetMarkers implements [store.Markers].
func (s *Store) SetMarkers(ctx context.Context, all []store.NewMarker) (set []store.MarkerSet, err error) {
	err = s.write(ctx, "set markers", func(ctx context.Context) error {
		set = make([]store.MarkerSet, len(all)) // anew if the transaction is tried again
		for i, n := range all {
			var err error
			if set[i], err = s.setMarker(ctx, n); err != nil {
				return err
			}
		}
		return nil
	})
	return set, err
}

// setMarker sets one marker, inside a write.
func (s *Store) setMarker(ctx context.Context, n store.NewMarker) (set store.MarkerSet, err error) {
	read, write := s.w.marker, s.w.setMarker
	if n.Room == plausch.PublicRoom {
		read, write = s.w.publicMarker, s.w.setPublicMarker
	}
	var before, head int64
	if err := read.QueryRowContext(ctx, n.Account, n.Room).Scan(&before); isNone(err) {
		return set, nil
	} else if err != nil {
		return set, err
	}
	if err := s.w.head.QueryRowContext(ctx, n.Room).Scan(&head); err != nil {
		return set, err
	}
	after := max(0, min(n.Seq, head))
	if !n.Back {
		after = max(before, after)
	}
	if set = (store.MarkerSet{Member: true, Moved: after != before}); !set.Moved {
		return set, nil
	}
	_, err = write.ExecContext(ctx, n.Account, n.Room, after)
	return set, err
}

// ReadStates implements [store.Markers].
func (s *Store) ReadStates(ctx context.Context, account plausch.AccountID, rooms ...plausch.RoomID) (map[plausch.RoomID]plausch.ReadState, error) {
	if len(rooms) == 0 {
		return nil, nil
	}
	return readStates(ctx, s.r.readStates, account, rooms)
}

// readStates reads what an account has read of rooms, by the statement readStates.
func readStates(ctx context.Context, stmt queryer, account plausch.AccountID, rooms []plausch.RoomID) (map[plausch.RoomID]plausch.ReadState, error) {
	states := make(map[plausch.RoomID]plausch.ReadState, len(rooms))
	ids, err := json.Marshal(rooms)
	if err != nil {
		return nil, err
	}
	_, err = list(ctx, "read markers", stmt, func(row scanner) (none struct{}, err error) {
		var room plausch.RoomID
		var state plausch.ReadState
		err = row.Scan(&room, &state.Marker, &state.Unread, &state.Mentions, &state.AsOf, &state.Peer, &state.Seen)
		states[room] = state
		return none, err
	}, account, string(ids))
	return states, err
}

// Inbox implements [store.Markers].
func (s *Store) Inbox(ctx context.Context, account plausch.AccountID, q store.InboxQuery) (page []store.InboxEntry, more bool, err error) {
	const what = "read inbox"
	r := &s.r
	in, err := s.view(ctx, r.inbox, r.roomFor, r.readStates, r.quoted)
	if err != nil {
		return nil, false, wrap(what, err)
	}
	defer in.end()
	before, beforeRoom := int64(math.MaxInt64), int64(0)
	if !q.Before.IsZero() {
		before, beforeRoom = q.Before.UnixMilli(), int64(q.BeforeRoom)
	}
	limit := max(q.Limit, 1)
	type message struct{ id, time int64 }
	newest, err := list(ctx, what, in.of(r.inbox), func(row scanner) (m message, err error) {
		return m, row.Scan(&m.id, &m.time)
	}, account, before, beforeRoom, limit+1)
	if err != nil || len(newest) == 0 {
		return nil, false, err
	}
	if more = len(newest) > limit; more {
		newest = newest[:limit]
	}
	var ids []int64
	var rooms []plausch.RoomID
	for _, m := range newest {
		ids, rooms = append(ids, m.id), append(rooms, plausch.RoomID(m.id>>seqBits))
	}
	states, err := readStates(ctx, in.of(r.readStates), account, rooms)
	if err != nil {
		return nil, false, err
	}
	text, err := json.Marshal(ids)
	if err != nil {
		return nil, false, wrap(what, err)
	}
	quotes := make(map[int64]plausch.Quote, len(ids))
	if _, err := list(ctx, what, in.of(r.quoted), func(row scanner) (none struct{}, err error) {
		id, quote, err := scanQuote(row)
		quotes[id] = quote
		return none, err
	}, string(text)); err != nil {
		return nil, false, err
	}
	for i, m := range newest {
		room, err := scanJoinedRoom(in.of(r.roomFor).QueryRowContext(ctx, account, rooms[i]))
		if err != nil {
			return nil, false, wrap(what, err)
		}
		page = append(page, store.InboxEntry{JoinedRoom: room, Read: states[rooms[i]], Last: quotes[m.id], Time: toTime(m.time)})
	}
	return page, more, nil
}
