package terminal

import (
	"cmp"
	"iter"
	"os"
	"strings"
	"sync"
	"unicode"

	"github.com/rivo/uniseg"
	"golang.org/x/text/width"
)

// A cluster is what people take for one character: a letter with its marks, or an
// emoji with its parts (UAX #29). Terminals do not agree on how many columns one
// takes: some add up its parts, others know that four people with joiners between
// them are one picture. Rows are broken by the most that any of them would take, so
// that no terminal has to break one itself: at its left edge, where the text would
// look like something that somebody else said.

// Clusters returns the clusters of s, each escape sequence of colours by itself.
func Clusters(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		state := -1
		for s != "" {
			var c string
			if n := colourLength(s); n > 0 {
				c, s, state = s[:n], s[n:], -1
			} else {
				c, s, _, state = uniseg.FirstGraphemeClusterInString(s, state)
			}
			if !yield(c) {
				return
			}
		}
	}
}

// colourLength returns the length of the escape sequence with which s begins, 0
// if it begins with none. Only colours are in the texts that are broken into rows.
func colourLength(s string) int {
	if !strings.HasPrefix(s, "\x1b[") {
		return 0
	}
	return strings.IndexByte(s, 'm') + 1
}

// ClusterWidth is the most columns that a terminal needs for a cluster.
func ClusterWidth(c string) int {
	if len(c) == 1 && c[0] >= ' ' {
		return 1
	}
	if colourLength(c) > 0 {
		return 0
	}
	sum := 0
	for _, r := range c {
		sum += RuneWidth(r)
	}
	if strings.ContainsAny(c, "\ufe0f\u20e3") { // signs that become pictures
		sum = max(sum, 2)
	}
	return max(sum, uniseg.StringWidth(c))
}

// Width is the most columns that a terminal needs for s, whose only escape
// sequences are colours.
func Width(s string) int {
	n := 0
	for c := range Clusters(s) {
		n += ClusterWidth(c)
	}
	return n
}

// RuneWidth is the most columns that a terminal needs for r.
func RuneWidth(r rune) int {
	switch {
	case r < ' ' || unicode.In(r, unicode.Mn, unicode.Me) || unicode.Is(unicode.Cf, r) && !unicode.Is(unicode.Prepended_Concatenation_Mark, r):
		return 0
	case r < 0x7f:
		return 1
	case isPictograph(r) || unicode.Is(otherWide, r):
		return 2
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	case width.EastAsianAmbiguous:
		if ambiguousIsWide() {
			return 2
		}
	}
	return max(1, uniseg.StringWidth(string(r)))
}

// ambiguousIsWide reports whether signs such as Greek letters may be drawn as wide
// as Chinese ones: in the languages where they always were.
var ambiguousIsWide = sync.OnceValue(func() bool {
	locale := cmp.Or(os.Getenv("LC_ALL"), os.Getenv("LC_CTYPE"), os.Getenv("LANG"))
	language, _, _ := strings.Cut(locale, "_")
	return language == "ja" || language == "ko" || language == "zh"
})

// isPictograph reports whether r can be an emoji, or a part of one: a joiner makes
// one cluster of two of them, and of nothing else (UAX #29, rule GB11).
func isPictograph(r rune) bool {
	return !unicode.In(r, unicode.L, unicode.N) && uniseg.GraphemeClusterCount(string(r)+"\u200d\u2764") == 1
}

// otherWide are signs that the tables that we use do not call wide, and some
// terminals do: circled numbers on black, and what version 16 of Unicode made wide
// (monograms, hexagrams, tetragrams, counting rods).
var otherWide = &unicode.RangeTable{
	R16: []unicode.Range16{{0x268a, 0x268f, 1}, {0x3248, 0x324f, 1}, {0x4dc0, 0x4dff, 1}},
	R32: []unicode.Range32{{0x1d300, 0x1d356, 1}, {0x1d360, 0x1d376, 1}},
}
