package tui

import (
	"strings"
	"testing"

	"plausch"
	"plausch/client"
	"plausch/client/timeline"
)

// happens tells of an event of public.
func (w *window) happens(e plausch.Event) int64 {
	w.seqs[1]++
	e.Room, e.Seq, e.Time = 1, w.seqs[1], w.wall
	w.tell(client.Event{Event: e})
	return e.Seq
}

// A message is drawn as it is now.
func TestMessageAsItIsNow(t *testing.T) {
	for _, size := range sizes[:2] {
		w := newWindow(t, size.columns, size.rows)
		w.caughtUp()
		first := w.says(1, bob, "the frist text")
		w.happens(plausch.Event{Kind: plausch.EventEdit, Actor: bob, Target: first, Text: "the first text"})
		w.shows("bob the first text", "(edited)")
		w.lacks("frist")
		w.happens(plausch.Event{Kind: plausch.EventReact, Actor: carla, Target: first, Text: "👍"})
		w.happens(plausch.Event{Kind: plausch.EventReact, Actor: anna, Target: first, Text: "👍"})
		w.happens(plausch.Event{Kind: plausch.EventPin, Actor: bob, Target: first})
		w.shows("👍 2", "⚑ pinned")
		w.happens(plausch.Event{Kind: plausch.EventMessage, Actor: carla, Target: first, Text: "an answer"})
		w.shows("┌ bob: the first text", "an answer")
		w.whole()
		w.happens(plausch.Event{Kind: plausch.EventDelete, Actor: bob, Target: first})
		w.shows("Message deleted", "┌ bob: (deleted)")
		w.lacks("the first text", "👍", "pinned")
		topic := "about roses"
		w.happens(plausch.Event{Kind: plausch.EventRoom, Actor: bob, Details: &plausch.Details{Room: &plausch.RoomChange{Topic: &topic}}})
		w.happens(plausch.Event{Kind: plausch.EventJoin, Actor: carla, Member: carla})
		w.shows("bob set the topic: about roses", "public — about roses", "carla joined")
		w.whole()
	}
}

// A message that names the user is marked.
func TestMentionIsMarked(t *testing.T) {
	w := newWindow(t, 80, 24)
	w.caughtUp()
	w.happens(plausch.Event{Kind: plausch.EventMessage, Actor: bob, Text: "@anna look", Details: &plausch.Details{Mentions: []plausch.AccountID{anna.ID}}})
	w.shows("bob▌@anna look")
}

func TestSpoilersAreHidden(t *testing.T) {
	w := newWindow(t, 80, 24)
	w.caughtUp()
	w.says(1, bob, "it was ||the butler|| again")
	w.lacks("butler")
	w.press("f6")
	w.write("s")
	w.shows("the butler")
	w.write("s")
	w.lacks("butler")
	w.whole()
}

// A message is selected, and what is written then answers it.
func TestAnswering(t *testing.T) {
	w := newWindow(t, 80, 24)
	w.caughtUp()
	w.says(1, bob, "first question")
	w.says(1, carla, "second question")
	w.press("alt+m", "up")
	w.write("r")
	w.shows("↳ Reply to bob: first question")
	w.whole()
	w.write("yes")
	w.press("enter")
	if q := w.session.queue; len(q) != 1 || q[0].Text != "yes" || q[0].Target != 1 {
		t.Errorf("sent is %+v", q)
	}
	w.lacks("Reply to")
	w.press("f6")
	w.write("r")
	w.press("esc")
	w.lacks("Reply to")
}

// Editing keeps what was being written.
func TestEditing(t *testing.T) {
	w := newWindow(t, 80, 24)
	w.caughtUp()
	w.says(1, anna, "my frist")
	w.says(1, bob, "something")
	w.write("half a line")
	w.press("alt+e")
	w.shows("✎ Edit message", "public> my frist")
	w.whole()
	w.press("esc")
	w.shows("public> half a line")
	w.lacks("✎ Edit message")
	w.press("f2", "ctrl+u")
	w.write("my first")
	cmd := w.press("enter")
	if cmd == nil || w.queue() != "" {
		t.Error("an edit is sent as a message, or not at all")
	}
	w.shows("public> half a line")
	// Another room keeps its own line.
	w.join(plausch.Room{ID: 2, Kind: plausch.RoomPublic, Name: "garden"})
	w.press("f2", "alt+2", "alt+1")
	w.shows("public> half a line")
}

