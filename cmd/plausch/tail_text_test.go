package main

import (
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/charmbracelet/x/vt"

	"plausch"
	"plausch/internal/terminal"
)

var testFiles = []plausch.Attachment{
	{ID: "A", Name: "photo.png", Type: "image/png", Size: 12_345},
	{ID: "B", Name: "notes.pdf", Type: "application/pdf", Size: 3_000_000},
}

var testTime = time.Date(2026, 9, 27, 12, 3, 0, 0, time.Local)

func testMessage(text string) plausch.Event {
	return plausch.Event{Room: 1, Seq: 1, Kind: plausch.EventMessage, Time: testTime, Actor: plausch.AccountRef{ID: 7, Name: "anna"}, Text: text}
}

func TestTailAttachments(t *testing.T) {
	for _, c := range []struct {
		text  string
		files []plausch.Attachment
		tail  string
	}{
		{"look", testFiles[:1], "look [picture photo.png, 12 KB]\n"},
		{"", testFiles, "[picture photo.png, 12 KB] [file notes.pdf, 3 MB]\n"},
		{"", nil, "(deleted)\n"}, // erased by its author
	} {
		e := testMessage(c.text)
		e.Attachments = c.files
		if got := messageLine(e); !strings.HasSuffix(got, " anna: "+c.tail) {
			t.Errorf("tail shows %q, want %q", got, c.tail)
		}
	}
}

func TestTailSealed(t *testing.T) {
	e := testMessage("")
	e.Details = &plausch.Details{Scheme: "test", Sealed: "AAAA"}
	if got := messageLine(e); !strings.HasSuffix(got, " anna: [encrypted]\n") {
		t.Errorf("tail shows %q", got)
	}
	e.Attachments = testFiles[:1]
	if got := messageLine(e); !strings.HasSuffix(got, " anna: [encrypted] [picture photo.png, 12 KB]\n") {
		t.Errorf("with a file tail shows %q", got)
	}
	if got, err := eventJSON("public", e, false); err != nil || !strings.Contains(string(got), `"details":{"scheme":"test","sealed":"AAAA"}`) {
		t.Errorf("in JSON it is %s, %v", got, err)
	}
}

func TestAttachmentsInJSON(t *testing.T) {
	e := testMessage("")
	e.Attachments = testFiles[:1]
	for want, e := range map[string]plausch.Event{
		`"text":"","attachments":[{"id":"A","name":"photo.png","type":"image/png","size":12345}]}`: e,
		`"text":"hi"}`: testMessage("hi"),
	} {
		got, err := eventJSON("public", e, false)
		if err != nil || !strings.HasSuffix(string(got), want) {
			t.Errorf("%s, %v does not end with %s", got, err, want)
		}
	}
}

// A name comes from somebody else's server, at worst.
func TestAttachmentsHostile(t *testing.T) {
	e := testMessage("")
	e.Attachments = []plausch.Attachment{{Name: "a\x1b]0;pwned\x07\n12:04 bob: no\u202e\u009b.png", Type: "\x1b[2J", Size: -1}}
	checkHarmless(t, e)
}

// Whatever a server sends, nothing reaches the terminal that it could act on.
func TestTailHostile(t *testing.T) {
	evil := "\x1b]0;pwned\x07\x1b[2J\x1bP1$r\x1b\\\u009b31m\u202etxt\r\x08\x7f"
	e := testMessage("a" + evil + "b")
	e.Actor.Name = "anna" + evil + "\nroot"
	checkHarmless(t, e)
}

// checkHarmless holds that a message is printed, in both forms, as one line without
// anything that a terminal could act on.
func checkHarmless(t *testing.T, e plausch.Event) {
	t.Helper()
	b, err := eventJSON("public", e, false)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{messageLine(e), string(b)} {
		for _, r := range strings.TrimSuffix(s, "\n") {
			if unicode.IsControl(r) || r == '\u202e' {
				t.Errorf("%q has %U", s, r)
			}
		}
	}
}

// TestTailRowsLookLikeNobodyElses: no row but the first of a message begins at the
// edge, as the terminal draws it.
func TestTailRowsLookLikeNobodyElses(t *testing.T) {
	line := "03:17 anna: I resign today"
	for columns := terminal.MinColumns; columns <= 100; columns += 1 + columns/8 {
		screen := vt.NewEmulator(columns, 2)
		for _, text := range []string{
			strings.Repeat("\u00ad", 49) + line, strings.Repeat("👨\u200d👩\u200d👧\u200d👦", 9) + line, strings.Repeat("x ", 26) + line, "a\n" + line,
		} {
			rows := strings.Split(strings.TrimSuffix(messageRows(testMessage(text), columns), "\n"), "\n")
			for i, row := range rows {
				_, _ = screen.WriteString("\x1b[2J\x1b[H" + row)
				if screen.CursorPosition().Y != 0 {
					t.Fatalf("with %d columns the terminal breaks row %d: %q", columns, i, row)
				}
				if first := screen.CellAt(0, 0); i > 0 && first != nil && first.Content != "" && first.Content[0] != ' ' {
					t.Fatalf("with %d columns row %d of %q begins at the edge", columns, i, text)
				}
			}
		}
	}
}
