package plausch_test

import (
	"testing"

	"plausch"
)

func TestShown(t *testing.T) {
	for _, tt := range []struct{ name, display, want string }{
		{"alice", "", "alice"},
		{"alice", "Alice", "Alice"},
		{"alice", "ALICE", "ALICE"},
		{"zoe", "Zoë", "Zoë (zoe)"},
		{"eve", "Alice", "Alice (eve)"},
		{"eve", "alice", "alice (eve)"},
	} {
		if got := (plausch.AccountRef{Name: tt.name, Display: tt.display}).Shown(); got != tt.want {
			t.Errorf("%s who is called %q is shown as %q, want %q", tt.name, tt.display, got, tt.want)
		}
	}
}

func TestHueDiffersForNeighbours(t *testing.T) {
	seen := map[int]bool{}
	for id := plausch.AccountID(1); id <= plausch.NameHues; id++ {
		if h := id.Hue(); h < 0 || h >= plausch.NameHues || seen[h] {
			t.Errorf("account %d has the hue %d", id, h)
		} else {
			seen[h] = true
		}
	}
	if h := plausch.AccountID(1<<63 - 1).Hue(); h < 0 || h >= plausch.NameHues {
		t.Errorf("the last account has the hue %d", h)
	}
}
