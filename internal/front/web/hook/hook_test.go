package hook_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"plausch"
	"plausch/internal/front/web/hook"
)

// headersOf are those that the sender of a file in testdata sets.
func headersOf(file string) http.Header {
	h := http.Header{"Content-Type": {"application/json"}}
	if event, ok := strings.CutPrefix(strings.TrimSuffix(filepath.Base(file), ".json"), "github-"); ok {
		h.Set("X-GitHub-Event", event)
	}
	return h
}

func files(t testing.TB) []string {
	t.Helper()
	all, err := filepath.Glob("testdata/*.json")
	if err != nil || len(all) == 0 {
		t.Fatal("no files", err)
	}
	return all
}

func read(t testing.TB, file string) string {
	t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// TestSenders reads what programs send, as JSON and as Slack's old form.
func TestSenders(t *testing.T) {
	for _, file := range files(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			body := read(t, file)
			want := strings.TrimSpace(read(t, strings.TrimSuffix(file, "json")+"txt"))
			form := headersOf(file)
			form.Set("Content-Type", "application/x-www-form-urlencoded")
			for name, sent := range map[string]struct {
				h    http.Header
				body string
			}{
				"JSON":                {headersOf(file), body},
				"a form":              {form, url.Values{"payload": {body}}.Encode()},
				"JSON called a form":  {form, body},
				"JSON without a type": {http.Header{"X-Github-Event": form["X-Github-Event"]}, body},
			} {
				if got, err := hook.Text(sent.h, []byte(sent.body)); err != nil || got != want {
					t.Errorf("%s: %v, got\n%s\nwant\n%s", name, err, got, want)
				}
			}
		})
	}
}

func TestWhatCannotBeRead(t *testing.T) {
	for name, tt := range map[string]struct {
		body string
		want error
	}{
		"nothing":              {"", hook.ErrPayload},
		"a text":               {"hello", hook.ErrPayload},
		"half":                 {`{"text":"h`, hook.ErrPayload},
		"a list":               {`[]`, hook.ErrPayload},
		"no text":              {`{}`, hook.ErrNoText},
		"white space":          {`{"text":" \n "}`, hook.ErrNoText},
		"what nobody can read": {`{"text":"\u0001\u0002"}`, hook.ErrNoText},
		"a picture":            {`{"blocks":[{"type":"image","image_url":"https://x"}]}`, hook.ErrNoText},
		"numbers for parts":    {`{"text":{},"blocks":7,"attachments":[[null]]}`, hook.ErrNoText},
	} {
		if text, err := hook.Text(http.Header{}, []byte(tt.body)); err != tt.want {
			t.Errorf("%s: %q, %v, want %v", name, text, err, tt.want)
		}
	}
}

func TestTextsFit(t *testing.T) {
	for name, tt := range map[string]struct{ text, want string }{
		"a number":           {`7.5`, "7.5"},
		"control characters": {`"ab\r\nc\td\u0000\u009b"`, "ab\nc\td"},
		"a progress bar":     {`"50%\r100%"`, "50%\n100%"},
		"for terminals":      {`"\u001b[1;31merror\u001b[0m \u001b]8;;https://x\u0007log\u001b]8;;\u001b\\ \u001b(Bok\u001b[K"`, "error log ok"},
		"a lone escape":      {`"a\u001b"`, "a"},
		"a link that is cut": {`"see <https://x"`, "see <https://x"},
		"no link":            {`"<>"`, "<>"},
		"twice escaped":      {`"&amp;lt;"`, "&lt;"},
	} {
		got, _ := hook.Text(http.Header{}, []byte(`{"text":`+tt.text+`}`))
		if got != tt.want {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
	long, err := hook.Text(http.Header{}, []byte(`{"text":"`+strings.Repeat("ä", plausch.MaxText)+`"}`))
	if err != nil || plausch.CheckText(long) != nil || len(long) < plausch.MaxText-8 || !strings.HasSuffix(long, "ä\n…") {
		t.Errorf("a long text becomes one of %d bytes, %v", len(long), err)
	}
}

// TestSigned has the example of GitHub's documentation.
func TestSigned(t *testing.T) {
	const secret, body = "It's a Secret to Everybody", "Hello, World!"
	const signature = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
	for _, tt := range []struct {
		header, body, secret string
		want                 bool
	}{
		{signature, body, secret, true},
		{signature, body + "!", secret, false},
		{signature, body, "another", false},
		{strings.TrimPrefix(signature, "sha256="), body, secret, false},
		{signature[:20], body, secret, false},
		{"sha256=", body, secret, false},
		{"", body, secret, false},
	} {
		if got := hook.Signed(http.Header{"X-Hub-Signature-256": {tt.header}}, []byte(tt.body), tt.secret); got != tt.want {
			t.Errorf("%q of %q: %v", tt.header, tt.body, got)
		}
	}
}

func FuzzText(f *testing.F) {
	for _, file := range files(f) {
		f.Add(headersOf(file).Get("X-GitHub-Event"), "application/json", []byte(read(f, file)))
	}
	f.Add("", "application/x-www-form-urlencoded", []byte("payload=%7B%22text%22%3A%22x%22%7D"))
	f.Fuzz(func(t *testing.T, event, media string, body []byte) {
		h := http.Header{"Content-Type": {media}, "X-Github-Event": {event}}
		text, err := hook.Text(h, body)
		if err != nil {
			return
		}
		if err := plausch.CheckText(text); err != nil || !utf8.ValidString(text) {
			t.Errorf("%q cannot be sent: %v", text, err)
		}
	})
}
