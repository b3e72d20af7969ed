package core_test

import (
	"strings"
	"testing"

	"plausch"
)

func TestOutgoingWebhook(t *testing.T) {
	f := newFixture(t, calling(t))
	ctx := t.Context()
	ann, bob, cid := f.accountOf("ann", plausch.RoleMember), f.accountOf("bob", plausch.RoleMember), f.accountOf("cid", plausch.RoleMember)
	room, err := f.CreateRoom(ctx, ann, "attic", plausch.RoomPrivate)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.AddMember(ctx, ann, room.ID, "bob"); err != nil {
		t.Fatal(err)
	}
	const url = "https://ci.example.org/in?key=secret"
	_, err = f.CreateOutgoingWebhook(ctx, bob, room.ID, url)
	expectCode(t, err, plausch.Forbidden)
	_, err = f.CreateOutgoingWebhook(ctx, cid, room.ID, url)
	expectCode(t, err, plausch.NotFound)
	for _, bad := range []string{"", "https://10.0.0.1/", "http://ci.example.org/"} {
		_, err = f.CreateOutgoingWebhook(ctx, ann, room.ID, bad)
		expectCode(t, err, plausch.Invalid)
	}
	made, err := f.CreateOutgoingWebhook(ctx, ann, room.ID, url)
	if err != nil || made.URL != url || !strings.HasPrefix(made.Secret, "whsec_") || made.Cursor != 2 {
		t.Fatalf("made is %+v (%v)", made, err)
	}
	for who, want := range map[*plausch.Account]string{&ann: url, &bob: "https://ci.example.org"} {
		list, err := f.ListOutgoingWebhooks(ctx, *who, room.ID)
		if err != nil || len(list) != 1 || list[0].URL != want || list[0].Secret != "" {
			t.Errorf("%s sees %+v (%v)", who.Name, list, err)
		}
	}
	_, err = f.ListOutgoingWebhooks(ctx, cid, room.ID)
	expectCode(t, err, plausch.NotFound)
	expectCode(t, f.DeleteOutgoingWebhook(ctx, bob, made.ID), plausch.NotFound)
	if err := f.DeleteOutgoingWebhook(ctx, ann, made.ID); err != nil {
		t.Error(err)
	}
	expectCode(t, f.DeleteOutgoingWebhook(ctx, ann, made.ID), plausch.NotFound)
}
