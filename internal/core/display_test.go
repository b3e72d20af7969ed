package core_test

import (
	"testing"

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
		again, err := f.SignInToken(t.Context(), core.From{}, in.Token)
		if err != nil || again.Account.Display != c.display {
			t.Errorf("by its token %q is called %q (%v), want %q", c.name, again.Account.Display, err, c.display)
		}
	}
}

func TestNobodyIsCalledByAnothersName(t *testing.T) {
	f := newFixture(t)
	alice, eve := f.guest("alice").Account, f.guest("eve").Account
	for _, display := range []string{"alice", "Alice", "ALICE", "ａｌｉｃｅ", " alice "} {
		_, err := f.SetDisplay(t.Context(), eve, display)
		expectCode(t, err, plausch.Taken)
	}
	for _, c := range []struct {
		who     plausch.Account
		display string
		want    string
	}{
		{alice, "ALICE", "ALICE"},
		{alice, "alice", ""},
		{eve, "Alice B.", "Alice B. (eve)"},
		{eve, "Somebody", "Somebody (eve)"},
		{eve, "", "eve"},
	} {
		got, err := f.SetDisplay(t.Context(), c.who, c.display)
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
		e := f.say(got, core.Post{Room: plausch.PublicRoom, Text: "hi"})
		if e.Actor != got.Ref() {
			t.Errorf("a message is from %+v, want %+v", e.Actor, got.Ref())
		}
	}
}
