package plausch

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	// MaxReason is the longest reason of a report, in bytes of UTF-8.
	MaxReason = 1000
	// MaxReports is how many reports of an account can be open at once; of guests whom
	// nobody has invited [GuestShare] of it.
	MaxReports = 50
	// GuestShare is the part that guests whom nobody has invited have of what an account
	// can keep: one of so many.
	GuestShare = 10
)

// Report is what somebody says of a message to those who moderate its room.
type Report struct {
	ID int64
	// Message is the message as it is now: nothing is copied of it.
	Message  Message
	RoomKind RoomKind
	RoomName string // empty for direct rooms
	Reporter AccountRef
	Reason   string
	Time     time.Time
	Closed   time.Time  // zero while it is open
	Closer   AccountRef // who has closed it
}

// CheckReason reports why a text cannot be the reason of a report: it is empty, over
// [MaxReason], not UTF-8, or has a control character but newlines and tabs.
func CheckReason(text string) error {
	switch {
	case strings.TrimSpace(text) == "":
		return Errorf(Invalid, "say why you report the message: reason")
	case len(text) > MaxReason:
		return Errorf(TooLarge, "the reason has %d bytes; at most %d are allowed", len(text), MaxReason)
	case !utf8.ValidString(text):
		return Errorf(Invalid, "the reason is not UTF-8")
	case strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' && r != '\t' }):
		return Errorf(Invalid, "the reason has a control character; only newline and tab are allowed")
	}
	return nil
}
