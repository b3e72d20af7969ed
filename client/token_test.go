package client

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"plausch"
	"plausch/protocol"
)

func TestTokenFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a", "tokens.json")
	// Stores of several processes are several values here, too.
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			if err := NewTokenFile(path).Save("host:1", fmt.Sprintf("Name%d", i), Credential{Token: fmt.Sprint(i), Guest: true}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	f := NewTokenFile(path)
	for i := range 20 {
		c, err := f.Load("host:1", fmt.Sprintf("name%d", i))
		if err != nil || c != (Credential{Token: fmt.Sprint(i), Guest: true}) {
			t.Errorf("credential %d is %v, %v", i, c, err)
		}
	}
	if c, err := f.Load("host:1+tls", "name1"); err != nil || c != (Credential{}) {
		t.Errorf("another server's credential is %v, %v", c, err)
	}
	if err := errors.Join(f.Delete("host:1", "name1"), f.Delete("host:1", "name1"), f.Delete("x", "y")); err != nil {
		t.Error(err)
	}
	if c, err := f.Load("host:1", "name1"); err != nil || c != (Credential{}) {
		t.Errorf("a deleted credential is %v, %v", c, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
	if left, _ := filepath.Glob(path + ".*"); len(left) != 1 { // the lock
		t.Errorf("beside it lie %v", left)
	}
	if err := os.WriteFile(path, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := f.Save("host:1", "x", Credential{Token: "x"}); err == nil {
		t.Error("a damaged store was overwritten")
	}
}

func TestStateFolder(t *testing.T) {
	t.Setenv("HOME", "/home/anna")
	for env, want := range map[string]string{
		"":         "/home/anna/.local/state/plausch",
		"relative": "/home/anna/.local/state/plausch",
		"/state":   "/state/plausch",
	} {
		t.Setenv("XDG_STATE_HOME", env)
		if got, err := StateFolder(); err != nil || got != want {
			t.Errorf("with %q it is %q, %v", env, got, err)
		}
	}
}

func TestGuestComesBack(t *testing.T) {
	store := NewTokenFile(filepath.Join(t.TempDir(), "tokens.json"))
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		o := f.options("Gast")
		o.Password, o.Tokens = "", store
		guest := func() (plausch.AccountID, bool) {
			t.Helper()
			r := open(t, o)
			defer r.c.Close()
			r.untilCaughtUp()
			isNew := false
			for _, u := range r.all {
				if _, ok := u.(NewGuest); ok {
					isNew = true
				}
			}
			return r.c.Account().ID, isNew
		}
		first, _ := guest()
		if again, isNew := guest(); again != first || isNew {
			t.Errorf("the guest %d came back as %d, new: %v", first, again, isNew)
		}
		// After a day away the name is another's, or anybody's.
		f.change(func() {
			clear(f.tokens)
			delete(f.accounts, "Gast")
			f.accounts["somebody"] = 77
		})
		if _, isNew := guest(); !isNew {
			t.Error("nothing told of the new guest")
		}
		if _, isNew := guest(); isNew {
			t.Error("the new guest did not come back")
		}
		f.change(func() { clear(f.tokens) })
		r := open(t, o)
		defer r.c.Close()
		err := r.c.WaitOnline(t.Context())
		var refused *SignInError
		if !errors.As(err, &refused) || plausch.CodeOf(err) != plausch.Taken {
			t.Errorf("a guest whose name is taken: %v", err)
		}
	})
}

func TestSignInFailureEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		o := f.options("anna")
		o.Password = "wrong"
		r := open(t, o)
		for {
			_, err := r.c.Next(t.Context())
			if err == nil {
				continue
			}
			var refused *SignInError
			if !errors.As(err, &refused) || plausch.CodeOf(err) != plausch.SignInFailed {
				t.Errorf("Next ends with %v", err)
			}
			break
		}
		if _, err := r.c.ListRooms(t.Context(), false); plausch.CodeOf(err) != plausch.SignInFailed {
			t.Errorf("a call ends with %v", err)
		}
		if _, err := r.c.Send(Outgoing{Room: 1, Text: "x"}); plausch.CodeOf(err) != plausch.SignInFailed {
			t.Errorf("Send ends with %v", err)
		}
		time.Sleep(time.Hour)
		if f.dials != 1 {
			t.Errorf("it dialled %d times", f.dials)
		}
		r.c.Close()
	})
}

