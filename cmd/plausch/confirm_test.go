//go:build unix

package main

import (
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"plausch"
	"plausch/internal/store"
	"plausch/internal/store/sqlite"
)

func TestAskYes(t *testing.T) {
	for answer, want := range map[string]bool{
		"y\n": true, "YES\n": true, " yes \r\n": true, "n\n": false, "\n": false, "": false, "y": false, "yesterday\n": false,
		strings.Repeat(" ", 2*maxAnswer) + "y\n": false,
	} {
		if got := askYes(strings.NewReader(answer), io.Discard, "Delete it?"); got != want {
			t.Errorf("%q counts as %v", answer, got)
		}
	}
}

// TestTmuxAsksBeforeItEndsSomething answers no, and then yes, on a terminal.
func TestTmuxAsksBeforeItEndsSomething(t *testing.T) {
	dir := t.TempDir()
	st, err := sqlite.Open(t.Context(), filepath.Join(dir, "plausch.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer st.Close()
	if _, err := st.CreateAccount(t.Context(), store.NewAccount{Name: "anna", Role: plausch.RoleMember, At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	state := func() plausch.AccountState {
		a, err := st.AccountByName(t.Context(), "anna")
		if err != nil {
			t.Fatal(err)
		}
		return a.State
	}
	p := newPane(t, 80, 24, "user", "deactivate", "anna", "--data", dir)
	p.awaitText("Deactivate anna? All its devices are signed out. [y/N]")
	p.press("Enter")
	p.awaitText("ended with 1")
	p.awaitText("nothing was changed")
	if got := state(); got != plausch.AccountActive {
		t.Errorf("without a yes the account is %s", got)
	}
	p = newPane(t, 80, 24, "user", "deactivate", "anna", "--data", dir)
	p.awaitText("[y/N]")
	p.write("y")
	p.press("Enter")
	p.awaitText("ended with 0")
	if got := state(); got != plausch.AccountDeactivated {
		t.Errorf("after a yes the account is %s", got)
	}
}
