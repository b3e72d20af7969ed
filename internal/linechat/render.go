package linechat

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"plausch"
	"plausch/client"
	"plausch/internal/connect"
	"plausch/internal/terminal"
)

// renderer turns what happens into lines of text. Whatever comes from others
// passes client.Clean or client.CleanLine here.
type renderer struct {
	columns func() int // of the terminal; 0 has nothing broken into rows
	colour  bool
	day     string // of the last message that was printed
	now     func() time.Time
	mention *regexp.Regexp // finds the user's names; nil for none
}

const (
	clockIndent = len("15:04 ")
	styleDim    = "2"
	styleHead   = "1"
	// styleMention is readable on dark and on light: bold, and the colours exchanged.
	styleMention = "1;7"
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

// maxQuote is how much of a message its answers show, in characters.
const maxQuote = 60

// message returns a message as it is now: before it a line with what it answers, behind
// it its marks and reactions. Label is as of event; numbered has its seq before it.
func (r *renderer) message(m *plausch.Message, label string, numbered bool) string {
	before := r.dayOf(m.Time)
	text := r.highlight(connect.MessageText(m.Event, r.dim))
	if m.Edited != 0 {
		text += " " + r.dim("(edited)")
	}
	if m.Pinned != 0 {
		text += " " + r.dim("(pinned)")
	}
	var reactions []string
	for _, x := range m.Reactions {
		reactions = append(reactions, fmt.Sprintf("%s %d", client.CleanLine(x.Emoji), x.Count))
	}
	if reactions != nil {
		text += "\n" + r.dim(strings.Join(reactions, "  "))
	}
	indent := strings.Repeat(" ", clockIndent)
	switch {
	case m.Quote != nil:
		before += terminal.Wrap(indent, r.dim("> "+connect.QuoteText(m.Quote, maxQuote)), r.columns(), clockIndent) + "\n"
	case m.Target != 0:
		before += indent + r.dim(fmt.Sprintf("> #%d", m.Target)) + "\n"
	}
	number := ""
	if numbered {
		number = r.dim(fmt.Sprintf("#%d", m.Seq)) + " "
	}
	return before + terminal.Wrap(r.clock(m.Time)+number+r.label(label)+r.name(m.Actor)+": ", text, r.columns(), clockIndent) + "\n"
}

// event returns an event that is no message, with the name of its room if label is not
// empty, and a line with the day before it if that is another than of the last one.
func (r *renderer) event(e *plausch.Event, label string) string {
	text := connect.EventText(*e)
	switch e.Kind {
	case plausch.EventJoin, plausch.EventLeave:
	case plausch.EventReact:
		text = fmt.Sprintf("+ %s by %s on #%d", client.CleanLine(e.Text), client.CleanLine(e.Actor.Shown()), e.Target)
	case plausch.EventUnreact:
		text = fmt.Sprintf("- %s by %s on #%d", client.CleanLine(e.Text), client.CleanLine(e.Actor.Shown()), e.Target)
	case plausch.EventEdit, plausch.EventDelete, plausch.EventPin, plausch.EventUnpin, plausch.EventRole, plausch.EventRoom:
		text = "* " + text
	default:
		return ""
	}
	return r.dayOf(e.Time) + terminal.Wrap(r.clock(e.Time)+r.label(label), r.dim(text), r.columns(), clockIndent) + "\n"
}

func (r *renderer) dim(text string) string { return r.styled(styleDim, text) }

func (r *renderer) clock(t time.Time) string { return r.dim(t.Local().Format("15:04")) + " " }

// label returns the name of a room before what happened there, if it is not empty.
func (r *renderer) label(room string) string {
	if room == "" {
		return ""
	}
	return r.dim("["+room+"]") + " "
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
	return terminal.Wrap("", r.styled(styleDim, "— "+text+" —"), r.columns(), 2) + "\n"
}

// note returns what the program itself says.
func (r *renderer) note(format string, args ...any) string {
	text := client.Clean(fmt.Sprintf(format, args...))
	if !r.colour {
		return terminal.Wrap("* ", text, r.columns(), 2) + "\n"
	}
	var b strings.Builder
	for line := range strings.SplitSeq(terminal.Wrap("* ", text, r.columns(), 2), "\n") {
		b.WriteString(r.styled(styleDim, line) + "\n")
	}
	return b.String()
}
