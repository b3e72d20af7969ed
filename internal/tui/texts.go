package tui

import (
	"cmp"
	"fmt"
	"os"
	"strings"
	"time"

	"plausch"
	"plausch/internal/connect"
)

// textKey names a text that the user reads.
type textKey string

// texts are all texts in one language.
type texts struct {
	language string
	table    map[textKey]string
	months   [12]string
	weekdays [7]string // from Sunday
	date     string    // of weekday, day, month and year, as %[1]s to %[4]d
}

// textsOf returns the texts of a language such as de, or of a locale such as de_AT.UTF-8;
// those of English if there are none.
func textsOf(locale string) *texts {
	language, _, _ := strings.Cut(strings.ToLower(locale), "_")
	language, _, _ = strings.Cut(language, ".")
	switch language {
	case "de":
		return &german
	case "nb", "no", "nn":
		return &norwegian
	}
	return &english
}

// localeOf returns the locale that the environment asks for.
func localeOf(getenv func(string) string) string {
	return cmp.Or(getenv("LC_ALL"), getenv("LC_MESSAGES"), getenv("LANG"))
}

// textsOfEnvironment returns the texts of the user's language.
func textsOfEnvironment() *texts { return textsOf(localeOf(os.Getenv)) }

// get returns a text with its arguments. One that a language lacks is English.
func (x *texts) get(key textKey, args ...any) string {
	text, known := x.table[key]
	if !known {
		text = english.table[key]
	}
	if len(args) == 0 {
		return text
	}
	return fmt.Sprintf(text, args...)
}

// count returns a text about n things: of two parted by |, the first for one.
func (x *texts) count(key textKey, n int) string {
	one, many, _ := strings.Cut(x.get(key), "|")
	if n == 1 {
		return fmt.Sprintf(one, n)
	}
	return fmt.Sprintf(many, n)
}

// day returns how people call the day of t.
func (x *texts) day(t, now time.Time) string {
	t, now = t.Local(), now.Local()
	switch day(t) {
	case day(now):
		return x.get(textToday)
	case day(now.AddDate(0, 0, -1)):
		return x.get(textYesterday)
	}
	return fmt.Sprintf(x.date, x.weekdays[t.Weekday()], t.Day(), x.months[t.Month()-1], t.Year())
}

// event returns what a join, a leave or another change of a room says.
func (x *texts) event(e *plausch.Event) string {
	return connect.EventText(*e)
}
