// Package names has the rules of the names of accounts and rooms, and of the
// addresses made of them: a name, or an id in a form that no name can have.
package names

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/secure/precis"

	"plausch"
)

var (
	// known is what every name matches that a database may hold.
	known = regexp.MustCompile(`^[a-z0-9._-]{2,32}$`)
	// digits is what is read as an id elsewhere.
	digits = regexp.MustCompile(`^[0-9]+$`)
)

// idPrefix begins the address of a room or an account by its id. No name has a colon.
const idPrefix = "id:"

// reserved are account names that only the server itself may speak under, or that
// are read as everybody or as those who run it.
var reserved = []string{
	"admin", "administrator", "all", "channel", plausch.DeletedName, "everyone", "here", "mod", "moderator", "nobody", "null",
	"owner", "plausch", "postmaster", "public", "room", "root", "security", "server", "staff", "support", "sysop", "system",
	"undefined", "webmaster",
}

// Room returns the one form of the name of a room: prepared by PRECIS
// UsernameCaseMapped (RFC 8265, section 3.3), so in lower case, and then of 2 to
// 32 letters a to z, digits, dots, underscores and hyphens, which leaves nothing
// that only looks like another name. White space and byte order marks around it
// are taken off. Names from before the rule of [NewRoom] are among those it returns.
func Room(name string) (string, error) {
	mapped, err := precis.UsernameCaseMapped.String(TrimSpace(name))
	if err != nil || !known.MatchString(mapped) {
		return "", plausch.Errorf(plausch.Invalid,
			"%q cannot be a name: it takes 2 to 32 letters a to z, digits, dots, underscores or hyphens", name)
	}
	return mapped, nil
}

// Account returns the one form of the name of an account, as [Room] does. One @
// before the name is taken off, too.
func Account(name string) (string, error) { return Room(trimAt(name)) }

// NewRoom is [Room] for a room that is made: its name begins with a letter or
// digit, so that no program takes it for an option or a folder, and is not digits
// alone, so that nobody takes it for an id.
func NewRoom(name string) (string, error) {
	mapped, err := Room(name)
	if err == nil {
		err = CheckNew(mapped)
	}
	if err != nil {
		return "", err
	}
	return mapped, nil
}

// NewAccount is [Account] for an account that is made, by the rule of [NewRoom]
// and without the names that are nobody's.
func NewAccount(name string) (string, error) {
	mapped, err := NewRoom(trimAt(name))
	if err == nil {
		err = CheckReserved(mapped)
	}
	if err != nil {
		return "", err
	}
	return mapped, nil
}

// CheckReserved reports why nobody can be called by a name, in its one form, if
// it is read as the server's or everybody's.
func CheckReserved(name string) error {
	if slices.Contains(reserved, name) {
		return plausch.Errorf(plausch.Invalid, "the name %q is reserved, so that nobody can pass for the server; choose another", name)
	}
	return nil
}

// CheckNew reports why a name, in its one form, would not be given to anything new.
func CheckNew(name string) error {
	switch {
	case strings.Contains("._-", name[:1]):
		return plausch.Errorf(plausch.Invalid, "%q cannot be a new name: it begins with %q; begin it with a letter or digit", name, name[:1])
	case digits.MatchString(name):
		return plausch.Errorf(plausch.Invalid, "%q cannot be a new name: it is only digits, like an id; add a letter", name)
	}
	return nil
}

// ID returns the id in an address such as id:12, and whether the address has
// that form.
func ID(address string) (id int64, ok bool) {
	number, ok := strings.CutPrefix(strings.ToLower(TrimSpace(address)), idPrefix)
	if !ok || !digits.MatchString(number) {
		return 0, false
	}
	id, err := strconv.ParseInt(number, 10, 64)
	return id, err == nil && id > 0
}

// AccountID is [ID] for an address that may have an @ before it.
func AccountID(address string) (id int64, ok bool) { return ID(trimAt(address)) }

// BareID returns the id that an address of digits alone was before ids had a
// form of their own.
func BareID(address string) (id int64, ok bool) { return ID(idPrefix + TrimSpace(address)) }

// RoomAddress returns the one form of the address of a room: its name, or its id
// in the form id:12.
func RoomAddress(address string) (string, error) {
	if id, ok := ID(address); ok {
		return OfID(id), nil
	}
	return Room(address)
}

// AccountAddress is [RoomAddress] for an account, with or without an @ before it.
func AccountAddress(address string) (string, error) {
	if id, ok := AccountID(address); ok {
		return OfID(id), nil
	}
	return Account(address)
}

// OfID returns the address of what has an id.
func OfID(id int64) string { return idPrefix + strconv.FormatInt(id, 10) }

// TrimSpace takes white space and byte order marks off both ends of a text.
func TrimSpace(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return unicode.IsSpace(r) || r == '\ufeff' })
}

func trimAt(name string) string { return strings.TrimPrefix(TrimSpace(name), "@") }
