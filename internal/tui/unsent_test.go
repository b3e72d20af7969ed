package tui

import (
	"context"
	"path/filepath"
	"reflect"
	"testing"

	tea "charm.land/bubbletea/v2"

	"plausch"
	"plausch/client/timeline"
)

// What is written is on the disk when the program ends, by a panic too, and is taken up by
// the next one.
func TestUnsentOutlivesTheProgram(t *testing.T) {
	path := filepath.Join(t.TempDir(), "drafts", "anna.json")
	fill := func() *window {
		w := newWindow(t, 80, 24)
		w.session.unsent = &unsentFile{path: path}
		w.join(plausch.Room{ID: 2, Kind: plausch.RoomPublic, Name: "garden"})
		w.caughtUp()
		w.write("in public")
		w.goToRoom(timeline.ByPeer("bob"), "")
		w.write("to bob")
		w.press("alt+2")
		w.write("sent, but not in the outbox")
		w.press("enter")
		w.write("in the garden")
		return w
	}
	want := []unsentText{{Room: 2, Text: "sent, but not in the outbox\nin the garden"}, {Room: 1, Text: "in public"}, {To: "bob", Text: "to bob"}}
	ends := map[string]tea.Msg{
		"quit":  tea.QuitMsg{},
		"panic": answerMsg{then: func(error) tea.Cmd { panic("a fault of ours") }},
	}
	for name, end := range ends {
		t.Run(name, func(t *testing.T) {
			w := fill()
			p := tea.NewProgram(w.Model, tea.WithInput(nil), tea.WithoutRenderer(), tea.WithoutSignals(), tea.WithContext(context.Background()))
			go p.Send(end)
			err := w.run(p)
			if (err != nil) != (name == "panic") {
				t.Errorf("the program ends with %v", err)
			}
			if got := w.session.unsent.read(); !reflect.DeepEqual(got, want) {
				t.Errorf("kept is %+v", got)
			}
			next := newSession(w.session.login, nil, true)
			next.unsent.path = path
			m := newModel(context.Background(), Options{}, []*session{next})
			if m.input.text != "in public" {
				t.Errorf("public has %q", m.input.text)
			}
			m.open(0, timeline.ByPeer("bob"), "")
			if m.input.text != "to bob" {
				t.Errorf("bob has %q", m.input.text)
			}
		})
	}
}

// What the server keeps is not kept on this machine, where it would come back after it was
// sent elsewhere.
func TestKeptDraftsAreNotUnsent(t *testing.T) {
	w := newWindow(t, 80, 24)
	w.caughtUp()
	w.write("half")
	if got := w.unsent(w.session); len(got) != 1 {
		t.Errorf("unsent is %+v", got)
	}
	w.keepDraft()
	w.apply(w.session.id, timeline.DraftKept{Room: 1, Text: "half", Edit: 1})
	if got := w.unsent(w.session); len(got) != 0 {
		t.Errorf("unsent is %+v though the server has it", got)
	}
	w.write(" more")
	if got := w.unsent(w.session); len(got) != 1 || got[0].Text != "half more" {
		t.Errorf("unsent is %+v", got)
	}
	w.press("ctrl+u")
	w.keepDraft()
	if got := w.unsent(w.session); len(got) != 0 {
		t.Errorf("unsent is %+v though nothing is written", got)
	}
}

// Writes of older versions do not overwrite newer ones.
func TestUnsentWritesInOrder(t *testing.T) {
	f := unsentFile{path: filepath.Join(t.TempDir(), "a.json")}
	for _, write := range []struct {
		version int
		text    string
	}{{1, "a"}, {3, "abc"}, {2, "ab"}} {
		if err := f.write(write.version, []unsentText{{Room: 1, Text: write.text}}); err != nil {
			t.Fatal(err)
		}
	}
	if got := f.read(); len(got) != 1 || got[0].Text != "abc" {
		t.Errorf("kept is %+v", got)
	}
	if err := f.write(4, nil); err != nil || f.read() != nil {
		t.Errorf("what was sent is still kept: %v, %+v", err, f.read())
	}
}
