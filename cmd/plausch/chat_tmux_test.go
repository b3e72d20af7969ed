//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"plausch/internal/connect"
	"strings"
	"syscall"
	"testing"
	"time"
)

// pane is a terminal of tmux with a program in it.
type pane struct {
	t      *testing.T
	socket string
}

// newPane starts plausch with args in a terminal.
func newPane(t *testing.T, columns, rows int, args ...string) *pane {
	t.Helper()
	return newPaneOf(t, "", columns, rows, args...)
}

// newPaneOf is newPane with a folder that keeps what outlives the program, empty for
// one of its own.
func newPaneOf(t *testing.T, state string, columns, rows int, args ...string) *pane {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		t.Fatal("the test needs tmux, which make deps installs")
	}
	dir, err := os.MkdirTemp("", "plausch-tmux-") // not t.TempDir: a socket's path has to be short
	if err != nil {
		t.Fatal(err)
	}
	p := &pane{t, filepath.Join(dir, "tmux")}
	if state == "" {
		state = filepath.Join(dir, "state")
	}
	command := []string{"env", runAs + "=" + asPlausch, "XDG_STATE_HOME=" + state, shellQuote(os.Args[0])}
	for _, arg := range args {
		command = append(command, shellQuote(arg))
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the screen of %v:\n%s", args, p.screen())
		}
		running := p.processes()
		_ = exec.Command("tmux", "-S", p.socket, "kill-server").Run()
		for _, pid := range running {
			p.awaitEnd(pid) // it keeps what is written in a folder that goes now
		}
		os.RemoveAll(dir)
	})
	// What is said at the end stays to be seen; cat takes the keys from then on.
	p.tmux("-f", os.DevNull, "new-session", "-d", "-x", fmt.Sprint(columns), "-y", fmt.Sprint(rows),
		strings.Join(command, " ")+`; echo "ended with $?"; cat`)
	return p
}

