package storetest

import (
	"time"

	"plausch"
	"plausch/internal/store"
)

var preferenceTests = []test{
	{"preferences are kept, and only what is named changes", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		read := func(who plausch.AccountRef) plausch.Preferences {
			f.Helper()
			p, err := f.Preferences(f.ctx(), who.ID)
			f.ok(err)
			return p
		}
		f.equal("of who has chosen nothing", read(ann), plausch.Preferences{})
		want := plausch.Preferences{
			Level: plausch.NotifyMentions, Keywords: []string{"pizza", "Übung"},
			Quiet: plausch.QuietHours{From: 22 * 60, To: 7 * 60, Zone: "Europe/Berlin"}, HideText: true,
		}
		got, err := f.SetPreferences(f.ctx(), ann.ID, plausch.PreferenceChange{Level: &want.Level, Keywords: &want.Keywords, Quiet: &want.Quiet, HideText: &want.HideText})
		f.ok(err)
		f.equal("all", got, want)
		want.Level, want.Keywords = "", []string{}
		got, err = f.SetPreferences(f.ctx(), ann.ID, plausch.PreferenceChange{Level: &want.Level, Keywords: &want.Keywords})
		f.ok(err)
		f.equal("two of them", got, want)
		f.equal("read again", read(ann), want)
		f.equal("of bob", read(bob), plausch.Preferences{})
		f.change(store.AccountUpdate{Account: ann.ID, State: plausch.AccountDeleted})
		f.equal("of who is deleted", read(ann), plausch.Preferences{})
	}},
	{"a room's preference is the account's own, until it leaves", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		den := f.room(plausch.RoomPrivate, "den", ann)
		read := func(who plausch.AccountRef) plausch.RoomPreference {
			f.Helper()
			room, err := f.RoomFor(f.ctx(), den, who.ID)
			f.ok(err)
			alone, err := f.RoomPreference(f.ctx(), who.ID, den)
			f.ok(err)
			f.equal("alone", alone, room.Preference)
			return room.Preference
		}
		want := plausch.RoomPreference{Level: plausch.NotifyNothing, MuteUntil: time.UnixMilli(1_800_000_000_000).UTC(), Favourite: true, Order: -3}
		got, err := f.SetRoomPreference(f.ctx(), ann.ID, den, plausch.RoomPreferenceChange{Level: &want.Level, MuteUntil: &want.MuteUntil, Favourite: &want.Favourite, Order: &want.Order})
		f.ok(err)
		f.equal("all", got, want)
		want.MuteUntil, want.Favourite = time.Time{}, false
		got, err = f.SetRoomPreference(f.ctx(), ann.ID, den, plausch.RoomPreferenceChange{MuteUntil: &want.MuteUntil, Favourite: &want.Favourite})
		f.ok(err)
		f.equal("two of them", got, want)
		f.equal("read again", read(ann), want)
		rooms, err := f.ListRooms(f.ctx(), ann.ID, false, plausch.PublicRoom, 9)
		f.ok(err)
		f.equal("in the list", rooms[0].Preference, want)

		_, err = f.SetRoomPreference(f.ctx(), bob.ID, den, plausch.RoomPreferenceChange{Order: &want.Order})
		f.code(plausch.NotFound, err)
		_, err = f.SetRoomPreference(f.ctx(), bob.ID, plausch.PublicRoom, plausch.RoomPreferenceChange{Order: &want.Order})
		f.ok(err)
		f.equal("of bob", read(bob), plausch.RoomPreference{})
		f.one(join(den, ann, bob))
		f.one(leave(den, ann, ann))
		f.one(join(den, bob, ann))
		f.equal("after leaving", read(ann), plausch.RoomPreference{})
		f.ok(f.ReleaseName(f.ctx(), bob.ID))
		public, err := f.RoomPreference(f.ctx(), bob.ID, plausch.PublicRoom)
		f.ok(err)
		f.equal("of who is gone", public, plausch.RoomPreference{})
	}},
}
