package api_test

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"plausch"
	"plausch/internal/core"
	"plausch/protocol"
)

// TestNobodyLearnsWhichNamesThereAre compares sign-ins with wrong passwords to a
// name that there is and to ones that there are not: the bytes of the answers, and
// the password hashes that are computed for them, which are the time that could be
// measured. (That a hash for an unknown name costs what any other does is tested in
// auth.)
func TestNobodyLearnsWhichNamesThereAre(t *testing.T) {
	now := time.Now()
	w := newWorld(t, func(o *core.Options) { o.Now = func() time.Time { return now } })
	if _, err := w.admin.CreateAccount(t.Context(), "known", "correct horse battery", plausch.RoleMember); err != nil {
		t.Fatal(err)
	}
	source := 0
	// Guess makes some guesses, each from another address, so that none is held back,
	// and returns what each costs and is answered.
	guess := func(name string) (outcomes []string) {
		t.Helper()
		for range 6 {
			source++
			w.caller("nobody").Remote = netip.AddrFrom4([4]byte{203, 0, 113, byte(source)})
			before := w.passwords.Computed()
			_, err := w.call("nobody", protocol.MethodSignIn, &protocol.SignIn{Name: name, Password: "wrong horse battery"})
			outcomes = append(outcomes, fmt.Sprintf("%d hashes: %s", w.passwords.Computed()-before, protocol.JSON.AppendReply(nil, 1, nil, err)))
		}
		return outcomes
	}
	want := guess("known")
	if want[0] == want[len(want)-1] {
		t.Errorf("guesses are not held back, however many there are: %s", want[0])
	}
	// Nobody has the first name, a guest without a password the second, and the third
	// can be no name.
	for _, name := range []string{"neverthere", "maker", "no name"} {
		if got := guess(name); !slices.Equal(got, want) {
			t.Errorf("guesses at %q and at a name that there is differ:\n%q\n%q", name, got, want)
		}
	}
}
