package tui

import (
	"os"
	"path/filepath"
	"testing"

	tea "charm.land/bubbletea/v2"
)

func TestPaths(t *testing.T) {
	for _, test := range []struct{ text, path, rest string }{
		{"/a/b.jpg", "/a/b.jpg", ""},
		{"/a/b.jpg the garden", "/a/b.jpg", "the garden"},
		{`/a/my\ photo.jpg and text`, "/a/my photo.jpg", "and text"},
		{"'/a/my photo.jpg' and text", "/a/my photo.jpg", "and text"},
		{`"/a/my photo.jpg"`, "/a/my photo.jpg", ""},
		{"file:///a/b", "/a/b", ""},
		{"'open", "'open", ""},
		{"", "", ""},
	} {
		if path, rest := splitPath(test.text); path != test.path || rest != test.rest {
			t.Errorf("%q is the path %q and %q", test.text, path, rest)
		}
	}
}

func TestPathCompletion(t *testing.T) {
	folder := t.TempDir()
	for _, name := range []string{"my photo.jpg", "myself.txt", ".hidden"} {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	w := newWindow(t, 80, 24)
	w.caughtUp()
	w.write("/upload " + folder + "/my")
	w.send(firstMsg(w.press("tab")))
	if want := "/upload " + folder + `/my\ photo.jpg `; w.input.text != want {
		t.Errorf("the path is completed to %q, want %q", w.input.text, want)
	}
	w.press("tab")
	if want := "/upload " + folder + "/myself.txt "; w.input.text != want {
		t.Errorf("the next is %q, want %q", w.input.text, want)
	}
	// A file that is dropped on the terminal is an upload.
	w.press("ctrl+u")
	w.send(firstMsg(w.send(tea.PasteMsg{Content: "'" + folder + "/my photo.jpg'"})))
	if want := "/upload '" + folder + "/my photo.jpg' "; w.input.text != want {
		t.Errorf("dropped is %q, want %q", w.input.text, want)
	}
}

// firstMsg runs the commands of a batch until one has a message that is no timer.
func firstMsg(cmd tea.Cmd) tea.Msg {
	if cmd == nil {
		return nil
	}
	switch msg := cmd().(type) {
	case tea.BatchMsg:
		for _, c := range msg {
			if found := firstMsg(c); found != nil {
				return found
			}
		}
		return nil
	case tickMsg:
		return nil
	default:
		return msg
	}
}

// A file that is there is not overwritten.
func TestDownloadsDoNotOverwrite(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "new")
	for _, want := range []string{"a.tar.gz", "a.tar (2).gz", "a.tar (3).gz"} {
		f, err := createNew(folder, "a.tar.gz")
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		if filepath.Base(f.Name()) != want {
			t.Errorf("the file is called %s, want %s", f.Name(), want)
		}
	}
}

func TestNotifications(t *testing.T) {
	env := func(pairs ...string) func(string) string {
		return func(key string) string {
			for i := 0; i < len(pairs); i += 2 {
				if pairs[i] == key {
					return pairs[i+1]
				}
			}
			return ""
		}
	}
	for _, test := range []struct {
		way    string
		getenv func(string) string
		want   string
	}{
		{"", env("TERM", "xterm-kitty"), "\x1b]99;i=plausch:d=0;bob\x1b\\\x1b]99;i=plausch:p=body;a; b\x1b\\"},
		{NotifyAuto, env("TERM", "foot"), "\x1b]777;notify;bob;a, b\x1b\\"},
		{"", env("TERM", "xterm-256color", "TERM_PROGRAM", "iTerm.app"), "\x1b]9;bob: a; b\x1b\\"},
		{"", env("TERM", "tmux-256color", "TMUX", "x", "TERM_PROGRAM", "iTerm.app"), "\a"},
		{"", env("TERM", "xterm"), "\a"},
		{NotifyOff, env("TERM", "foot"), ""},
	} {
		if got := notification(notifyWay(test.way, test.getenv), "bob", "a; b"); got != test.want {
			t.Errorf("%q notifies by %q, want %q", test.way, got, test.want)
		}
	}
}
