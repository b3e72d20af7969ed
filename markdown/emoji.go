package markdown

import "unicode/utf8"

const (
	joiner   = 0x200D // joins two emoji to one
	asEmoji  = 0xFE0F // behind a character that can be text, too
	keycap   = 0x20E3 // behind a digit, # or *
	firstTag = 0xE0020
	lastTag  = 0xE007F // behind the last tag of a flag
)

// OnlyEmoji returns the number of emoji in a text that has nothing but emoji and
// white space, and 0 for other texts. Clients draw few emoji larger. A flag, a
// family, an emoji with a skin colour are one. :) and :name: are none.
func OnlyEmoji(text string) int {
	count := 0
	for at := 0; at < len(text); {
		if r, size := utf8.DecodeRuneInString(text[at:]); isSpace(r) {
			at += size
			continue
		}
		n := emoji(text[at:])
		if n == 0 {
			return 0
		}
		at += n
		count++
	}
	return count
}

// emoji returns the length of the emoji that text begins with, or 0 (E1).
func emoji(text string) int {
	end := emojiPart(text)
	for end > 0 {
		r, size := utf8.DecodeRuneInString(text[end:])
		if r != joiner {
			break
		}
		n := emojiPart(text[end+size:])
		if n == 0 {
			return 0
		}
		end += size + n
	}
	return end
}

// emojiPart returns the length of what text begins with and can be joined with
// others to one emoji, or 0.
func emojiPart(text string) int {
	first, at := utf8.DecodeRuneInString(text)
	next := func() (r rune) {
		r, _ = utf8.DecodeRuneInString(text[at:])
		return r
	}
	skip := func(low, high rune) bool {
		r, size := utf8.DecodeRuneInString(text[at:])
		if size == 0 || r < low || r > high {
			return false
		}
		at += size
		return true
	}
	if first >= '0' && first <= '9' || first == '#' || first == '*' {
		skip(asEmoji, asEmoji)
		if !skip(keycap, keycap) {
			return 0
		}
		return at
	}
	if isRegional(first) {
		if !isRegional(next()) {
			return 0
		}
		return at + utf8.RuneLen(next())
	}
	if !isEmoji(first) && !(next() == asEmoji && (first >= 0x2000 || first == '©' || first == '®')) {
		return 0
	}
	skip(asEmoji, asEmoji)
	skip(0x1F3FB, 0x1F3FF) // a skin colour
	for skip(firstTag, lastTag) {
	}
	return at
}

// isRegional reports whether a character is half of a flag.
func isRegional(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }

// isEmoji reports whether a character is an emoji without another one behind it.
// The ranges have some signs that are none, which is harmless, and room for those
// of Unicodes to come.
func isEmoji(r rune) bool {
	switch r {
	case 0x231A, 0x231B, 0x25FD, 0x25FE, 0x2B1B, 0x2B1C, 0x2B50, 0x2B55:
		return true
	}
	return r >= 0x23E9 && r <= 0x23F3 || r >= 0x2600 && r <= 0x27BF || r >= 0x1F000 && r <= 0x1FAFF
}
