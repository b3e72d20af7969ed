package client

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/rivo/uniseg"
)

// maxMarks is how many combining marks stay on one character. Written languages
// need up to four or so; more only paints over the lines around it.
const maxMarks = 8

const (
	zeroWidthNonJoiner = '\u200c'
	zeroWidthJoiner    = '\u200d'
	asText             = '\ufe0e' // a variation selector: the sign before it is no picture
	asEmoji            = '\ufe0f' // it is one
	keycap             = '\u20e3'
)

// Clean returns s as it may be written to a terminal. Every string that comes
// from others (texts, names, errors) has to pass through it, or [CleanLine], on
// its way there. What is left takes the columns that it seems to take, so that a
// program can tell where a row ends:
//
//   - Escape sequences are dropped as a whole, terminated or not (ESC and the C1
//     forms of CSI, OSC, DCS, APC, PM and SOS: ECMA-48, sections 5.4 and 5.6), and
//     so is every control character but newline and tab.
//   - What is not seen by itself is dropped: format characters (soft hyphens, what
//     turns the direction of writing, tags) and the other default ignorable ones
//     (fillers, variation selectors). Joiners stay between the parts of an emoji and
//     between letters of scripts that need them, and variation selectors behind
//     signs that can be emoji.
//   - Combining marks are dropped where there is no character to combine with, and
//     after the eighth.
//   - Bytes that are not UTF-8, private and unassigned characters become U+FFFD.
//   - Line and paragraph separators become newlines.
//
// Cleaning twice changes nothing.
func Clean(s string) string {
	for i := range len(s) {
		if c := s[i]; (c < ' ' || c > '~') && c != '\n' && c != '\t' {
			return clean(s, i)
		}
	}
	return s
}

// CleanLine is [Clean] for what has to stay on one line, such as names:
// newlines and tabs become spaces.
func CleanLine(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return ' '
		}
		return r
	}, Clean(s))
}

// StripControls returns what a terminal would show of s, a text of one's own that is
// to be sent: it drops escape sequences and control characters as [Clean] does, and
// bytes that are not UTF-8 become U+FFFD. What is only not seen stays. Of a sequence
// that has no end in s, what follows its beginning stays, too.
func StripControls(s string) string {
	var b strings.Builder
	b.Grow(len(s))
	strip(s, true, func(r rune) { b.WriteRune(r) })
	return b.String()
}

// clean is Clean of s, whose first n bytes may stay.
func clean(s string, n int) string {
	var c cleaner
	c.Grow(len(s))
	for _, r := range s[:n] {
		c.put(r)
	}
	strip(s[n:], false, func(r rune) {
		if r == '\u2028' || r == '\u2029' {
			r = '\n'
		}
		c.put(r)
	})
	return c.String()
}

// strip puts the characters of s that are neither controls nor parts of escape
// sequences. Of a string without an end it puts nothing, or with salvage all.
func strip(s string, salvage bool, put func(rune)) {
	for s != "" {
		r, size := utf8.DecodeRuneInString(s) // U+FFFD for a byte that is not UTF-8
		rest := s[size:]
		switch {
		case r == 0x1b:
			rest = afterEscape(s[1:], salvage)
		case r >= 0x80 && r <= 0x9f:
			rest = afterControl(byte(r-0x40), rest, salvage)
		case !unicode.IsControl(r) || r == '\n' || r == '\t':
			put(r)
		}
		s = rest
	}
}

// cleaner builds a clean text from characters.
type cleaner struct {
	strings.Builder
	base    rune // that marks combine with; 0 for none
	last    rune // that was written
	marks   int  // on base
	waiting rune // a joiner, or the variation selector of a keycap, that stays if the next fits
}

func (c *cleaner) put(r rune) {
	waiting := c.waiting
	c.waiting = 0
	switch {
	case r == zeroWidthJoiner || r == zeroWidthNonJoiner:
		if c.base != 0 {
			c.waiting = r
		}
	case r == asText || r == asEmoji:
		switch {
		case c.last != c.base || c.base == 0: // only one, and right behind the sign
		case isPictograph(c.base):
			c.write(r)
		case strings.ContainsRune("0123456789#*", c.base):
			c.waiting = r
		}
	case isUnseen(r):
		c.waiting = waiting // as if it were not there
	case unicode.In(r, unicode.M):
		if c.base == 0 || c.marks >= maxMarks {
			break
		}
		if r == keycap && (waiting == asText || waiting == asEmoji) || joins(waiting, c.base, r) {
			c.write(waiting)
		}
		c.marks++
		c.write(r)
	case isJamoTail(r) && !isHangul(c.last):
	default:
		if isUnassigned(r) {
			r = unicode.ReplacementChar
		}
		if joins(waiting, c.base, r) {
			c.write(waiting)
		}
		c.write(r)
		if c.base, c.marks = r, 0; unicode.IsSpace(r) {
			c.base = 0
		}
	}
}