// TestTokenIsUsed has a password account lose its connection, and its token.
func TestTokenIsUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		var chosen, how []string // tokens, and by the number of which it signed in
		f.hook = func(c *fakeConn, r protocol.Request) bool {
			var p protocol.SignIn
			if r.Method == protocol.MethodSignIn {
				c.params(r, &p)
				if p.NewToken != "" {
					chosen = append(chosen, p.NewToken)
				}
				how = append(how, fmt.Sprint(slices.Index(chosen, p.Token)+1, "/", p.Password))
			}
			return false
		}
		r := open(t, f.options("anna"))
		defer r.c.Close()
		r.untilCaughtUp()
		f.cut()
		r.untilCaughtUp()
		f.change(func() { clear(f.tokens) })
		f.cut()
		r.untilCaughtUp()
		if got := fmt.Sprint(how); got != "[0/right 1/ 1/ 0/right]" {
			t.Errorf("it signed in with %s", got)
		}
	})
}

func TestSignOut(t *testing.T) {
	store := NewTokenFile(filepath.Join(t.TempDir(), "tokens.json"))
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		f.hook = func(c *fakeConn, r protocol.Request) bool {
			if r.Method == protocol.MethodSignOut {
				c.handle(r)
				time.AfterFunc(time.Millisecond, func() { c.nc.Close() })
				return true
			}
			return false
		}
		o := f.options("anna")
		o.Tokens = store
		r := open(t, o)
		defer r.c.Close()
		r.untilCaughtUp()
		if err := r.c.SignOut(t.Context()); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if _, err := r.c.Next(t.Context()); !errors.Is(err, ErrSignedOut) && err != nil {
			t.Errorf("Next ends with %v", err)
		}
		if c, err := store.Load("fake:7528", "anna"); err != nil || c != (Credential{}) {
			t.Errorf("the token is %v, %v", c, err)
		}
		time.Sleep(time.Hour)
		if f.dials != 1 {
			t.Errorf("it dialled %d times", f.dials)
		}
	})
}

func TestPresenceAndTyping(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		calls := map[string]int{}
		f.hook = func(c *fakeConn, r protocol.Request) bool { calls[r.Method]++; return false }
		count := func(method string) int {
			synctest.Wait()
			f.mu.Lock()
			defer f.mu.Unlock()
			return calls[method]
		}
		r := open(t, f.options("anna"))
		defer r.c.Close()
		r.untilCaughtUp()
		if err := r.c.SetPresence(plausch.Away); err != nil {
			t.Fatal(err)
		}
		if err := r.c.SetPresence("asleep"); plausch.CodeOf(err) != plausch.Invalid {
			t.Errorf("asleep: %v", err)
		}
		if n := count(protocol.MethodPresenceSet); n != 1 {
			t.Errorf("presence was set %d times", n)
		}
		f.cut()
		r.untilCaughtUp()
		if n := count(protocol.MethodPresenceSet); n != 2 {
			t.Errorf("presence was set %d times", n)
		}
		for range 100 {
			r.c.Typing(1)
			time.Sleep(100 * time.Millisecond)
		}
		if n := count(protocol.MethodTyping); n != 4 {
			t.Errorf("typing was told %d times in 10 s", n)
		}
		f.mu.Lock()
		for i := range 5 {
			f.conns[0].push(&protocol.Frame{Presence: []protocol.PresenceChange{
				{Account: protocol.Account{ID: 5, Name: "bob"}, Presence: []string{"online", "away"}[i%2]},
			}})
		}
		f.conns[0].push(&protocol.Frame{Typing: &protocol.Typing{Room: 1, Account: protocol.Account{ID: 5, Name: "bob"}}})
		f.mu.Unlock()
		synctest.Wait()
		us, err := r.c.Next(context.Background())
		if err != nil || len(us) != 2 {
			t.Fatalf("updates are %v, %v", us, err)
		}
		if us[0] != Update(Typing{Room: 1, Account: plausch.AccountRef{ID: 5, Name: "bob"}}) ||
			us[1] != Update(Presence{Account: plausch.AccountRef{ID: 5, Name: "bob"}, Presence: plausch.Online}) {
			t.Errorf("updates are %v", us)
		}
	})
}
