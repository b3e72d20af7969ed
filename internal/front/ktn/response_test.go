package ktn

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// parsed is a response as a client sees it that reads all at once.
type parsed struct {
	Timestamp, Sender, Response *string
	Content                     json.RawMessage
}

// parse checks what every response has and returns it.
func parse(t *testing.T, piece []byte) parsed {
	t.Helper()
	var p parsed
	if err := json.Unmarshal(piece, &p); err != nil {
		t.Fatalf("%q is not one document: %v", piece, err)
	}
	if len(piece) > maxResponse || len(piece)%1024 == 0 {
		t.Errorf("the response has %d bytes: %.80q", len(piece), piece)
	}
	if piece[len(piece)-1] != '\n' || strings.Count(string(piece), "\n") != 1 {
		t.Errorf("%q is not one line", piece)
	}
	if p.Timestamp == nil || p.Sender == nil || p.Response == nil || p.Content == nil {
		t.Fatalf("%q has not all four keys as strings", piece)
	}
	if !timestamp.MatchString(*p.Timestamp) {
		t.Errorf("the timestamp is %q", *p.Timestamp)
	}
	for i, b := range piece {
		if b >= utf8.RuneSelf || b < ' ' && b != '\n' {
			t.Errorf("byte %d of %q is not ASCII", i, piece)
		}
	}
	return p
}

var timestamp = regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$`)

var texts = map[string]string{
	"nothing":        "",
	"a word":         "hello",
	"lines":          "one\ntwo\tthree",
	"quotes":         `say "hi" \ back`,
	"Norwegian":      "blåbærsyltetøy",
	"emoji":          "😀 family 👩‍👩‍👧",
	"control":        "\x1b[31m\x7f\u0085",
	"no UTF-8":       "a\xffb",
	"long":           strings.Repeat("All work and no play makes Jack a dull boy. ", 300),
	"long, no space": strings.Repeat("x", 16<<10),
	"long quotes":    strings.Repeat(`"`, 5000),
	"long slashes":   strings.Repeat(`\`, 5000),
	"long lines":     strings.Repeat("a\n", 3000),
	"long Norwegian": strings.Repeat("blåbærsyltetøy ", 500),
	"long emoji":     strings.Repeat("😀", 2000),
	"long mixture":   strings.Repeat(`x"å\😀`+"\n", 700),
}

func TestResponsePieces(t *testing.T) {
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			r := response{time: time.Now(), sender: strings.Repeat("n", 32), kind: kindMessage, content: text}
			var all strings.Builder
			for _, piece := range r.pieces() {
				p := parse(t, piece)
				var content string
				if err := json.Unmarshal(p.Content, &content); err != nil {
					t.Fatal(err)
				}
				if *p.Sender != r.sender || *p.Response != kindMessage {
					t.Errorf("%q has another head", piece)
				}
				all.WriteString(content)
			}
			if want := strings.ToValidUTF8(text, "\ufffd"); all.String() != want {
				t.Errorf("together the pieces are %.80q, want %.80q", all.String(), want)
			}
		})
	}
}

// TestResponseSplitsAtSpaces splits no word that fits.
func TestResponseSplitsAtSpaces(t *testing.T) {
	r := response{time: time.Now(), sender: "alice", kind: kindMessage, content: strings.Repeat("wonderful ", 400)}
	for _, part := range r.split(maxResponse, false) {
		if !strings.HasPrefix(part.content, "wonderful ") || !strings.HasSuffix(part.content, "wonderful ") {
			t.Errorf("a part is %q", part.content)
		}
	}
}

func TestHistoryPieces(t *testing.T) {
	for name, asStrings := range map[string]bool{"objects": false, "strings": true} {
		t.Run(name, func(t *testing.T) {
			var messages []response
			want := map[string]string{} // by sender
			for name, text := range texts {
				sender := strings.ReplaceAll(name, " ", "")
				messages = append(messages, response{time: time.Now(), sender: sender, kind: kindMessage, content: text})
				want[sender] = strings.ToValidUTF8(text, "\ufffd")
			}
			got := map[string]string{}
			for _, piece := range historyPieces(time.Now(), messages, asStrings) {
				p := parse(t, piece)
				if *p.Response != kindHistory {
					t.Errorf("the response is %q", *p.Response)
				}
				for _, one := range list(t, p.Content, asStrings) {
					if *one.Response != kindMessage || !timestamp.MatchString(*one.Timestamp) {
						t.Errorf("an element is %s %s", *one.Response, *one.Timestamp)
					}
					var content string
					if err := json.Unmarshal(one.Content, &content); err != nil {
						t.Fatal(err)
					}
					got[*one.Sender] += content
				}
			}
			for sender, text := range want {
				if got[sender] != text {
					t.Errorf("of %s came %.80q, want %.80q", sender, got[sender], text)
				}
			}
			empty := historyPieces(time.Now(), nil, asStrings)
			if len(empty) != 1 || string(parse(t, empty[0]).Content) != "[]" {
				t.Errorf("without messages it is %q", empty)
			}
		})
	}
}

// list returns the elements of a history.
func list(t *testing.T, content json.RawMessage, asStrings bool) (elements []parsed) {
	t.Helper()
	if !asStrings {
		if err := json.Unmarshal(content, &elements); err != nil {
			t.Fatal(err)
		}
		return elements
	}
	var texts []string
	if err := json.Unmarshal(content, &texts); err != nil {
		t.Fatal(err)
	}
	for _, text := range texts {
		var p parsed
		if err := json.Unmarshal([]byte(text), &p); err != nil {
			t.Fatal(err)
		}
		elements = append(elements, p)
	}
	return elements
}

// TestWidths compares with what is really appended.
func TestWidths(t *testing.T) {
	for _, c := range "a \"\\\n\t\x1b\x7fæ€\u2028\ufffd\uffff😀\U0010ffff" {
		once := appendString(nil, string(c))
		if got, want := width(c), len(once)-2; got != want {
			t.Errorf("%q has the width %d, want %d", c, got, want)
		}
		twice := appendString(nil, string(once[1:len(once)-1]))
		if got, want := quotedWidth(c), len(twice)-2; got != want {
			t.Errorf("quoted, %q has the width %d, want %d", c, got, want)
		}
	}
}
