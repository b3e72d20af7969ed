package client

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	tests := map[string]struct{ in, want string }{
		"plain":                {"Hi, Zoë 👋\n\tbye", "Hi, Zoë 👋\n\tbye"},
		"colour":               {"a\x1b[31;1mred\x1b[0mb", "aredb"},
		"CSI, unterminated":    {"a\x1b[31;1", "a"},
		"CSI, broken off":      {"a\x1b[31\nb", "a\nb"},
		"CSI, 8 bit":           {"a\u009b2Jb", "ab"},
		"title, BEL":           {"a\x1b]0;title\x07b", "ab"},
		"title, ST":            {"a\x1b]0;title\x1b\\b", "ab"},
		"title, 8 bit ST":      {"a\u009d0;title\u009cb", "ab"},
		"OSC, unterminated":    {"a\x1b]52;c;aGk=", "a"},
		"OSC, another inside":  {"a\x1b]0;x\x1b[31mb", "ab"},
		"DCS":                  {"a\x1bPq#0\x1b\\b", "ab"},
		"APC":                  {"a\x1b_Gf=100;AAAA\x1b\\b", "ab"},
		"PM":                   {"a\x1b^x\x1b\\b", "ab"},
		"SOS":                  {"a\x1bXx\x1b\\b", "ab"},
		"charset":              {"a\x1b(0b", "ab"},
		"reset":                {"a\x1bcb", "ab"},
		"save":                 {"a\x1b7b", "ab"},
		"lone ESC":             {"a\x1b", "a"},
		"two ESC":              {"a\x1b\x1b[31mb", "ab"},
		"ESC before umlaut":    {"a\x1bä", "aä"},
		"C0":                   {"a\x00\x07\x08\r\x0b\x7fb\r\n", "ab\n"},
		"C1":                   {"a\u0080\u0085\u009ab", "ab"},
		"raw C1 byte":          {"a\x9b31mb", "a\ufffd31mb"},
		"not UTF-8":            {"a\xff\xfeb\xc3", "a\ufffd\ufffdb\ufffd"},
		"override":             {"a\u202egnp.exe\u202c", "agnp.exe"},
		"isolates":             {"\u2066a\u2067b\u2068c\u2069", "abc"},
		"right to left":        {"שלום\u200f!", "שלום!"},
		"line separator":       {"a\u2028b\u2029c", "a\nb\nc"},
		"marks":                {"Z" + strings.Repeat("\u0336", 50) + "a\u0308", "Z" + strings.Repeat("\u0336", 8) + "a\u0308"},
		"marks, interleaved":   {"Z" + strings.Repeat("\u0336\u200d", 50), "Z" + strings.Repeat("\u0336", 8)},
		"marks without a base": {"\u0301a \u0301b\n\u0300c\t\u20ddd\u0e38", "a b\nc\td\u0e38"},
		"soft hyphens":         {strings.Repeat("\u00ad", 49) + "03:17 anna: no", "03:17 anna: no"},
		"not seen":             {"a\u200b\u2060\ufeff\u061c\u200e\u180e\u115f\u3164\uffa0\u034fb\u2061\ufff9c\U0001d173", "abc"},
		"tags":                 {"a\U000e0041\U000e007f\U000e0100b", "ab"},
		"variation selectors":  {"a\ufe0f1\ufe0f2\u180b\ufe00", "a12"},
		"signs of format":      {"\u0600١\u06dd", "\u0600١\u06dd"},
		"private, unassigned":  {"a\ue000\U000f0000\u0378\uffffb", "a\ufffd\ufffd\ufffd\ufffdb"},
		"emoji of the future":  {"a\U0001faf9\U0001f8ff", "a\U0001faf9\U0001f8ff"},
		"joiners of scripts":   {"می\u200cخواهم \u200cق क्\u200dष a\u200cb", "می\u200cخواهم ق क्\u200dष ab"},
		"many joiners":         {"ق\u200c\u200c\u200c\u200cق👩\u200d\u200d👧\u200d", "ق\u200cق👩\u200d👧"},
		"keycaps, flags":       {"1\ufe0f\u20e3 #\u20e3 🇩🇪 🏳\ufe0f\u200d🌈 🏴\u200d☠\ufe0f", "1\ufe0f\u20e3 #\u20e3 🇩🇪 🏳\ufe0f\u200d🌈 🏴\u200d☠\ufe0f"},
		"two selectors":        {"❤\ufe0f\ufe0f\ufe0e", "❤\ufe0f"},
		"Hangul in parts":      {"\u1112\u1161\u11ab a\u1161\u11ab", "\u1112\u1161\u11ab a"},
		"emoji with joiners":   {"👩\u200d👩\u200d👧🏽❤\ufe0f", "👩\u200d👩\u200d👧🏽❤\ufe0f"},
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
		"\x1b_G\x1b\\", "\x1b(0", "\x1b", "\xff\x9b", "\u202e\u2069", "e\u0301\u0336\u0336", "1\ufe0f\u20e3", "ق\u200cق", "👩\u200d👧\ufe0f", "\u1112\u1161", "\u00ad\u2060", "\ue000\u0378", "\x1b\x18\x1b\x1a", "\u200d\u0336",
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
		marks, base := 0, false
		for _, r := range c {
			switch {
			case unicode.IsControl(r) && r != '\n' && r != '\t', unicode.In(r, unicode.Bidi_Control, unicode.Co, unicode.Zl, unicode.Zp), r == '\u00ad':
				t.Errorf("%q becomes %q, which has %U", s, c, r)
			case unicode.Is(unicode.Variation_Selector, r):
			case unicode.In(r, unicode.M):
				marks++
				if !base {
					t.Errorf("%q becomes %q, in which %U has no base", s, c, r)
				}
			case r != zeroWidthJoiner && r != zeroWidthNonJoiner:
				marks, base = 0, !unicode.IsSpace(r)
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
