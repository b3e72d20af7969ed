package app

import (
	"embed"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"time"

	"plausch"
	"plausch/client"
)

//go:embed texts/*.json
var textFiles embed.FS

// Languages are those that the window speaks; the first is for everybody else.
var languages = []string{"en", "de", "nb"}

// words are what is said in a language.
type words struct {
	language string
	texts    map[string]string
}

// wordsOf returns the words of a language; of the desktop's if it is empty.
func wordsOf(language string) *words {
	w := &words{language: chooseLanguage(language)}
	data, err := textFiles.ReadFile("texts/" + w.language + ".json")
	if err == nil {
		err = json.Unmarshal(data, &w.texts)
	}
	if err != nil {
		panic(err) // they are built in
	}
	return w
}

func chooseLanguage(language string) string {
	wanted := []string{language}
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		wanted = append(wanted, os.Getenv(name))
	}
	for _, s := range wanted {
		s = strings.ToLower(s)
		if strings.HasPrefix(s, "no") || strings.HasPrefix(s, "nn") {
			s = "nb"
		}
		for _, l := range languages {
			if strings.HasPrefix(s, l) {
				return l
			}
		}
		if s != "" {
			break // another language
		}
	}
	return languages[0]
}

// say returns the text of a name, with pairs of {name} and what stands for it.
func (w *words) say(name string, pairs ...string) string {
	text, ok := w.texts[name]
	if !ok {
		return name
	}
	for i := 0; i+1 < len(pairs); i += 2 {
		text = strings.ReplaceAll(text, "{"+pairs[i]+"}", pairs[i+1])
	}
	return text
}

func (w *words) clock(t time.Time) string { return t.Local().Format("15:04") }

var weekdays = map[string][]string{
	"de": {"Sonntag", "Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag"},
	"nb": {"søndag", "mandag", "tirsdag", "onsdag", "torsdag", "fredag", "lørdag"},
}

var months = map[string][]string{
	"de": {"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"},
	"nb": {"januar", "februar", "mars", "april", "mai", "juni", "juli", "august", "september", "oktober", "november", "desember"},
}

// date returns a day in full.
func (w *words) date(t time.Time) string {
	t = t.Local()
	days, names := weekdays[w.language], months[w.language]
	if days == nil {
		return t.Format("Monday, 2 January 2006")
	}
	comma := ", "
	if w.language == "nb" {
		comma = " "
	}
	return days[t.Weekday()] + comma + t.Format("2. ") + names[t.Month()-1] + t.Format(" 2006")
}

// day returns a day as it stands between messages.
func (w *words) day(t, now time.Time) string {
	day := t.Local().Format(time.DateOnly)
	switch day {
	case now.Local().Format(time.DateOnly):
		return w.say("today")
	case now.Local().AddDate(0, 0, -1).Format(time.DateOnly):
		return w.say("yesterday")
	}
	return w.date(t)
}

func (w *words) fullTime(t time.Time) string { return w.date(t) + ", " + t.Local().Format("15:04:05") }

// notice returns what is said of an event that is no message, empty if nothing.
func (w *words) notice(e *plausch.Event) string {
	who, by := nameOf(e.Member), nameOf(e.Actor)
	own := e.Member.ID == e.Actor.ID
	switch e.Kind {
	case plausch.EventJoin:
		if own {
			return w.say("joined", "who", who)
		}
		return w.say("added", "who", who, "by", by)
	case plausch.EventLeave:
		if own {
			return w.say("left", "who", who)
		}
		return w.say("removed", "who", who, "by", by)
	case plausch.EventRole:
		return w.say("role_changed", "who", who, "by", by)
	case plausch.EventRoom:
		return w.say("room_changed", "by", by)
	}
	return ""
}

// failure returns an error for people to read.
func (w *words) failure(err error) string {
	var e *plausch.Error
	if errors.As(err, &e) {
		return client.CleanLine(e.Message)
	}
	return client.CleanLine(err.Error())
}
