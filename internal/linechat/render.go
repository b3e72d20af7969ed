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
		text := connect.MessageText(e, func(bracket string) string { return r.styled(styleDim, bracket) })
		return r.dayOf(e.Time) + terminal.Wrap(clock+label+r.name(e.Actor)+": ", r.highlight(text), r.columns(), clockIndent) + "\n"
	case plausch.EventJoin, plausch.EventLeave:
		return r.dayOf(e.Time) + terminal.Wrap(clock+label, r.styled(styleDim, connect.MembershipText(e)), r.columns(), clockIndent) + "\n"
	}
	return ""
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
