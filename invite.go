package plausch

import "time"

// InviteID identifies an invite for ever.
type InviteID int64

// Invite lets people make an account who know its token, which is not kept.
type Invite struct {
	ID    InviteID
	Maker AccountRef // zero if it was made on the command line
	Role  Role       // of the accounts: member or guest
	Uses  int        // how many accounts can be made with it, 0 for any number
	Used  int        // how many were
	Rooms []RoomID   // that the accounts are in from the start
	// RoomNames are those of Rooms.
	RoomNames        []string
	Created, Expires time.Time
}

// InviteLife is how long an invite is good unless its maker says otherwise.
const InviteLife = 7 * 24 * time.Hour
