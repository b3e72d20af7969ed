//go:build unix

package main

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"plausch/internal/connect"
)

// awaitLine waits until the last row that has something is as given.
func (p *pane) awaitLine(want string) {
	p.t.Helper()
	p.await(fmt.Sprintf("%q in its last row", want), func(screen string) bool {
		screen = strings.TrimRight(screen, "\n ")
		return strings.TrimRight(screen[strings.LastIndexByte(screen, '\n')+1:], " ") == want
	})
}

// Two people talk in windows of two sizes, over two transports, and carry on after the
// server was killed: no line is lost, none is doubled, and what was typed stands there.
func TestTmuxWindowsGoOnAfterKill(t *testing.T) {
	clearClientEnv(t)
	data, address := t.TempDir(), freeAddress(t)
	server := startServerAt(t, address, "--data", data, "--open")
	anna := newPane(t, 80, 24, "chat", "tcp://"+address, "--name=anna")
	bob := newPane(t, 200, 60, "chat", "ws://"+address, "--name=bob")
	anna.awaitLine("public>")
	bob.awaitLine("public>")
	anna.write("one *fine* day")
	anna.press("Enter")
	bob.awaitText("anna one fine day")
	bob.write("/msg anna psst")
	bob.press("Enter")
	bob.awaitText("@anna>")
	anna.awaitText("●bob")
	anna.press("M-2")
	anna.awaitText("bob psst")
	anna.write("/jo")
	anna.awaitText("/join  ROOM|@NAME")
	anna.press("C-u")
	anna.write("heard")
	anna.press("Enter")
	bob.awaitText("anna heard")

	bob.write("half ")
	server.signal(t, syscall.SIGKILL)
	_ = server.cmd.Wait()
	anna.write("kept for you")
	anna.press("Enter")
	anna.awaitText("Connection lost.")
	anna.awaitText("1 message waits")
	bob.awaitText("Connection lost.")
	bob.write("a line")
	bob.awaitLine("@anna> half a line")

	startServerAt(t, address, "--data", data, "--open")
	bob.awaitText("kept for you")
	bob.awaitLine("@anna> half a line")
	bob.press("Enter")
	anna.awaitText("bob half a line")
	for _, p := range []*pane{anna, bob} {
		p.await("no word of the connection", func(screen string) bool { return !strings.Contains(screen, "Connection lost") })
		for _, once := range []string{"psst", "heard", "kept for you", "half a line"} {
			if n := strings.Count(p.screen(), once); n != 1 {
				t.Errorf("%q is there %d times:\n%s", once, n, p.screen())
			}
		}
	}
	anna.press("C-c")
	anna.awaitText("Press Ctrl C once more to leave.")
	anna.press("C-c")
	anna.awaitText("ended with 0")
	bob.press("C-d")
	bob.awaitText("ended with 0")
}

// A window gets narrow and wide again; 200 lines are pasted at once and are one message.
func TestTmuxWindowResizeAndPaste(t *testing.T) {
	openServer(t)
	p := newPane(t, 80, 24, "chat", os.Getenv(connect.ServerEnv), "--name=anna")
	p.awaitLine("public>")
	p.write("a line that is broken into two rows when the window gets narrow, and into one again")
	p.awaitText("public> a line that is broken")
	p.tmux("resize-window", "-x", "50", "-y", "12")
	p.awaitText("        the window gets narrow, and into one agai\n        n") // under the prompt
	p.tmux("resize-window", "-x", "200", "-y", "60")
	p.awaitLine("public> a line that is broken into two rows when the window gets narrow, and into one again")
	p.press("C-u")
	p.awaitLine("public>")
	var lines strings.Builder
	for i := range 200 {
		fmt.Fprintf(&lines, "pasted %d\n", i)
	}
	p.tmux("set-buffer", strings.TrimSpace(lines.String()))
	p.tmux("paste-buffer", "-p")
	p.awaitLine("        pasted 199")
	p.press("Enter")
	p.awaitLine("public>")
	p.awaitText("             pasted 150")
	plauschRun(t, "", "send", "--name=bob", "hello 👨‍👩‍👧 family").want(t, connect.ExitOK)
	p.awaitText("bob hello")
	p.press("PPage", "PPage", "PPage", "PPage")
	p.awaitText("anna pasted 0")
	p.press("F4")
	p.awaitText("anna: pasted 0")
	p.never("│")
	p.press("q")
	p.awaitText("│")
	p.press("C-c", "C-c")
	p.awaitText("ended with 0")
}

// process returns the plausch in a pane.
func (p *pane) process() int {
	p.t.Helper()
	all := p.processes()
	if len(all) == 0 {
		p.t.Fatal("there is no plausch in the pane")
	}
	return all[0]
}

// processes returns the ids of those that run plausch in the pane.
func (p *pane) processes() (all []int) {
	tty, err := exec.Command("tmux", "-S", p.socket, "display", "-p", "#{pane_tty}").Output()
	if err != nil {
		return nil // it is gone
	}
	out, _ := exec.Command("pgrep", "-t", strings.TrimPrefix(strings.TrimSpace(string(tty)), "/dev/"), "-x", filepath.Base(os.Args[0])).Output()
	for _, word := range strings.Fields(string(out)) {
		if pid, err := strconv.Atoi(word); err == nil {
			all = append(all, pid)
		}
	}
	return all
}

