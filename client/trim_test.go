package client

import (
	"slices"
	"testing"
	"testing/synctest"

	"plausch"
	"plausch/protocol"
)

func (r *reader) untilTrimmed(first int64) {
	r.t.Helper()
	r.until("RoomTrimmed", func(u Update) bool { return u == Update(RoomTrimmed{Room: 1, First: first}) })
}

// TestWhatIsNotKeptIsTold while the client is connected, and after it was away.
func TestWhatIsNotKeptIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		f.addRoom(plausch.RoomPublic, "room", "anna", "bob")
		r := open(t, f.options("anna"))
		defer r.c.Close()
		r.untilCaughtUp()
		f.say(1, "bob", "1")
		r.untilText(1, "1")
		f.trim(1, 2, true)
		r.untilTrimmed(2)
		f.say(1, "bob", "2")
		r.untilText(1, "2")

		f.away(func() {
			for _, n := range numbers(3, 20) {
				f.say(1, "bob", n)
			}
			f.trim(1, 15, false)
		})
		r.untilText(1, "20") // which comes behind it, often in one batch
		if !slices.Contains(r.all, Update(RoomTrimmed{Room: 1, First: 15})) {
			t.Errorf("that nothing before 15 is kept was not told: %v", r.all)
		}
		r.wantTexts(1, append([]string{"1", "2"}, numbers(15, 20)...)...)

		f.away(func() {
			f.say(1, "bob", "21")
			f.trim(1, 22, false) // of which nothing is left
		})
		r.untilTrimmed(22)
		f.say(1, "bob", "22")
		r.untilText(1, "22")
		if slices.Contains(r.texts[1], "21") {
			t.Error("what is not kept any more was told")
		}
	})
}

// TestWhatIsNotKeptWhileItIsLoaded: the room's events are removed between two pages.
func TestWhatIsNotKeptWhileItIsLoaded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		f.addRoom(plausch.RoomPublic, "room", "anna", "bob")
		for _, n := range numbers(1, 20) {
			f.say(1, "bob", n)
		}
		o := f.options("anna")
		o.Newest = 20
		pages := 0
		f.hook = func(_ *fakeConn, req protocol.Request) bool {
			if req.Method == protocol.MethodHistory {
				if pages++; pages == 3 {
					f.rooms[1].first = 12
				}
			}
			return false
		}
		r := open(t, o)
		defer r.c.Close()
		r.untilText(1, "20")
		r.wantTexts(1, append(numbers(1, 6), numbers(12, 20)...)...)
	})
}
