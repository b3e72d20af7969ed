package plausch

import "time"

// AccountID identifies an account for ever; it is never given out again, even
// when the account's name is.
type AccountID int64

// Role says what an account may do on the whole server.
type Role string

const (
	RoleOwner  Role = "owner"
	RoleAdmin  Role = "admin"
	RoleMember Role = "member"
	// RoleGuest is an account without a password: known by a token that its
	// client keeps, or, without one, only while it is connected.
	RoleGuest Role = "guest"
)

// AccountRef is an account as others see it: enough to draw a name.
type AccountRef struct {
	ID   AccountID
	Name string
}

// Account is somebody who talks: a person, a bot or a guest.
type Account struct {
	ID   AccountID
	Name string // by the rule of core.Name; unique among those in use
	Role Role
	// Transient accounts are guests that exist while they are connected.
	Transient bool
	Created   time.Time
	// LastSeen is when the account last signed in or was last known to be
	// connected, to within [SeenEvery].
	LastSeen time.Time
}

// Ref returns what others see of a.
func (a Account) Ref() AccountRef { return AccountRef{ID: a.ID, Name: a.Name} }

const (
	// GuestNameKept is how long a guest who went away keeps the name. After it
	// the name starts as a new account with nothing of the old one.
	GuestNameKept = 24 * time.Hour
	// SeenEvery is how often the LastSeen of connected accounts is written.
	SeenEvery = 10 * time.Minute
)
