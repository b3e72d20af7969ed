package storetest

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"plausch"
	"plausch/internal/store"
)

// due returns the texts of the messages that are due at a time.
func (f *fixture) due(at time.Time) string {
	f.Helper()
	due, err := f.ListDueMessages(f.ctx(), at, 9)
	f.ok(err)
	var texts []string
	for _, m := range due {
		texts = append(texts, m.Text)
	}
	return strings.Join(texts, " ")
}

func (f *fixture) scheduled(m plausch.ScheduledMessage) plausch.ScheduledMessage {
	f.Helper()
	made, err := f.CreateScheduledMessage(f.ctx(), m, 3)
	f.ok(err)
	return made
}

// next is when the next thing is due.
func (f *fixture) next() time.Time {
	f.Helper()
	next, err := f.NextDue(f.ctx())
	f.ok(err)
	return next
}

var scheduleTests = []test{
	{"a message to be sent later is kept, changed and forgotten", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		den := f.room(plausch.RoomPrivate, "den", ann)
		f.equal("at first", f.next(), time.Time{})
		details := &plausch.Details{Mentions: []plausch.AccountID{bob.ID}}
		one := f.scheduled(plausch.ScheduledMessage{Account: ann.ID, At: at(20), Room: den, Text: "one", Target: 7, Details: details, ClientID: "c"})
		if fmt.Sprint(one.Details) != fmt.Sprint(details) {
			f.Fatalf("the details are %+v", one.Details)
		}
		one.Details = nil
		f.equal("one", one, plausch.ScheduledMessage{ID: one.ID, Account: ann.ID, Edit: 1, At: at(20), Room: den, Text: "one", Target: 7, ClientID: "c"})
		f.equal("again", f.scheduled(plausch.ScheduledMessage{Account: ann.ID, At: at(99), Room: den, Text: "other", ClientID: "c"}).ID, one.ID)
		two := f.scheduled(plausch.ScheduledMessage{Account: ann.ID, At: at(10), To: bob, Text: "two"})
		f.equal("to", []any{two.Room, two.To}, []any{plausch.RoomID(0), bob})
		f.scheduled(plausch.ScheduledMessage{Account: ann.ID, At: at(30), Room: den, Text: "three"})
		_, err := f.CreateScheduledMessage(f.ctx(), plausch.ScheduledMessage{Account: ann.ID, At: at(30), Room: den, Text: "four"}, 3)
		f.code(plausch.Forbidden, err)
		f.equal("due before", f.due(at(9)), "")
		f.equal("due", f.due(at(20)), "two one")
		f.equal("next", f.next(), at(10))
		page, more, err := f.ListScheduledMessages(f.ctx(), ann.ID, store.PageQuery[plausch.ScheduledMessage]{Limit: 2})
		f.ok(err)
		f.equal("page", []any{page[0].Text, page[1].Text, more}, []any{"three", "two", true})
		page, more, err = f.ListScheduledMessages(f.ctx(), ann.ID, store.PageQuery[plausch.ScheduledMessage]{Limit: 2, Before: page[1].ID})
		f.ok(err)
		f.equal("the rest", []any{len(page), page[0].Text, more}, []any{1, "one", false})

		two.At, two.Text = at(40), "zwei"
		changed, err := f.UpdateScheduledMessage(f.ctx(), two)
		f.ok(err)
		f.equal("changed", []any{changed.Text, changed.At, changed.Edit}, []any{"zwei", at(40), int64(2)})
		_, err = f.UpdateScheduledMessage(f.ctx(), two) // as it was
		f.code(plausch.NotFound, err)
		changed.Account = bob.ID
		_, err = f.UpdateScheduledMessage(f.ctx(), changed)
		f.code(plausch.NotFound, err)
		_, err = f.ScheduledMessage(f.ctx(), bob.ID, two.ID)
		f.code(plausch.NotFound, err)
		_, err = f.DeleteScheduledMessage(f.ctx(), bob.ID, two.ID)
		f.code(plausch.NotFound, err)
		gone, err := f.DeleteScheduledMessage(f.ctx(), ann.ID, two.ID)
		f.ok(err)
		f.equal("gone", gone.Text, "zwei")
		f.equal("next", f.next(), at(20))
		f.change(store.AccountUpdate{Account: ann.ID, State: plausch.AccountDeleted})
		f.equal("of a deleted account", f.next(), time.Time{})
	}},
	{"what could not be sent waits until it is changed", func(f *fixture) {
		ann := f.member("ann")
		m := f.scheduled(plausch.ScheduledMessage{Account: ann.ID, At: at(10), Room: plausch.PublicRoom, Text: "one"})
		fail := func(edit int64) bool {
			f.Helper()
			failed, err := f.FailScheduledMessage(f.ctx(), store.ScheduledRef{ID: m.ID, Edit: edit}, at(11), "no room")
			f.ok(err)
			return failed
		}
		f.equal("another edit", fail(2), false)
		f.equal("failed", fail(1), true)
		f.equal("again", fail(1), false)
		f.equal("due", f.due(at(99)), "")
		f.equal("next", f.next(), time.Time{})
		read, err := f.ScheduledMessage(f.ctx(), ann.ID, m.ID)
		f.ok(err)
		f.equal("why", []any{read.Failed, read.Error}, []any{at(11), "no room"})
		read.At = at(20)
		read, err = f.UpdateScheduledMessage(f.ctx(), read)
		f.ok(err)
		f.equal("tried again", []any{read.Failed, read.Error, f.due(at(20))}, []any{time.Time{}, "", "one"})
	}},
	{"a message is sent and leaves the schedule in one commit", func(f *fixture) {
		ann := f.member("ann")
		m := f.scheduled(plausch.ScheduledMessage{Account: ann.ID, At: at(10), Room: plausch.PublicRoom, Text: "one", ClientID: "c"})
		other := f.scheduled(plausch.ScheduledMessage{Account: ann.ID, At: at(10), Room: plausch.PublicRoom, Text: "two"})
		send := func(ref store.ScheduledRef, text, clientID string) store.Draft {
			d := identified(message(plausch.PublicRoom, ann, text), clientID)
			d.Scheduled = ref
			return d
		}
		ref := store.ScheduledRef{ID: m.ID, Edit: m.Edit}
		got := f.append(send(store.ScheduledRef{ID: m.ID, Edit: 9}, "old", ""), send(ref, "one", "c"), send(ref, "one", "c"))
		for i, want := range []bool{false, true, false} {
			var unmet *store.Unmet
			if sent := got[i].Err == nil; sent != want || !sent && (!errors.As(got[i].Err, &unmet) || !unmet.Scheduled) {
				f.Fatalf("draft %d: %+v", i, got[i])
			}
		}
		f.equal("said", f.texts(plausch.PublicRoom), []string{"one"})
		f.equal("left", f.due(at(99)), "two")
		failing := send(store.ScheduledRef{ID: other.ID, Edit: other.Edit}, "two", "")
		failing.If.Role = plausch.RoleOwner
		f.unmet("without the right", f.append(failing)[0].Err)
		f.equal("left", f.due(at(99)), "two")
		repeated := f.append(send(store.ScheduledRef{ID: other.ID, Edit: other.Edit}, "two", "c"))[0]
		f.equal("a repeat leaves it, too", []any{repeated.Repeated, f.due(at(99))}, []any{true, ""})
	}},
}

