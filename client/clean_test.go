package client

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"plain":               {"Hi, Zoë 👋\n\tbye", "Hi, Zoë 👋\n\tbye"},
		"colour":              {"a\x1b[31;1mred\x1b[0mb", "aredb"},
		"CSI, unterminated":   {"a\x1b[31;1", "a"},
		"CSI, broken off":     {"a\x1b[31\nb", "a\nb"},
		"CSI, 8 bit":          {"a\u009b2Jb", "ab"},
		"title, BEL":          {"a\x1b]0;title\x07b", "ab"},
		"title, ST":           {"a\x1b]0;title\x1b\\b", "ab"},
		"title, 8 bit ST":     {"a\u009d0;title\u009cb", "ab"},
		"OSC, unterminated":   {"a\x1b]52;c;aGk=", "a"},
		"OSC, another inside": {"a\x1b]0;x\x1b[31mb", "ab"},
		"DCS":                 {"a\x1bPq#0\x1b\\b", "ab"},
		"APC":                 {"a\x1b_Gf=100;AAAA\x1b\\b", "ab"},
		"PM":                  {"a\x1b^x\x1b\\b", "ab"},
		"SOS":                 {"a\x1bXx\x1b\\b", "ab"},
		"charset":             {"a\x1b(0b", "ab"},
		"reset":               {"a\x1bcb", "ab"},
		"save":                {"a\x1b7b", "ab"},
		"lone ESC":            {"a\x1b", "a"},
		"two ESC":             {"a\x1b\x1b[31mb", "ab"},
		"ESC before umlaut":   {"a\x1bä", "aä"},
		"C0":                  {"a\x00\x07\x08\r\x0b\x7fb\r\n", "ab\n"},
		"C1":                  {"a\u0080\u0085\u009ab", "ab"},
		"raw C1 byte":         {"a\x9b31mb", "a\ufffd31mb"},
		"not UTF-8":           {"a\xff\xfeb\xc3", "a\ufffd\ufffdb\ufffd"},
		"override":            {"a\u202egnp.exe\u202c", "agnp.exe"},
		"isolates":            {"\u2066a\u2067b\u2068c\u2069", "abc"},
		"right to left":       {"שלום\u200f!", "שלום\u200f!"},
		"line separator":      {"a\u2028b\u2029c", "a\nb\nc"},
		"marks":               {"Z" + strings.Repeat("\u0336", 50) + "a\u0308", "Z" + strings.Repeat("\u0336", 8) + "a\u0308"},
		"marks, interleaved":  {"Z" + strings.Repeat("\u0336\u200d", 50), "Z" + strings.Repeat("\u0336\u200d", 8) + strings.Repeat("\u200d", 42)},
		"emoji with joiners":  {"👩\u200d👩\u200d👧🏽❤\ufe0f", "👩\u200d👩\u200d👧🏽❤\ufe0f"},
	}
	for name, test := range tests {
		if got := Clean(test.in); got != test.want {
			t.Errorf("%s: %q becomes %q; want %q", name, test.in, got, test.want)
		}
	}
	if got := CleanLine("a\nb\tc\x1b[1md"); got != "a b cd" {
		t.Errorf("CleanLine: %q", got)
	}
}

func FuzzClean(f *testing.F) {
	for _, s := range []string{
		"Hi, Zoë 👋\n\t", "a\x1b[31;1mred\x1b[0m", "\x1b]0;title\x07", "\x1b]8;;http://x\x1b\\y", "\x1bPq#0\x1b\\", "\u009b2J",
		"\x1b_G\x1b\\", "\x1b(0", "\x1b", "\xff\x9b", "\u202e\u2069", "e\u0301\u0336\u0336", "\x1b\x18\x1b\x1a", "\u200d\u0336",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c := Clean(s)
		if Clean(c) != c {
			t.Errorf("%q becomes %q, and that %q", s, c, Clean(c))
		}
		if !utf8.ValidString(c) {
			t.Errorf("%q becomes %q", s, c)
		}
		marks := 0
		for _, r := range c {
			switch {
			case unicode.IsControl(r) && r != '\n' && r != '\t', turns(r):
				t.Errorf("%q becomes %q, which has %U", s, c, r)
			case unicode.In(r, unicode.Mn, unicode.Me):
				marks++
			case !unicode.Is(unicode.Cf, r):
				marks = 0
			}
			if marks > maxMarks {
				t.Errorf("%q becomes %q, which has %d marks together", s, c, marks)
			}
		}
		if strings.ContainsAny(CleanLine(s), "\n\t\r") {
			t.Errorf("%q is more than a line", CleanLine(s))
		}
	})
}
