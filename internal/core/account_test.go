package core_test

import (
	"testing"
	"time"

	"plausch"
	"plausch/internal/core"
)

func TestASignInKeepsHowTheNameWasWritten(t *testing.T) {
	f := newFixture(t)
	for _, c := range []struct{ in, name, display string }{
		{"Alice", "alice", "Alice"},
		{"bob", "bob", ""},
		{"ＣＡＲＯＬ", "carol", "CAROL"},
	} {
		in := f.guest(c.in)
		if in.Account.Name != c.name || in.Account.Display != c.display {
			t.Errorf("%q signs in as %q, called %q, want %q and %q", c.in, in.Account.Name, in.Account.Display, c.name, c.display)
		}
		again, err := f.SignInToken(t.Context(), core.ClientInfo{}, in.Token)
		if err != nil || again.Account.Display != c.display {
			t.Errorf("by its token %q is called %q (%v), want %q", c.name, again.Account.Display, err, c.display)
		}
	}
}

func TestNobodyIsCalledByAnothersName(t *testing.T) {
	f := newFixture(t)
	alice, eve := f.guest("alice").Account, f.guest("eve").Account
	for _, display := range []string{"alice", "Alice", "ALICE", "ａｌｉｃｅ", " alice ", "@alice", "@ Alice", "＠alice", "@@alice"} {
		_, err := f.UpdateAccount(t.Context(), eve, display)
		expectCode(t, err, plausch.Taken)
	}
	for _, c := range []struct {
		who     plausch.Account
		display string
		want    string
	}{
		{alice, "ALICE", "ALICE"},
		{alice, "alice", ""},
		{alice, "@alice", ""},
		{eve, "Alice B.", "Alice B. (eve)"},
		{eve, "Somebody", "Somebody (eve)"},
		{eve, "", "eve"},
	} {
		got, err := f.UpdateAccount(t.Context(), c.who, c.display)
		if err != nil {
			t.Fatal(err)
		}
		want := c.want
		if want == "" {
			want = c.who.Name
		}
		if got.Ref().Shown() != want {
			t.Errorf("%s who wants to be called %q is shown as %q, want %q", c.who.Name, c.display, got.Ref().Shown(), want)
		}
		e := f.say(got, core.NewMessage{Room: plausch.PublicRoom, Text: "hi"})
		if e.Actor != got.Ref() {
			t.Errorf("a message is from %+v, want %+v", e.Actor, got.Ref())
		}
	}
}

// TestANameTakesTheDisplayOfItFromOthers makes accounts whose name somebody is
// called by already.
func TestANameTakesTheDisplayOfItFromOthers(t *testing.T) {
	f := newFixture(t)
	f.account("carl", plausch.RoleMember)
	eve, carl := f.guest("eve"), f.signIn("carl")
	renamed := make(chan plausch.Account, 10)
	live := f.connect(carl, core.Callbacks{Changed: func(a plausch.Account) { renamed <- a }})
	_, err := f.UpdateAccount(t.Context(), carl.Account, "Bob")
	expectCode(t, err, "")
	<-renamed
	_, err = f.UpdateAccount(t.Context(), eve.Account, "＠ＢＯＢ")
	expectCode(t, err, "")
	for _, name := range []string{"bob", "Bob", "BOB"} { // a guest takes nothing from anybody
		_, err = f.SignInGuest(t.Context(), core.ClientInfo{}, name, false)
		expectCode(t, err, plausch.Taken)
	}
	if got := live.Account().Ref().Shown(); got != "Bob (carl)" {
		t.Errorf("carl is called %q because of a guest", got)
	}
	f.account("bob", plausch.RoleMember)
	if got := (<-renamed).Ref().Shown(); got != "carl" {
		t.Errorf("beside the account bob, carl is called %q", got)
	}
	again, err := f.SignInToken(t.Context(), core.ClientInfo{}, eve.Token)
	if err != nil || again.Account.Display != "" {
		t.Errorf("beside the account bob, eve is called %q (%v)", again.Account.Display, err)
	}
	if got := f.signIn("bob").Account.Ref().Shown(); got != "bob" {
		t.Errorf("bob is called %q", got)
	}
}

func TestTheDisplayOfAGuestWhoHasLeftIsFree(t *testing.T) {
	f := newFixture(t)
	eve := f.guest("eve")
	_, err := f.UpdateAccount(t.Context(), eve.Account, "Bob")
	expectCode(t, err, "")
	_, err = f.SignInGuest(t.Context(), core.ClientInfo{}, "bob", false)
	expectCode(t, err, plausch.Taken)
	f.clock.move(plausch.GuestNameKept + time.Minute)
	_, err = f.SignInGuest(t.Context(), core.ClientInfo{}, "bob", false)
	expectCode(t, err, "")
	again, err := f.SignInToken(t.Context(), core.ClientInfo{}, eve.Token)
	if err != nil || again.Account.Ref().Shown() != "eve" {
		t.Errorf("eve is back as %q (%v)", again.Account.Ref().Shown(), err)
	}
}
