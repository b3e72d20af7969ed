package core_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/core"
)

func newToken() string { return auth.NewToken().Text() }

func TestNamesThatAreNobodys(t *testing.T) {
	f := newFixture(t)
	_, err := f.SignInGuest(t.Context(), core.ClientInfo{}, "Server", true)
	expectCode(t, err, plausch.Invalid)
	_, err = f.otherProcess().CreateAccount(t.Context(), "admin", password, plausch.RoleOwner)
	expectCode(t, err, plausch.Invalid)
	_, err = f.UpdateAccount(t.Context(), f.guest("eve").Account, "Admin")
	expectCode(t, err, plausch.Invalid)
}

func TestClaim(t *testing.T) {
	f := newFixture(t, func(o *core.Options) { o.Access = core.AccessInvite })
	server := func() core.Server {
		t.Helper()
		s, err := f.Server(t.Context())
		expectCode(t, err, "")
		s.Epoch = "" // which is random
		return s
	}
	if got, want := server(), (core.Server{Access: core.AccessInvite, Unclaimed: true}); got != want {
		t.Errorf("a new server is %+v, want %+v", got, want)
	}
	_, err := f.SignInGuest(t.Context(), core.ClientInfo{}, "eve", false)
	expectCode(t, err, plausch.SignInFailed)

	first, err := f.otherProcess().CreateClaim(t.Context())
	expectCode(t, err, "")
	code, err := f.otherProcess().CreateClaim(t.Context())
	expectCode(t, err, "")
	claim := func(code, server, name, password string) (core.SignedIn, error) {
		return f.Claim(t.Context(), core.ClientInfo{NewToken: newToken()}, code, server, name, password)
	}
	for what, c := range map[string]struct {
		code, server, name, password string
		want                         plausch.Code
	}{
		"the code before":     {first.Text(), "Garden", "alice", password, plausch.NotFound},
		"no code":             {"", "Garden", "alice", password, plausch.NotFound},
		"another's code":      {auth.NewLinkCode().Text(), "Garden", "alice", password, plausch.NotFound},
		"a bad password":      {code.Text(), "Garden", "alice", "12345678", plausch.Invalid},
		"a bad name":          {code.Text(), "Garden", "a", password, plausch.Invalid},
		"a server of no name": {code.Text(), " ", "alice", password, plausch.Invalid},
	} {
		if _, err := claim(c.code, c.server, c.name, c.password); plausch.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %q", what, err, c.want)
		}
	}
	from := core.ClientInfo{NewToken: newToken()}
	in, err := f.Claim(t.Context(), from, code.Text(), "Our  Garden", "Alice", password)
	expectCode(t, err, "")
	if in.Account.Role != plausch.RoleOwner || in.Token == "" {
		t.Errorf("the claim signs in %+v, want an owner", in)
	}
	if got, want := server(), (core.Server{Name: "Our Garden", Access: core.AccessInvite}); got != want {
		t.Errorf("the server is %+v, want %+v", got, want)
	}
	again, err := f.Claim(t.Context(), from, code.Text(), "Our Garden", "Alice", password)
	expectCode(t, err, "")
	if again.Account.ID != in.Account.ID {
		t.Error("the repeat of a claim, whose answer was lost, is another owner")
	}
	_, err = claim(code.Text(), "Mine", "eve", password)
	expectCode(t, err, plausch.NotFound)
	_, err = f.otherProcess().CreateClaim(t.Context())
	expectCode(t, err, plausch.Forbidden)
}

func TestAClaimIsNotGoodForLong(t *testing.T) {
	f := newFixture(t)
	code, err := f.otherProcess().CreateClaim(t.Context())
	expectCode(t, err, "")
	f.clock.move(core.ClaimLife)
	_, err = f.Claim(t.Context(), core.ClientInfo{}, code.Text(), "Garden", "alice", password)
	expectCode(t, err, plausch.NotFound)
}