func (c *cleaner) write(r rune) {
	c.last = r
	c.WriteRune(r)
}

// joins reports whether joiner does something between a and b: make one picture of
// two, or say how letters of a script are connected.
func joins(joiner, a, b rune) bool {
	switch {
	case joiner == zeroWidthJoiner && isPictograph(a):
		return isPictograph(b)
	case joiner == zeroWidthJoiner || joiner == zeroWidthNonJoiner:
		return unicode.In(a, joiningScripts...) && unicode.In(b, joiningScripts...)
	}
	return false
}

// joiningScripts are those in which joiners are part of the spelling.
var joiningScripts = []*unicode.RangeTable{
	unicode.Arabic, unicode.Syriac, unicode.Mongolian, unicode.Nko, unicode.Devanagari, unicode.Bengali, unicode.Gurmukhi,
	unicode.Gujarati, unicode.Oriya, unicode.Tamil, unicode.Telugu, unicode.Kannada, unicode.Malayalam, unicode.Sinhala,
	unicode.Khmer, unicode.Myanmar, unicode.Tibetan,
}

// isUnseen reports whether r shows nothing by itself: it is a format character, or
// default ignorable (Unicode, DerivedCoreProperties). Format characters that show
// as a sign, such as the Arabic sign of a year, are seen.
func isUnseen(r rune) bool {
	return unicode.In(r, unicode.Cf, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector) &&
		!unicode.Is(unicode.Prepended_Concatenation_Mark, r) || r >= 0xe0000 && r <= 0xe0fff
}

// isUnassigned reports whether nobody can know what r looks like. The places that
// are kept for emoji of later versions of Unicode are no such.
func isUnassigned(r rune) bool {
	return !unicode.In(r, unicode.L, unicode.M, unicode.N, unicode.P, unicode.S, unicode.Z, unicode.Cf) && r >= ' ' && !isPictograph(r)
}

// isPictograph reports whether r can be an emoji, or a part of one. uniseg tells by
// how it cuts: a joiner makes one character of two pictographs, and of nothing else
// (UAX #29, rule GB11).
func isPictograph(r rune) bool {
	return r > '~' && !unicode.In(r, unicode.L, unicode.M, unicode.Z) &&
		uniseg.GraphemeClusterCount(string(r)+"\u200d\u2764") == 1
}

// isJamoTail reports whether r is a vowel or final consonant that Hangul syllables
// are put together from: terminals draw it into the character before.
func isJamoTail(r rune) bool {
	return r >= '\u1160' && r <= '\u11ff' || r >= '\ud7b0' && r <= '\ud7ff'
}

func isHangul(r rune) bool { return unicode.Is(unicode.Hangul, r) && r != '\u3164' }

// afterEscape returns what stands behind the sequence whose ESC was before s.
func afterEscape(s string, salvage bool) string {
	if s == "" {
		return s
	}
	if s[0] >= '@' && s[0] <= '_' {
		return afterControl(s[0], s[1:], salvage)
	}
	s = strings.TrimLeft(s, " !\"#$%&'()*+,-./") // intermediate bytes
	if s != "" && s[0] >= '0' && s[0] <= '~' {
		s = s[1:]
	}
	return s
}

// afterControl returns what stands behind the C1 control that ESC and c stand
// for, and behind the sequence or string that it opens. A string without an end
// goes on to the end of s; with salvage it is none.
func afterControl(c byte, s string, salvage bool) string {
	switch c {
	case '[': // CSI: parameters and intermediates, then one final byte
		i := 0
		for i < len(s) && s[i] >= ' ' && s[i] <= '?' {
			i++
		}
		if i < len(s) && s[i] >= '@' && s[i] <= '~' {
			i++
		}
		return s[i:]
	case ']', 'P', '_', '^', 'X': // OSC, DCS, APC, PM, SOS: up to ST, or what terminals take for it
		i := strings.IndexAny(s, "\x07\x18\x1a\x1b\u009c")
		switch {
		case i < 0 && salvage:
			return s
		case i < 0:
			return ""
		}
		if s[i] == 0x1b && !strings.HasPrefix(s[i:], "\x1b\\") {
			return s[i:] // another sequence begins
		}
		s = s[i:]
		for _, end := range []string{"\x1b\\", "\u009c", "\x07", "\x18", "\x1a"} {
			if rest, ok := strings.CutPrefix(s, end); ok {
				return rest
			}
		}
		return s
	}
	return s
}
