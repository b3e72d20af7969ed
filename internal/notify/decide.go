package notify

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"plausch"
)

// Rules are what an account has chosen to be notified of in one room.
type Rules struct {
	Default   plausch.NotifyLevel // of the account; see [plausch.Preferences]
	Room      plausch.NotifyLevel // of the room, stronger than Default
	MuteUntil time.Time           // of the room: nothing before it
	Keywords  []string            // words that count as mentions, in whatever case
	Quiet     Quiet
	HideText  bool  // only who wrote is told
	Blocked   bool  // whether the account has blocked the author
	ReadTo    int64 // the last seq that the account has read in the room, on any device
}

// Quiet is a time of each day in which an account is not notified.
type Quiet struct {
	// From and To are minutes since midnight, in Zone. From is in it, To is not. If To
	// is before From, it goes over midnight; if they are equal, there is none.
	From, To int
	Zone     *time.Location // nil means UTC
}

// contains reports whether it is quiet at a time.
func (q Quiet) contains(at time.Time) bool {
	if q.From == q.To {
		return false
	}
	zone := q.Zone
	if zone == nil {
		zone = time.UTC
	}
	at = at.In(zone)
	minute := at.Hour()*60 + at.Minute()
	if q.From < q.To {
		return q.From <= minute && minute < q.To
	}
	return q.From <= minute || minute < q.To
}

// Message is an event as [Decide] looks at it, for one account.
type Message struct {
	Seq       int64
	Event     plausch.EventKind
	RoomKind  plausch.RoomKind
	Own       bool // the account wrote it
	Empty     bool // it was erased
	Mentioned bool // it names the account, or all of the room by right
	Text      string
}

// Verdict says whether an account is notified, and as what.
type Verdict struct {
	Notify   bool
	Kind     Kind   // if it is
	HideText bool   // if it is: without what was written
	Why      string // if it is not: for tests and the log at level debug
}

// Decide says whether an account with such rules is notified of m. Nothing but its
// arguments goes into it.
func Decide(r Rules, m Message, now time.Time) Verdict {
	silent := func(why string) Verdict { return Verdict{Why: why} }
	aloud := func(kind Kind) Verdict { return Verdict{Notify: true, Kind: kind, HideText: r.HideText} }
	switch {
	case m.Event != plausch.EventMessage:
		return silent("no message")
	case m.Own:
		return silent("own")
	case m.Empty:
		return silent("erased")
	case r.Blocked:
		return silent("blocked")
	case m.Seq <= r.ReadTo:
		return silent("read elsewhere")
	case now.Before(r.MuteUntil):
		return silent("muted")
	case r.Quiet.contains(now):
		return silent("quiet hours")
	}
	level := r.level(m.RoomKind)
	if level == plausch.NotifyNothing {
		return silent("level")
	}
	switch {
	case m.RoomKind == plausch.RoomDirect && level == plausch.NotifyEverything:
		return aloud(KindDirect)
	case m.Mentioned || hasKeyword(m.Text, r.Keywords):
		return aloud(KindMention)
	case level == plausch.NotifyEverything:
		return aloud(KindMessage)
	}
	return silent("level")
}

// level is that of a room of a kind. A default of mentions does not go for direct
// rooms: each of their messages is for the account.
func (r Rules) level(kind plausch.RoomKind) plausch.NotifyLevel {
	switch {
	case r.Room != "":
		return r.Room
	case r.Default == plausch.NotifyMentions && kind == plausch.RoomDirect:
		return plausch.NotifyEverything
	case r.Default != "":
		return r.Default
	case kind == plausch.RoomPublic:
		return plausch.NotifyMentions
	default:
		return plausch.NotifyEverything
	}
}

// hasKeyword reports whether one of the words stands in text, as a whole word and in
// whatever case.
func hasKeyword(text string, words []string) bool {
	if len(words) == 0 {
		return false
	}
	text = strings.ToLower(text)
	for _, word := range words {
		if word = strings.ToLower(strings.TrimSpace(word)); word != "" && hasWord(text, word) {
			return true
		}
	}
	return false
}

// hasWord reports whether word stands in text with no letter or digit before or behind
// it, as far as it begins or ends with one itself.
func hasWord(text, word string) bool {
	first, _ := utf8.DecodeRuneInString(word)
	last, _ := utf8.DecodeLastRuneInString(word)
	for at := 0; ; {
		i := strings.Index(text[at:], word)
		if i < 0 {
			return false
		}
		start, end := at+i, at+i+len(word)
		before, _ := utf8.DecodeLastRuneInString(text[:start])
		behind, _ := utf8.DecodeRuneInString(text[end:])
		if !(ofWord(first) && ofWord(before)) && !(ofWord(last) && ofWord(behind)) {
			return true
		}
		_, size := utf8.DecodeRuneInString(text[start:])
		at = start + size
	}
}

// ofWord reports whether r belongs to a word. RuneError, at an end of a text, does not.
func ofWord(r rune) bool {
	return r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r) || unicode.IsMark(r))
}
