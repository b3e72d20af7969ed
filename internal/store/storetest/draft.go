package storetest

import (
	"plausch"
	"plausch/internal/store"
)

var draftTests = []test{
	{"a draft is kept by room, and its edits are counted", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		den := f.room(plausch.RoomPrivate, "den", ann)
		set := func(room plausch.RoomID, text string) int64 {
			f.Helper()
			edit, err := f.SetDraft(f.ctx(), ann.ID, plausch.Draft{Room: room, Text: text, Target: 1})
			f.ok(err)
			return edit
		}
		drafts := func(after plausch.RoomID, limit int) []plausch.Draft {
			f.Helper()
			all, err := f.ListDrafts(f.ctx(), ann.ID, after, limit)
			f.ok(err)
			return all
		}
		f.equal("the edits", []int64{set(den, "a"), set(den, "b"), set(plausch.PublicRoom, "c")}, []int64{1, 2, 1})
		inDen, inPublic := plausch.Draft{Room: den, Text: "b", Target: 1, Edit: 2}, plausch.Draft{Room: 1, Text: "c", Target: 1, Edit: 1}
		f.equal("all", drafts(0, 9), []plausch.Draft{inPublic, inDen})
		f.equal("the first", drafts(0, 1), []plausch.Draft{inPublic})
		f.equal("the rest", drafts(plausch.PublicRoom, 9), []plausch.Draft{inDen})
		f.equal("none", set(den, ""), int64(3))
		f.equal("the rest", len(drafts(plausch.PublicRoom, 9)), 0)
		f.equal("again", set(den, "d"), int64(4))
		theirs, err := f.ListDrafts(f.ctx(), bob.ID, 0, 9)
		f.ok(err)
		f.equal("of bob", len(theirs), 0)
		_, err = f.SetDraft(f.ctx(), bob.ID, plausch.Draft{Room: den, Text: "x"})
		f.code(plausch.NotFound, err)
		f.one(leave(den, ann, ann))
		f.equal("after leaving", drafts(0, 9), []plausch.Draft{inPublic})
		f.ok(f.ReleaseName(f.ctx(), ann.ID))
		f.equal("of who is gone", len(drafts(0, 9)), 0)
	}},
	{"a deleted account leaves no drafts, in direct rooms neither", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		room := f.one(direct(ann, bob, "psst")).Room
		for _, in := range []plausch.RoomID{room, plausch.PublicRoom} {
			_, err := f.SetDraft(f.ctx(), ann.ID, plausch.Draft{Room: in, Text: "secret"})
			f.ok(err)
		}
		f.change(store.AccountUpdate{Account: ann.ID, State: plausch.AccountDeleted})
		left, err := f.ListDrafts(f.ctx(), ann.ID, 0, 9)
		f.ok(err)
		f.equal("drafts", len(left), 0)
	}},
}
