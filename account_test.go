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
