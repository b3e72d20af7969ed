package ktn

import (
	"bytes"
	"errors"
	"html"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"plausch"
)

// The kinds of a response.
const (
	kindError   = "error"
	kindInfo    = "info"
	kindMessage = "message"
	kindHistory = "history"
)

// serverName is who says what no sender is named for.
const serverName = "server"

// maxName is the longest sender that is kept whole, in bytes.
const maxName = 64

// response is what a server sent.
type response struct {
	kind string
	item        // of all kinds but history
	old  []item // of history: what was said, oldest first
}

// item is something that was said.
type item struct {
	stamp  string // the timestamp as it came; may be empty
	time   time.Time
	exact  bool // time is known to the second
	sender string
	text   string
	// line says that text is a line of a history that is plain text, so that
	// sender, time and text of what was said are in it somehow.
	line bool
}

// wire is a response, or an element of a history, before anything is known of
// its values.
type wire struct {
	Timestamp jsontext.Value `json:"timestamp"`
	Sender    jsontext.Value `json:"sender"`
	Response  jsontext.Value `json:"response"`
	Content   jsontext.Value `json:"content"`
}

// lenient takes what servers write by hand.
var lenient = json.JoinOptions(
	json.MatchCaseInsensitiveNames(true), jsontext.AllowDuplicateNames(true), jsontext.AllowInvalidUTF8(true))

// parse reads an object. It returns false for what is no response. Now is when
// it came.
func parse(object []byte, now time.Time) (response, bool) {
	var w wire
	if json.Unmarshal(object, &w, lenient) != nil {
		return response{}, false
	}
	r := response{kind: kindOf(w), item: itemOf(w, now)}
	switch {
	case r.kind == kindHistory:
		r.old = history(w.Content, now, 0)
	case r.text == "" && r.kind == kindMessage:
		return response{}, false
	}
	return r, true
}

func kindOf(w wire) string {
	switch kind := strings.ToLower(strings.TrimSpace(textOf(w.Response))); kind {
	case kindError, kindInfo, kindMessage, kindHistory:
		return kind
	case "msg":
		return kindMessage
	case "":
		if nameOf(w.Sender) != serverName {
			return kindMessage
		}
	}
	return kindInfo
}

func itemOf(w wire, now time.Time) item {
	i := item{stamp: textOf(w.Timestamp), sender: nameOf(w.Sender), text: tidy(textOf(w.Content))}
	i.time, i.exact = parseTime(i.stamp, now)
	return i
}

// textOf returns a value as text: a string as it is, nothing for null, and a
// list with its elements side by side.
func textOf(v jsontext.Value) string {
	switch v.Kind() {
	case '"':
		var s string
		_ = json.Unmarshal(v, &s, lenient)
		return s
	case '[':
		var parts []string
		for _, e := range elements(v) {
			parts = append(parts, textOf(e))
		}
		return strings.Join(parts, ", ")
	case 'n', 0:
		return ""
	}
	return strings.ToValidUTF8(string(v), "\ufffd")
}

func elements(list jsontext.Value) (all []jsontext.Value) {
	_ = json.Unmarshal(list, &all, lenient)
	return all
}

// nameOf returns a sender. What says that there is none is the server.
func nameOf(v jsontext.Value) string {
	name := strings.TrimSpace(textOf(v))
	if name == "" || name == "None" {
		return serverName
	}
	return cut(name, maxName)
}

// tidy returns a text as a client may keep it.
func tidy(text string) string {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	return cut(strings.TrimRight(text, "\r\n"), plausch.MaxText)
}

// cut cuts s to most bytes, at a character.
func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	const more = "…"
	end := most - len(more)
	for end > 0 && !utf8.RuneStart(s[end]) {
		end--
	}
	return s[:end] + more
}

// history returns what a history holds: a list of objects or of strings, either
// of which may be JSON once more, or all of it as one string or as text.
func history(v jsontext.Value, now time.Time, depth int) (all []item) {
	const deepest = 3 // a string with a list of strings with objects
	if depth > deepest {
		return nil
	}
	switch v.Kind() {
	case '[':
		for _, e := range elements(v) {
			all = append(all, history(e, now, depth+1)...)
		}
	case '{':
		var w wire
		if json.Unmarshal(v, &w, lenient) != nil {
			return nil
		}
		if i := itemOf(w, now); i.text != "" {
			all = append(all, i)
		}
	case '"':
		text := textOf(v)
		if values, ok := valuesIn(text); ok {
			for _, e := range values {
				all = append(all, history(e, now, depth+1)...)
			}
			return all
		}
		for line := range strings.SplitSeq(text, "\n") {
			if line = strings.TrimSpace(line); line != "" && line != "None" {
				all = append(all, item{time: now, sender: serverName, text: tidy(line), line: true})
			}
		}
	}
	return all
}

// valuesIn returns the JSON lists and objects of which text consists: one, or
// several with or without newlines or commas between them.
func valuesIn(text string) (all []jsontext.Value, ok bool) {
	if !strings.HasPrefix(strings.TrimSpace(text), "{") && !strings.HasPrefix(strings.TrimSpace(text), "[") {
		return nil, false
	}
	rest := []byte(text)
	for {
		rest = bytes.TrimLeft(rest, ", \t\r\n")
		d := jsontext.NewDecoder(bytes.NewReader(rest), lenient)
		v, err := d.ReadValue()
		switch {
		case errors.Is(err, io.EOF) && len(rest) == 0:
			return all, len(all) > 0
		case err != nil, v.Kind() != '{' && v.Kind() != '[':
			return nil, false
		}
		all = append(all, v.Clone())
		rest = rest[d.InputOffset():]
	}
}

// namesIn returns the names that an answer to names lists: with commas, spaces
// or newlines between them, and perhaps words and a colon before.
func namesIn(text string) (names []string) {
	for line := range strings.Lines(text) {
		line = line[strings.LastIndexByte(line, ':')+1:]
		for name := range strings.FieldsFuncSeq(line, func(r rune) bool { return strings.ContainsRune(", \t\r\n;[]()'\"", r) }) {
			names = append(names, cut(name, maxName))
		}
	}
	return names
}

// alike reports whether came is what a server makes of sent: some trim, escape
// or cut texts, or send them in parts, of which it is the first.
func alike(sent, came string) bool {
	if sent == came {
		return true
	}
	if to, text, ok := strings.Cut(came, ") "); ok && strings.HasPrefix(to, "(private to ") && strings.HasPrefix(sent, "@") {
		_, sent, _ = strings.Cut(sent, " ") // what a Plausch server makes of "@NAME TEXT"
		came = text
	}
	flat := func(s string) string { return strings.Join(strings.Fields(html.UnescapeString(s)), " ") }
	sent, came = flat(sent), flat(came)
	const leastCut = 64 // bytes; nobody cuts shorter
	return strings.EqualFold(sent, came) || len(came) >= leastCut && strings.HasPrefix(sent, strings.TrimRight(came, ".…"))
}
