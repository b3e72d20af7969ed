package tui

import (
	"slices"
	"strings"
	"sync"

	"github.com/kyokomi/emoji/v2"
)

// emojiNames are the names of emojis, such as :smile:, in order.
var emojiNames = sync.OnceValue(func() []string {
	codes := emoji.CodeMap()
	names := make([]string, 0, len(codes))
	for name := range codes {
		names = append(names, name)
	}
	slices.SortFunc(names, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b) // the plain ones first
		}
		return strings.Compare(a, b)
	})
	return names
})

// emojiCandidates completes :name to an emoji.
func emojiCandidates(c *completion, word string) {
	codes := emoji.CodeMap()
	for _, name := range emojiNames() {
		if strings.HasPrefix(name, word) && len(c.candidates) < maxCandidates {
			c.candidates = append(c.candidates, candidate{strings.TrimSpace(codes[name]), " "})
		}
	}
}

// emojiOf returns the emoji of a name such as :smile: or smile, and any other text as it
// is.
func emojiOf(word string) string {
	name := ":" + strings.Trim(word, ":") + ":"
	if sign, known := emoji.CodeMap()[name]; known {
		return strings.TrimSpace(sign)
	}
	return word
}
