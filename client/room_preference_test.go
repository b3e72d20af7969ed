package client

import (
	"slices"
	"testing"
	"testing/synctest"

	"plausch"
)

// TestWhatIsChosenForARoomIsTold at first, by a push, and after the client was away.
func TestWhatIsChosenForARoomIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		f.addRoom(plausch.RoomPublic, "room", "anna", "bob")
		f.rooms[1].choice.Order = 1
		r := open(t, f.options("anna"))
		defer r.c.Close()
		r.untilCaughtUp()
		if !slices.ContainsFunc(r.all, func(u Update) bool {
			joined, is := u.(RoomJoined)
			return is && joined.Room.ID == 1 && joined.Preference.Order == 1
		}) {
			t.Errorf("what was chosen before is not told: %v", r.all)
		}
		told := func(order int64) {
			t.Helper()
			want := RoomPreference{Room: 1, RoomPreference: plausch.RoomPreference{Order: order}}
			r.until("RoomPreference", func(u Update) bool { return u == Update(want) })
		}
		f.choose(1, plausch.RoomPreference{Order: 2}, true)
		told(2)
		f.away(func() { f.choose(1, plausch.RoomPreference{Order: 3}, false) })
		told(3)
		f.away(func() { f.choose(1, plausch.RoomPreference{}, false) }) // nothing any more
		told(0)
	})
}
