package plausch

import "time"

// EventKind says what an event changed.
type EventKind string

const (
	// EventMessage is somebody saying Text, or sending Attachments, or both.
	EventMessage EventKind = "message"
	// EventJoin makes Member a member of the room; Actor did it.
	EventJoin EventKind = "join"
	// EventLeave ends the membership of Member; Actor did it.
	EventLeave EventKind = "leave"
)

// Event is one entry of a room's log. It never changes once committed.
type Event struct {
	Room   RoomID
	Seq    int64     // from 1, without gaps in its room
	Time   time.Time // when it was accepted, in whole milliseconds; no order is derived from it
	Kind   EventKind
	Actor  AccountRef // who did it
	Member AccountRef // of joins and leaves: whose membership
	Text   string     // of messages; empty if there are attachments only, or it was erased
	// Attachments are the files of a message, in the sender's order; nil if none.
	Attachments []Attachment
	// ClientID is the id that the sender's client gave the send, empty if none.
	ClientID string
}

// ErasedText is shown in the place of a message whose author had it erased.
const ErasedText = "(deleted)"

// Erased reports whether e is a message of which nothing is left.
func (e *Event) Erased() bool {
	return e.Kind == EventMessage && e.Text == "" && len(e.Attachments) == 0
}