var reminderTests = []test{
	{"a reminder is due once, and stays in the list", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		den := f.room(plausch.RoomPrivate, "den", ann)
		f.one(join(den, ann, bob))
		one, two := f.one(message(den, ann, "one")).Seq, f.one(message(den, ann, "two")).Seq
		set := func(seq int64, when time.Time) plausch.Reminder {
			f.Helper()
			m, err := f.SetReminder(f.ctx(), store.NewReminder{Account: bob.ID, Room: den, Seq: seq, At: when, Max: 2})
			f.ok(err)
			return m
		}
		list := func(account plausch.AccountID) string {
			f.Helper()
			page, more, err := f.ListReminders(f.ctx(), account, store.PageQuery[plausch.Reminder]{Limit: 9})
			f.ok(err)
			f.equal("more", more, false)
			var all []string
			for _, m := range page {
				all = append(all, fmt.Sprintf("%s in %s %v", m.Message.Text, m.RoomName, m.Due))
			}
			return strings.Join(all, ", ")
		}
		take := func(when time.Time) (texts string) {
			f.Helper()
			taken, err := f.TakeDueReminders(f.ctx(), when, 9)
			f.ok(err)
			for _, m := range taken {
				f.equal("taken", []any{m.Account, m.Due}, []any{bob.ID, true})
				texts += m.Message.Text + " "
			}
			return texts
		}
		first := set(one, at(30))
		f.equal("the same", set(one, at(20)).ID, first.ID)
		second := set(two, at(10))
		f.equal("next", f.next(), at(10))
		_, err := f.SetReminder(f.ctx(), store.NewReminder{Account: bob.ID, Room: den, Seq: f.one(message(den, ann, "three")).Seq, At: at(1), Max: 2})
		f.code(plausch.Forbidden, err)
		f.equal("before", take(at(9)), "")
		f.equal("the first", take(at(10)), "two ")
		f.equal("again", take(at(10)), "")
		f.equal("list", list(bob.ID), "two in den true, one in den false")
		f.equal("of ann", list(ann.ID), "")
		f.one(leave(den, bob, bob))
		f.equal("of who has left", list(bob.ID), "")
		f.equal("of who has left", take(at(99)), "")
		f.one(join(den, ann, bob))
		f.equal("what was due meanwhile is forgotten", list(bob.ID), "two in den true")
		set(two, at(50))
		f.equal("set again", list(bob.ID), "two in den false")
		f.code(plausch.NotFound, f.DeleteReminder(f.ctx(), ann.ID, second.ID))
		f.ok(f.DeleteReminder(f.ctx(), bob.ID, second.ID))
		f.code(plausch.NotFound, f.DeleteReminder(f.ctx(), bob.ID, second.ID))
		set(one, at(60))
		f.one(store.Draft{Room: den, Kind: plausch.EventDelete, Time: start, Actor: ann, Target: one})
		f.equal("of a deleted message", []any{list(bob.ID), f.next()}, []any{"", time.Time{}})
		for _, seq := range []int64{one, 1, 99, 0} {
			_, err := f.SetReminder(f.ctx(), store.NewReminder{Account: bob.ID, Room: den, Seq: seq, At: at(1), Max: 2})
			f.code(plausch.NotFound, err)
		}
		set(two, at(10))
		f.ok(f.ReleaseName(f.ctx(), bob.ID))
		f.equal("of who is gone", f.next(), time.Time{})
	}},
}
