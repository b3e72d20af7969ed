package linechat

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"plausch/internal/connect"
)

// notesScreen is a terminal of which only what is printed matters.
type notesScreen struct {
	screen
	printed strings.Builder
}

func (s *notesScreen) Write(p []byte) (int, error) { return s.printed.Write(p) }
func (s *notesScreen) terminal() bool              { return true }
func (s *notesScreen) setPrompt(string, string)    {}

// Before the first sign-in chat says at once why it waits; later a short loss is not
// worth a word.
func TestChatSaysAtOnceWhyItWaits(t *testing.T) {
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	login, err := connect.Flags{Server: "tcp://127.0.0.1:1", Name: "anna"}.Login()
	if err != nil {
		t.Fatal(err)
	}
	for _, before := range []bool{false, true} {
		s := new(notesScreen)
		c := &chat{server: login, screen: s, render: testRenderer(80), wasOnline: before, lostAt: time.Now(), offline: fmt.Errorf("connect: %w", io.EOF)}
		c.reset()
		if err := c.tick(); err != nil {
			t.Fatal(err)
		}
		if told := strings.Contains(s.printed.String(), "No connection: the connection to tcp://127.0.0.1:1 is lost"); told == before {
			t.Errorf("online before: %t; told: %q", before, s.printed.String())
		}
	}
}
