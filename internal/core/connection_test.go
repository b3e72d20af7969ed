package core_test

import (
	"context"
	"net/netip"
	"testing"
	"time"

	"plausch"
	"plausch/internal/core"
)

// ended arrives by in and returns the connection and why it was ended.
func (f *fixture) ended(in core.SignedIn) (*core.Connection, chan error) {
	f.t.Helper()
	ended := make(chan error, 1)
	return f.connect(in, core.Callbacks{Ended: func(err error) { ended <- err }}), ended
}

// TestASignInEndsWhoeverEndsIt ends devices by this process and by another one,
// and waits for the connections to hear of it, which is for 1 s at most.
func TestASignInEndsWhoeverEndsIt(t *testing.T) {
	ways := map[string]func(f *fixture, owner plausch.Account, in core.SignedIn) error{
		"revoked": func(f *fixture, _ plausch.Account, in core.SignedIn) error {
			return f.RevokeDevice(f.t.Context(), in.Account, in.Device)
		},
		"deactivated": func(f *fixture, owner plausch.Account, in core.SignedIn) error {
			return f.Admin(owner).DeactivateAccount(f.t.Context(), in.Account.Name)
		},
		"deactivated beside": func(f *fixture, _ plausch.Account, in core.SignedIn) error {
			return f.otherProcess().DeactivateAccount(f.t.Context(), in.Account.Name)
		},
		"deleted beside": func(f *fixture, _ plausch.Account, in core.SignedIn) error {
			return f.otherProcess().DeleteAccount(f.t.Context(), in.Account.Name, false)
		},
		"given a new password beside": func(f *fixture, _ plausch.Account, in core.SignedIn) error {
			return f.otherProcess().SetPassword(f.t.Context(), in.Account.Name, "another correct horse")
		},
	}
	for name, end := range ways {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			owner := f.account("olga", plausch.RoleOwner)
			f.account("alice", plausch.RoleMember)
			in := f.signIn("alice")
			live, ended := f.ended(in)
			_, friend := f.ended(f.guest("bob"))
			if err := end(f, owner, in); err != nil {
				t.Fatal(err)
			}
			expectCode(t, <-ended, plausch.SignInFailed)
			if !live.Ended() {
				t.Error("the connection does not know that it has ended")
			}
			live.Disconnect()
			_, err := f.SignInToken(t.Context(), core.ClientInfo{}, in.Token)
			expectCode(t, err, plausch.SignInFailed)
			if _, err := f.Connect(t.Context(), in, netip.Addr{}, core.Callbacks{}); plausch.CodeOf(err) != plausch.SignInFailed {
				t.Errorf("a connection that signed in before arrives after: %v", err)
			}
			select {
			case err := <-friend:
				t.Errorf("somebody else was ended: %v", err)
			default:
			}
		})
	}
}

func TestWhatAnotherProcessDoesIsNoticedInTime(t *testing.T) {
	f := newFixture(t)
	f.account("alice", plausch.RoleMember)
	in := f.signIn("alice")
	changed := make(chan plausch.Account, 1)
	live := f.connect(in, core.Callbacks{Changed: func(a plausch.Account) { changed <- a }})
	if _, err := f.otherProcess().SetRole(t.Context(), in.Account.Name, plausch.RoleAdmin); err != nil {
		t.Fatal(err)
	}
	if got := <-changed; got.Role != plausch.RoleAdmin || live.Account().Role != plausch.RoleAdmin {
		t.Errorf("the connection is told %q and has %q, want admin", got.Role, live.Account().Role)
	}
}

