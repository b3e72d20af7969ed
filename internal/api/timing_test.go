package api_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"plausch"
	"plausch/internal/core"
	"plausch/protocol"
)

// TestNobodyLearnsWhichNamesThereAre compares sign-ins with a wrong password to a
// name that there is and to one that there is not: the bytes of the answers, and
// the times they take.
//
// What a busy machine does to the times is noise for both, so the two are asked
// in turns, and a difference counts only if it is both large and consistent: the
// medians are more than 2 % apart, and one of the two was the slower one more
// often than chance would have it once in 10,000 times. A leak shows in every
// round; noise does not come three times.
func TestNobodyLearnsWhichNamesThereAre(t *testing.T) {
	w := newWorld(t)
	if _, err := w.admin.AddAccount(t.Context(), "known", "correct horse battery", plausch.RoleMember); err != nil {
		t.Fatal(err)
	}
	source := 0
	ask := func(name string) (time.Duration, []byte) {
		source++ // from everywhere, so that nobody is held back
		w.caller("nobody").Remote = netip.AddrFrom4([4]byte{203, 0, byte(source >> 8), byte(source)})
		start := time.Now()
		_, err := w.call("nobody", protocol.MethodSignIn, &protocol.SignIn{Name: name, Password: "wrong horse battery"})
		took := time.Since(start)
		if plausch.CodeOf(err) != plausch.SignInFailed {
			t.Fatalf("%s: %v", name, err)
		}
		return took, protocol.JSON.AppendReply(nil, 1, nil, err)
	}
	const pairs, often = 31, 27 // of 31 coins, 27 or more fall on one side once in 15,000 times
	for round := 1; ; round++ {
		var known, unknown []time.Duration
		slower := 0
		for i := range pairs {
			// Each name is asked for three times at most: more would be delayed.
			if i%3 == 0 {
				w.forget(t, "known")
			}
			k, a := ask("known")
			u, b := ask(fmt.Sprint("unknown", source/6))
			if !bytes.Equal(a, b) {
				t.Fatalf("the answers differ:\n%s\n%s", a, b)
			}
			known, unknown = append(known, k), append(unknown, u)
			if u > k {
				slower++
			}
		}
		slices.Sort(known)
		slices.Sort(unknown)
		ratio := float64(unknown[pairs/2]) / float64(known[pairs/2])
		t.Logf("round %d: medians %v and %v, ratio %.4f, the unknown one slower %d times of %d", round, known[pairs/2], unknown[pairs/2], ratio, slower, pairs)
		if ratio > 0.98 && ratio < 1.02 || slower < often && slower > pairs-often {
			return
		}
		if round == 3 {
			t.Fatalf("the times tell whether a name exists: the medians are %v and %v", known[pairs/2], unknown[pairs/2])
		}
	}
}

// forget signs in to an account, after which its failures are forgotten.
func (w *world) forget(t *testing.T, name string) {
	t.Helper()
	if _, err := w.core.SignInPassword(t.Context(), core.From{Remote: netip.MustParseAddr("192.0.2.1")}, name, "correct horse battery"); err != nil {
		t.Fatal(err)
	}
}