func TestAnInviteLetsIn(t *testing.T) {
	f := newFixture(t, func(o *core.Options) { o.Access = core.AccessInvite })
	owner := f.account("olga", plausch.RoleOwner)
	den, err := f.CreateRoom(t.Context(), owner, "den", plausch.RoomPrivate)
	expectCode(t, err, "")
	_, code, err := f.Admin(owner).CreateInvite(t.Context(), core.InviteOptions{Uses: 2, Rooms: []string{"den", "public"}})
	expectCode(t, err, "")
	from := core.ClientInfo{NewToken: newToken()}
	_, err = f.RedeemInvite(t.Context(), from, code.Text(), "Bob", "")
	expectCode(t, err, plausch.Invalid) // a member has a password
	in, err := f.RedeemInvite(t.Context(), from, code.Text(), "Bob", password)
	expectCode(t, err, "")
	if in.Account.Role != plausch.RoleMember || in.Account.Ref().Shown() != "Bob" {
		t.Errorf("the invite lets in %+v", in.Account)
	}
	again, err := f.RedeemInvite(t.Context(), from, code.Text(), "Bob", password)
	expectCode(t, err, "")
	if again.Account.ID != in.Account.ID {
		t.Error("a repeat is another account")
	}
	f.say(in.Account, core.NewMessage{Room: den.ID, Text: "I am in"})
	f.signIn("bob")
	_, err = f.RedeemInvite(t.Context(), core.ClientInfo{}, code.Text(), "bob", password)
	expectCode(t, err, plausch.Taken)
	_, err = f.RedeemInvite(t.Context(), core.ClientInfo{}, code.Text(), "carl", password)
	expectCode(t, err, "")
	_, err = f.RedeemInvite(t.Context(), core.ClientInfo{}, code.Text(), "dora", password)
	expectCode(t, err, plausch.NotFound)
}

func TestAnInvitedGuestIsNoPasserBy(t *testing.T) {
	f := newFixture(t)
	_, code, err := f.otherProcess().CreateInvite(t.Context(), core.InviteOptions{Role: plausch.RoleGuest, Uses: -1, For: time.Hour})
	expectCode(t, err, "")
	in, err := f.RedeemInvite(t.Context(), core.ClientInfo{}, code.Text(), "gast", "")
	expectCode(t, err, "")
	f.clock.move(28 * 24 * time.Hour)
	_, err = f.SignInGuest(t.Context(), core.ClientInfo{}, "gast", false)
	expectCode(t, err, plausch.Taken)
	_, err = f.RedeemInvite(t.Context(), core.ClientInfo{}, code.Text(), "late", "")
	expectCode(t, err, plausch.NotFound)
	f.opts.Access = core.AccessClosed
	f.restart()
	_, err = f.SignInToken(t.Context(), core.ClientInfo{}, in.Token)
	expectCode(t, err, "")
	_, code, err = f.otherProcess().CreateInvite(t.Context(), core.InviteOptions{Role: plausch.RoleGuest})
	expectCode(t, err, "")
	_, err = f.RedeemInvite(t.Context(), core.ClientInfo{}, code.Text(), "new", "")
	expectCode(t, err, plausch.Forbidden)
}

// TestOneOfAHundredGetsIn redeems a single-use invite, half of it in each of two
// processes.
func TestOneOfAHundredGetsIn(t *testing.T) {
	f := newFixture(t)
	_, code, err := f.otherProcess().CreateInvite(t.Context(), core.InviteOptions{Role: plausch.RoleGuest})
	expectCode(t, err, "")
	other := &fixture{t: t, path: f.path, clock: f.clock, opts: f.opts}
	other.open()
	defer other.close()
	var in, refused atomic.Int32
	var wg sync.WaitGroup
	for i := range 100 {
		server := f
		if i%2 == 0 {
			server = other
		}
		wg.Go(func() {
			switch _, err := server.RedeemInvite(t.Context(), core.ClientInfo{}, code.Text(), fmt.Sprint("guest", i), ""); plausch.CodeOf(err) {
			case "":
				in.Add(1)
			case plausch.NotFound, plausch.RateLimited:
				refused.Add(1)
			default:
				t.Errorf("redeem: %v", err)
			}
		})
	}
	wg.Wait()
	if in.Load() != 1 || refused.Load() != 99 {
		t.Errorf("%d got in and %d were refused, want 1 and 99", in.Load(), refused.Load())
	}
	owner := plausch.Account{Role: plausch.RoleOwner}
	if accounts, _, err := f.Admin(owner).ListAccounts(t.Context(), 0, 200); len(accounts) != 1 || err != nil {
		t.Errorf("there are %d accounts (%v), want 1", len(accounts), err)
	}
}

