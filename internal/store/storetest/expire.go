package storetest

import (
	"strings"
	"time"

	"plausch"
	"plausch/internal/store"
)

// retain gives a room a retention.
func (f *fixture) retain(room plausch.RoomID, by plausch.AccountRef, days int) plausch.Event {
	f.Helper()
	d := store.Draft{Room: room, Kind: plausch.EventRoom, Actor: by, Time: start}
	d.Details = &plausch.Details{Room: &plausch.RoomChange{Retention: new(time.Duration(days) * plausch.Day)}}
	return f.one(d)
}

// expire removes all of a room that its retention is over of, and returns its first seq.
func (f *fixture) expire(room plausch.RoomID, now time.Time) int64 {
	f.Helper()
	for more := true; more; {
		var err error
		_, more, err = f.ExpireEvents(f.ctx(), room, now)
		f.ok(err)
	}
	r, err := f.Room(f.ctx(), room)
	f.ok(err)
	return r.First
}

// onDay is a draft of a day after the start.
func onDay(day int, d store.Draft) store.Draft {
	d.Time = start.Add(time.Duration(day) * plausch.Day)
	return d
}

var expireTests = []test{
	{"a retention removes the oldest events, and nothing is left of them", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		den := f.room(plausch.RoomPrivate, "den", ann)
		f.one(join(den, ann, bob))
		old := f.one(onDay(0, mentioning(message(den, ann, "old"), bob.ID)))
		f.one(onDay(1, targeted(plausch.EventReact, den, bob, old.Seq, "👍")))
		f.one(onDay(2, targeted(plausch.EventPin, den, ann, old.Seq, "")))
		sealed := onDay(2, message(den, bob, ""))
		sealed.Details = &plausch.Details{Scheme: "x", Sealed: "abc"}
		f.one(sealed)
		edit := f.one(onDay(8, targeted(plausch.EventEdit, den, ann, old.Seq, "edited late")))
		reply := f.one(onDay(8, answer(den, bob, old.Seq, "so what")))
		f.equal("before a retention is set", f.expire(den, start.Add(100*plausch.Day)), int64(1))
		set := f.retain(den, ann, 7)
		rooms, err := f.RetainedRooms(f.ctx())
		f.ok(err)
		f.equal("rooms with a retention", rooms, []plausch.RoomID{den})
		f.equal("on the day before", f.expire(den, start.Add(7*plausch.Day)), int64(1))
		f.equal("when it is over", f.expire(den, start.Add(10*plausch.Day)), edit.Seq)

		var kinds []string
		for _, e := range f.log(den) {
			kinds = append(kinds, string(e.Kind)+" "+e.Text)
		}
		f.equal("the log", kinds, []string{"edit ", "message so what", "room "})
		state, err := f.Messages(f.ctx(), den, bob.ID, store.MessageQuery{Limit: 10})
		f.ok(err)
		f.equal("messages", len(state.Messages), 1)
		f.equal("the reply", drawMessage(&state.Messages[0]), `8 bob >3 deleted "" deleted: "so what"`)
		f.equal("its bounds", []any{state.First, state.AsOf, state.Older, state.Newer}, []any{edit.Seq, set.Seq, false, false})
		for what, q := range map[string]store.MessageQuery{
			"after": {After: new(int64(0)), Limit: 10}, "around": {Around: 1, Limit: 10}, "date": {Date: start, Limit: 10},
		} {
			state, err := f.Messages(f.ctx(), den, bob.ID, q)
			f.ok(err)
			f.equal(what, []any{len(state.Messages), state.Older, state.Newer}, []any{1, false, false})
		}
		before, err := f.Messages(f.ctx(), den, bob.ID, store.MessageQuery{Before: reply.Seq, Limit: 10})
		f.ok(err)
		f.equal("before", []any{len(before.Messages), before.Older, before.Newer}, []any{0, false, true})
		got := f.append(targeted(plausch.EventReact, den, bob, old.Seq, "🎉"))
		f.code(plausch.NotFound, got[0].Err)
		states, err := f.ReadStates(f.ctx(), bob.ID, den)
		f.ok(err)
		f.equal("unread of bob", states[den].Unread+states[den].Mentions, 0)
		f.equal("the seq goes on", f.one(onDay(11, message(den, ann, "new"))).Seq, set.Seq+1)
		f.equal("members", len(f.members(den)), 2)
	}},
	{"a room of which nothing is kept counts on", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		den := f.room(plausch.RoomPrivate, "den", ann)
		f.one(join(den, ann, bob))
		f.retain(den, ann, 1)
		last := f.one(identified(message(den, ann, "last"), "id"))
		year := start.Add(365 * plausch.Day)
		f.equal("first", f.expire(den, year), last.Seq+1)
		f.equal("first again", f.expire(den, year), last.Seq+1)
		f.equal("the log", len(f.log(den)), 0)
		back, _, err := f.Events(f.ctx(), den, store.HistoryQuery{Limit: 9})
		f.ok(err)
		f.equal("the newest", len(back), 0)
		state, err := f.Messages(f.ctx(), den, ann.ID, store.MessageQuery{Limit: 10})
		f.ok(err)
		f.equal("messages", []any{len(state.Messages), state.First, state.AsOf, state.Older}, []any{0, last.Seq + 1, last.Seq, false})
		inbox, _, err := f.Inbox(f.ctx(), bob.ID, store.InboxQuery{Limit: 9})
		f.ok(err)
		f.equal("the inbox of bob", len(inbox), 0)
		next := f.one(onDay(366, identified(message(den, ann, "next"), "id")))
		f.equal("the next seq, with an id that is free again", next.Seq, last.Seq+1)
		f.equal("its log", f.log(den), []plausch.Event{next})
		f.equal("first", f.expire(den, year), last.Seq+1)
		f.one(onDay(366, message(den, bob, "more")))
		f.equal("first, when all are old again", f.expire(den, start.Add(400*plausch.Day)), next.Seq+2)
		got, err := f.SetMarkers(f.ctx(), []store.NewMarker{{Account: bob.ID, Room: den, Seq: 99}})
		f.ok(err)
		f.equal("a marker is set", []bool{got[0].Member, got[0].Moved}, []bool{true, true})
	}},
	{"the files of old messages are released", func(f *fixture) {
		ann := f.member("ann")
		den := f.room(plausch.RoomPrivate, "den", ann)
		f.retain(den, ann, 1)
		f.ok(f.CreateAttachment(f.ctx(), store.NewAttachment{
			Attachment: plausch.Attachment{ID: "old", Name: "old", Type: "text/plain", Size: 7}, Account: ann.ID, Hash: store.ContentHash{1}, At: start, Quota: 100,
		}))
		m := message(den, ann, "")
		m.Attachments = []string{"old"}
		f.one(m)
		f.expire(den, start.Add(2*plausch.Day))
		_, err := f.Attachment(f.ctx(), "old")
		f.code(plausch.NotFound, err)
		bytes, err := f.AttachedBytes(f.ctx(), ann.ID)
		f.ok(err)
		f.equal("bytes", bytes, int64(0))
		released, err := f.ListReleased(f.ctx(), store.ContentHash{}, 9)
		f.ok(err)
		f.equal("released", released, []store.ContentHash{{1}})
	}},
	{"many events are removed in slices", func(f *fixture) {
		ann := f.member("ann")
		den := f.room(plausch.RoomPrivate, "den", ann)
		var drafts []store.Draft
		for range 300 {
			drafts = append(drafts, message(den, ann, strings.Repeat("x", 100)))
		}
		f.append(drafts...)
		f.retain(den, ann, 1)
		_, more, err := f.ExpireEvents(f.ctx(), den, start.Add(2*plausch.Day))
		f.ok(err)
		f.equal("more", more, true)
		f.equal("first", f.expire(den, start.Add(2*plausch.Day)), int64(303))
	}},
}
