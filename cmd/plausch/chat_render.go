package main

import (
	"fmt"
	"strings"
	"time"

	"plausch"
	"plausch/client"
)

// renderer turns what happens into lines of text. Whatever comes from others
// passes client.Clean or client.CleanLine here.
type renderer struct {
	columns func() int // of the terminal; 0 has nothing broken into rows
	colour  bool
	day     string // of the last message that was printed
	now     func() time.Time
}

const (
	clockIndent = len("15:04 ")
	styleDim    = "2"
	styleHead   = "1"
)

// nameColours are those of the 16 that can be read on dark and on light.
var nameColours = []string{"31", "32", "33", "34", "35", "36"}

func (r *renderer) styled(style, text string) string {
	if !r.colour || style == "" || text == "" {
		return text
	}
	return "\x1b[" + style + "m" + text + "\x1b[0m"
}

func (r *renderer) name(a plausch.AccountRef) string {
	return r.styled(nameColours[uint64(a.ID)%uint64(len(nameColours))], client.CleanLine(a.Shown()))
}

// event returns an event, with the name of its room if label is not empty, and a
// line with the day before it if that is another than of the last one. Events
// that show nothing are "".
func (r *renderer) event(e plausch.Event, label string) string {
	if label != "" {
		label = r.styled(styleDim, "["+label+"]") + " "
	}
	clock := r.styled(styleDim, e.Time.Local().Format("15:04")) + " "
	switch e.Kind {
	case plausch.EventMessage:
		text := withFiles(e, func(bracket string) string { return r.styled(styleDim, bracket) })
		return r.dayOf(e.Time) + wrap(clock+label+r.name(e.Actor)+": ", text, r.columns(), clockIndent) + "\n"
	case plausch.EventJoin, plausch.EventLeave:
		return r.dayOf(e.Time) + wrap(clock+label, r.styled(styleDim, membership(e)), r.columns(), clockIndent) + "\n"
	}
	return ""
}

// membership says what a join or leave did.
func membership(e plausch.Event) string {
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

// dayOf returns a line with the day of t, if it has not been said. That it is
// today goes without saying at first.
func (r *renderer) dayOf(t time.Time) string {
	const form = "Monday, 2 January 2006"
	day := t.Local().Format(form)
	first := r.day == ""
	if day == r.day {
		return ""
	}
	r.day = day
	if first && day == r.now().Format(form) {
		return ""
	}
	return r.rule(day)
}

// rule returns a line that parts what is above from what is below.
func (r *renderer) rule(text string) string {
	return wrap("", r.styled(styleDim, "— "+text+" —"), r.columns(), 2) + "\n"
}

// note returns what the program itself says.
func (r *renderer) note(format string, args ...any) string {
	text := client.Clean(fmt.Sprintf(format, args...))
	if !r.colour {
		return wrap("* ", text, r.columns(), 2) + "\n"
	}
	var b strings.Builder
	for line := range strings.SplitSeq(wrap("* ", text, r.columns(), 2), "\n") {
		b.WriteString(r.styled(styleDim, line) + "\n")
	}
	return b.String()
}

// wrap returns head and text, broken into rows of at most columns, as many as any
// terminal could need for them. All rows but the first begin with indent spaces,
// less on a very narrow terminal, so that no text can look like a message of
// somebody else. With 0 columns only the line breaks of the text count.
func wrap(head, text string, columns, indent int) string {
	if columns <= 0 {
		return head + strings.ReplaceAll(text, "\n", "\n"+strings.Repeat(" ", indent))
	}
	columns = max(columns, minColumns)
	w := wrapper{columns: columns, indent: min(indent, max(1, columns/4))}
	for i, line := range strings.Split(head+text, "\n") {
		if i > 0 {
			w.newRow()
		}
		w.line(strings.ReplaceAll(line, "\t", strings.Repeat(" ", tabWidth)))
	}
	return w.String()
}

// minColumns is the least that has room for an indent and a wide character.
const minColumns = 4

// wrapper breaks lines into rows.
type wrapper struct {
	strings.Builder
	columns, indent int
	used            int  // columns of the row
	words           bool // the row has more than its indent
}

func (w *wrapper) newRow() {
	w.WriteString("\n" + strings.Repeat(" ", w.indent))
	w.used, w.words = w.indent, false
}

// line adds a line, which goes on in further rows if need be. A word with the
// spaces before it is the least that is kept together.
func (w *wrapper) line(line string) {
	for line != "" {
		word := strings.TrimLeft(line, " ")
		spaces := len(line) - len(word)
		if end := strings.IndexByte(word, ' '); end >= 0 {
			word = word[:end]
		}
		line = line[spaces+len(word):]
		width := textWidth(word)
		if w.used+spaces+width > w.columns && w.words && width <= w.columns-w.indent {
			w.newRow()
			spaces = 0
		}
		for range spaces {
			w.cluster(" ", 1)
		}
		for c := range clusters(word) {
			w.cluster(c, clusterWidth(c))
		}
	}
}

// cluster adds a cluster, in a new row if there is no place in this one.
func (w *wrapper) cluster(c string, width int) {
	if width > w.columns-w.indent { // a picture of several: its first part alone
		for _, r := range c {
			c, width = string(r), runeWidth(r)
			break
		}
	}
	if w.used+width > w.columns {
		w.newRow()
	}
	w.WriteString(c)
	w.used += width
	w.words = w.words || width > 0
}
