package connect

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"plausch"
	"plausch/client"
	"plausch/internal/terminal"
)

// FileText names a file in a line of text: [picture photo.png, 12 KB].
func FileText(a plausch.Attachment) string { return "[" + client.CleanLine(a.Shown()) + "]" }

// MessageText returns the text of a message and, behind it, its files, each formatted by
// show. Everything that others have written is cleaned.
func MessageText(e plausch.Event, show func(file string) string) string {
	if e.Erased() {
		return show(plausch.ErasedText)
	}
	var parts []string
	switch {
	case e.Sealed():
		parts = append(parts, show(plausch.SealedText))
	case e.Text != "":
		parts = append(parts, client.Clean(e.Text))
	}
	for _, a := range e.Attachments {
		parts = append(parts, show(FileText(a)))
	}
	return strings.Join(parts, " ")
}

// MembershipText says who did what to whose membership by a join or a leave.
func MembershipText(e plausch.Event) string {
	actor, member := client.CleanLine(e.Actor.Shown()), client.CleanLine(e.Member.Shown())
	switch {
	case e.Kind == plausch.EventJoin && e.Actor.ID == e.Member.ID:
		return member + " joined"
	case e.Kind == plausch.EventJoin:
		return actor + " added " + member
	case e.Actor.ID == e.Member.ID:
		return member + " left"
	default:
		return actor + " removed " + member
	}
}

// EventText says who did what by an event that is no message.
func EventText(e plausch.Event) string {
	if e.Kind == plausch.EventJoin || e.Kind == plausch.EventLeave {
		return MembershipText(e)
	}
	did := "did something that this version does not know: " + client.CleanLine(string(e.Kind))
	switch e.Kind {
	case plausch.EventEdit:
		did = fmt.Sprintf("changed %d: %s", e.Target, MessageText(e, func(bracket string) string { return bracket }))
	case plausch.EventDelete:
		did = fmt.Sprintf("deleted %d", e.Target)
		if e.Target == 0 {
			did = "deleted all that " + client.CleanLine(e.Member.Shown()) + " wrote"
		}
	case plausch.EventReact:
		did = fmt.Sprintf("reacted to %d: %s", e.Target, client.CleanLine(e.Text))
	case plausch.EventUnreact:
		did = fmt.Sprintf("took back from %d: %s", e.Target, client.CleanLine(e.Text))
	case plausch.EventPin:
		did = fmt.Sprintf("pinned %d", e.Target)
	case plausch.EventUnpin:
		did = fmt.Sprintf("unpinned %d", e.Target)
	case plausch.EventRole:
		did = "gave " + client.CleanLine(e.Member.Shown()) + " another role"
		if e.Details != nil {
			did += ": " + client.CleanLine(string(e.Details.Role))
		}
	case plausch.EventRoom:
		did = "changed the room"
		if c := e.Details; c != nil && c.Room != nil && c.Room.Topic != nil {
			did = "set the topic: " + client.CleanLine(*c.Room.Topic)
		}
	}
	return client.CleanLine(e.Actor.Shown()) + " " + did
}

// QuoteText says in one line, as much as fits into most characters, what an answer is to.
func QuoteText(q *plausch.Quote, most int) string {
	text := client.CleanLine(q.Text)
	switch {
	case q.Deleted:
		text = plausch.ErasedText
	case q.Sealed:
		text = plausch.SealedText
	case text == "" && q.Files > 0:
		text = Plural(q.Files, "file", "files")
	}
	if runes := []rune(text); len(runes) > most {
		text = string(runes[:most-1]) + "…"
	}
	return client.CleanLine(q.Actor.Shown()) + ": " + text
}

// VisibleText returns the part of a text that is visible on a terminal.
func VisibleText(s string) string {
	s = strings.TrimPrefix(s, "\ufeff")
	var lines []string
	for line := range strings.SplitSeq(s, "\n") {
		lines = append(lines, strings.Join(VisibleRows(line), "\n"))
	}
	return strings.Join(lines, "\n")
}

// VisibleRows returns the visible part of a line. A carriage return goes back to its
// beginning, as progress bars do: the new text replaces the old one if it is as long,
// or erases it. Otherwise both are returned, as rows of their own.
func VisibleRows(line string) []string {
	var rows []string
	for part := range strings.SplitSeq(line, "\r") {
		erases := erase.MatchString(part)
		text := client.StripControls(overstrike(part))
		last := len(rows) - 1
		if last >= 0 && (erases || text != "" && terminal.Width(text) >= terminal.Width(rows[last])) {
			rows = rows[:last]
		}
		if text != "" {
			rows = append(rows, text)
		}
	}
	return rows
}

// erase matches the sequences that erase a line or more.
var erase = regexp.MustCompile(`\x1b\[[0-2]?[JK]`)

// overstrike drops the characters that are written over after a backspace.
func overstrike(s string) string {
	if !strings.Contains(s, "\b") {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		switch {
		case s[i] != '\b':
			b = append(b, s[i])
		case i+1 < len(s) && s[i+1] != '\b': // else the cursor only moves
			_, size := utf8.DecodeLastRune(b)
			b = b[:len(b)-size]
		}
	}
	return string(b)
}

// Plural returns a number with its noun.
func Plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
