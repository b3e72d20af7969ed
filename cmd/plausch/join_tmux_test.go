//go:build unix

package main

import (
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"plausch/internal/connect"
)

// newInvite returns the link of an invite, as it is printed.
func newInvite(t *testing.T, data string, flags ...string) string {
	t.Helper()
	o := plauschRun(t, "", append([]string{"invite", "--data", data}, flags...)...)
	o.want(t, connect.ExitOK)
	link := regexp.MustCompile(`https?://\S+`).FindString(o.stdout)
	if link == "" {
		t.Fatalf("there is no link in %s", o.stdout)
	}
	return link
}

func TestTmuxJoin(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	_, fingerprint := openTLSServer(t, data)
	plauschRun(t, "", "send", "--fingerprint", fingerprint, "--name=taken", "here first").want(t, connect.ExitOK)
	link := newInvite(t, data)
	joins := newPane(t, 100, 30, "join", link)
	joins.awaitText(fingerprint)
	joins.lastLine("Is it the same? Type yes, or nothing to stop:")
	joins.write("yes")
	joins.press("Enter")
	joins.awaitText("Your name")
	for _, answer := range []struct{ typed, next string }{
		{"1", "Not this one: "},
		{"taken", "Password for taken:"},
		{"short", "it needs at least"},
		{"correct horse battery", "Once more:"},
		{"correct horse battery", "belongs to somebody else"},
		{"Berta", "You are Berta at"},
	} {
		joins.write(answer.typed)
		joins.press("Enter")
		joins.awaitText(answer.next)
	}
	joins.awaitText("ended with 0")
	screen := joins.screen()
	for _, hidden := range []string{"correct horse", "short", "Connecting"} {
		if strings.Contains(screen, hidden) {
			t.Errorf("%q stands on the screen:\n%s", hidden, screen)
		}
	}

	// Once used, it asks for nothing.
	again := newPane(t, 100, 30, "join", "--fingerprint", fingerprint, link)
	again.awaitText("this invite link does not work")
	again.awaitText("ended with 5")
	if screen := again.screen(); strings.Contains(screen, "Your name") {
		t.Errorf("it asks for a name:\n%s", screen)
	}
}

// Who waits for a server is told at once for which, and why.
func TestTmuxConnectingIsShown(t *testing.T) {
	clearClientEnv(t)
	waits := newPane(t, 100, 30, "tail", "public", "--follow", "--name=anna", "--server=tcp://127.0.0.1:1")
	waits.awaitText("no server answers at tcp://127.0.0.1:1: is it running?")
	waits.awaitText("Trying again")
	waits.press("C-c")
	waits.awaitText("ended with 0")
}
