package plausch

import "time"

const (
	// MaxScheduled is how many messages of an account can wait to be sent later, and
	// MaxReminders how many reminders it can have. Guests whom nobody has invited have
	// [GuestShare] of both.
	MaxScheduled = 100
	MaxReminders = 500
	// MaxAhead is how far ahead a message can be sent, and a reminder set.
	MaxAhead = 366 * 24 * time.Hour
)

// ScheduledMessage is a message that the server sends later.
type ScheduledMessage struct {
	ID      int64
	Account AccountID // whose
	Edit    int64     // counts its changes, from 1
	At      time.Time // when it is to be sent
	// Room is where it goes or, if that is 0, To is to whom.
	Room     RoomID
	To       AccountRef
	Text     string
	Details  *Details // nil if there are none
	Target   int64    // the message in Room that it answers, 0 if none
	ClientID string   // of the message
	// Failed is when it could not be sent, and Error why; zero if that was not tried.
	Failed time.Time
	Error  string
}

// Reminder is a message that an account wants to be reminded of.
type Reminder struct {
	ID       int64
	Account  AccountID // whose
	At       time.Time
	Due      bool    // the time has come: the account was told
	Message  Message // as it is now
	RoomKind RoomKind
	RoomName string // empty for direct rooms
}

// CheckAhead reports why nothing can be done at a time, by a clock that says now.
func CheckAhead(at, now time.Time) error {
	switch {
	case at.IsZero():
		return Errorf(Invalid, "say when: at")
	case !at.After(now):
		return Errorf(Invalid, "the time is in the past")
	case at.After(now.Add(MaxAhead)):
		return Errorf(Invalid, "the time is more than a year ahead")
	}
	return nil
}
