package names

import (
	"strings"
	"unicode"

	"golang.org/x/text/secure/precis"

	"plausch"
)

// Display returns the one form of a display name: prepared by PRECIS
// Nickname (RFC 8266, section 2), and then of 1 to plausch.MaxDisplay bytes
// without anything invisible or anything that turns the direction of writing.
func Display(display string) (string, error) {
	prepared, err := precis.Nickname.String(TrimSpace(display))
	if err != nil {
		return "", plausch.Errorf(plausch.Invalid, "%q cannot be a display name: write it in letters, digits, signs and single spaces", display)
	}
	if len(prepared) > plausch.MaxDisplay {
		return "", plausch.Errorf(plausch.TooLarge, "the display name has %d bytes; at most %d are allowed", len(prepared), plausch.MaxDisplay)
	}
	for _, r := range prepared {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return "", plausch.Errorf(plausch.Invalid, "the display name has the invisible character %U; leave it out", r)
		}
	}
	return prepared, nil
}

// DisplayOf returns the display name of somebody who signs up as name: name as it
// was written, or nothing if that is the name's one form.
func DisplayOf(name string) string {
	display, err := Display(trimAt(name))
	mapped, nameErr := Account(name)
	if err != nil || nameErr != nil || display == mapped {
		return ""
	}
	return display
}

// ReadAsName returns the name that people read a display name as, in its one form,
// and whether it is read as one: upper and lower case make no difference, nor do
// spaces and signs of a mention before it.
func ReadAsName(display string) (name string, ok bool) {
	name, err := Room(strings.TrimLeft(TrimSpace(display), "@ "))
	return name, err == nil
}
