package storetest

import (
	"fmt"

	"plausch"
	"plausch/internal/store"
)

// reports returns the reports for an account to moderate: who says what of what.
func (f *fixture) reports(account plausch.AccountID, closed bool) (texts []string) {
	f.Helper()
	page, more, err := f.ListReports(f.ctx(), account, closed, store.PageQuery[plausch.Report]{Limit: 9})
	f.ok(err)
	f.equal("more", more, false)
	for _, p := range page {
		texts = append(texts, fmt.Sprintf("%s: %s of %s: %s", p.Reporter.Name, p.Reason, p.Message.Actor.Name, p.Message.Text))
	}
	return texts
}

func (f *fixture) report(account plausch.AccountID, room plausch.RoomID, seq int64, reason string) (id int64, added bool) {
	f.Helper()
	id, added, err := f.AddReport(f.ctx(), store.NewReport{Room: room, Seq: seq, Account: account, Reason: reason, At: start, Max: 2})
	f.ok(err)
	return id, added
}

var reportTests = []test{
	{"a report is for those who moderate the room, until it is closed", func(f *fixture) {
		owner := f.account(store.NewAccount{Name: "olga", Role: plausch.RoleOwner}).Ref()
		ann, bob, cem := f.member("ann"), f.member("bob"), f.member("cem")
		den := f.room(plausch.RoomPrivate, "den", ann)
		f.one(join(den, ann, bob))
		seq := f.one(message(den, ann, "rude")).Seq
		direct := f.one(direct(bob, cem, "spam"))
		id, added := f.report(bob.ID, den, seq, "insult")
		f.equal("added", added, true)
		again, added := f.report(bob.ID, den, seq, "other")
		f.equal("again", []any{again, added}, []any{id, false})
		f.report(cem.ID, direct.Room, direct.Seq, "ads")
		f.equal("of ann's room", f.reports(ann.ID, false), []string{"bob: insult of ann: rude"})
		f.equal("of all", f.reports(owner.ID, false), []string{"cem: ads of bob: spam", "bob: insult of ann: rude"})
		f.equal("of bob", len(f.reports(bob.ID, false)), 0)
		for room, want := range map[plausch.RoomID][]plausch.AccountID{den: {owner.ID, ann.ID}, direct.Room: {owner.ID}, plausch.PublicRoom: {owner.ID}} {
			moderators, err := f.Moderators(f.ctx(), room)
			f.ok(err)
			f.equal("moderators", moderators, want)
		}
		page, more, err := f.ListReports(f.ctx(), owner.ID, false, store.PageQuery[plausch.Report]{Limit: 1})
		f.ok(err)
		f.equal("the first", []any{page[0].RoomKind, page[0].RoomName, more}, []any{plausch.RoomDirect, "", true})
		page, more, err = f.ListReports(f.ctx(), owner.ID, false, store.PageQuery[plausch.Report]{Limit: 1, Before: page[0].ID})
		f.ok(err)
		f.equal("the second", []any{page[0].RoomKind, page[0].RoomName, more}, []any{plausch.RoomPrivate, "den", false})

		f.code(plausch.NotFound, f.CloseReport(f.ctx(), bob.ID, id, at(1)))
		f.ok(f.CloseReport(f.ctx(), ann.ID, id, at(1)))
		f.code(plausch.NotFound, f.CloseReport(f.ctx(), ann.ID, id, at(2)))
		f.equal("open", len(f.reports(ann.ID, false)), 0)
		f.equal("closed", f.reports(ann.ID, true), []string{"bob: insult of ann: rude"})
		p, err := f.Report(f.ctx(), id)
		f.ok(err)
		f.equal("the closed one", []any{p.Closer.Name, p.Closed, p.Time}, []any{"ann", at(1), start})
		again, added = f.report(bob.ID, den, seq, "once more")
		f.equal("opened again", []any{again, added}, []any{id, true})
		f.one(store.Draft{Room: den, Kind: plausch.EventDelete, Time: start, Actor: ann, Target: seq})
		f.equal("of a deleted one", f.reports(ann.ID, false), []string{"bob: once more of ann: "})
		f.change(store.AccountUpdate{Account: bob.ID, State: plausch.AccountDeleted})
		f.equal("of a deleted account", len(f.reports(ann.ID, false)), 0)
	}},
	{"what cannot be reported", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		den := f.room(plausch.RoomPrivate, "den", ann)
		add := func(account plausch.AccountID, seq int64) error {
			_, _, err := f.AddReport(f.ctx(), store.NewReport{Room: den, Seq: seq, Account: account, Reason: "x", At: start, Max: 2})
			return err
		}
		first := f.one(message(den, ann, "a")).Seq
		f.code(plausch.NotFound, add(bob.ID, first))
		f.one(join(den, ann, bob))
		f.ok(add(bob.ID, first))
		f.code(plausch.NotFound, add(bob.ID, 1)) // a join
		f.code(plausch.NotFound, add(bob.ID, 99))
		f.ok(add(bob.ID, f.one(message(den, ann, "b")).Seq))
		f.code(plausch.Forbidden, add(bob.ID, f.one(message(den, ann, "c")).Seq))
		_, err := f.Report(f.ctx(), 99)
		f.code(plausch.NotFound, err)
	}},
}