func TestAPasswordChangeEndsTheOtherDevices(t *testing.T) {
	f := newFixture(t)
	f.account("alice", plausch.RoleMember)
	here, there := f.signIn("alice"), f.signIn("alice")
	live, ended := f.ended(here)
	_, other := f.ended(there)
	const next = "battery staple horse"
	expectCode(t, f.ChangePassword(t.Context(), live, core.ClientInfo{}, "wrong horse battery", next), plausch.Forbidden)
	expectCode(t, f.ChangePassword(t.Context(), live, core.ClientInfo{}, password, "short"), plausch.Invalid)
	expectCode(t, f.ChangePassword(t.Context(), live, core.ClientInfo{}, password, next), "")
	expectCode(t, <-other, plausch.SignInFailed)
	if live.Ended() || len(ended) > 0 {
		t.Error("the device that changed it has ended, too")
	}
	_, err := f.SignInToken(t.Context(), core.ClientInfo{}, there.Token)
	expectCode(t, err, plausch.SignInFailed)
	_, err = f.SignInToken(t.Context(), core.ClientInfo{}, here.Token)
	expectCode(t, err, "")
	_, err = f.SignInPassword(t.Context(), core.ClientInfo{}, "alice", password)
	expectCode(t, err, plausch.SignInFailed)
	_, err = f.SignInPassword(t.Context(), core.ClientInfo{}, "alice", next)
	expectCode(t, err, "")
}

func TestDevicesExpireAndNoClockBringsThemBack(t *testing.T) {
	for name, c := range map[string]struct {
		every, total time.Duration // the device is used every so often, for so long
		want         plausch.Code
	}{
		"used every 29 days":   {29 * 24 * time.Hour, 87 * 24 * time.Hour, ""},
		"not used for 30 days": {30 * 24 * time.Hour, 30 * 24 * time.Hour, plausch.SignInFailed},
		"90 days old":          {15 * 24 * time.Hour, 90 * 24 * time.Hour, plausch.SignInFailed},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t)
			f.account("alice", plausch.RoleMember)
			in := f.signIn("alice")
			var err error
			for passed := time.Duration(0); passed < c.total && err == nil; passed += c.every {
				f.clock.move(c.every)
				var again core.SignedIn
				if again, err = f.SignInToken(t.Context(), core.ClientInfo{}, in.Token); err == nil {
					f.connect(again, core.Callbacks{}).Disconnect()
					f.restart() // writes what was used
				}
			}
			expectCode(t, err, c.want)
			if c.want != "" {
				f.clock.move(-10 * 365 * 24 * time.Hour)
				_, err = f.SignInToken(t.Context(), core.ClientInfo{}, in.Token)
				expectCode(t, err, c.want)
			}
		})
	}
}

func TestALostAnswerToASignInCanBeAskedForAgain(t *testing.T) {
	f := newFixture(t)
	from := core.ClientInfo{NewToken: newToken()}
	first, err := f.SignInGuest(t.Context(), from, "Alice", false)
	expectCode(t, err, "")
	live := f.connect(first, core.Callbacks{}) // the server has not noticed that the connection is lost
	again, err := f.SignInGuest(t.Context(), from, "Alice", false)
	expectCode(t, err, "")
	if again.Account != first.Account || again.Device != first.Device || again.Token != from.NewToken {
		t.Errorf("the repeat signs in %+v, the first %+v", again, first)
	}
	live.Disconnect()
	_, err = f.SignInGuest(t.Context(), core.ClientInfo{NewToken: newToken()}, "alice", false)
	expectCode(t, err, plausch.Taken)
	_, err = f.SignInGuest(t.Context(), from, "bob", false)
	expectCode(t, err, plausch.Invalid)
	_, err = f.SignInGuest(t.Context(), core.ClientInfo{NewToken: "secret"}, "bob", false)
	expectCode(t, err, plausch.Invalid)

	f.account("carl", plausch.RoleMember)
	from.NewToken = newToken()
	one, err := f.SignInPassword(t.Context(), from, "carl", password)
	expectCode(t, err, "")
	two, err := f.SignInPassword(t.Context(), from, "carl", password)
	expectCode(t, err, "")
	devices, err := f.ListDevices(context.Background(), one.Account)
	if one.Device != two.Device || len(devices) != 1 || err != nil {
		t.Errorf("a repeated sign-in by password makes the devices %v (%v)", devices, err)
	}
}
