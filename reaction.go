package plausch

import (
	"unicode"
	"unicode/utf8"
)

const (
	// MaxEmoji is the longest emoji of a reaction, in bytes of UTF-8.
	MaxEmoji = 32
	// MaxReactions is how many different emojis one message can have.
	MaxReactions = 20
	// ReactionNames is how many of those who reacted are named in a [Reaction].
	ReactionNames = 3
)

// Reaction is an emoji under a message, with those who chose it.
type Reaction struct {
	Emoji string
	Count int
	Mine  bool // the account that asked is one of them
	// First are who chose it first, at most [ReactionNames], and Seqs those of the events
	// with which they did, so that what happens next can be folded in.
	First []AccountRef
	Seqs  []int64
}

// CheckEmoji reports why emoji cannot be that of a reaction: it is empty, longer
// than [MaxEmoji], or has characters that are not of emojis (Unicode UTS #51).
func CheckEmoji(emoji string) error {
	if len(emoji) > MaxEmoji {
		return Errorf(TooLarge, "the emoji has %d bytes; at most %d are allowed", len(emoji), MaxEmoji)
	}
	if !utf8.ValidString(emoji) {
		return Errorf(Invalid, "the emoji is not UTF-8")
	}
	drawn := false
	for _, r := range emoji {
		switch {
		case unicode.In(r, unicode.So, unicode.Sm) && r > unicode.MaxLatin1, r == '©', r == '®', r == '‼', r == '⁉', r == 'ℹ', r == '〰', r == '\u20e3': // the last closes a keycap
			drawn = true
		case unicode.Is(unicode.Sk, r) && r > unicode.MaxLatin1: // skin tones
		case r == '\u200d', r == '\ufe0e', r == '\ufe0f': // joins, and how it is drawn
		case r >= 0xe0020 && r <= 0xe007f: // tags, of flags of regions
		case r >= '0' && r <= '9', r == '#', r == '*': // of keycaps
		default:
			return Errorf(Invalid, "a reaction is an emoji, which %q is not", emoji)
		}
	}
	if !drawn {
		return Errorf(Invalid, "a reaction is an emoji, which %q is not", emoji)
	}
	return nil
}
