package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"

	"plausch"
	"plausch/client"
	"plausch/internal/connect"
	"plausch/internal/terminal"
)

// messageLine returns a message as people read it.
func messageLine(e plausch.Event) string { return messageRows(e, 0) }

// messageRows is messageLine for a terminal with so many columns; 0 has nothing
// broken into rows.
func messageRows(e plausch.Event, columns int) string {
	head := fmt.Sprintf("%s %s: ", e.Time.Local().Format("2006-01-02 15:04"), client.CleanLine(e.Actor.Shown()))
	return terminal.Wrap(head, connect.MessageText(e, func(bracket string) string { return bracket }), columns, tailIndent) + "\n"
}

// eventRows is messageRows for an event of any kind.
func eventRows(e plausch.Event, columns int) string {
	if e.Kind == plausch.EventMessage {
		return messageRows(e, columns)
	}
	head := e.Time.Local().Format("2006-01-02 15:04") + " * "
	return terminal.Wrap(head, connect.EventText(e), columns, tailIndent) + "\n"
}

// maxQuote is how much of a message its answers show, in characters.
const maxQuote = 60

// quoteRow returns the line before an answer that says to what, empty if e is none.
func quoteRow(e plausch.Event, q *plausch.Quote) string {
	switch {
	case e.Kind != plausch.EventMessage || e.Target == 0:
		return ""
	case q == nil:
		return fmt.Sprintf("%*s> %d\n", tailIndent, "", e.Target)
	default:
		return fmt.Sprintf("%*s> %s\n", tailIndent, "", connect.QuoteText(q, maxQuote))
	}
}

const tailIndent = 4

// eventJSON returns an event as one line of JSON. It is exact, and safe to look at on a
// terminal: what a terminal could act on is escaped. A message has its kind only withKind.
func eventJSON(room string, e plausch.Event, withKind bool) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	type file struct {
		ID   string `json:"id"`
		Name string `json:"name"`
		Type string `json:"type"`
		Size int64  `json:"size"`
	}
	var files []file
	for _, a := range e.Attachments {
		files = append(files, file{a.ID, a.Name, a.Type, a.Size})
	}
	kind := e.Kind
	if kind == plausch.EventMessage && !withKind {
		kind = ""
	}
	err := enc.Encode(struct {
		Room   string            `json:"room"`
		Seq    int64             `json:"seq"`
		Time   string            `json:"time"`
		Kind   plausch.EventKind `json:"kind,omitempty"`
		From   string            `json:"from"`
		Member string            `json:"member,omitempty"`
		Target int64             `json:"target,omitempty"`
		Text   string            `json:"text"`

		Attachments []file           `json:"attachments,omitempty"`
		Details     *plausch.Details `json:"details,omitempty"`
	}{room, e.Seq, e.Time.UTC().Format("2006-01-02T15:04:05.000Z"), kind, e.Actor.Name, e.Member.Name, e.Target, e.Text, files, e.Details})
	if err != nil {
		return nil, err
	}
	var safe []byte
	for _, r := range strings.TrimSuffix(b.String(), "\n") {
		// encoding/json escapes the C0 range, but not DEL, the C1 range and what
		// turns the direction of writing. All of them can only be in strings.
		switch escape := unicode.IsControl(r) || unicode.Is(unicode.Cf, r); {
		case escape && r > 0xffff:
			high, low := utf16.EncodeRune(r)
			safe = fmt.Appendf(safe, `\u%04x\u%04x`, high, low)
		case escape:
			safe = fmt.Appendf(safe, `\u%04x`, r)
		default:
			safe = utf8.AppendRune(safe, r)
		}
	}
	return safe, nil
}