func (p *pane) tmux(args ...string) string {
	p.t.Helper()
	out, err := exec.Command("tmux", append([]string{"-S", p.socket}, args...)...).CombinedOutput()
	if err != nil {
		p.t.Fatalf("tmux %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// write types text, and press the keys that tmux calls so.
func (p *pane) write(text string)    { p.t.Helper(); p.tmux("send-keys", "-l", "--", text) }
func (p *pane) press(keys ...string) { p.t.Helper(); p.tmux(append([]string{"send-keys"}, keys...)...) }

// screen returns all that was shown, with what has scrolled away, without the
// empty rows below.
func (p *pane) screen() string {
	return strings.TrimRight(p.tmux("capture-pane", "-p", "-S", "-"), "\n")
}

// await waits until the screen is as wanted.
func (p *pane) await(what string, wanted func(screen string) bool) {
	p.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	end := time.After(patience)
	for !wanted(p.screen()) {
		select {
		case <-tick.C:
		case <-end:
			p.t.Fatalf("the screen does not show %s", what)
		}
	}
}

func (p *pane) awaitText(text string) {
	p.t.Helper()
	p.await(fmt.Sprintf("%q", text), func(screen string) bool { return strings.Contains(screen, text) })
}

// never holds that a text is not on the screen.
func (p *pane) never(text string) {
	p.t.Helper()
	if strings.Contains(p.screen(), text) {
		p.t.Errorf("the screen shows %q", text)
	}
}

// lastLine waits until the last row is as given: the line being typed.
func (p *pane) lastLine(want string) {
	p.t.Helper()
	p.await(fmt.Sprintf("%q in its last row", want), func(screen string) bool {
		return screen[strings.LastIndexByte(screen, '\n')+1:] == want
	})
}

// What others say never tears what is being typed, wherever the cursor is and
// however wide the characters are.
func TestTmuxTypingIsNotTorn(t *testing.T) {
	openServer(t)
	addr := os.Getenv(connect.ServerEnv)
	bob := newPane(t, 80, 24, "chat", "--plain", addr, "--name=bob")
	bob.lastLine("public>")
	bob.write("half a 日本語 line")
	bob.lastLine("public> half a 日本語 line")

	const n = 20
	var lines strings.Builder
	for i := range n {
		fmt.Fprintf(&lines, "message %d, and long enough that its text takes two rows of this terminal or more\n", i)
	}
	sent := make(chan outcome)
	go func() {
		var stderr strings.Builder
		code := run([]string{"send", "--name=anna"}, strings.NewReader(lines.String()), &stderr, &stderr)
		sent <- outcome{code: code, stderr: stderr.String()}
	}()
	for range 4 { // while they come
		bob.press("Left")
		bob.write("é")
		bob.press("BSpace")
	}
	bob.write(" more")
	(<-sent).want(t, connect.ExitOK)
	bob.awaitText(fmt.Sprintf("message %d,", n-1))
	const typed = "half a 日本語  moreline"
	bob.lastLine("public> " + typed)

	screen := bob.screen()
	if strings.Count(screen, "public>") != 1 || strings.Count(screen, "half a") != 1 {
		t.Errorf("the line is there more than once:\n%s", screen)
	}
	rows := strings.Split(screen, "\n")
	for i := range n {
		want := fmt.Sprintf(" anna: message %d, and long enough that its text takes two rows of this", i)
		row := len(rows) - 1 - 2*(n-i)
		if !strings.HasSuffix(rows[row], want) || strings.TrimSpace(rows[row+1]) != "terminal or more" {
			t.Fatalf("message %d is shown as\n%s\n%s", i, rows[row], rows[row+1])
		}
	}
	bob.press("Enter")
	bob.awaitText(" bob: " + typed)
	bob.lastLine("public>")
}

// Two people, one over TCP and one over WebSocket, carry on after the server
// was killed: no line is lost, none is doubled, and what was typed stands there.
func TestTmuxChatGoesOnAfterKill(t *testing.T) {
	clearClientEnv(t)
	data, address := t.TempDir(), freeAddress(t)
	server := startServerAt(t, address, "--data", data, "--open")
	anna := newPane(t, 80, 24, "chat", "--plain", "tcp://"+address, "--name=anna")
	bob := newPane(t, 80, 24, "chat", "--plain", "ws://"+address, "--name=bob")
	anna.lastLine("public>")
	bob.lastLine("public>")
	anna.write("one")
	anna.press("Enter")
	bob.awaitText(" anna: one")
	bob.write("/msg anna psst")
	bob.press("Enter")
	anna.awaitText(" [@bob] bob: psst")
	anna.write("/join @b")
	anna.press("Tab", "Enter")
	anna.lastLine("@bob>")
	anna.write("heard")
	anna.press("Enter")
	bob.awaitText(" [@anna] anna: heard")

	bob.write("half ")
	server.signal(t, syscall.SIGKILL)
	_ = server.cmd.Wait()
	anna.write("kept for you")
	anna.press("Enter")
	anna.awaitText(`Kept: "kept for you"; goes out when the connection is back.`)
	anna.lastLine("@bob (offline)>")
	bob.awaitText("No connection: ")
	bob.write("a line")
	bob.lastLine("public (offline)> half a line")

	startServerAt(t, address, "--data", data, "--open")
	bob.awaitText(" [@anna] anna: kept for you")
	bob.lastLine("public> half a line")
	bob.press("Enter")
	anna.awaitText(" [public] bob: half a line")
	anna.awaitText(" anna: kept for you")
	for _, p := range []*pane{anna, bob} {
		screen := p.screen()
		for _, once := range []string{" anna: one", " anna: heard", " anna: kept for you", " bob: half a line", "Connected again"} {
			if n := strings.Count(screen, once); n != 1 {
				t.Errorf("%q is there %d times:\n%s", once, n, screen)
			}
		}
	}
	anna.press("C-c")
	anna.awaitText("Press Ctrl-C once more to leave.")
	anna.press("C-c")
	anna.awaitText("ended with 0")
	bob.press("C-d")
	bob.awaitText("ended with 0")
}

func TestTmuxSignIn(t *testing.T) {
	clearClientEnv(t)
	data := t.TempDir()
	p := startServer(t, "--data", data)
	plauschRun(t, goodPassword, "user", "add", "anna", "--data", data).want(t, connect.ExitOK)
	t.Setenv("USER", "tester")

	anna := newPane(t, 80, 24, "chat", "--plain", "tcp://"+p.addr)
	anna.lastLine("Your name: tester")
	anna.press("C-u")
	anna.write("an na")
	anna.press("Enter")
	anna.awaitText("cannot be a name")
	anna.press("C-u")
	anna.write("Anna")
	anna.press("Enter")
	anna.lastLine("Password of anna, or nothing to stop:")
	anna.write("wrong " + goodPassword)
	anna.press("Enter")
	anna.await("the second question", func(screen string) bool { return strings.Count(screen, "is not let in") == 2 })
	anna.write(goodPassword)
	anna.press("Enter")
	anna.awaitText("You are anna at")
	anna.lastLine("public>")
	if strings.Contains(anna.screen(), "mole") {
		t.Errorf("the password is shown:\n%s", anna.screen())
	}
	anna.press("Up") // nor is it remembered
	anna.write("é")
	anna.lastLine("public> é")
	anna.press("C-c", "C-d")
	anna.awaitText("ended with 0")
}

func TestTmuxNarrowAndPaste(t *testing.T) {
	openServer(t)
	p := newPane(t, 60, 12, "chat", "--plain", os.Getenv(connect.ServerEnv), "--name=anna")
	p.lastLine("public>")
	p.write("a line that is broken into two rows when it gets narrow")
	p.awaitText("public> a line that is broken into two rows when it gets nar\nrow")
	p.tmux("resize-window", "-x", "40", "-y", "12")
	p.awaitText("public> a line that is broken into two r\nows when it gets narrow")
	plauschRun(t, "", "send", "--name=bob", "hello").want(t, connect.ExitOK)
	p.awaitText(" bob: hello\npublic> a line that is broken into two r\nows when it gets narrow")
	p.press("C-u")
	p.lastLine("public>")
	p.tmux("set-buffer", "several\nlines\tat once")
	p.tmux("paste-buffer", "-p")
	p.lastLine("lines    at once")
	p.press("Enter")
	p.awaitText(" anna: several\n      lines    at once\npublic>")
	// A terminal that does not bracket what is pasted sends its lines at once.
	p.tmux("set-buffer", "// TODO\nanother line\nand a third")
	p.tmux("paste-buffer")
	p.lastLine("and a third")
	p.press("Enter")
	p.awaitText(" anna: // TODO\n      another line\n      and a third\npublic>")
	p.tmux("set-buffer", "//go:build unix")
	p.tmux("paste-buffer", "-p")
	p.lastLine("public> //go:build unix")
	p.press("Enter")
	p.awaitText(" anna: //go:build unix\npublic>")
	p.tmux("set-buffer", "/etc/hosts\nis wrong")
	p.tmux("paste-buffer", "-p")
	p.lastLine("is wrong")
	p.press("Enter")
	p.awaitText(" anna: /etc/hosts\n      is wrong\npublic>")
	p.write("//slash")
	p.press("Enter")
	p.awaitText(" anna: /slash\npublic>")
	p.write("// a remark")
	p.press("Enter")
	p.awaitText(" anna: // a remark\npublic>")
	// An emoji of several parts is one character, wherever the terminal's own idea of it ends.
	p.write("👩‍👧bc")
	p.press("Left", "Left", "Left")
	p.write("a")
	p.press("Enter")
	p.awaitText(" anna: a👩‍👧bc\npublic>")
}
