package tui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"plausch"
	"plausch/client"
)

// queue returns the texts that are on their way to the outbox.
func (w *window) queue() string {
	var texts []string
	for _, o := range w.session.queue {
		texts = append(texts, o.Text)
	}
	return strings.Join(texts, "|")
}

func TestWritingAndSending(t *testing.T) {
	tests := []struct {
		name  string
		do    func(w *window)
		queue string
		input string
	}{
		{"a line", func(w *window) { w.write("hello"); w.press("enter") }, "hello", ""},
		{"two lines", func(w *window) { w.write("a"); w.press("ctrl+j"); w.write("b"); w.press("enter") }, "a\nb", ""},
		{"nothing", func(w *window) { w.write("  "); w.press("enter") }, "", "  "},
		{"a slash", func(w *window) { w.write("//etc"); w.press("enter") }, "/etc", ""},
		{"a path", func(w *window) { w.write("/etc/hosts is"); w.press("enter") }, "/etc/hosts is", ""},
		{"in order", func(w *window) { w.write("1"); w.press("enter"); w.write("2"); w.press("enter") }, "1|2", ""},
		{"edited", func(w *window) { w.write("abd"); w.press("left"); w.write("c"); w.press("home", "delete", "enter") }, "bcd", ""},
		{"words", func(w *window) { w.write("one two three"); w.press("ctrl+w", "ctrl+w", "enter") }, "one ", ""},
		{"killed and put back", func(w *window) { w.write("one"); w.press("ctrl+u", "ctrl+y", "ctrl+y", "enter") }, "oneone", ""},
		{"cleared, and back by the key up", func(w *window) { w.write("lost?"); w.press("ctrl+c", "up") }, "", "lost?"},
		{"what was sent, by the key up", func(w *window) { w.write("one"); w.press("enter"); w.write("half"); w.press("up", "down") }, "one", "half"},
		{"a family is one", func(w *window) { w.paste("x👨‍👩‍👧"); w.press("backspace", "enter") }, "x", ""},
		{"pasted lines are one message", func(w *window) { w.send(tea.PasteMsg{Content: "a\r\nb\x1b[31m\nc"}); w.press("enter") }, "a\nb\nc", ""},
		{"a pasted program", func(w *window) { w.send(tea.PasteMsg{Content: "// TODO\nx"}); w.press("enter") }, "// TODO\nx", ""},
		{"a letter with a mark", func(w *window) { w.write("e\u0301"); w.press("backspace") }, "", ""},
		{"undone", func(w *window) { w.write("one"); w.press("ctrl+u", "ctrl+_") }, "", "one"},
		{"up and down in rows", func(w *window) {
			w.write("abc")
			w.press("ctrl+j")
			w.write("def")
			w.press("up")
			w.write("X")
		}, "", "abcX\ndef"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := newWindow(t, 80, 24)
			w.caughtUp()
			test.do(w)
			if got := w.queue(); got != test.queue {
				t.Errorf("sent is %q, want %q", got, test.queue)
			}
			if w.input.text != test.input {
				t.Errorf("the input has %q, want %q", w.input.text, test.input)
			}
			w.whole()
		})
	}
}

// A message that cannot be put into the outbox stays with whoever wrote it.
func TestRefusedByTheOutbox(t *testing.T) {
	w := newWindow(t, 80, 24)
	w.caughtUp()
	w.write("hello")
	w.press("enter")
	w.send(queuedMsg{w.session, client.ErrOutboxFull})
	w.shows("Not sent: the outbox is full", "public> hello")
	w.press("ctrl+u")
	w.paste(strings.Repeat("x", plausch.MaxText+1))
	w.press("enter")
	if w.input.text == "" || w.queue() != "" {
		t.Error("a text that is too long is not kept")
	}
}

// A message on its way is shown, and why the server refused one.
func TestSendsAreShown(t *testing.T) {
	w := newWindow(t, 80, 24)
	w.caughtUp()
	o := client.Outgoing{Room: 1, Text: "on its way"}
	w.tell(client.Queued{ID: "x", Outgoing: o, Time: start})
	w.shows("anna on its way")
	w.tell(client.Failed{ID: "x", Outgoing: o, Err: plausch.Errorf(plausch.Forbidden, "readers only read")})
	w.shows("Not sent: readers only read", "/retry")
	w.write("/retry")
	w.press("enter")
	if w.queue() != "on its way" {
		t.Errorf("sent again is %q", w.queue())
	}
	w.lacks("readers only read")
}

