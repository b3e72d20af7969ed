package core_test

import (
	"strings"
	"testing"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/core"
	"plausch/internal/store"
	"plausch/internal/store/sqlite"
)

// store opens the database beside the core, as the command line does.
func (f *fixture) store() store.Store {
	f.t.Helper()
	st, err := sqlite.Open(f.t.Context(), f.path, sqlite.Options{})
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { st.Close() })
	return st
}

// accountOf makes an account that is no guest.
func (f *fixture) accountOf(name string, role plausch.Role) plausch.Account {
	f.t.Helper()
	token := auth.NewToken()
	st := f.store()
	a, err := st.CreateAccount(f.t.Context(), store.NewAccount{Name: name, Role: role, Token: token.Hash(), At: f.clock.Now()})
	if err != nil {
		f.t.Fatal(err)
	}
	return a
}

func TestWebhook(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	ann, bob := f.accountOf("ann", plausch.RoleMember), f.accountOf("bob", plausch.RoleMember)
	room, err := f.CreateRoom(ctx, ann, "attic", plausch.RoomPrivate)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.AddMember(ctx, ann, room.ID, "bob"); err != nil {
		t.Fatal(err)
	}
	made, err := f.CreateWebhook(ctx, ann, room.ID, "Grafana", true)
	if err != nil {
		t.Fatal(err)
	}
	if made.Account.Shown() != "Grafana" || made.Secret == "" || !made.Signed {
		t.Errorf("made %+v", made)
	}
	hook, err := f.OpenWebhook(ctx, made.Token)
	if err != nil || hook.Webhook != made.Webhook || hook.Secret != made.Secret {
		t.Fatalf("opened %+v, %v", hook, err)
	}

	first, err := f.PostWebhook(ctx, hook, "it burns", "id-1")
	if err != nil || first.Actor != made.Account || first.Room != room.ID {
		t.Fatalf("posted %+v, %v", first, err)
	}
	again, err := f.PostWebhook(ctx, hook, "it burns", "id-1")
	if err != nil || again.Seq != first.Seq {
		t.Errorf("posted again: %+v, %v", again, err)
	}
	_, err = f.PostWebhook(ctx, hook, strings.Repeat("x", plausch.MaxText+1), "")
	expectCode(t, err, plausch.TooLarge)
	members, _, err := f.ListMembers(ctx, ann, room.ID, 0, 10)
	if err != nil || len(members) != 2 {
		t.Errorf("the members are %+v, %v", members, err)
	}

	_, err = f.CreateWebhook(ctx, bob, room.ID, "other", false)
	expectCode(t, err, plausch.Forbidden)
	expectCode(t, f.DeleteWebhook(ctx, bob, made.ID), plausch.NotFound)
	_, err = f.CreateWebhook(ctx, ann, room.ID, "bob", false)
	expectCode(t, err, plausch.Taken)

	if err := f.DeleteWebhook(ctx, ann, made.ID); err != nil {
		t.Fatal(err)
	}
	_, err = f.OpenWebhook(ctx, made.Token)
	expectCode(t, err, plausch.NotFound)
	_, err = f.OpenWebhook(ctx, "plausch_x")
	expectCode(t, err, plausch.NotFound)
	if made, err = f.CreateWebhook(ctx, ann, room.ID, "grafana", false); err != nil || made.Account.ID != first.Actor.ID {
		t.Errorf("with the same name: %+v, %v", made, err)
	}
}

func TestWebhooksOfAGuestAndOfTheCommandLine(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	gast := f.guest("gast").Account
	room, err := f.CreateRoom(ctx, gast, "attic", plausch.RoomPublic)
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.CreateWebhook(ctx, gast, room.ID, "hook", false)
	expectCode(t, err, plausch.Forbidden)
	// Whoever says the first thing in the room that everyone is in has not made it.
	anna := f.accountOf("anna", plausch.RoleMember)
	f.say(anna, core.NewMessage{Room: plausch.PublicRoom, Text: "first"})
	_, err = f.CreateWebhook(ctx, anna, plausch.PublicRoom, "hook", false)
	expectCode(t, err, plausch.Forbidden)

	st := f.store()
	made, err := core.AddWebhook(ctx, st, "Attic", "hook", false)
	if err != nil {
		t.Fatal(err)
	}
	hook, err := f.OpenWebhook(ctx, made.Token) // the running core sees it at once
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.PostWebhook(ctx, hook, "hi", ""); err != nil {
		t.Error(err)
	}
	_, err = core.AddWebhook(ctx, st, "nowhere", "hook", false)
	expectCode(t, err, plausch.NotFound)
	for n := 1; n < plausch.MaxWebhooks; n++ {
		if _, err := core.AddWebhook(ctx, st, "attic", "hook", false); err != nil {
			t.Fatal(err)
		}
	}
	_, err = core.AddWebhook(ctx, st, "attic", "hook", false)
	expectCode(t, err, plausch.Forbidden)
}

