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

const tailIndent = 4

// messageJSON returns a message as one line of JSON. It is exact, and safe to
// look at on a terminal: what a terminal could act on is escaped.
func messageJSON(room string, e plausch.Event) ([]byte, error) {
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
		files = append(files, file(a))
	}
	err := enc.Encode(struct {
		Room string `json:"room"`
		Seq  int64  `json:"seq"`
		Time string `json:"time"`
		From string `json:"from"`
		Text string `json:"text"`

		Attachments []file `json:"attachments,omitempty"`
	}{room, e.Seq, e.Time.UTC().Format("2006-01-02T15:04:05.000Z"), e.Actor.Name, e.Text, files})
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