func TestCommandsAndCompletion(t *testing.T) {
	w := newWindow(t, 80, 24)
	w.join(plausch.Room{ID: 2, Kind: plausch.RoomPublic, Name: "garden"})
	w.caughtUp()
	w.says(1, bob, "hi")
	w.write("/jion garden")
	w.press("enter")
	w.shows("No command /jion. Did you mean /join?", "public> /jion garden")
	w.press("ctrl+u")
	w.write("/join g")
	w.shows(" garden")
	w.press("tab", "enter")
	w.shows("garden>")
	w.write("/msg b")
	w.press("tab")
	if w.input.text != "/msg bob " {
		t.Errorf("/msg b is completed to %q", w.input.text)
	}
	w.write("psst")
	w.press("enter")
	w.shows("@bob>")
	if w.queue() != "psst" {
		t.Errorf("sent is %q", w.queue())
	}
	w.press("alt+1")
	w.write("@b")
	w.shows(" @bob")
	w.press("tab")
	w.write("look :hear")
	w.press("tab")
	if !strings.HasPrefix(w.input.text, "@bob: look ") || strings.Contains(w.input.text, ":hear") {
		t.Errorf("the input has %q", w.input.text)
	}
	w.whole()
	w.press("ctrl+u")
	w.write("/msg bob")
	w.press("enter")
	w.shows("/msg takes NAME TEXT")
}

func TestGoTo(t *testing.T) {
	w := newWindow(t, 80, 24)
	w.join(plausch.Room{ID: 2, Kind: plausch.RoomPublic, Name: "garden"})
	w.caughtUp()
	w.says(1, carla, "hi")
	w.press("ctrl+k")
	w.shows("Go to a room or a person", "#garden", "@carla")
	w.whole()
	w.write("ca")
	if len(w.picker.shown) != 1 {
		t.Errorf("%d things fit", len(w.picker.shown))
	}
	w.press("enter")
	w.shows("@carla>", "Nothing here yet. Say hello.")
	w.press("ctrl+k")
	w.write("nobody")
	w.shows("No results for “nobody”.")
	w.press("esc")
	w.shows("@carla>")
}

// What was begun in a room stays there.
func TestDraftsStayInTheirRooms(t *testing.T) {
	w := newWindow(t, 80, 24)
	w.join(plausch.Room{ID: 2, Kind: plausch.RoomPublic, Name: "garden"})
	w.caughtUp()
	w.write("half")
	w.press("alt+2")
	w.shows("garden>", "✎")
	w.lacks("half")
	w.write("other")
	w.press("alt+1")
	w.shows("public> half")
	w.press("alt+2")
	w.shows("garden> other")
}

func TestLeaving(t *testing.T) {
	w := newWindow(t, 80, 24)
	w.caughtUp()
	w.press("ctrl+c")
	w.shows("Press Ctrl C once more to leave.")
	if w.left {
		t.Error("one Ctrl C leaves")
	}
	w.wall = w.wall.Add(twice)
	w.press("ctrl+c")
	if w.left {
		t.Error("two slow Ctrl C leave")
	}
	if w.press("ctrl+c"); !w.left {
		t.Error("two Ctrl C do not leave")
	}
}

func TestConnectionIsTold(t *testing.T) {
	w := newWindow(t, 80, 24)
	w.caughtUp()
	w.shows(" anna")
	w.tell(client.State{Phase: client.Offline, Err: client.ErrLost, Retry: w.wall.Add(7e9)})
	w.lacks("Connection lost")
	w.wall = w.wall.Add(3e9)
	w.send(tickMsg{})
	w.shows("Connection lost. Trying again in 4 s. Your messages are kept.")
	w.tell(client.Queued{ID: "x", Outgoing: client.Outgoing{Room: 1, Text: "kept"}, Time: w.wall})
	w.shows("1 message waits")
	w.tell(client.State{Phase: client.Online, Account: anna})
	w.lacks("Connection lost")
	w.tell(client.Typing{Room: 1, Account: bob})
	w.shows("bob is typing…")
	w.tell(client.Typing{Room: 1, Account: carla})
	w.shows("bob and carla are typing…")
	w.wall = w.wall.Add(client.TypingHolds)
	w.send(tickMsg{})
	w.lacks("typing…")
}

func TestPages(t *testing.T) {
	for _, size := range sizes {
		w := newWindow(t, size.columns, size.rows)
		w.caughtUp()
		w.says(1, bob, "copy **me**")
		w.press("f1")
		if size.columns >= 80 {
			w.shows("/join ROOM|@NAME", "go to a room or a person")
		}
		for _, line := range strings.Split(w.View().Content, "\n") {
			if n := w.of(stripped(line)); n > size.columns {
				t.Errorf("a row of the help has %d columns of %d", n, size.columns)
			}
		}
		w.press("esc", "f4")
		w.shows("bob: copy")
		w.lacks("│")
		w.press("esc")
	}
}

func stripped(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == 0x1b {
			for s[i] != 'm' {
				i++
			}
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func TestWhen(t *testing.T) {
	now := time.Date(2026, 3, 2, 14, 0, 0, 0, time.Local)
	for word, want := range map[string]time.Time{
		"90m": now.Add(90 * time.Minute), "15:30": now.Add(90 * time.Minute), "9:00": now.Add(19 * time.Hour), "14:00": now.Add(24 * time.Hour),
		"-1h": {}, "25:00": {}, "soon": {}, "": {},
	} {
		if at, ok := parseWhen(word, now); ok != !want.IsZero() || !at.Equal(want) {
			t.Errorf("%q is %v, %t", word, at, ok)
		}
	}
}
