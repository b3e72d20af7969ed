package main

import (
	"strings"
	"testing"
	"unicode"

	"plausch"
)

var testFiles = []plausch.Attachment{
	{ID: "A", Name: "photo.png", Type: "image/png", Size: 12_345},
	{ID: "B", Name: "notes.pdf", Type: "application/pdf", Size: 3_000_000},
}

func TestRenderAttachments(t *testing.T) {
	for _, c := range []struct {
		text       string
		files      []plausch.Attachment
		chat, tail string
	}{
		{"look", testFiles[:1], "12:03 anna: look [picture photo.png, 12 KB]\n", "look [picture photo.png, 12 KB]\n"},
		{"", testFiles, "12:03 anna: [picture photo.png, 12 KB] [file notes.pdf, 3 MB]\n", "[picture photo.png, 12 KB] [file notes.pdf, 3 MB]\n"},
		{"", nil, "12:03 anna: (deleted)\n", "(deleted)\n"}, // erased by its author
	} {
		e := testMessage(c.text)
		e.Attachments = c.files
		if got := testRenderer(80).event(e, ""); got != c.chat {
			t.Errorf("chat shows %q, want %q", got, c.chat)
		}
		if got := messageLine(e); !strings.HasSuffix(got, " anna: "+c.tail) {
			t.Errorf("tail shows %q, want %q", got, c.tail)
		}
	}
}

func TestAttachmentsInJSON(t *testing.T) {
	e := testMessage("")
	e.Attachments = testFiles[:1]
	for want, e := range map[string]plausch.Event{
		`"text":"","attachments":[{"id":"A","name":"photo.png","type":"image/png","size":12345}]}`: e,
		`"text":"hi"}`: testMessage("hi"),
	} {
		got, err := messageJSON("public", e)
		if err != nil || !strings.HasSuffix(string(got), want) {
			t.Errorf("%s, %v does not end with %s", got, err, want)
		}
	}
}

// A name comes from somebody else's server, at worst.
func TestAttachmentsHostile(t *testing.T) {
	e := testMessage("")
	e.Attachments = []plausch.Attachment{{Name: "a\x1b]0;pwned\x07\n12:04 bob: no\u202e\u009b.png", Type: "\x1b[2J", Size: -1}}
	b, err := messageJSON("public", e)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []string{testRenderer(0).event(e, ""), messageLine(e), string(b)} {
		for _, r := range strings.TrimSuffix(s, "\n") {
			if unicode.IsControl(r) || r == '\u202e' {
				t.Errorf("%q has %U", s, r)
			}
		}
	}
}
