package names_test

import (
	"strings"
	"testing"

	"plausch"
	"plausch/internal/names"
)

func TestAccount(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"alice", "alice"},
		{"Alice", "alice"},
		{"ALICE.b_c-9", "alice.b_c-9"},
		{"ａｌｉｃｅ", "alice"}, // full width
		{"a", ""},
		{"", ""},
		{"a name", ""},
		{"аlice", ""}, // a Cyrillic а
		{"jörg", ""},
		{"alice\n", "alice"},
		{" \ufeff@alice\r\n", "alice"},
		{"\u00a0alice\u2003", "alice"},
		{"@@alice", ""},
		{"ali ce", ""},
		{"42", "42"}, // from before the rules of new names
		{"..", ".."},
		{"id:42", ""},
		{"x2345678901234567890123456789012", "x2345678901234567890123456789012"},
		{"x23456789012345678901234567890123", ""},
	} {
		got, err := names.Account(c.in)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("Account(%q) = %q, %v, want %q", c.in, got, err, c.want)
		}
	}
}

func TestDisplay(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"Alice", "Alice"},
		{"Zoë", "Zoë"},
		{"Zoe\u0308", "Zoë"},          // composed
		{"  Alice   B. ", "Alice B."}, // spaces are single, and none at the ends
		{"Ａｌｉｃｅ", "Alice"},            // full width
		{"日本 👍", "日本 👍"},              // other scripts and signs
		{strings.Repeat("ä", 32), strings.Repeat("ä", 32)},
		{strings.Repeat("ä", 33), ""},
		{"", ""},
		{"   ", ""},
		{"Ali\nce", ""},
		{"Ali\u0085ce", ""},
		{"Ali\u202ece", ""}, // right-to-left override
		{"Ali\u2066ce", ""}, // isolate
		{"Ali\u200bce", ""}, // zero-width space
		{"Ali\ufeffce", ""},
		{"\ufeff Alice\r\n", "Alice"},
		{"Ali\xffce", ""},
	} {
		got, err := names.Display(c.in)
		if got != c.want || (err == nil) != (c.want != "") {
			t.Errorf("Display(%q) = %q, %v, want %q", c.in, got, err, c.want)
		}
	}
}

func TestReadAsName(t *testing.T) {
	for display, want := range map[string]string{
		"Alice": "alice", "ALICE.b": "alice.b", "@alice": "alice", "@@ Alice": "alice", " alice ": "alice", "ａｌｉｃｅ": "alice",
		"Alice B.": "", "alice@home": "", "Zoë": "", "": "", "@": "",
	} {
		if got, ok := names.ReadAsName(display); got != want || ok != (want != "") {
			t.Errorf("ReadAsName(%q) = %q, %v, want %q", display, got, ok, want)
		}
	}
}

func TestNewNames(t *testing.T) {
	for _, name := range []string{"12", "１２", "007", "..", ".", "...", "-rf", "--help", "-x", ".ssh", "_x", " 12 ", "id:12"} {
		if got, err := names.NewRoom(name); plausch.CodeOf(err) != plausch.Invalid {
			t.Errorf("NewRoom(%q) = %q, %v, want it refused", name, got, err)
		}
		if got, err := names.NewAccount("@" + name); plausch.CodeOf(err) != plausch.Invalid {
			t.Errorf("NewAccount(%q) = %q, %v, want it refused", "@"+name, got, err)
		}
	}
	for _, name := range []string{"3d-print", "7b", "1.0", "a-", "x..", "id"} {
		if got, err := names.NewRoom(name); err != nil || got != name {
			t.Errorf("NewRoom(%q) = %q, %v, want it taken", name, got, err)
		}
	}
	// An @ is before people only: a room called by one would be somebody else.
	if got, err := names.NewRoom("@anna"); err == nil {
		t.Errorf("the room @anna is called %q", got)
	}
}

func TestReservedNames(t *testing.T) {
	for _, name := range []string{"admin", "ADMIN", "root", "Server", "system", "plausch", "public", "all", "everyone", "here", "support", "deleted"} {
		if got, err := names.NewAccount(name); plausch.CodeOf(err) != plausch.Invalid {
			t.Errorf("NewAccount(%q) = %q, %v, want it refused", name, got, err)
		}
	}
}

func TestID(t *testing.T) {
	for _, c := range []struct {
		in string
		id int64
	}{
		{"id:12", 12}, {" ID:12\n", 12}, {"id:012", 12},
		{"id:", 0}, {"id:0", 0}, {"id:-1", 0}, {"id:+1", 0}, {"id:1x", 0}, {"id: 1", 0}, {"12", 0}, {"id:99999999999999999999", 0},
	} {
		if id, ok := names.ID(c.in); id != c.id && ok || ok != (c.id != 0) {
			t.Errorf("ID(%q) = %d, %v, want %d", c.in, id, ok, c.id)
		}
	}
	if id, ok := names.AccountID("@id:5"); id != 5 || !ok {
		t.Errorf("AccountID(@id:5) = %d, %v", id, ok)
	}
}
