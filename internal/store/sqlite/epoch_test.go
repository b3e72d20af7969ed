package sqlite

import (
	"math"
	"path/filepath"
	"testing"
	"time"

	"plausch"
	"plausch/internal/store"
)

// Two backups are put back, one after the other; each client learns from which
// seq on the state that it remembers is another one.
func TestEpochs(t *testing.T) {
	ctx := t.Context()
	path := filepath.Join(t.TempDir(), "test.db")
	var epochs []string
	ann := plausch.AccountRef{}
	// state is what happens until the next backup is put back.
	state := func(messages int, then func(s *Store)) {
		t.Helper()
		s := open(t, path)
		defer s.Close()
		if ann.ID == 0 {
			account, err := s.CreateAccount(ctx, store.NewAccount{Name: "ann", Role: plausch.RoleMember, At: time.Now()})
			if err != nil {
				t.Fatal(err)
			}
			ann = account.Ref()
		}
		epoch, err := s.Epoch(ctx)
		if err != nil {
			t.Fatal(err)
		}
		epochs = append(epochs, epoch)
		for range messages {
			appended, err := s.Append(ctx, []store.Draft{{Room: plausch.PublicRoom, Time: time.Now(), Kind: plausch.EventMessage, Actor: ann, Text: "hi"}})
			if err != nil || appended[0].Err != nil {
				t.Fatal(err, appended[0].Err)
			}
		}
		if then != nil {
			then(s)
		}
	}
	common := func(s *Store, epoch string, room plausch.RoomID, want int64) {
		t.Helper()
		if got, err := s.CommonSeq(ctx, epoch, room); err != nil || got != want {
			t.Errorf("room %d has %d in common with the epoch %s (%v), want %d", room, got, epoch, err, want)
		}
	}
	state(3, func(s *Store) { common(s, epochs[0], plausch.PublicRoom, math.MaxInt64) })
	if err := BeginEpoch(ctx, path); err != nil {
		t.Fatal(err)
	}
	state(2, func(s *Store) {
		common(s, epochs[1], plausch.PublicRoom, math.MaxInt64)
		common(s, epochs[0], plausch.PublicRoom, 3)
		common(s, epochs[0], 99, 0) // a room that the backup did not have
		common(s, "another", plausch.PublicRoom, 3)
	})
	if err := BeginEpoch(ctx, path); err != nil {
		t.Fatal(err)
	}
	state(0, func(s *Store) {
		common(s, epochs[2], plausch.PublicRoom, math.MaxInt64)
		common(s, epochs[1], plausch.PublicRoom, 5)
		common(s, epochs[0], plausch.PublicRoom, 3)
		common(s, "another", plausch.PublicRoom, 5)
	})
	if epochs[0] == epochs[1] || epochs[1] == epochs[2] || epochs[0] == "" {
		t.Errorf("the epochs are %q", epochs)
	}
}
