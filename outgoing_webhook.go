package plausch

import "time"

// OutgoingWebhook is an address to which the events of a room are posted, in order and
// signed.
type OutgoingWebhook struct {
	ID      int64
	Room    RoomID
	URL     string // its path is often a secret, so that it stands in no log
	Secret  string // that what is posted is signed with
	Created time.Time
	Maker   AccountRef
	// Paused is whether nothing is posted, since its maker may no longer make one:
	// see [Webhook].
	Paused bool
	Cursor int64 // the seq of the last event that was posted, or given up
	// LastError is why the last post failed, FailingSince since when none has
	// succeeded, NextTry when the next is due; all are zero if the last one succeeded.
	LastError    string
	FailingSince time.Time
	NextTry      time.Time
}

// MaxOutgoingWebhooks is the most that one room can have.
const MaxOutgoingWebhooks = 20
