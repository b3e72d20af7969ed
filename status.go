package plausch

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	// MaxStatus is the longest text of a status, in bytes of UTF-8.
	MaxStatus = 100
	// MaxStatusLife is how far ahead a status can end.
	MaxStatusLife = 366 * 24 * time.Hour
)

// Status is what an account says of itself for a while: "on holiday".
type Status struct {
	Text  string // one line, at most [MaxStatus] bytes
	Emoji string // see [CheckEmoji]; may be empty
	Until time.Time
}

// At returns s, or none if it has ended.
func (s Status) At(now time.Time) Status {
	if !s.Until.IsZero() && !now.Before(s.Until) {
		return Status{}
	}
	return s
}

// Check reports why s cannot be set at a time. The empty one can be.
func (s Status) Check(now time.Time) error {
	switch {
	case len(s.Text) > MaxStatus:
		return Errorf(TooLarge, "the status has %d bytes; at most %d are allowed", len(s.Text), MaxStatus)
	case !utf8.ValidString(s.Text) || strings.ContainsFunc(s.Text, unicode.IsControl):
		return Errorf(Invalid, "the status is one line of UTF-8, without control characters")
	case s.Text == "" && s.Emoji == "" && !s.Until.IsZero():
		return Errorf(Invalid, "say what the status is: a text or an emoji")
	case !s.Until.IsZero() && !s.Until.After(now):
		return Errorf(Invalid, "the end of the status is in the past")
	case s.Until.After(now.Add(MaxStatusLife)):
		return Errorf(Invalid, "a status ends within a year, or has no end")
	}
	if s.Emoji == "" {
		return nil
	}
	return CheckEmoji(s.Emoji)
}
