package sqlite

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"plausch"
	"plausch/internal/store"
)

func TestAccountsThatWaitAreCreatedTogether(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "plausch.db"))
	now := time.Now()
	guest := func(name string) store.NewAccount {
		return store.NewAccount{Name: name, Role: plausch.RoleGuest, At: now, GuestsSeenBefore: now.Add(-time.Hour)}
	}
	<-s.lock // nobody writes until all wait
	const n = 3 * maxCreations
	errs, accounts := make([]error, n), make([]plausch.Account, n)
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	for i := range n {
		running.Go(func() {
			a := guest(fmt.Sprint("guest-", i/2)) // each name twice
			if i < 2 {                            // but these want one token, and to be called otherwise
				a.Name, a.Token = fmt.Sprint("device-", i), store.TokenHash{1}
			}
			accounts[i], errs[i] = s.CreateAccount(t.Context(), a)
		})
	}
	var given error
	running.Go(func() { _, given = s.CreateAccount(ctx, guest("gone")) })
	for waiting := 0; waiting <= n; time.Sleep(time.Millisecond) {
		s.creations.mu.Lock()
		waiting = len(s.creations.waiting)
		s.creations.mu.Unlock()
	}
	cancel()
	for waiting := n + 1; waiting > n; time.Sleep(time.Millisecond) {
		s.creations.mu.Lock()
		waiting = len(s.creations.waiting)
		s.creations.mu.Unlock()
	}
	s.lock <- struct{}{}
	running.Wait()

	if !errors.Is(given, context.Canceled) {
		t.Errorf("who gave up is told %v", given)
	}
	if _, err := s.AccountByName(t.Context(), "gone"); plausch.CodeOf(err) != plausch.NotFound {
		t.Errorf("who gave up has an account: %v", err)
	}
	for i := 0; i < n; i += 2 {
		first, second := i, i+1
		if errs[first] != nil {
			first, second = second, first
		}
		if errs[first] != nil || plausch.CodeOf(errs[second]) != plausch.Taken || accounts[second].ID != 0 {
			t.Fatalf("of two who want the same: %v, %v", errs[i], errs[i+1])
		}
		if i == 0 {
			lost := fmt.Sprint("device-", second)
			if _, err := s.AccountByName(t.Context(), lost); plausch.CodeOf(err) != plausch.NotFound {
				t.Errorf("%s, which got no device, is there: %v", lost, err)
			}
		}
		kept, err := s.AccountByName(t.Context(), accounts[first].Name)
		if err != nil || kept.ID != accounts[first].ID {
			t.Errorf("%s is account %d, %v, not %d", accounts[first].Name, kept.ID, err, accounts[first].ID)
		}
	}
}
