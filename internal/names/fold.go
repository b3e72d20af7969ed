package names

import (
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// maxName is the most bytes of a name.
const maxName = 32

// Fold returns the n-th name, from 1 to 999, for a new account whose owner cannot
// choose one that fits, since the program takes that of the machine: for "Jürgen
// Maier" juergen-maier, then juergen-maier-2. Each of them is one that [NewAccount]
// returns.
func Fold(name string, n int) string {
	base, err := NewAccount(name)
	if err != nil {
		base = fold(trimAt(name))
	}
	if _, err := NewAccount(base); err != nil { // too short, digits alone, or the server's
		base = strings.TrimSuffix("guest-"+base, "-")
		base = base[:min(len(base), maxName)]
	}
	if n == 1 {
		return base
	}
	const longest = maxName - len("-999") // cut alike for all numbers, each makes another name
	return base[:min(len(base), longest)] + "-" + strconv.Itoa(n)
}

// FoldedDisplay returns the display name of an account whose name is a folded one:
// name as it was written, or nothing if that is read as a name or cannot be shown.
func FoldedDisplay(name string) string {
	display, err := Display(trimAt(name))
	if _, isName := ReadAsName(display); err != nil || isName {
		return ""
	}
	return display
}

// spelled are letters that have a usual spelling in a to z, beside those that are
// one with a mark.
var spelled = strings.NewReplacer(
	"ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "å", "aa", "æ", "ae", "ø", "oe", "œ", "oe",
	"đ", "d", "ð", "d", "þ", "th", "ł", "l", "ħ", "h", "ı", "i", "'", "", "’", "",
)

// fold returns name with hyphens for all that has no spelling in a to z.
func fold(name string) string {
	spelledOut := spelled.Replace(strings.ToLower(norm.NFKC.String(name)))
	var b strings.Builder
	for _, r := range norm.NFKD.String(spelledOut) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '.' || r == '_':
			b.WriteRune(r)
		case !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	folded := strings.Trim(b.String(), "._-")
	return strings.TrimRight(folded[:min(len(folded), maxName)], "._-")
}
