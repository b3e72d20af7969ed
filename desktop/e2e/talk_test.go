package e2e

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// two returns the windows of anna and bo, who see each other.
func two(t *testing.T, s *server) (anna, bo *window) {
	t.Helper()
	anna, bo = openWindow(t, ""), openWindow(t, "")
	anna.signIn(s.address, "anna", password)
	bo.signIn(s.address, "bo", password)
	anna.shows("people", "bo, online")
	return anna, bo
}

func TestTwoWindowsTalk(t *testing.T) {
	s := startServer(t)
	anna, bo := two(t, s)

	anna.send("Does Saturday work?")
	bo.reads("anna, ") // a name and the time
	bo.reads("Does Saturday work?")
	bo.await("the round trip", func() bool { return strings.HasSuffix(bo.text("state"), " ms") })

	// A reply names what it answers, and edits, reactions and deletions arrive.
	bo.with("Does Saturday work?", "R")
	bo.send("It does, form nine")
	anna.reads("form nine")
	bo.key("composer", "Up")
	bo.await("the text to edit", func() bool { return bo.text("composer") == "It does, form nine" })
	bo.key("composer", "A", "Ctrl")
	bo.send("It does, from nine")
	anna.reads("from nine, edited")
	anna.choose("messages", "from nine")
	anna.do(say{"do": "key", "object": "messages", "key": "+", "later": true})
	anna.await("the emoji", func() bool { return anna.try(say{"do": "menu_button", "text": "🎉"})["error"] == nil })
	bo.reads("🎉 1")

	// The line-mode chat's people and this window read each other.
	s.as("bo", "send", "from a script")
	anna.reads("from a script")
	if said := s.as("bo", "tail", "public"); !strings.Contains(said, "from nine") {
		t.Errorf("the terminal does not show what the window sent:\n%s", said)
	}
}

func TestDoubleClickWritesPrivately(t *testing.T) {
	s := startServer(t)
	anna, bo := two(t, s)
	bo.shows("people", "anna, online")
	bo.do(say{"do": "click_item", "object": "people", "text": "anna", "double": true})
	bo.await("anna as the recipient", func() bool { return bo.text("recipient") == "anna" })
	bo.send("only for you")
	anna.shows("rooms", "bo, online, 1 new message")
	anna.shows("people", "bo, online, 1 new message")
	anna.choose("rooms", "bo, online")
	anna.reads("only for you")
	anna.await("nothing unread", func() bool { return anna.row("rooms", "1 new message") == "" })
	bo.choose("rooms", "Public")
	bo.await("the public room", func() bool { return bo.text("recipient") == "Public" })
	if bo.row("messages", "only for you") != "" {
		t.Error("a private message stands in the public room")
	}
}

// What was sent is there once, however the server ends.
func TestServerKilledInMidSend(t *testing.T) {
	s := startServer(t)
	anna := openWindow(t, "")
	anna.signIn(s.address, "anna", password)
	anna.send("before")
	anna.reads("before")
	s.kill()
	anna.send("while it is away")
	anna.reads("while it is away")
	anna.await("a quiet word", func() bool { return strings.Contains(anna.text("state"), "Your messages are kept.") })

	// The window ends, too, and begins again before the server is back.
	anna.kill()
	anna = openWindow(t, anna.home)
	anna.reads("while it is away")
	s.start()
	anna.await("the connection", func() bool { return strings.HasSuffix(anna.text("state"), " ms") })
	anna.reads("before")
	said := ""
	anna.await("the message on the server", func() bool {
		said = s.as("bo", "tail", "public")
		return strings.Contains(said, "while it is away")
	})
	if n := strings.Count(said, "while it is away"); n != 1 {
		t.Errorf("the message is there %d times:\n%s", n, said)
	}
}

func TestFilesArrive(t *testing.T) {
	s := startServer(t)
	anna, bo := two(t, s)
	file := filepath.Join(t.TempDir(), "route plan.txt")
	if err := os.WriteFile(file, []byte("over the north ridge"), 0o600); err != nil {
		t.Fatal(err)
	}
	if anna.do(say{"do": "drop", "paths": []string{file}})["accepted"] != true {
		t.Fatal("the window takes no files")
	}
	bo.reads("route plan.txt")
}

// What was begun to write is there again, also on another device.
func TestDraftsAreKept(t *testing.T) {
	s := startServer(t)
	s.as("anna", "room", "create", "hiking")
	anna := openWindow(t, "")
	anna.signIn(s.address, "anna", password)
	anna.typeText("composer", "half a tho")
	anna.choose("rooms", "hiking")
	anna.await("an empty composer", func() bool { return anna.text("composer") == "" })
	other := openWindow(t, "")
	other.signIn(s.address, "anna", password)
	other.await("the draft on another device", func() bool { return other.text("composer") == "half a tho" })
	anna.choose("rooms", "Public")
	anna.await("the draft", func() bool { return anna.text("composer") == "half a tho" })
}

func TestSignInSaysWhatIsWrong(t *testing.T) {
	s := startServer(t)
	w := openWindow(t, "")
	w.fillSignIn(s.address, "anna", "wrong password")
	w.await("an error", func() bool { return w.text("error") != "" })
	if w.visible("messages") {
		t.Error("a wrong password was let in")
	}
}