// settings returns how the terminal of a pane is set, and its modes.
func (p *pane) settings() string {
	p.t.Helper()
	tty := strings.TrimSpace(p.tmux("display", "-p", "#{pane_tty}"))
	out, err := exec.Command("stty", "-g", "-F", tty).Output()
	if err != nil {
		p.t.Fatal(err)
	}
	return string(out) + p.tmux("display", "-p", "#{alternate_on}#{cursor_flag}#{mouse_any_flag}#{keypad_flag}#{keypad_cursor_flag}")
}

// However a window ends, the terminal is as it was, and what was written is there the next
// time.
func TestTmuxWindowEnds(t *testing.T) {
	openServer(t)
	address := os.Getenv(connect.ServerEnv)
	other := newPane(t, 80, 24, "version")
	other.awaitText("ended with 0")
	settings := other.settings()
	tests := []struct {
		name string
		end  func(p *pane)
	}{
		{"two Ctrl C", func(p *pane) { p.press("C-c", "C-c", "C-c") }},
		{"SIGTERM", func(p *pane) { _ = syscall.Kill(p.process(), syscall.SIGTERM) }},
		{"SIGHUP", func(p *pane) { _ = syscall.Kill(p.process(), syscall.SIGHUP) }},
		{"SIGINT", func(p *pane) { _ = syscall.Kill(p.process(), syscall.SIGINT) }},
		{"the terminal is closed", nil},
	}
	for i, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			state, name := t.TempDir(), fmt.Sprint("--name=anna", i)
			p := newPaneOf(t, state, 80, 24, "chat", address, name)
			p.awaitLine("public>")
			p.write("half a thought")
			p.awaitLine("public> half a thought")
			pid := p.process()
			if test.end == nil {
				p.tmux("set", "-g", "exit-empty", "off")
				p.tmux("kill-session")
			} else {
				test.end(p)
				p.awaitText("ended with 0")
				if got := p.settings(); got != settings {
					t.Errorf("the terminal is left as %s, want %s", got, settings)
				}
			}
			p.awaitEnd(pid)
			again := newPaneOf(t, state, 80, 24, "chat", address, name)
			if test.name == "two Ctrl C" { // the first clears the line
				again.awaitLine("public>")
				return
			}
			again.awaitLine("public> half a thought")
		})
	}
}

// awaitEnd waits until a process is gone.
func (p *pane) awaitEnd(pid int) {
	p.t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	end := time.After(patience)
	for syscall.Kill(pid, 0) == nil {
		select {
		case <-tick.C:
		case <-end:
			p.t.Fatalf("the process %d goes on", pid)
		}
	}
}

// A picture goes up with its path completed and is drawn by half-blocks; it is found by
// search, and brought down again. Two servers stand in one window.
func TestTmuxWindowPictureAndSearch(t *testing.T) {
	openServer(t)
	address := os.Getenv(connect.ServerEnv)
	second := freeAddress(t)
	startServerAt(t, second, "--data", t.TempDir(), "--open")
	folder := t.TempDir()
	red := image.NewRGBA(image.Rect(0, 0, 64, 32))
	for i := range red.Pix {
		red.Pix[i] = []uint8{250, 10, 20, 255}[i%4]
	}
	var b bytes.Buffer
	if err := png.Encode(&b, red); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(folder, "rose red.png"), b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	plauschRun(t, "", "send", "--name=bob", "the needle in the hay").want(t, connect.ExitOK)
	plauschRun(t, strings.Repeat("hay\n", 80), "send", "--name=bob").want(t, connect.ExitOK)

	p := newPane(t, 110, 40, "chat", address, "tcp://"+second, "--name=anna")
	p.awaitText("2 #public") // of the second server
	p.awaitText("public>")
	p.write("/upload " + folder + "/ro")
	p.press("Tab")
	p.awaitText(`rose\ red.png`)
	p.write("my garden")
	p.press("Enter")
	p.awaitText("my garden")
	p.awaitText("[picture rose red.png")
	p.awaitText(strings.Repeat("▀", 40))
	p.write("/download " + folder + "/down")
	p.press("Enter")
	p.awaitText("/down/rose")
	if got, err := os.ReadFile(filepath.Join(folder, "down", "rose red.png")); err != nil || !bytes.Equal(got, b.Bytes()) {
		t.Errorf("what was brought down is another file: %v", err)
	}
	p.press("C-f")
	p.awaitText("Search in public")
	p.write("needle")
	p.awaitText("bob: the needle in the hay")
	p.press("Enter")
	p.awaitText("the needle in the hay")
	p.await("the message in its context", func(screen string) bool {
		return strings.Contains(screen, "needle") && strings.Count(screen, "hay") > 5
	})
	p.press("Escape")
	p.press("M-2")
	p.awaitText("Nothing here yet. Say hello.")
	p.write("on the second")
	p.press("Enter")
	p.awaitText("anna on the second")
	p.press("C-d")
	p.awaitText("ended with 0")
}
