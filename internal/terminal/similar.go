package terminal

import (
	"iter"
	"strings"
)

// Similar returns which of words somebody perhaps meant by word: one that begins so, or
// from which at most two letters differ. It is empty if there is none.
func Similar(word string, words iter.Seq[string]) string {
	best, least := "", 3
	for w := range words {
		d := distance(word, w)
		if word != "" && strings.HasPrefix(w, word) {
			d = 1
		}
		if d < least && d < len(w) {
			best, least = w, d
		}
	}
	return best
}

// distance is how many letters have to be put in, taken out or replaced to make
// b of a.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			d := diagonal
			if a[i] != b[j] {
				d = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], d
		}
	}
	return row[len(b)]
}
