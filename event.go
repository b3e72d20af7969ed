package plausch

import "time"

// EventKind says what an event changed.
type EventKind string

const (
	// EventMessage is somebody saying Text, or sending Attachments, or both. With a
	// Target it is the answer to that message.
	EventMessage EventKind = "message"
	// EventEdit gives the message Target another Text.
	EventEdit EventKind = "edit"
	// EventDelete empties the message Target: its texts and files are gone. Without a
	// Target it is all messages of Member, an account that was erased.
	EventDelete EventKind = "delete"
	// EventReact adds a reaction of Actor, the emoji Text, to the message Target.
	EventReact EventKind = "react"
	// EventUnreact takes one away.
	EventUnreact EventKind = "unreact"
	// EventPin pins the message Target to the room.
	EventPin EventKind = "pin"
	// EventUnpin ends that.
	EventUnpin EventKind = "unpin"
	// EventJoin makes Member a member of the room; Actor did it.
	EventJoin EventKind = "join"
	// EventLeave ends the membership of Member; Actor did it.
	EventLeave EventKind = "leave"
	// EventRole gives Member another role in the room: Details.Role.
	EventRole EventKind = "role"
	// EventRoom changes the room itself: Details.Room.
	EventRoom EventKind = "room"
)

// Targeted reports whether an event of kind k changes a message, its Target.
func (k EventKind) Targeted() bool {
	switch k {
	case EventEdit, EventDelete, EventReact, EventUnreact, EventPin, EventUnpin:
		return true
	}
	return false
}

// Event is one entry of a room's log. Its seq, time, actor and kind never change.
// Text, Attachments and Details are emptied when the message is deleted.
type Event struct {
	Room   RoomID
	Seq    int64     // from 1, without gaps in its room
	Time   time.Time // when it was accepted, in whole milliseconds; no order is derived from it
	Kind   EventKind
	Actor  AccountRef // who did it
	Member AccountRef // of joins, leaves and roles: whose membership
	// Target is the seq, in the same room, of the message that the event changes or
	// answers; 0 if none.
	Target int64
	Text   string // of messages and edits; of reactions the emoji
	// Attachments are the files of a message, in the sender's order; nil if none.
	Attachments []Attachment
	// ClientID is the id that the sender's client gave the send, empty if none.
	ClientID string
	Details  *Details // what only some events have; nil if it has none of that
}

// Details are what only some events have.
type Details struct {
	// Mentions are the accounts that a message or edit names, ascending, at most
	// [MaxMentions]. MentionsRoom is set if it means everybody in the room.
	Mentions     []AccountID `json:"mentions,omitempty"`
	MentionsRoom bool        `json:"mentions_room,omitzero"`
	// Scheme says how the body of a message or edit is encrypted, empty if it is
	// not. Sealed is that body, in the place of a text.
	Scheme string `json:"scheme,omitzero"`
	Sealed string `json:"sealed,omitzero"`
	// Role is, of an [EventRole], the new role.
	Role RoomRole `json:"role,omitzero"`
	// Room is, of an [EventRoom], what it changes.
	Room *RoomChange `json:"room,omitzero"`
}

// ErasedText is shown in the place of a message whose text was deleted.
const ErasedText = "(deleted)"

// SealedText is shown in the place of a message that cannot be read here.
const SealedText = "[encrypted]"

// Sealed reports whether e has a body that only its recipients can read.
func (e *Event) Sealed() bool { return e.Details != nil && e.Details.Sealed != "" }

// Erased reports whether e is a message, or an edit, of which nothing is left.
func (e *Event) Erased() bool {
	return (e.Kind == EventMessage || e.Kind == EventEdit) && e.Text == "" && len(e.Attachments) == 0 && !e.Sealed()
}

// Mentions reports whether e names an account, or everybody in the room.
func (e *Event) Mentions(account AccountID) bool {
	if e.Details == nil {
		return false
	}
	for _, id := range e.Details.Mentions {
		if id == account {
			return true
		}
	}
	return e.Details.MentionsRoom
}
