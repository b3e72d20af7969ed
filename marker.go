package plausch

// MaxUnread is how far unread messages are counted: as many may be more.
const MaxUnread = 100

// ReadState is what an account has read of a room, in one state of it. Unread are the
// messages of others behind the marker that are not deleted.
type ReadState struct {
	Marker   int64 // the seq up to which it has read
	Unread   int   // at most [MaxUnread]
	Mentions int   // unread messages that name it or everybody there, at most [MaxUnread]
	AsOf     int64 // the newest seq of the room in this state
	// Seen is, in a direct room, the marker of the other one, if both let it be seen and
	// neither has blocked the other. It is 0 otherwise, and Peer, who that is, too.
	Seen int64
	Peer AccountID
}
