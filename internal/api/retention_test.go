package api_test

import (
	"testing"
	"time"

	"plausch"
	"plausch/internal/store"
	"plausch/protocol"
)

// TestWhatIsNotKeptIsPushed to who is in the room, when a retention is set.
func TestWhatIsNotKeptIsPushed(t *testing.T) {
	w := newWorld(t)
	maker := w.caller("maker").Account().Ref()
	old := time.Now().Add(-30 * plausch.Day)
	made, err := w.admin.Store.Append(t.Context(), []store.Draft{{
		Create: &plausch.Room{Kind: plausch.RoomPublic, Name: "old"}, Kind: plausch.EventJoin, Actor: maker, Member: maker, Time: old,
	}})
	if err != nil || made[0].Err != nil {
		t.Fatal(made, err)
	}
	room := made[0].Events[0].Room
	if _, err := w.admin.Store.Append(t.Context(), []store.Draft{{Room: room, Kind: plausch.EventMessage, Actor: maker, Text: "old", Time: old}}); err != nil {
		t.Fatal(err)
	}
	pushes := w.listen("maker")
	day := plausch.Day.Milliseconds()
	changed := w.must("maker", protocol.MethodRoomUpdate, &protocol.RoomUpdate{Room: int64(room), Retention: &day}).(*protocol.RoomChanged)
	for {
		push := (<-pushes).Push()
		if e := push.Event; e != nil && e.Kind == string(plausch.EventRoom) && (e.Details.Room.Retention == nil || *e.Details.Room.Retention != day) {
			t.Errorf("the event is %+v", e.Details.Room)
		}
		if push.First == nil {
			continue
		}
		if want := (protocol.First{Room: int64(room), First: changed.Seq}); *push.First != want {
			t.Errorf("told is %+v, want %+v", push.First, want)
		}
		break
	}
	got := w.must("maker", protocol.MethodRoomGet, &protocol.RoomRef{Room: int64(room)}).(*protocol.Room)
	if got.RoomState == nil || got.First != changed.Seq || got.Retention != day {
		t.Errorf("the room is %+v", got.RoomState)
	}
}
