package search

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// spelling is one of the ways in which letters that a keyboard may lack are written.
type spelling int

const (
	plain   spelling = iota // Müller: muller, Bærum: barum
	digraph                 // mueller, baerum, Å: aa
	mixed                   // as plain, but æ and œ as two letters
	spellings
)

// letters are those that have more than their accents taken off, by spelling.
var letters = map[rune][spellings]string{
	'ä': {"a", "ae", "a"}, 'ö': {"o", "oe", "o"}, 'ü': {"u", "ue", "u"},
	'å': {"a", "aa", "a"}, 'ø': {"o", "oe", "o"}, 'æ': {"a", "ae", "ae"}, 'œ': {"o", "oe", "oe"},
	'ß': {"ss", "ss", "ss"}, 'þ': {"th", "th", "th"}, 'ð': {"d", "d", "d"}, 'đ': {"d", "d", "d"},
	'ħ': {"h", "h", "h"}, 'ı': {"i", "i", "i"}, 'ł': {"l", "l", "l"}, 'ŧ': {"t", "t", "t"},
	'ς': {"σ", "σ", "σ"}, 'ё': {"е", "е", "е"},
}

// kind is what a token is.
type kind int

const (
	separator kind = iota
	word           // letters and digits
	signs          // a run of Chinese, Japanese or Korean signs
	symbol         // one symbol, such as an emoji
)

// token is a piece of a text: folded, with the places of its characters.
type token struct {
	kind kind
	text []rune
	at   []int // where each of text comes from
	end  int   // behind the last
}

// tokens cuts a text, in one spelling. It reports which other spellings would differ.
func tokens(text string, s spelling) (list []token, others [spellings]bool) {
	var current token
	// All tokens are parts of these, which are as long as most texts need.
	runes, places := make([]rune, 0, len(text)+8), make([]int, 0, len(text)+8)
	begin := 0
	flush := func(end int) {
		if current.kind != separator {
			n := min(len(runes), begin+maxToken)
			current.text, current.at, current.end = runes[begin:n:n], places[begin:n:n], end
			if n < len(runes) {
				current.end = places[n]
			}
			list = append(list, current)
		}
		current, begin = token{}, len(runes)
	}
	at := 0 // in code points
	for len(text) > 0 && len(list) < MaxWords {
		size, length := 1, 1
		if text[0] >= utf8.RuneSelf || len(text) > 1 && text[1] >= utf8.RuneSelf {
			if size = norm.NFKC.NextBoundaryInString(text, true); size <= 0 {
				size = len(text)
			}
			length = utf8.RuneCountInString(text[:size])
		}
		for _, r := range fold(text[:size], s, &others) {
			k := kindOf(r)
			if k == separator && (unicode.Is(unicode.Mn, r) || r == '\u200d') {
				continue // it is seen with what stands before it
			}
			if k != current.kind || k == symbol {
				end := at
				if n := len(places); n > begin && places[n-1] == at {
					end = at + length // both are of one character, such as ½
				}
				flush(end)
				current.kind = k
			}
			if k != separator {
				runes, places = append(runes, r), append(places, at)
			}
		}
		at += length
		text = text[size:]
	}
	flush(at)
	return list[:min(len(list), MaxWords)], others
}

// fold makes of a character, with the accents that follow it, what it is compared by.
func fold(segment string, s spelling, others *[spellings]bool) string {
	if len(segment) == 1 {
		if c := segment[0]; 'A' <= c && c <= 'Z' {
			return lower[c-'A' : c-'A'+1]
		}
		return segment
	}
	var b strings.Builder
	for _, r := range norm.NFKC.String(segment) {
		r = unicode.ToLower(r)
		if l, ok := letters[r]; ok {
			for i, one := range l {
				others[i] = others[i] || one != l[s]
			}
			b.WriteString(l[s])
			continue
		}
		if !unicode.In(r, unicode.Latin, unicode.Greek) {
			b.WriteRune(r)
			continue
		}
		for _, part := range norm.NFD.String(string(r)) {
			if !unicode.Is(unicode.Mn, part) {
				b.WriteRune(part)
			}
		}
	}
	folded := b.String()
	if first, size := utf8.DecodeRuneInString(folded); size < len(folded) && unicode.In(first, unicode.Latin, unicode.Greek) {
		// Accents for which there is no character together with the letter.
		folded = strings.Map(func(r rune) rune {
			if unicode.Is(unicode.Mn, r) {
				return -1
			}
			return r
		}, folded)
	}
	return folded
}

const lower = "abcdefghijklmnopqrstuvwxyz"

func kindOf(r rune) kind {
	switch {
	case r < utf8.RuneSelf:
		if 'a' <= r && r <= 'z' || '0' <= r && r <= '9' {
			return word
		}
		return separator
	case r == 'ー' || unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Bopomofo):
		return signs
	case unicode.In(r, unicode.L, unicode.N, unicode.Mc, unicode.Mn, unicode.Me):
		if isAccent(r) {
			return separator
		}
		return word
	case unicode.In(r, unicode.So, unicode.Sk):
		return symbol
	}
	return separator
}

// isAccent reports whether r alone is no part of a word: what is left of an emoji, or a
// mark that stands on nothing.
func isAccent(r rune) bool {
	return '\ufe00' <= r && r <= '\ufe0f' || r == '\u20e3' || '\u0300' <= r && r <= '\u036f'
}
