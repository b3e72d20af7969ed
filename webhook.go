package plausch

import "time"

// Webhook is an address at which a program posts into a room. Who knows the
// address may post: there is no other sign-in.
type Webhook struct {
	ID      int64
	Room    RoomID
	Account AccountRef // that the messages are from; nobody can sign in to it
	Created time.Time
	Maker   AccountRef // zero: made on the server's command line
	// Paused is whether it takes nothing, since its maker may no longer make one:
	// is shut out or deleted, has left the room or lost the right.
	Paused bool
	// Signed is whether what comes has to be signed with a secret that only the
	// sender knows besides the server, so that the address alone is not enough.
	Signed bool
}

// MaxWebhooks is the most webhooks that one room can have.
const MaxWebhooks = 100