// TestAWebhookPausesWithItsMaker takes a maker's right in every way.
func TestAWebhookPausesWithItsMaker(t *testing.T) {
	f := newFixture(t)
	ctx := t.Context()
	ann, bob := f.accountOf("ann", plausch.RoleMember), f.accountOf("bob", plausch.RoleAdmin)
	room, err := f.CreateRoom(ctx, ann, "attic", plausch.RoomPrivate)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.AddMember(ctx, ann, room.ID, "bob"); err != nil {
		t.Fatal(err)
	}
	anns, err := f.CreateWebhook(ctx, ann, room.ID, "anns", false)
	if err != nil {
		t.Fatal(err)
	}
	bobs, err := f.CreateWebhook(ctx, bob, room.ID, "bobs", false)
	if err != nil {
		t.Fatal(err)
	}
	opened, err := f.OpenWebhook(ctx, bobs.Token)
	if err != nil {
		t.Fatal(err)
	}
	want := func(made core.NewWebhook, code plausch.Code) {
		t.Helper()
		_, err := f.OpenWebhook(ctx, made.Token)
		expectCode(t, err, code)
	}
	st := f.store()
	change := func(c store.AccountUpdate) {
		t.Helper()
		c.At = f.clock.Now()
		if _, err := st.UpdateAccount(ctx, c); err != nil {
			t.Fatal(err)
		}
	}
	change(store.AccountUpdate{Account: ann.ID, State: plausch.AccountDeactivated})
	want(anns, plausch.Forbidden)
	change(store.AccountUpdate{Account: ann.ID, State: plausch.AccountActive})
	want(anns, "")
	change(store.AccountUpdate{Account: bob.ID, Role: plausch.RoleMember})
	want(bobs, plausch.Forbidden)
	_, err = f.PostWebhook(ctx, opened, "late", "") // it was opened before
	expectCode(t, err, plausch.NotFound)
	list, err := f.ListWebhooks(ctx, bob, room.ID) // a member sees what posts here
	if err != nil || len(list) != 2 || list[0].Paused || !list[1].Paused || list[0].Maker != ann.Ref() {
		t.Errorf("the list is %+v, %v", list, err)
	}
	if err := f.LeaveRoom(ctx, ann, room.ID, ""); err != nil {
		t.Fatal(err)
	}
	want(anns, plausch.Forbidden)
	_, err = f.ListWebhooks(ctx, ann, room.ID)
	expectCode(t, err, plausch.NotFound)

	log, err := st.ListAudit(ctx, 0, 10)
	if err != nil || len(log) != 2 || log[0].Action != plausch.AuditWebhook || log[0].Account != bobs.Account || log[0].Actor != bob.Ref() {
		t.Errorf("the audit log is %+v, %v", log, err)
	}
	if err := st.DeleteWebhook(ctx, anns.ID, f.clock.Now(), 0); err != nil {
		t.Fatal(err)
	}
	if log, err := st.ListAudit(ctx, 0, 1); err != nil || log[0].Action != plausch.AuditWebhookDelete || log[0].Account != anns.Account {
		t.Errorf("the audit log is %+v, %v", log, err)
	}
}

func TestAWebhookHasTheRateOfAnAccount(t *testing.T) {
	f := newFixture(t, func(o *core.Options) { o.SendsPerSecond, o.SendBurst = 0.001, 2 })
	made, err := core.AddWebhook(t.Context(), f.store(), "public", "hook", false)
	if err != nil {
		t.Fatal(err)
	}
	hook, err := f.OpenWebhook(t.Context(), made.Token)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := f.PostWebhook(t.Context(), hook, "hi", ""); err != nil {
			t.Fatal(err)
		}
	}
	_, err = f.PostWebhook(t.Context(), hook, "hi", "")
	expectCode(t, err, plausch.RateLimited)
}

func TestWebhooksOfAllOnesRooms(t *testing.T) {
	f := newFixture(t)
	f.account("olga", plausch.RoleOwner)
	f.account("bob", plausch.RoleMember)
	olga, bob := f.signIn("olga").Account, f.signIn("bob").Account
	den, err := f.CreateRoom(t.Context(), olga, "den", plausch.RoomPrivate)
	expectCode(t, err, "")
	for _, hook := range []struct {
		room plausch.RoomID
		name string
	}{{plausch.PublicRoom, "weather"}, {den.ID, "secret"}} {
		_, err := f.CreateWebhook(t.Context(), olga, hook.room, hook.name, false)
		expectCode(t, err, "")
	}
	for who, want := range map[*plausch.Account]int{&olga: 2, &bob: 1} {
		hooks, err := f.ListWebhooks(t.Context(), *who, 0)
		if err != nil || len(hooks) != want || hooks[0].Account.Name != "weather" {
			t.Errorf("%s sees %v, %v", who.Name, hooks, err)
		}
	}
}