func TestAResetGivesANewPassword(t *testing.T) {
	f := newFixture(t)
	owner := f.account("olga", plausch.RoleOwner)
	f.account("alice", plausch.RoleMember)
	_, ended := f.ended(f.signIn("alice"))
	old, _, err := f.Admin(owner).CreateReset(t.Context(), "alice")
	expectCode(t, err, "")
	code, _, err := f.Admin(owner).CreateReset(t.Context(), "alice")
	expectCode(t, err, "")
	const next = "battery staple horse"
	_, err = f.RedeemReset(t.Context(), core.ClientInfo{}, old.Text(), next)
	expectCode(t, err, plausch.NotFound)
	_, err = f.RedeemReset(t.Context(), core.ClientInfo{}, code.Text(), "12345678")
	expectCode(t, err, plausch.Invalid)
	in, err := f.RedeemReset(t.Context(), core.ClientInfo{}, code.Text(), next)
	expectCode(t, err, "")
	expectCode(t, <-ended, plausch.SignInFailed)
	f.connect(in, core.Callbacks{}).Disconnect()
	_, err = f.RedeemReset(t.Context(), core.ClientInfo{}, code.Text(), next)
	expectCode(t, err, plausch.NotFound)
	_, err = f.SignInPassword(t.Context(), core.ClientInfo{}, "alice", next)
	expectCode(t, err, "")
	late, _, err := f.Admin(owner).CreateReset(t.Context(), "alice")
	expectCode(t, err, "")
	f.clock.move(core.ResetLife)
	_, err = f.RedeemReset(t.Context(), core.ClientInfo{}, late.Text(), next)
	expectCode(t, err, plausch.NotFound)
}

func TestWhoDeletesItselfKnowsItsPassword(t *testing.T) {
	f := newFixture(t)
	f.account("alice", plausch.RoleOwner)
	f.account("bob", plausch.RoleOwner) // so that alice is not the last one
	live, _ := f.ended(f.signIn("alice"))
	for _, name := range []string{"", "alice", "Alice"} {
		expectCode(t, deleteAccount(f, live, core.ClientInfo{}, name, "wrong horse battery", true), plausch.Forbidden)
	}
	expectCode(t, deleteAccount(f, live, core.ClientInfo{}, "alice", password, true), "")
	live.Disconnect()
}

func TestADeletedAccountLeavesItsRooms(t *testing.T) {
	f := newFixture(t)
	f.account("alice", plausch.RoleMember)
	live, _ := f.ended(f.signIn("alice"))
	alice, bob := live.Account(), f.guest("bob").Account
	room, err := f.CreateRoom(t.Context(), bob, "den", plausch.RoomPrivate)
	expectCode(t, err, "")
	expectCode(t, f.AddMember(t.Context(), bob, room.ID, "alice"), "")
	f.say(alice, core.NewMessage{Room: room.ID, Text: "secret"})
	expectCode(t, deleteAccount(f, live, core.ClientInfo{}, "", "wrong horse battery", true), plausch.Forbidden)
	expectCode(t, deleteAccount(f, live, core.ClientInfo{}, "", password, true), "")
	live.Disconnect()
	_, err = f.ClearDeleted(t.Context()) // which the core does soon by itself
	expectCode(t, err, "")
	events, _, err := f.History(t.Context(), bob, room.ID, core.HistoryQuery{Limit: 9})
	expectCode(t, err, "")
	left, told := events[len(events)-2], events[len(events)-1]
	if left.Kind != plausch.EventLeave || left.Member.Name != plausch.DeletedName || events[2].Text != "" ||
		told.Kind != plausch.EventDelete || told.Member.ID != alice.ID {
		t.Errorf("the room has %+v, want no text, a leave and a delete", events)
	}
	if in := f.guest("alice"); in.Account.ID == alice.ID {
		t.Error("the name brings the account back")
	}
}

func TestABotSignsInByItsTokenAlone(t *testing.T) {
	f := newFixture(t)
	owner := f.account("olga", plausch.RoleOwner)
	bot, token, err := f.Admin(owner).CreateBot(t.Context(), "weather")
	expectCode(t, err, "")
	in, err := f.SignInToken(t.Context(), core.ClientInfo{}, token.Text())
	expectCode(t, err, "")
	live, ended := f.ended(in)
	if !in.Account.Bot || in.Account.ID != bot.ID {
		t.Errorf("the token is %+v's", in.Account)
	}
	_, err = f.SignInPassword(t.Context(), core.ClientInfo{}, "weather", "")
	expectCode(t, err, plausch.SignInFailed)
	expectCode(t, f.ChangePassword(t.Context(), live, core.ClientInfo{}, "", password), plausch.Forbidden)
	_, _, err = f.Admin(owner).CreateReset(t.Context(), "weather")
	expectCode(t, err, plausch.Invalid)
	f.clock.move(1000 * 24 * time.Hour)
	_, err = f.SignInToken(t.Context(), core.ClientInfo{}, token.Text())
	expectCode(t, err, "")
	same, next, err := f.Admin(owner).CreateBot(t.Context(), "weather")
	expectCode(t, err, "")
	expectCode(t, <-ended, plausch.SignInFailed)
	if same.ID != bot.ID {
		t.Error("a new token is a new bot's")
	}
	_, err = f.SignInToken(t.Context(), core.ClientInfo{}, token.Text())
	expectCode(t, err, plausch.SignInFailed)
	_, err = f.SignInToken(t.Context(), core.ClientInfo{}, next.Text())
	expectCode(t, err, "")
	_, _, err = f.Admin(owner).CreateBot(t.Context(), "olga")
	expectCode(t, err, plausch.Taken)
}

