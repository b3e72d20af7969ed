package e2e

import (
	"bufio"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// waitTime bounds each wait; it is long, since the machine may be busy.
const waitTime = 60 * time.Second

// window is a running plausch-desktop.
type window struct {
	t       *testing.T
	home    string
	process *exec.Cmd
	in      io.Writer
	out     *bufio.Reader
	log     *os.File
}

// say is a command of the window: see qt/drive.cpp.
type say map[string]any

// openWindow starts the program in a home of its own, or in the one that is given.
func openWindow(t *testing.T, home string, env ...string) *window {
	t.Helper()
	return openWindowSaying(t, home, "Sign in", env...)
}

// openWindowSaying is openWindow in another language, known by the button that signs in.
func openWindowSaying(t *testing.T, home, button string, env ...string) *window {
	t.Helper()
	if home == "" {
		home = t.TempDir()
	}
	w := &window{t: t, home: home, process: exec.Command(desktopBinary)}
	w.process.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home+"/config", "XDG_STATE_HOME="+home+"/state", "XDG_RUNTIME_DIR="+home,
		"QT_QPA_PLATFORM=offscreen", "LC_ALL=C.UTF-8", "DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere",
		"ASAN_OPTIONS=detect_leaks=0", "UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1") // Qt keeps some things for good
	w.process.Env = append(w.process.Env, env...)
	in, err := w.process.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := w.process.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if w.log, err = os.Create(filepath.Join(home, "log")); err != nil {
		t.Fatal(err)
	}
	w.process.Stderr, w.in, w.out = w.log, in, bufio.NewReader(out)
	if err := w.process.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		w.kill()
		log, _ := os.ReadFile(w.log.Name())
		if t.Failed() || strings.Contains(string(log), "runtime error") || strings.Contains(string(log), "AddressSanitizer") {
			t.Errorf("the window said:\n%s", log)
		}
	})
	w.await("a window", func() bool { return w.try(say{"do": "shown", "object": "signInButton"})["shown"] == button })
	return w
}

func (w *window) kill() {
	if w.process != nil {
		_ = w.process.Process.Kill()
		_ = w.process.Wait()
		w.process = nil
	}
}

// try does something and returns the answer.
func (w *window) try(c say) map[string]any {
	w.t.Helper()
	text, err := json.Marshal(c)
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.in.Write(append(text, '\n')); err != nil {
		w.t.Fatalf("the window is gone: %v", err)
	}
	line, err := w.out.ReadBytes('\n')
	if err != nil {
		w.t.Fatalf("the window is gone: %v", err)
	}
	var answer map[string]any
	if err := json.Unmarshal(line, &answer); err != nil {
		w.t.Fatalf("%s: %v", line, err)
	}
	return answer
}

// do does something that has to be possible.
func (w *window) do(c say) map[string]any {
	w.t.Helper()
	answer := w.try(c)
	if answer["error"] != nil {
		w.t.Fatal(answer["error"])
	}
	return answer
}

// await waits until something holds.
func (w *window) await(what string, holds func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(waitTime); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.t.Fatalf("there is not: %s; messages %q, rooms %q, notice %q, state %q", what, w.list("messages"), w.list("rooms"), w.text("notice"), w.text("state"))
		}
	}
}

// text returns what a widget shows, list the rows of a list.
func (w *window) text(object string) string {
	w.t.Helper()
	s, _ := w.do(say{"do": "shown", "object": object})["shown"].(string)
	return s
}

func (w *window) list(object string) (rows []string) {
	w.t.Helper()
	shown, _ := w.do(say{"do": "shown", "object": object})["shown"].([]any)
	for _, row := range shown {
		s, _ := row.(string)
		rows = append(rows, s)
	}
	return rows
}

func (w *window) visible(object string) bool {
	w.t.Helper()
	return w.do(say{"do": "shown", "object": object})["visible"] == true
}

// row returns the last row of a list that has a text, empty if none has.
func (w *window) row(object, text string) string {
	w.t.Helper()
	rows := w.list(object)
	for _, row := range slices.Backward(rows) {
		if strings.Contains(row, text) {
			return row
		}
	}
	return ""
}

// reads waits for a message with a text.
func (w *window) reads(text string) {
	w.t.Helper()
	w.await("a message with "+text, func() bool { return w.row("messages", text) != "" })
}

// shows waits for a row of a list with a text.
func (w *window) shows(object, text string) {
	w.t.Helper()
	w.await(object+" with "+text, func() bool { return w.row(object, text) != "" })
}

func (w *window) typeText(object, text string) {
	w.t.Helper()
	w.do(say{"do": "keys", "object": object, "text": text})
}

func (w *window) key(object, key string, modifiers ...string) {
	w.t.Helper()
	w.do(say{"do": "key", "object": object, "key": key, "modifiers": strings.Join(modifiers, " ")})
}

// send writes a message and sends it.
func (w *window) send(text string) {
	w.t.Helper()
	w.typeText("composer", text)
	w.key("composer", "Return")
}

// choose clicks the row of a list that has a text.
func (w *window) choose(object, text string) {
	w.t.Helper()
	w.shows(object, text)
	w.do(say{"do": "click_item", "object": object, "text": text})
}

// with chooses a message and strikes a key on it.
func (w *window) with(message, key string) {
	w.t.Helper()
	w.choose("messages", message)
	w.key("messages", key)
}

// signIn signs in from the first page and waits for the rooms.
func (w *window) signIn(address, name, password string) {
	w.t.Helper()
	w.fillSignIn(address, name, password)
	w.await("rooms", func() bool { return w.visible("messages") })
	w.shows("rooms", "Public")
}

func (w *window) fillSignIn(address, name, password string) {
	w.t.Helper()
	for object, text := range map[string]string{"address": address, "name": name, "password": password} {
		w.typeText(object, text)
	}
	w.do(say{"do": "click", "object": "signInButton"})
}
