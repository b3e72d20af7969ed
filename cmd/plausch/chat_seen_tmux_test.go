//go:build unix

package main

import (
	"fmt"
	"testing"
)

// TestTmuxAwayIsTold has bob leave and come back: he is told what came since, direct
// messages first, as long as he has not read it.
func TestTmuxAwayIsTold(t *testing.T) {
	openServer(t)
	state := t.TempDir()
	anna := startCommand(t, "chat", "--plain", "--name=anna")
	anna.await("— public —")
	tell := func(line, shows string) {
		t.Helper()
		fmt.Fprintln(anna.stdin, line)
		anna.await(shows)
	}
	tell("/create garden", "— garden —")
	tell("before bob", "anna: before bob")

	visit := func(f func(bob *pane)) {
		t.Helper()
		bob := newPaneOf(t, state, 160, 40, "chat", "--plain", "--name=bob")
		bob.awaitText("public>")
		f(bob)
		bob.write("/quit")
		bob.press("Enter")
		bob.awaitText("ended with 0")
	}
	visit(func(bob *pane) {
		bob.write("/join garden")
		bob.press("Enter")
		bob.awaitText("garden>")
		bob.never("New since")
	})
	tell("/msg bob psst", "psst")
	tell("/msg bob are you there", "are you there")
	tell("the roses", "anna: the roses")
	tell("/join public", "— public —")
	tell("hello all", "anna: hello all")
	tell("/create den private", "— den —")
	tell("/add bob", "anna added bob")
	tell("a secret", "anna: a secret")
	visit(func(bob *pane) {
		bob.awaitText("* New since you were here last: 2 from @anna, 1 in den, 1 in garden, 1 in public. /join @anna shows them.")
		bob.write("/rooms")
		bob.press("Enter")
		bob.awaitText("@anna: 2 new")
		bob.never("public: ")
	})
	// What was told only is not read; what was shown is.
	visit(func(bob *pane) {
		bob.awaitText("* New since you were here last: 2 from @anna, 1 in den, 1 in garden. /join @anna shows them.")
		bob.write("/join @anna")
		bob.press("Enter")
		bob.awaitText("— new —")
		bob.awaitText("are you there")
		bob.write("I am")
		bob.press("Enter")
		anna.await("bob: I am")
	})
	visit(func(bob *pane) {
		bob.awaitText("* New since you were here last: 1 in den, 1 in garden. /join den shows them.")
	})
}