// TestNoSecretIsKept looks for what was given out in all files of the database.
func TestNoSecretIsKept(t *testing.T) {
	f := newFixture(t)
	claim, err := f.otherProcess().CreateClaim(t.Context())
	expectCode(t, err, "")
	_, invite, err := f.otherProcess().CreateInvite(t.Context(), core.InviteOptions{})
	expectCode(t, err, "")
	in := f.guest("bob")
	f.close()
	files, err := filepath.Glob(f.path + "*")
	if err != nil || len(files) == 0 {
		t.Fatalf("the files are %v (%v)", files, err)
	}
	f.open()
	for _, secret := range []string{claim.Text(), invite.Text(), in.Token} {
		for _, file := range files {
			if contains(t, file, secret) {
				t.Errorf("%s has the secret %s", file, secret)
			}
		}
	}
}

func contains(t *testing.T, file, secret string) bool {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Contains(b, []byte(secret))
}

// An admin may reset members, but not by that become one of the owners.
func TestAResetIsForTheAccountAsItWas(t *testing.T) {
	f := newFixture(t)
	owner, admin := f.account("olga", plausch.RoleOwner), f.account("ada", plausch.RoleAdmin)
	f.account("alice", plausch.RoleMember)
	const next = "battery staple horse"
	code, _, err := f.Admin(admin).CreateReset(t.Context(), "alice")
	expectCode(t, err, "")
	_, err = f.Admin(owner).SetRole(t.Context(), "alice", plausch.RoleOwner)
	expectCode(t, err, "")
	_, err = f.RedeemReset(t.Context(), core.ClientInfo{}, code.Text(), next)
	expectCode(t, err, plausch.NotFound)

	code, _, err = f.Admin(owner).CreateReset(t.Context(), "alice")
	expectCode(t, err, "")
	live, _ := f.ended(f.signIn("alice"))
	expectCode(t, f.ChangePassword(t.Context(), live, core.ClientInfo{}, password, "her own new one"), "")
	_, err = f.RedeemReset(t.Context(), core.ClientInfo{}, code.Text(), next)
	expectCode(t, err, plausch.NotFound)

	code, _, err = f.Admin(owner).CreateReset(t.Context(), "alice")
	expectCode(t, err, "")
	expectCode(t, f.Admin(owner).DeactivateAccount(t.Context(), "alice"), "")
	expectCode(t, f.Admin(owner).ActivateAccount(t.Context(), "alice"), "")
	_, err = f.RedeemReset(t.Context(), core.ClientInfo{}, code.Text(), next)
	expectCode(t, err, plausch.NotFound)
}

// Who was shut out, or may invite nobody any more, has no way back by an own invite.
func TestInvitesEndWithTheRightToInvite(t *testing.T) {
	ends := map[string]func(f *fixture, owner plausch.Account) error{
		"deactivated": func(f *fixture, owner plausch.Account) error {
			return f.Admin(owner).DeactivateAccount(t.Context(), "ada")
		},
		"demoted": func(f *fixture, owner plausch.Account) error {
			_, err := f.Admin(owner).SetRole(t.Context(), "ada", plausch.RoleMember)
			return err
		},
	}
	for what, end := range ends {
		f := newFixture(t)
		owner, admin := f.account("olga", plausch.RoleOwner), f.account("ada", plausch.RoleAdmin)
		_, code, err := f.Admin(admin).CreateInvite(t.Context(), core.InviteOptions{Uses: -1})
		expectCode(t, err, "")
		_, owners, err := f.Admin(owner).CreateInvite(t.Context(), core.InviteOptions{})
		expectCode(t, err, "")
		expectCode(t, end(f, owner), "")
		if _, err := f.RedeemInvite(t.Context(), core.ClientInfo{}, code.Text(), "eve", password); plausch.CodeOf(err) != plausch.NotFound {
			t.Errorf("%s: the invite is still good (%v)", what, err)
		}
		_, err = f.RedeemInvite(t.Context(), core.ClientInfo{}, owners.Text(), "bob", password)
		expectCode(t, err, "")
	}
}

func deleteAccount(f *fixture, l *core.Connection, from core.ClientInfo, name, password string, erase bool) error {
	f.t.Helper()
	_, err := f.DeleteAccount(f.t.Context(), l, from, name, password, erase)
	return err
}
