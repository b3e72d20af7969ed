package core_test

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"testing"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/core"
)

// TestAClassSignsInAtOnceBesideAttackers has 40 people behind one address sign in
// with their passwords while attackers from 40 networks guess.
func TestAClassSignsInAtOnceBesideAttackers(t *testing.T) {
	f := newFixture(t)
	const people = 40
	admin := f.otherProcess()
	for i := range people {
		if _, err := admin.CreateAccount(t.Context(), fmt.Sprint("student", i), password, plausch.RoleMember); err != nil {
			t.Fatal(err)
		}
	}
	attacking, stop := context.WithCancel(t.Context())
	var attackers sync.WaitGroup
	for i := range people {
		attackers.Go(func() { // until the network has no more guesses, or the class is in
			for n := 0; attacking.Err() == nil && n < 20; n++ {
				from := core.ClientInfo{Remote: netip.AddrFrom4([4]byte{203, byte(i), 113, byte(n)})}
				_, _ = f.SignInPassword(attacking, from, fmt.Sprint("teacher", i), "wrong horse battery")
			}
		})
	}
	router := core.ClientInfo{Remote: netip.MustParseAddr("198.51.100.7")}
	errs := make(chan error)
	for i := range people {
		go func() {
			_, err := f.SignInPassword(t.Context(), router, fmt.Sprint("student", i), password)
			errs <- err
		}()
	}
	for range people {
		if err := <-errs; err != nil {
			t.Errorf("somebody of the class: %v", err)
		}
	}
	stop()
	attackers.Wait()
}

// TestThirtyRightPasswordsAtOnce is one person's devices, or a class with one account.
func TestThirtyRightPasswordsAtOnce(t *testing.T) {
	f := newFixture(t)
	f.account("alice", plausch.RoleMember)
	from := core.ClientInfo{Remote: netip.MustParseAddr("198.51.100.7")}
	errs := make(chan error)
	for range 30 {
		go func() {
			_, err := f.SignInPassword(t.Context(), from, "alice", password)
			errs <- err
		}()
	}
	for range 30 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
}

func TestGuessesAtOnceCostNoMoreThanTheLimit(t *testing.T) {
	f := newFixture(t)
	from := core.ClientInfo{Remote: netip.MustParseAddr("198.51.100.7")}
	before := f.opts.Passwords.Computed()
	errs := make(chan error)
	const guesses = 100
	for i := range guesses {
		go func() {
			_, err := f.SignInPassword(t.Context(), from, fmt.Sprint("name", i), "wrong horse battery")
			errs <- err
		}()
	}
	wrong := 0
	for range guesses {
		switch err := <-errs; plausch.CodeOf(err) {
		case plausch.SignInFailed:
			wrong++
		case plausch.RateLimited:
		default:
			t.Error(err)
		}
	}
	if wrong != 10 || f.opts.Passwords.Computed()-before != 10 {
		t.Errorf("%d guesses were answered with %d hashes, want 10 of both", wrong, f.opts.Passwords.Computed()-before)
	}
}

// TestDeadTokensHoldNoPasswordsBack: a program whose token was revoked tries it for
// ever, and those who are at home with it sign in by password all the same.
func TestDeadTokensHoldNoPasswordsBack(t *testing.T) {
	f := newFixture(t)
	f.account("anna", plausch.RoleMember)
	home := core.ClientInfo{Remote: netip.MustParseAddr("198.51.100.7")}
	dead := auth.NewToken().Text()
	for range 100 {
		if _, err := f.SignInToken(t.Context(), home, dead); err == nil {
			t.Fatal("a dead token signs in")
		}
	}
	if _, err := f.SignInPassword(t.Context(), home, "anna", password); err != nil {
		t.Error(err)
	}
}
