package plausch

import (
	"strings"
	"time"
)

// AccountID identifies an account for ever; it is never given out again, even
// when the account's name is.
type AccountID int64

// NameHues is how many colours names have.
const NameHues = 12

// Hue is the place of the account's colour among the [NameHues], from 0, for all clients to
// draw a name in the same one. Accounts made one after the other are far from each other,
// and twelve of them have twelve colours.
func (id AccountID) Hue() int { return int(uint64(id) * 5 % NameHues) }

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

// AccountState says whether an account can be used.
type AccountState string

const (
	AccountActive AccountState = "active"
	// AccountDeactivated accounts are not let in. They keep their name, and can
	// be reactivated.
	AccountDeactivated AccountState = "deactivated"
	// AccountDeleted accounts are nobody's any more and hold no name. Their id
	// stays under what they wrote.
	AccountDeleted AccountState = "deleted"
)

// AccountRef is an account as others see it: enough to draw a name.
type AccountRef struct {
	ID   AccountID
	Name string
	// Display is how the account likes to be called, by the rule of
	// names.Display; empty if that is Name. Unlike Name it is not unique, so
	// it is shown by [AccountRef.Shown] only.
	Display string
}

// MaxDisplay is the longest display name, in bytes of UTF-8.
const MaxDisplay = 64

// Shown returns the account's name for people to read: the display name if it
// differs from the name in case only, otherwise both, so that nobody can pass
// for somebody else.
func (a AccountRef) Shown() string {
	switch {
	case a.Display == "":
		return a.Name
	case strings.EqualFold(a.Display, a.Name):
		return a.Display
	default:
		return a.Display + " (" + a.Name + ")"
	}
}

// Account is somebody who talks: a person, a bot or a guest.
type Account struct {
	ID   AccountID
	Name string // by the rule of names.Account; unique among those in use and deactivated
	// Display is as in [AccountRef].
	Display string
	Role    Role
	// Bot accounts are programs: they have a token and no password.
	Bot bool
	// Invited accounts came by an invite. An invited guest is no passer-by: it
	// keeps its name, and is let in where guests are not.
	Invited bool
	State   AccountState
	// Transient accounts are guests that exist while they are connected.
	Transient bool
	// Avatar is the hash of the account's picture, in hexadecimal; empty if it has
	// none.
	Avatar string
	Status Status // which may have ended: see [Status.At]
	// Seen lets the other one in direct rooms see up to where the account has read, if the
	// other does, too.
	Seen    bool
	Created time.Time
	// LastSeen is when the account last signed in or was last known to be
	// connected, to within [SeenEvery].
	LastSeen time.Time
}

// Uninvited reports whether a is a guest whom nobody has invited: such an account
// costs nothing, so what it can do is bounded by its address.
func (a Account) Uninvited() bool { return a.Role == RoleGuest && !a.Invited }

// Ref returns what others see of a.
func (a Account) Ref() AccountRef { return AccountRef{ID: a.ID, Name: a.Name, Display: a.Display} }

// DeletedName is what accounts are called that were deleted. Nobody can hold it.
const DeletedName = "deleted"

const (
	// GuestNameKept is how long a guest who went away keeps the name. After it
	// the name starts as a new account with nothing of the old one.
	GuestNameKept = 24 * time.Hour
	// SeenEvery is how often the LastSeen of connected accounts is written.
	SeenEvery = 10 * time.Minute
)
