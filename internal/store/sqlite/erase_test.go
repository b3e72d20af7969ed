package sqlite

import (
	"fmt"
	"path/filepath"
	"testing"

	"plausch"
	"plausch/internal/store"
)

// TestErasingGoesOn: a restart in between changes nothing, and each room is told once.
func TestErasingGoesOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	s := open(t, path)
	ann, bob := newAccount(t, s, "ann"), newAccount(t, s, "bob")
	rooms := []plausch.RoomID{plausch.PublicRoom}
	for n := range 3 {
		got, err := s.Append(t.Context(), []store.Draft{{
			Create: &plausch.Room{Kind: plausch.RoomPublic, Name: fmt.Sprint("room", n)}, Kind: plausch.EventJoin, Actor: bob, Member: bob,
		}})
		if err != nil || got[0].Err != nil {
			t.Fatal(got, err)
		}
		rooms = append(rooms, got[0].Events[0].Room)
	}
	for _, room := range rooms[:3] { // none in the last
		var drafts []store.Draft
		for range 2 * eraseWrite {
			drafts = append(drafts, store.Draft{Room: room, Kind: plausch.EventMessage, Actor: ann, Text: "ann's"},
				store.Draft{Room: room, Kind: plausch.EventMessage, Actor: bob, Text: "bob's"})
		}
		appendAll(t, s, drafts)
	}
	if _, err := s.UpdateAccount(t.Context(), store.AccountUpdate{Account: ann.ID, State: plausch.AccountDeleted, EraseTexts: true}); err != nil {
		t.Fatal(err)
	}
	for more, n := true, 0; more; n++ {
		var err error
		if more, err = s.EraseMessages(t.Context(), toTime(1)); err != nil {
			t.Fatal(err)
		}
		if n%2 == 0 {
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			s = open(t, path)
		}
	}
	for i, room := range rooms {
		texts, told := map[string]int{}, 0
		events, _, err := s.Events(t.Context(), room, store.HistoryQuery{Limit: 1000, Forward: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			switch e.Kind {
			case plausch.EventMessage:
				texts[e.Text]++
			case plausch.EventDelete:
				if told++; e.Member.ID != ann.ID || e.Seq != int64(len(events)) {
					t.Errorf("room %d: %+v", room, e)
				}
			}
		}
		want := 2 * eraseWrite
		if i == 3 {
			want = 0
		}
		if texts["ann's"] != 0 || texts["bob's"] != want || texts[""] != want || told != min(want, 1) {
			t.Errorf("room %d has %v, and says so %d times", room, texts, told)
		}
	}
}
