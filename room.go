package plausch

import "time"

// RoomID identifies a room for ever.
type RoomID int64

// PublicRoom is the room that exists from the start and that everyone is in.
// Nobody joins or leaves it: its membership is not stored.
const (
	PublicRoom     RoomID = 1
	PublicRoomName        = "public"
)

// RoomKind says who may enter a room.
type RoomKind string

const (
	// RoomPublic rooms are listed, and anyone signed in may join.
	RoomPublic RoomKind = "public"
	// RoomPrivate rooms are seen by their members only, who add others.
	RoomPrivate RoomKind = "private"
	// RoomDirect rooms belong to two accounts. The first message makes them.
	RoomDirect RoomKind = "direct"
)

// RoomRole says what a member may do in a room.
type RoomRole string

const (
	// RoomOwner runs the room, and gives roles in it. Who makes a room is its first.
	RoomOwner RoomRole = "owner"
	// RoomAdmin runs the room: its settings, its members, what others wrote.
	RoomAdmin RoomRole = "admin"
	// RoomMember is the role of everybody else.
	RoomMember RoomRole = "member"
	// RoomReader reads and reacts, and writes nothing.
	RoomReader RoomRole = "reader"
)

// Runs reports whether a member of this role runs its room.
func (r RoomRole) Runs() bool { return r == RoomOwner || r == RoomAdmin }

// Writers says which members may write in a room.
type Writers string

const (
	// WritersMembers are all members but readers.
	WritersMembers Writers = "members"
	// WritersAdmins are those who run the room: it is for announcements.
	WritersAdmins Writers = "admins"
)

// Room is a place to talk and the name of a log.
type Room struct {
	ID      RoomID
	Kind    RoomKind
	Name    string // empty for direct rooms
	Created time.Time
	Head    int64 // seq of the newest event, 0 while there is none
	// First is the seq of the oldest event that is kept: 1 unless retention has
	// removed older ones. If nothing is kept, it is one more than Head.
	First int64
	// Peer is, in a direct room, the one of the two that did not ask.
	Peer AccountRef
	RoomSettings
}

// RoomSettings are what those who run a room can change.
type RoomSettings struct {
	Topic       string // one line, at most [MaxTopic] bytes
	Description string // at most [MaxDescription] bytes
	Picture     string // the hash of the room's picture, as of an [Account]; empty if none
	Writers     Writers
	Retention   time.Duration // how long messages are kept, in whole days; 0: for ever
	Archived    bool          // nobody writes there any more
}

// Day is the unit of a retention.
const Day = 24 * time.Hour

const (
	// MaxRetention is the longest retention of a room.
	MaxRetention = 36_500 * Day
	// MaxTopic is the longest topic of a room, in bytes of UTF-8.
	MaxTopic = 250
	// MaxDescription is the longest description of a room, in bytes of UTF-8.
	MaxDescription = 2000
)

// RoomChange is what an [EventRoom] changes. What is nil stays as it is.
type RoomChange struct {
	Topic       *string        `json:"topic,omitzero"`
	Description *string        `json:"description,omitzero"`
	Picture     *string        `json:"picture,omitzero"`
	Writers     *Writers       `json:"writers,omitzero"`
	Retention   *time.Duration `json:"retention,omitzero"`
	Archived    *bool          `json:"archived,omitzero"`
}

// In reports whether a room with the settings s is already as c would make it.
func (c *RoomChange) In(s RoomSettings) bool {
	return same(c.Topic, s.Topic) && same(c.Description, s.Description) && same(c.Picture, s.Picture) &&
		same(c.Writers, s.Writers) && same(c.Retention, s.Retention) && same(c.Archived, s.Archived)
}

// same reports whether a change to p, which may be none, leaves v as it is.
func same[T comparable](p *T, v T) bool { return p == nil || *p == v }

// Empty reports whether c changes nothing.
func (c *RoomChange) Empty() bool { return *c == RoomChange{} }
