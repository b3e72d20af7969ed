package plausch

// Presence says whether somebody can be expected to answer.
type Presence string

const (
	Online  Presence = "online"  // a session that is not away
	Away    Presence = "away"    // every session says it is away
	Offline Presence = "offline" // no session
)

// Member is an account in a room.
type Member struct {
	AccountRef
	Role     Role     // on the server
	RoomRole RoomRole // in the room
	Avatar   string   // as of an [Account]
	Status   Status   // as of an Account
}
