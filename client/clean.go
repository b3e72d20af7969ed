package client

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxMarks is how many combining marks stay on one character. Written languages
// need up to four or so; more only paints over the lines around it.
const maxMarks = 8

// Clean returns s as it may be written to a terminal. Every string that comes
// from others (texts, names, errors) has to pass through it, or [CleanLine], on
// its way there. It drops escape sequences as a whole, terminated or not (ESC
// and the C1 forms of CSI, OSC, DCS, APC, PM and SOS: ECMA-48, sections 5.4 and
// 5.6), every control character but newline and tab, the characters that change
// the direction of writing around them, and combining marks after the eighth.
// Bytes that are not UTF-8 become U+FFFD, line and paragraph separators newlines.
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

// clean is Clean of s, whose first n bytes may stay.
func clean(s string, n int) string {
	var b strings.Builder
	b.Grow(len(s))
	b.WriteString(s[:n])
	marks := 0
	for s = s[n:]; s != ""; {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case r == 0x1b:
			s = afterEscape(s[1:])
			continue
		case r >= 0x80 && r <= 0x9f:
			s = afterControl(byte(r-0x40), s[size:])
			continue
		case r == '\u2028' || r == '\u2029':
			r = '\n'
			marks = 0
		case unicode.IsControl(r) && r != '\n' && r != '\t', turns(r):
			s = s[size:]
			continue
		case unicode.In(r, unicode.Mn, unicode.Me):
			if marks++; marks > maxMarks {
				s = s[size:]
				continue
			}
		case !unicode.Is(unicode.Cf, r): // what is not seen is no new base either
			marks = 0
		}
		b.WriteRune(r) // U+FFFD for a byte that is not UTF-8
		s = s[size:]
	}
	return b.String()
}

// turns reports whether r embeds, overrides or isolates a direction of writing
// (UAX #9, section 2), or ends that.
func turns(r rune) bool {
	return r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069'
}

// afterEscape returns what stands behind the sequence whose ESC was before s.
func afterEscape(s string) string {
	if s == "" {
		return s
	}
	if s[0] >= '@' && s[0] <= '_' {
		return afterControl(s[0], s[1:])
	}
	s = strings.TrimLeft(s, " !\"#$%&'()*+,-./") // intermediate bytes
	if s != "" && s[0] >= '0' && s[0] <= '~' {
		s = s[1:]
	}
	return s
}

// afterControl returns what stands behind the C1 control that ESC and c stand
// for, and behind the sequence or string that it opens.
func afterControl(c byte, s string) string {
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
		if i < 0 {
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
