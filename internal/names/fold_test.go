package names_test

import (
	"strings"
	"testing"

	"plausch/internal/names"
)

func TestFold(t *testing.T) {
	for in, want := range map[string]string{
		"Max Mustermann":                        "max-mustermann",
		"Jürgen":                                "juergen",
		"Ju\u0308rgen":                          "juergen", // ü as two characters
		"JÜRGEN GROẞ":                           "juergen-gross",
		"Zoë":                                   "zoe",
		"Bjørn Åse":                             "bjoern-aase",
		"O'Neil, Sinéad":                        "oneil-sinead",
		"SCHULE\\Max":                           "schule-max",
		"max@example.org":                       "max-example.org",
		"  Anna  Maria\t":                       "anna-maria",
		"-rf":                                   "rf",
		"__x__":                                 "guest-x",
		"x":                                     "guest-x",
		"12":                                    "guest-12",
		"Администратор":                         "guest",
		"日本 👍":                                  "guest",
		"":                                      "guest",
		"admin":                                 "guest-admin",
		"SERVER":                                "guest-server",
		"ｆｕｌｌ ｗｉｄｔｈ":                            "full-width",
		"Anna":                                  "anna",
		"a\x00b\xff\u200bc":                     "a-b-c",
		"Maximilian Alexander Mustermann-Huber": "maximilian-alexander-mustermann",
		strings.Repeat("ü", 40):                 strings.Repeat("ue", 16),
	} {
		if got := names.Fold(in, 1); got != want {
			t.Errorf("Fold(%q) = %q, want %q", in, got, want)
		}
	}
	if got := names.Fold("Jürgen", 12); got != "juergen-12" {
		t.Errorf("the twelfth Jürgen is %q", got)
	}
}

// FuzzFold folds anything into names that can be given, each another one.
func FuzzFold(f *testing.F) {
	for _, name := range []string{"Max Mustermann", "x", "._-", "guest-admin", "@id:5", strings.Repeat("a", 32), strings.Repeat("1", 40), "\xff"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		last := ""
		for _, n := range []int{1, 2, 9, 10, 100} {
			folded := names.Fold(name, n)
			if fits, err := names.NewAccount(folded); err != nil || fits != folded || folded == last {
				t.Errorf("Fold(%q, %d) = %q, behind %q: %v", name, n, folded, last, err)
			}
			last = folded
		}
	})
}

func TestFoldedDisplay(t *testing.T) {
	for in, want := range map[string]string{
		"Max Mustermann": "Max Mustermann", " Jürgen\n": "Jürgen", "admin": "", "@ Bob": "", "": "", "a\u202eb": "", "x": "x",
	} {
		if got := names.FoldedDisplay(in); got != want {
			t.Errorf("FoldedDisplay(%q) = %q, want %q", in, got, want)
		}
	}
}
