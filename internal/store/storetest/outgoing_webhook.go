package storetest

import (
	"fmt"
	"time"

	"plausch"
	"plausch/internal/store"
)

func outgoing(room plausch.RoomID, maker plausch.AccountID, n int) store.NewOutgoingWebhook {
	return store.NewOutgoingWebhook{Room: room, URL: fmt.Sprint("https://x.example.org/", n), Secret: fmt.Sprint("whsec_", n), Maker: maker, At: at(n)}
}

var outgoingWebhookTests = []test{
	{"what is made is what is read", func(f *fixture) {
		ann := f.member("ann")
		room := f.room(plausch.RoomPrivate, "shed", ann)
		f.one(message(room, ann, "before"))
		first, err := f.CreateOutgoingWebhook(f.ctx(), outgoing(room, ann.ID, 1))
		f.ok(err)
		f.equal("what is made", first, plausch.OutgoingWebhook{
			ID: first.ID, Room: room, URL: "https://x.example.org/1", Secret: "whsec_1", Created: at(1), Maker: ann, Cursor: 2,
		})
		second, err := f.CreateOutgoingWebhook(f.ctx(), outgoing(plausch.PublicRoom, 0, 2))
		f.ok(err)
		f.equal("of the command line", second, plausch.OutgoingWebhook{ID: second.ID, Room: plausch.PublicRoom, URL: "https://x.example.org/2", Secret: "whsec_2", Created: at(2)})
		got, err := f.OutgoingWebhook(f.ctx(), first.ID)
		f.ok(err)
		f.equal("by id", got, first)
		for in, want := range map[plausch.RoomID][]plausch.OutgoingWebhook{0: {first, second}, room: {first}, plausch.PublicRoom: {second}, 12345: nil} {
			list, err := f.ListOutgoingWebhooks(f.ctx(), in)
			f.ok(err)
			f.equal(fmt.Sprint("of room ", in), list, want)
		}
		log, err := f.ListAudit(f.ctx(), 0, 10)
		f.ok(err)
		f.equal("the audit log", fmt.Sprint(log[1].Action, log[1].Actor.Name, log[1].Detail), fmt.Sprintf("webhookannoutgoing webhook %d of the room id:%d", first.ID, room))
	}},
	{"how one fares is kept", func(f *fixture) {
		w, err := f.CreateOutgoingWebhook(f.ctx(), outgoing(plausch.PublicRoom, 0, 1))
		f.ok(err)
		w.Cursor, w.LastError, w.FailingSince, w.NextTry = 7, "refused", at(8), at(9)
		check := func() {
			f.Helper()
			got, err := f.OutgoingWebhook(f.ctx(), w.ID)
			f.ok(err)
			f.equal("by id", got, w)
		}
		f.ok(f.UpdateOutgoingWebhook(f.ctx(), w))
		check()
		earlier := w
		earlier.Cursor = 3
		f.ok(f.UpdateOutgoingWebhook(f.ctx(), earlier))
		check()
		w.Cursor, w.LastError, w.FailingSince, w.NextTry = 8, "", time.Time{}, time.Time{}
		f.ok(f.UpdateOutgoingWebhook(f.ctx(), w))
		check()
		f.ok(f.UpdateOutgoingWebhook(f.ctx(), plausch.OutgoingWebhook{ID: 12345, Cursor: 1}))
	}},
	{"one is deleted once", func(f *fixture) {
		ann := f.member("ann")
		w, err := f.CreateOutgoingWebhook(f.ctx(), outgoing(plausch.PublicRoom, ann.ID, 1))
		f.ok(err)
		f.ok(f.DeleteOutgoingWebhook(f.ctx(), w.ID, at(9), ann.ID))
		f.code(plausch.NotFound, f.DeleteOutgoingWebhook(f.ctx(), w.ID, at(9), ann.ID))
		_, err = f.OutgoingWebhook(f.ctx(), w.ID)
		f.code(plausch.NotFound, err)
		log, err := f.ListAudit(f.ctx(), 0, 1)
		f.ok(err)
		f.equal("the audit log", log[0].Action, plausch.AuditWebhookDelete)
		again, err := f.CreateOutgoingWebhook(f.ctx(), outgoing(plausch.PublicRoom, ann.ID, 2))
		f.ok(err)
		if again.ID == w.ID {
			f.Error("its id is given out again")
		}
	}},
	{"a room has so many at most", func(f *fixture) {
		ann := f.member("ann")
		room := f.room(plausch.RoomPublic, "garden", ann)
		for i := range plausch.MaxOutgoingWebhooks {
			_, err := f.CreateOutgoingWebhook(f.ctx(), outgoing(room, ann.ID, i))
			f.ok(err)
		}
		_, err := f.CreateOutgoingWebhook(f.ctx(), outgoing(room, ann.ID, 100))
		f.code(plausch.Forbidden, err)
		_, err = f.CreateOutgoingWebhook(f.ctx(), outgoing(plausch.PublicRoom, ann.ID, 100))
		f.ok(err)
	}},
	{"one is paused while its maker may not make it", func(f *fixture) {
		ann := f.member("ann")
		room := f.room(plausch.RoomPrivate, "shed", ann)
		w, err := f.CreateOutgoingWebhook(f.ctx(), outgoing(room, ann.ID, 1))
		f.ok(err)
		host, err := f.CreateOutgoingWebhook(f.ctx(), outgoing(room, 0, 2))
		f.ok(err)
		expect := func(when string, paused bool) {
			f.Helper()
			got, err := f.OutgoingWebhook(f.ctx(), w.ID)
			f.ok(err)
			list, err := f.ListOutgoingWebhooks(f.ctx(), room)
			f.ok(err)
			f.equal(when, []bool{got.Paused, list[0].Paused, list[1].Paused}, []bool{paused, paused, false})
			_ = host
		}
		expect("at first", false)
		f.one(leave(room, ann, ann))
		expect("having left", true)
		f.one(join(room, ann, ann))
		expect("back", false)
		f.change(store.AccountUpdate{Account: ann.ID, State: plausch.AccountDeactivated})
		expect("deactivated", true)
		f.change(store.AccountUpdate{Account: ann.ID, State: plausch.AccountActive})
		expect("active", false)
		f.change(store.AccountUpdate{Account: ann.ID, State: plausch.AccountDeleted})
		expect("deleted", true)
	}},
}
