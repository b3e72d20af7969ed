package plausch

// Draft is what somebody has begun to write in a room, for all devices of the account.
type Draft struct {
	Room   RoomID
	Text   string // empty: there is none
	Target int64  // the message that it answers, 0 if none
	Edit   int64  // counts the edits of the room's draft, from 1
	Source string // by which the device that wrote it knows it again; not kept
}
