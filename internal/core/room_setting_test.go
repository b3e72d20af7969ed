package core_test

import (
	"strings"
	"testing"

	"plausch"
	"plausch/internal/core"
)

func TestRoomSettings(t *testing.T) {
	f := newFixture(t)
	ann, bob := f.guest("ann").Account, f.guest("bob").Account
	room, err := f.CreateRoom(t.Context(), ann, "birds", plausch.RoomPublic)
	expectCode(t, err, "")
	_, err = f.JoinRoom(t.Context(), bob, room.ID, "")
	expectCode(t, err, "")
	for _, c := range []struct {
		what   string
		room   plausch.RoomID
		change plausch.RoomChange
		want   plausch.Code
	}{
		{"nothing", room.ID, plausch.RoomChange{}, plausch.Invalid},
		{"two lines", room.ID, plausch.RoomChange{Topic: new("one\ntwo")}, plausch.Invalid},
		{"two lines by U+2028", room.ID, plausch.RoomChange{Topic: new("one\u2028two")}, plausch.Invalid},
		{"an escape", room.ID, plausch.RoomChange{Topic: new("\x1b[31m")}, plausch.Invalid},
		{"a long topic", room.ID, plausch.RoomChange{Topic: new(strings.Repeat("x", plausch.MaxTopic+1))}, plausch.TooLarge},
		{"a long description", room.ID, plausch.RoomChange{Description: new(strings.Repeat("x", plausch.MaxDescription+1))}, plausch.TooLarge},
		{"other writers", room.ID, plausch.RoomChange{Writers: new(plausch.Writers("all"))}, plausch.Invalid},
		{"the end of public", plausch.PublicRoom, plausch.RoomChange{Archived: new(true)}, plausch.Forbidden},
		{"a topic of full length", room.ID, plausch.RoomChange{Topic: new(strings.Repeat("x", plausch.MaxTopic))}, ""},
	} {
		if _, err := f.UpdateRoom(t.Context(), ann, c.room, c.change); plausch.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %q", c.what, err, c.want)
		}
	}
	said := f.say(bob, core.NewMessage{Room: room.ID, Text: "hi"})
	_, err = f.UpdateRoom(t.Context(), ann, room.ID, plausch.RoomChange{Writers: new(plausch.WritersAdmins)})
	expectCode(t, err, "")
	f.guest("eve")
	expectCode(t, f.AddMember(t.Context(), bob, room.ID, "eve"), plausch.Forbidden)
	expectCode(t, f.AddMember(t.Context(), ann, room.ID, "eve"), "")
	_, err = f.UpdateRoom(t.Context(), ann, room.ID, plausch.RoomChange{Archived: new(true)})
	expectCode(t, err, "")
	_, err = f.React(t.Context(), bob, room.ID, said.Seq, "👍")
	expectCode(t, err, plausch.Forbidden)
	_, err = f.DeleteMessage(t.Context(), bob, room.ID, said.Seq)
	expectCode(t, err, "")
}

func TestRolesInRooms(t *testing.T) {
	f := newFixture(t)
	ann, bob, eve := f.guest("ann").Account, f.guest("bob").Account, f.guest("eve").Account
	room, err := f.CreateRoom(t.Context(), ann, "birds", plausch.RoomPublic)
	expectCode(t, err, "")
	expectCode(t, f.AddMember(t.Context(), ann, room.ID, "bob"), "")
	expectCode(t, f.AddMember(t.Context(), ann, room.ID, "eve"), "")
	for i, c := range []struct {
		by   plausch.Account
		who  string
		role plausch.RoomRole
		want plausch.Code
	}{
		{ann, "ann", plausch.RoomMember, plausch.Forbidden}, // the last owner
		{ann, "bob", plausch.RoomAdmin, ""},
		{bob, "eve", plausch.RoomAdmin, plausch.Forbidden},
		{bob, "ann", plausch.RoomReader, plausch.Forbidden},
		{bob, "eve", plausch.RoomReader, ""},
		{eve, "eve", plausch.RoomMember, plausch.Forbidden},
		{bob, "bob", plausch.RoomMember, ""},
		{bob, "eve", plausch.RoomMember, plausch.Forbidden},
		{ann, "eve", plausch.RoomOwner, ""},
		{eve, "ann", plausch.RoomReader, ""},
		{eve, "bob", "chief", plausch.Invalid},
		{eve, "nobody", plausch.RoomAdmin, plausch.NotFound},
	} {
		if _, err := f.RoleMember(t.Context(), c.by, room.ID, c.who, c.role); plausch.CodeOf(err) != c.want {
			t.Errorf("%d: %s makes %s a %s: %v, want %q", i, c.by.Name, c.who, c.role, err, c.want)
		}
	}
	expectCode(t, f.RemoveMember(t.Context(), ann, room.ID, "eve"), plausch.Forbidden)
	expectCode(t, f.RemoveMember(t.Context(), eve, room.ID, "ann"), "")
}