// Nothing is deleted by one key.
func TestDeletingAsks(t *testing.T) {
	w := newWindow(t, 80, 24)
	w.caughtUp()
	w.says(1, anna, "to be deleted")
	w.press("f6")
	w.write("d")
	w.shows("Delete this message?", "Keep it", "Delete it for everybody")
	w.press("enter")
	w.shows("to be deleted")
	if w.picker != nil {
		t.Error("the question stays")
	}
}

// What another device writes in the open room appears here, but never in the place of
// what is being typed.
func TestDraftsOfOtherDevices(t *testing.T) {
	w := newWindow(t, 80, 24)
	w.caughtUp()
	draft := func(edit int64, text string) client.Draft {
		return client.Draft{Draft: plausch.Draft{Room: 1, Text: text, Edit: edit, Source: "phone"}}
	}
	w.tell(draft(1, "begun elsewhere"))
	w.shows("public> begun elsewhere")
	w.write(" and here")
	w.tell(draft(2, "begun elsewhere and there"))
	w.shows("public> begun elsewhere and here")
	w.wall = w.wall.Add(draftPause)
	w.send(tickMsg{})
	unsent := w.server().UnsentDrafts()
	if len(unsent) != 1 || unsent[0].Text != "begun elsewhere and here" || unsent[0].Source == "" {
		t.Errorf("the drafts to keep are %+v", unsent)
	}
	w.apply(w.session.id, timeline.DraftKept{Room: 1, Text: unsent[0].Text, Edit: 3})
	w.press("enter")
	if unsent := w.server().UnsentDrafts(); len(unsent) != 1 || unsent[0].Text != "" {
		t.Errorf("after the send the drafts to keep are %+v", unsent)
	}
}

// What was read on another device is read here.
func TestReadElsewhere(t *testing.T) {
	w := newWindow(t, 80, 24)
	w.join(plausch.Room{ID: 2, Kind: plausch.RoomPublic, Name: "garden"})
	w.caughtUp()
	w.says(2, bob, "one")
	w.says(2, bob, "two")
	w.shows("2 #garden      2")
	w.tell(client.Marker{Room: 2, ReadState: plausch.ReadState{Marker: 1, AsOf: 2, Unread: 1}})
	w.shows("2 #garden      1")
	w.press("alt+2")
	if read := w.server().UnsentMarkers()[2]; read != 2 {
		t.Errorf("the server is to be told of %d", read)
	}
}

func TestLinksArePicked(t *testing.T) {
	w := newWindow(t, 80, 24)
	w.caughtUp()
	w.says(1, bob, "see https://example.org/a and [that](https://example.org/b)")
	w.write("/links")
	w.press("enter")
	w.shows("Links in this room", "https://example.org/a", "https://example.org/b")
	w.whole()
	w.press("esc")
	if !strings.Contains(w.View().Content, "\x1b]8;;https://example.org/b\x1b\\") {
		t.Error("the link is none for the terminal")
	}
}

// Search asks one question at a time, and shows what was found for the newest text.
func TestSearch(t *testing.T) {
	w := newWindow(t, 80, 24)
	w.session.client = new(client.Client) // it is not asked: the answers are made below
	w.caughtUp()
	for i := range 100 {
		w.says(1, bob, "message %d", i+1)
	}
	w.press("ctrl+f")
	w.shows("Search in public", "from: in: has:")
	w.write("mess")
	s := w.picker.search
	if !s.asking || s.asked != "m" {
		t.Errorf("asked is %q", s.asked)
	}
	w.picker.shown = w.hits([]plausch.Hit{{Event: w.opened().Message(7).Event}}, false)
	w.shows("bob: message 7")
	w.whole()
	w.press("enter")
	w.shows("▌message 7", "message 8")
	w.whole()
	w.press("ctrl+f", "ctrl+f")
	w.shows("Search in all rooms")
}
