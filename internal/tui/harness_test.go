package tui

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
	"plausch/internal/connect"
)

var (
	anna  = plausch.AccountRef{ID: 1, Name: "anna"} // the user
	bob   = plausch.AccountRef{ID: 2, Name: "bob"}
	carla = plausch.AccountRef{ID: 3, Name: "carla"}
	start = time.Date(2026, 3, 2, 14, 0, 0, 0, time.Local)
)

// window is a model without a server: what its client would tell, the test tells.
type window struct {
	*testing.T
	*Model
	session *session
	seqs    map[plausch.RoomID]int64
	wall    time.Time
}

// newWindow returns a window of a size, in which anna is signed in and looks at public.
func newWindow(t *testing.T, columns, rows int) *window {
	t.Helper()
	address, err := client.ParseAddress("tcp://127.0.0.1:7528")
	if err != nil {
		t.Fatal(err)
	}
	s := newSession(&connect.Login{Address: address, Name: "anna"}, nil, true)
	m := newModel(context.Background(), Options{}, []*session{s})
	w := &window{T: t, Model: m, session: s, seqs: make(map[plausch.RoomID]int64), wall: start}
	m.clock = func() time.Time { return w.wall }
	m.texts = &english
	w.send(tea.WindowSizeMsg{Width: columns, Height: rows})
	w.tell(client.State{Phase: client.Online, Account: anna})
	w.join(plausch.Room{ID: plausch.PublicRoom, Kind: plausch.RoomPublic, Name: "public"})
	return w
}

// send has the model handle a message.
func (w *window) send(msg tea.Msg) tea.Cmd {
	_, cmd := w.Update(msg)
	return cmd
}

func (w *window) tell(updates ...client.Update) {
	w.send(updatesMsg{session: w.session, updates: updates})
}

// join tells that the account is in a room.
func (w *window) join(r plausch.Room) { w.tell(client.RoomJoined{Room: r}) }

// caughtUp tells that all was told.
func (w *window) caughtUp() { w.tell(client.CaughtUp{}) }

// says tells of a message, a minute after the one before.
func (w *window) says(room plausch.RoomID, who plausch.AccountRef, format string, args ...any) int64 {
	w.seqs[room]++
	w.wall = w.wall.Add(time.Minute)
	text := fmt.Sprintf(format, args...)
	w.tell(client.Event{Event: plausch.Event{Room: room, Seq: w.seqs[room], Time: w.wall, Kind: plausch.EventMessage, Actor: who, Text: text}})
	return w.seqs[room]
}

// keys are those that tests press.
var keys = map[string]tea.KeyPressMsg{
	"enter": {Code: tea.KeyEnter}, "tab": {Code: tea.KeyTab}, "esc": {Code: tea.KeyEscape}, "up": {Code: tea.KeyUp}, "down": {Code: tea.KeyDown},
	"left": {Code: tea.KeyLeft}, "right": {Code: tea.KeyRight}, "pgup": {Code: tea.KeyPgUp}, "pgdown": {Code: tea.KeyPgDown}, "backspace": {Code: tea.KeyBackspace},
	"home": {Code: tea.KeyHome}, "end": {Code: tea.KeyEnd}, "delete": {Code: tea.KeyDelete}, "ctrl+end": {Code: tea.KeyEnd, Mod: tea.ModCtrl}, "ctrl+home": {Code: tea.KeyHome, Mod: tea.ModCtrl},
	"f1": {Code: tea.KeyF1}, "f3": {Code: tea.KeyF3}, "f4": {Code: tea.KeyF4}, "f5": {Code: tea.KeyF5}, "f7": {Code: tea.KeyF7}, "f8": {Code: tea.KeyF8},
	"f2": {Code: tea.KeyF2}, "f6": {Code: tea.KeyF6}, "f9": {Code: tea.KeyF9},
}

// press presses keys: those above, ctrl+x and alt+x.
func (w *window) press(names ...string) tea.Cmd {
	w.Helper()
	var cmd tea.Cmd
	for _, name := range names {
		key, known := keys[name]
		if mod, letter, ok := strings.Cut(name, "+"); !known && ok {
			key, known = tea.KeyPressMsg{Code: []rune(letter)[0], Mod: map[string]tea.KeyMod{"ctrl": tea.ModCtrl, "alt": tea.ModAlt}[mod]}, true
		}
		if !known {
			w.Fatalf("no key %s", name)
		}
		cmd = w.send(key)
	}
	return cmd
}

// write types a text.
func (w *window) write(text string) {
	for _, r := range text {
		w.send(tea.KeyPressMsg{Code: r, Text: string(r)})
	}
}

// screen draws the window as the renderer does.
func (w *window) screen() uv.ScreenBuffer {
	b := uv.NewScreenBuffer(w.columns, w.rows)
	b.Method = w.method
	uv.NewStyledString(w.View().Content).Draw(b, b.Bounds())
	return b
}

// lines returns the rows of the window.
func (w *window) lines() []string {
	b := w.screen()
	lines := make([]string, w.rows)
	for y := range lines {
		var s strings.Builder
		for x := 0; x < w.columns; {
			c := b.CellAt(x, y)
			if c == nil || c.Width == 0 {
				s.WriteByte(' ')
				x++
				continue
			}
			s.WriteString(c.Content)
			x += c.Width
		}
		lines[y] = s.String()
	}
	return lines
}

func (w *window) text() string { return strings.Join(w.lines(), "\n") }

// shows holds that all texts are on the screen.
func (w *window) shows(texts ...string) {
	w.Helper()
	screen := w.text()
	for _, text := range texts {
		if !strings.Contains(screen, text) {
			w.Errorf("the window does not show %q:\n%s", text, screen)
		}
	}
}

func (w *window) lacks(texts ...string) {
	w.Helper()
	screen := w.text()
	for _, text := range texts {
		if strings.Contains(screen, text) {
			w.Errorf("the window shows %q:\n%s", text, screen)
		}
	}
}

// whole holds that the frame is not broken: every row is as wide as the window, and the
// lines between the panes stand above each other.
func (w *window) whole() {
	w.Helper()
	content := strings.Split(w.View().Content, "\n")
	if len(content) != w.rows {
		w.Fatalf("the window has %d rows of %d", len(content), w.rows)
	}
	for y, line := range content {
		if n := w.method.StringWidth(line); n != w.columns {
			w.Errorf("row %d has %d columns of %d: %q", y, n, w.columns, ansi.Strip(line))
		}
	}
	b := w.screen()
	for y := range w.body {
		for _, x := range []int{w.layout.rooms, w.columns - w.layout.people - 1} {
			if x == 0 || x == w.columns-1 {
				continue
			}
			if c := b.CellAt(x, y); c == nil || c.Content != "│" {
				w.Errorf("the line at column %d is broken in row %d:\n%s", x, y, w.text())
				return
			}
		}
	}
}

var _ = timeline.Key{}
