package terminal

import (
	"slices"
	"testing"
)

func TestSimilar(t *testing.T) {
	words := slices.Values([]string{"help", "history", "join", "me"})
	for word, want := range map[string]string{"hlep": "help", "hist": "history", "jion": "join", "e": "me", "": "", "quit": "", "mm": "me", "xy": ""} {
		if got := Similar(word, words); got != want {
			t.Errorf("%q is taken for %q, want %q", word, got, want)
		}
	}
}
