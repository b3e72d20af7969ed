package tui

import (
	"fmt"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
)

// What is read does not move when messages come, the window gets another size or older
// ones are loaded.
func TestScrollingNeverJumps(t *testing.T) {
	w := newWindow(t, 80, 24)
	w.caughtUp()
	for i := range 100 {
		w.says(1, bob, "message %d of many", i)
	}
	w.shows("message 99 of many")
	w.press("pgup", "pgup")
	bottom := func() string { return strings.TrimRight(w.lines()[w.body-1], " ") }
	before := w.text()
	for i := range 5 {
		w.says(1, carla, "a new one %d", i)
	}
	if after := w.text(); !equalBut(before, after, w.body) {
		t.Errorf("new messages move what is read:\n%s\n%s", before, after)
	}
	w.shows("↓ 5 new messages")
	last := bottom()
	w.send(tea.WindowSizeMsg{Width: 120, Height: 40})
	w.send(tea.WindowSizeMsg{Width: 80, Height: 24})
	if bottom() != last {
		t.Errorf("another size moves the last row from %q to %q", last, bottom())
	}
	w.press("esc")
	w.shows("a new one 4")
	w.lacks("new messages")
	w.press("ctrl+home")
	w.shows("message 0 of many")
	w.press("ctrl+end")
	w.shows("a new one 4")
}

// equalBut reports whether two screens have the same timeline in their first rows.
func equalBut(a, b string, rows int) bool {
	timelines := func(s string) string {
		lines := strings.Split(s, "\n")[:rows]
		for i, line := range lines {
			_, lines[i], _ = strings.Cut(line, "│")
		}
		return strings.Join(lines, "\n")
	}
	return timelines(a) == timelines(b)
}

// Scrolling by rows up and down again shows the same, and every row once.
func TestScrollingRowByRow(t *testing.T) {
	w := newWindow(t, 60, 14)
	w.caughtUp()
	for i := range 40 {
		w.says(1, bob, "message %d %s", i, strings.Repeat("long ", i%30))
	}
	var up []string
	end := w.text()
	for w.at.end || w.at != w.top() {
		w.scroll(-1)
		up = append(up, w.text())
		if len(up) > 1000 {
			t.Fatal("the beginning is never reached")
		}
	}
	w.shows("message 0 ")
	for i := len(up) - 2; i >= 0; i-- {
		if w.scroll(1); w.text() != up[i] {
			t.Fatalf("down again shows\n%s\nnot\n%s", w.text(), up[i])
		}
	}
	if w.scroll(1); w.text() != end || !w.at.end {
		t.Errorf("the end is\n%s\nnot\n%s", w.text(), end)
	}
}

// top returns the position at the oldest message.
func (w *window) top() position {
	rd := w.read()
	c, _ := rd.up(rd.cursor(w.at), 1<<30, w.history())
	return rd.position(c)
}

// A room with more unread messages than fit is opened where they begin.
func TestOpensAtTheFirstUnread(t *testing.T) {
	w := newWindow(t, 80, 24)
	w.join(plausch.Room{ID: 2, Kind: plausch.RoomPublic, Name: "garden"})
	w.caughtUp()
	for i := range 10 {
		w.says(2, bob, "read %d", i)
	}
	w.press("ctrl+n", "ctrl+n")
	for i := range 60 {
		w.says(2, bob, "unread %d", i)
	}
	w.shows("2 #garden     60")
	w.press("alt+a")
	w.shows("── New ──", "unread 0", "garden>")
	w.lacks("unread 59", "read 9\n")
	if r := w.opened(); r.Unread == 0 || r.Unread >= 60 {
		t.Errorf("%d are unread: what is seen is read, and nothing else", r.Unread)
	}
	for range 10 {
		w.press("pgdown")
	}
	w.shows("unread 59")
	if r := w.opened(); r.Unread != 0 {
		t.Errorf("%d are unread at the end", r.Unread)
	}
	w.press("f3")
	w.shows("── New ──")
	w.press("ctrl+p", "ctrl+n")
	w.lacks("── New ──")
}

// Few unread messages are shown with what was before.
func TestDividerBetweenReadAndUnread(t *testing.T) {
	w := newWindow(t, 80, 24)
	w.join(plausch.Room{ID: 2, Kind: plausch.RoomPublic, Name: "garden"})
	w.caughtUp()
	w.says(2, bob, "old")
	w.press("alt+2", "alt+1")
	w.says(2, bob, "fresh")
	w.press("alt+2")
	lines := w.lines()
	var order []string
	for _, line := range lines {
		for _, text := range []string{"old", "── New ──", "fresh"} {
			if strings.Contains(line, text) {
				order = append(order, text)
			}
		}
	}
	if fmt.Sprint(order) != "[old ── New ── fresh]" {
		t.Errorf("the order is %v:\n%s", order, w.text())
	}
}

// Nothing is read while the window has not the focus.
func TestBlurredWindowReadsNothing(t *testing.T) {
	w := newWindow(t, 80, 24)
	w.caughtUp()
	w.send(tea.BlurMsg{})
	w.says(1, bob, "are you there")
	if r := w.opened(); r.Unread != 1 {
		t.Errorf("%d are unread", r.Unread)
	}
	w.send(tea.FocusMsg{})
	if r := w.opened(); r.Unread != 0 {
		t.Errorf("%d are unread with the focus", r.Unread)
	}
	w.shows("── New ──")
}

// A gap in the log is asked for when it is near, and closes without a jump.
func TestOlderMessagesAreLoaded(t *testing.T) {
	w := newWindow(t, 80, 24)
	w.tell(client.RoomJoined{Room: plausch.Room{ID: 1, Kind: plausch.RoomPublic, Name: "public", Head: 300}, After: 200})
	w.seqs[1] = 200
	for i := range 100 {
		w.says(1, bob, "message %d", 201+i)
	}
	w.caughtUp()
	w.press("esc")
	w.shows("message 300")
	if _, near := w.missingNear(); near {
		t.Error("something is missing near the end")
	}
	w.press("pgup", "pgup", "pgup")
	before := w.text()
	query, near := w.missingNear()
	if !near || query.Before != 201 {
		t.Fatalf("missing is %v, %t", query, near)
	}
	var older []plausch.Message
	for seq := int64(101); seq <= 200; seq++ {
		older = append(older, plausch.Message{Event: plausch.Event{Room: 1, Seq: seq, Time: start, Kind: plausch.EventMessage, Actor: carla, Text: fmt.Sprint("older ", seq)}})
	}
	w.apply(w.session.id, timeline.Page{Room: 1, Query: query, MessageState: client.MessageState{Messages: older, AsOf: 300, First: 1, Older: true}})
	if w.text() != before {
		t.Errorf("the page moves what is read:\n%s\n%s", before, w.text())
	}
	w.press("pgup", "pgup")
	w.shows("older 200")
}

// The first row that is seen says who wrote it, though the name stands further up.
func TestFirstRowHasAName(t *testing.T) {
	w := newWindow(t, 60, 14)
	w.caughtUp()
	for i := range 30 {
		w.says(1, bob, "message %d", i)
	}
	if top := w.lines()[1]; !strings.Contains(top, "bob message 19") {
		t.Errorf("the first row is %q", top)
	}
	if n := strings.Count(w.text(), "bob "); n != 1 {
		t.Errorf("bob is named %d times:\n%s", n, w.text())
	}
}
