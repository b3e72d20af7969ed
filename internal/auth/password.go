package auth

import (
	_ "embed"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/secure/precis"

	"plausch"
)

// Bounds of a password, in characters (code points).
const (
	MinPassword = 8
	MaxPassword = 128
)

// common are passwords that are guessed first, one a line, in lower case.
// Shorter ones than MinPassword need not be there.
//
//go:embed common.txt
var common string

var commonPasswords = func() map[string]bool {
	set := make(map[string]bool)
	for line := range strings.Lines(common) {
		set[strings.TrimSpace(line)] = true
	}
	return set
}()

// TrimPassword takes off what programs and editors add to a line: a byte order
// mark before it, and line ends behind it. No password can have either.
func TrimPassword(password string) string {
	return strings.TrimRight(strings.TrimPrefix(password, "\ufeff"), "\r\n")
}

// CheckPassword reports why the account called name cannot have password: it
// is shorter than [MinPassword] or longer than [MaxPassword], among those that
// everybody guesses first, or the name itself. Which kinds of characters it has
// does not matter. The error is [plausch.Invalid] or [plausch.TooLarge] and
// says what to do.
func CheckPassword(name, password string) error {
	// The profile refuses the empty password, too, and that is merely short.
	normalized, err := precis.OpaqueString.String(TrimPassword(password))
	if err != nil && password != "" || !utf8.ValidString(password) {
		return plausch.Errorf(plausch.Invalid, "the password has a character that cannot be typed everywhere, such as a control character; leave it out")
	}
	switch n := utf8.RuneCountInString(normalized); {
	case n < MinPassword:
		return plausch.Errorf(plausch.Invalid, "the password has %d characters; it needs at least %d: a few words make a good one", n, MinPassword)
	case n > MaxPassword:
		return plausch.Errorf(plausch.TooLarge, "the password has %d characters; use at most %d", n, MaxPassword)
	}
	lower := strings.ToLower(normalized)
	if commonPasswords[lower] || repeats(lower) {
		return plausch.Errorf(plausch.Invalid, "this password is one of the first that anyone would guess; choose another: a few unrelated words make a good one")
	}
	if lower == strings.ToLower(name) {
		return plausch.Errorf(plausch.Invalid, "the password is the same as the name; choose another: a few unrelated words make a good one")
	}
	return nil
}

// repeats says whether s is one character over and over.
func repeats(s string) bool {
	_, size := utf8.DecodeRuneInString(s)
	return strings.Count(s, s[:size])*size == len(s)
}
