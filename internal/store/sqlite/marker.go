package sqlite

import (
	"context"

	"github.com/go-json-experiment/json"

	"plausch"
	"plausch/internal/store"
)

// SetMarkers implements [store.Markers].
func (s *Store) SetMarkers(ctx context.Context, all []store.NewMarker) (set []bool, err error) {
	err = s.write(ctx, "set markers", func(ctx context.Context) error {
		set = make([]bool, len(all)) // anew if the transaction is tried again
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
func (s *Store) setMarker(ctx context.Context, n store.NewMarker) (set bool, err error) {
	var head int64
	if err := s.w.head.QueryRowContext(ctx, n.Room).Scan(&head); isNone(err) {
		return false, nil
	} else if err != nil {
		return false, err
	}
	stmt := s.w.setMarker
	if n.Room == plausch.PublicRoom {
		stmt = s.w.setPublicMarker
	}
	r, err := stmt.ExecContext(ctx, n.Account, n.Room, max(0, min(n.Seq, head)), n.Back)
	if err != nil {
		return false, err
	}
	rows, err := r.RowsAffected()
	return rows > 0, err
}

// ReadStates implements [store.Markers].
func (s *Store) ReadStates(ctx context.Context, account plausch.AccountID, rooms ...plausch.RoomID) (map[plausch.RoomID]plausch.ReadState, error) {
	const what = "read markers"
	ids, err := json.Marshal(rooms)
	if err != nil {
		return nil, wrap(what, err)
	}
	states := make(map[plausch.RoomID]plausch.ReadState, len(rooms))
	_, err = list(ctx, what, s.r.readStates, func(row scanner) (none struct{}, err error) {
		var room plausch.RoomID
		var state plausch.ReadState
		err = row.Scan(&room, &state.Marker, &state.Unread, &state.Mentions, &state.AsOf)
		states[room] = state
		return none, err
	}, account, string(ids))
	return states, err
}
