package plausch

import "time"

// NotifyLevel says of which messages of a room an account is notified.
type NotifyLevel string

const (
	NotifyEverything NotifyLevel = "everything"
	NotifyMentions   NotifyLevel = "mentions"
	NotifyNothing    NotifyLevel = "nothing"
)

// Known reports whether l is one of the levels; the empty one is none.
func (l NotifyLevel) Known() bool {
	return l == NotifyEverything || l == NotifyMentions || l == NotifyNothing
}

// QuietHours are a time of each day in which an account is not notified.
type QuietHours struct {
	// From and To are minutes since midnight, below 1440, in Zone. From is in it, To is
	// not. If To is before From, it goes over midnight; if they are equal, there is none.
	From, To int
	Zone     string // a name of the IANA time zone database; empty means UTC
}

// Preferences are what an account has chosen for all its rooms and devices.
type Preferences struct {
	// Level is for rooms that have none of their own. If it is empty, too, that is
	// everything in direct and private rooms, and mentions in public ones.
	Level NotifyLevel
	// Keywords are words that count as mentions of the account, in whatever case; at most
	// [MaxKeywords] of [MaxKeyword] bytes.
	Keywords []string
	Quiet    QuietHours
	// HideText has notifications say only who wrote, on all devices.
	HideText bool
}

const (
	// MaxKeywords is how many keywords an account can have.
	MaxKeywords = 50
	// MaxKeyword is the longest keyword, in bytes of UTF-8.
	MaxKeyword = 64
)

// PreferenceChange is what of [Preferences] is to change. What is nil stays as it is.
type PreferenceChange struct {
	Level    *NotifyLevel
	Keywords *[]string
	Quiet    *QuietHours
	HideText *bool
}

// RoomPreference is what an account has chosen for a room that it is in.
type RoomPreference struct {
	Level     NotifyLevel // empty: that of [Preferences]
	MuteUntil time.Time   // nothing is notified before it; whole milliseconds
	Favourite bool
	// Order is the room's place in a list of the account's own: rooms with a smaller one
	// come first. 0: none.
	Order int64
}

// MaxOrder is the largest [RoomPreference.Order], and -MaxOrder the smallest.
const MaxOrder = 1 << 53

// RoomPreferenceChange is what of a [RoomPreference] is to change. What is nil stays.
type RoomPreferenceChange struct {
	Level     *NotifyLevel
	MuteUntil *time.Time
	Favourite *bool
	Order     *int64
}
