package storetest

import (
	"strings"

	"plausch"
	"plausch/internal/store"
)

// personal changes what an account has done with a message, which succeeds.
func (f *fixture) personal(c store.PersonalChange) plausch.Personal {
	f.Helper()
	p, err := f.SetPersonal(f.ctx(), f.bounded(c))
	f.ok(err)
	return p
}

func (f *fixture) bounded(c store.PersonalChange) store.PersonalChange {
	c.MaxHidden, c.MaxSaved = 2, 2
	return c
}

// saved returns what an account has saved: ids and texts.
func (f *fixture) saved(account plausch.AccountID, q store.PageQuery[plausch.SavedMessage]) (ids []int64, texts string, more bool) {
	f.Helper()
	page, more, err := f.ListSaved(f.ctx(), account, q)
	f.ok(err)
	var all []string
	for _, s := range page {
		ids, all = append(ids, s.ID), append(all, s.Text)
	}
	return ids, strings.Join(all, " "), more
}

var personalTests = []test{
	{"a message is hidden and saved for one account alone", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		den := f.room(plausch.RoomPrivate, "den", ann)
		f.one(join(den, ann, bob))
		seq := f.one(message(den, bob, "a")).Seq
		hide := store.PersonalChange{Account: ann.ID, Room: den, Seq: seq, Hidden: new(true)}
		f.equal("hidden", f.personal(hide), plausch.Personal{Room: den, Seq: seq, Hidden: true})
		f.equal("again", f.personal(hide), plausch.Personal{Room: den, Seq: seq, Hidden: true})
		save := store.PersonalChange{Account: ann.ID, Room: den, Seq: seq, Saved: new(true)}
		f.equal("saved", f.personal(save), plausch.Personal{Room: den, Seq: seq, Hidden: true, Saved: true})
		for account, want := range map[plausch.AccountID]bool{ann.ID: true, bob.ID: false} {
			state, err := f.Messages(f.ctx(), den, account, store.MessageQuery{Limit: 9})
			f.ok(err)
			f.equal("marks", [2]bool{state.Messages[0].Hidden, state.Messages[0].Saved}, [2]bool{want, want})
		}
		hidden, err := f.ListHidden(f.ctx(), ann.ID, plausch.Personal{}, 9)
		f.ok(err)
		f.equal("list", hidden, []plausch.Personal{{Room: den, Seq: seq, Hidden: true, Saved: true}})
		hidden, err = f.ListHidden(f.ctx(), ann.ID, hidden[0], 9)
		f.ok(err)
		f.equal("the rest", len(hidden), 0)
		hide.Hidden = new(false)
		f.equal("shown", f.personal(hide), plausch.Personal{Room: den, Seq: seq, Saved: true})
		save.Saved = new(false)
		f.equal("none", f.personal(save), plausch.Personal{Room: den, Seq: seq})
	}},
	{"saved messages are listed as they are now, the last saved first, in pages", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		den := f.room(plausch.RoomPrivate, "den", ann)
		f.one(join(den, ann, bob))
		one, two := f.one(message(den, ann, "one")).Seq, f.one(message(plausch.PublicRoom, ann, "two")).Seq
		save := func(room plausch.RoomID, seq int64) {
			f.Helper()
			f.personal(store.PersonalChange{Account: bob.ID, Room: room, Seq: seq, Saved: new(true)})
		}
		save(plausch.PublicRoom, two)
		save(den, one)
		save(plausch.PublicRoom, two) // again
		f.one(store.Draft{Room: den, Kind: plausch.EventEdit, Time: start, Actor: ann, Target: one, Text: "1"})
		ids, texts, more := f.saved(bob.ID, store.PageQuery[plausch.SavedMessage]{Limit: 9})
		f.equal("all", []any{texts, more}, []any{"1 two", false})
		_, texts, more = f.saved(bob.ID, store.PageQuery[plausch.SavedMessage]{Limit: 1})
		f.equal("the first", []any{texts, more}, []any{"1", true})
		_, texts, more = f.saved(bob.ID, store.PageQuery[plausch.SavedMessage]{Limit: 1, Before: ids[0]})
		f.equal("the second", []any{texts, more}, []any{"two", false})
		_, texts, more = f.saved(bob.ID, store.PageQuery[plausch.SavedMessage]{Limit: 9, MaxBytes: 2, Size: func(m *plausch.SavedMessage) int { return 2 }})
		f.equal("what fits", []any{texts, more}, []any{"1", true})

		f.one(leave(den, bob, bob))
		_, texts, _ = f.saved(bob.ID, store.PageQuery[plausch.SavedMessage]{Limit: 9})
		f.equal("of the rooms that bob is in", texts, "two")
		f.one(join(den, ann, bob))
		f.one(store.Draft{Room: plausch.PublicRoom, Kind: plausch.EventDelete, Time: start, Actor: ann, Target: two})
		_, texts, _ = f.saved(bob.ID, store.PageQuery[plausch.SavedMessage]{Limit: 9})
		f.equal("after a deletion", texts, "1")
		f.ok(f.ReleaseName(f.ctx(), bob.ID))
		_, texts, _ = f.saved(bob.ID, store.PageQuery[plausch.SavedMessage]{Limit: 9})
		f.equal("of who is gone", texts, "")
	}},
	{"what cannot be hidden or saved", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		den := f.room(plausch.RoomPrivate, "den", ann)
		seq := f.one(message(den, ann, "a")).Seq
		set := func(account plausch.AccountID, room plausch.RoomID, seq int64) error {
			_, err := f.SetPersonal(f.ctx(), f.bounded(store.PersonalChange{Account: account, Room: room, Seq: seq, Saved: new(true), Hidden: new(true)}))
			return err
		}
		f.code(plausch.NotFound, set(bob.ID, den, seq))
		for _, seq := range []int64{0, -1, 1, 99, 1 << 40} {
			f.code(plausch.NotFound, set(ann.ID, den, seq)) // 1 is a join
		}
		deleted := f.one(message(den, ann, "b")).Seq
		f.one(store.Draft{Room: den, Kind: plausch.EventDelete, Time: start, Actor: ann, Target: deleted})
		f.code(plausch.NotFound, set(ann.ID, den, deleted))
		f.ok(set(ann.ID, den, seq))
		f.ok(set(ann.ID, den, f.one(message(den, ann, "c")).Seq))
		f.code(plausch.Forbidden, set(ann.ID, den, f.one(message(den, ann, "d")).Seq))
		f.ok(set(ann.ID, den, seq)) // again
	}},
	{"versions are the texts that a message had", func(f *fixture) {
		ann := f.member("ann")
		den := f.room(plausch.RoomPrivate, "den", ann)
		seq := f.one(message(den, ann, "one")).Seq
		f.one(message(den, ann, "other"))
		edit := func(text string) {
			f.one(store.Draft{Room: den, Kind: plausch.EventEdit, Time: at(1), Actor: ann, Target: seq, Text: text, Details: &plausch.Details{MentionsRoom: true}})
		}
		edit("two")
		f.one(store.Draft{Room: den, Kind: plausch.EventReact, Time: at(1), Actor: ann, Target: seq, Text: "👍"})
		edit("three")
		texts := func(q store.HistoryQuery) string {
			f.Helper()
			versions, more, err := f.Versions(f.ctx(), den, seq, q)
			f.ok(err)
			all := ""
			for _, v := range versions {
				if (v.Kind == plausch.EventEdit) != (v.Details != nil) {
					f.Fatalf("the details of %+v", v)
				}
				all += v.Text + " "
			}
			if more {
				all += "…"
			}
			return all
		}
		f.equal("all", texts(store.HistoryQuery{Limit: 9}), "three two one ")
		f.equal("the newest", texts(store.HistoryQuery{Limit: 2}), "three two …")
		f.equal("earlier ones", texts(store.HistoryQuery{Limit: 2, Before: 5}), "two one ")
		f.equal("what fits", texts(store.HistoryQuery{Limit: 9, MaxBytes: 2, Size: func(*plausch.Event) int { return 2 }}), "three …")
		f.one(store.Draft{Room: den, Kind: plausch.EventDelete, Time: start, Actor: ann, Target: seq})
		for _, seq := range []int64{seq, 1, 99} {
			_, _, err := f.Versions(f.ctx(), den, seq, store.HistoryQuery{Limit: 9})
			f.code(plausch.NotFound, err)
		}
	}},
}
