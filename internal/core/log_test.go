package core

import (
	"context"
	"errors"
	"log/slog"
	"testing"

	"plausch"
	"plausch/internal/bus"
	"plausch/internal/store"
)

// changedStore takes no event, and another process has changed an account in it
// since it was opened.
type changedStore struct {
	store.Store
	results []store.Appended
	err     error
	opened  bool
}

func (s *changedStore) Append(context.Context, []store.Draft) ([]store.Appended, error) {
	return s.results, s.err
}

func (s *changedStore) Cursor(context.Context) (int64, error) {
	if !s.opened {
		s.opened = true
		return 0, nil
	}
	return 1, nil
}

func (s *changedStore) Changes(context.Context, int64, int) ([]store.Change, int64, error) {
	return []store.Change{{Account: 7}}, 1, nil
}

// TestBatchWithoutEventsFollowsOthers: while batches are under way nobody else looks
// for what other processes have done, so whoever sends nothing but what is refused
// would hide from a server that its account was deactivated.
func TestBatchWithoutEventsFollowsOthers(t *testing.T) {
	for name, s := range map[string]*changedStore{
		"refused":       {results: []store.Appended{{Err: store.ErrUnmet}}},
		"repeated":      {results: []store.Appended{{Repeated: true, Events: []plausch.Event{{Seq: 1}}}}},
		"not committed": {err: errors.New("the disk is full")},
	} {
		t.Run(name, func(t *testing.T) {
			changed := make(chan plausch.AccountID, 1)
			l, err := startLog(t.Context(), Options{Store: s, Bus: new(bus.Local), Log: slog.New(slog.DiscardHandler)},
				func(id plausch.AccountID) { changed <- id }, func([]plausch.Event) {})
			if err != nil {
				t.Fatal(err)
			}
			defer l.close()
			_, _ = l.wait(store.Draft{})
			if id := <-changed; id != 7 {
				t.Errorf("account %d has changed", id)
			}
		})
	}
}
