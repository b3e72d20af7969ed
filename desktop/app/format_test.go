package app

import (
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"plausch/desktop/screen"
)

func TestFormat(t *testing.T) {
	tests := []struct {
		name, text string
		want       []screen.Block
	}{
		{"plain", "hi there", []screen.Block{{Kind: "text", Text: "hi there"}}},
		{"Qt counts UTF-16", "🥾 **b**", []screen.Block{{Kind: "text", Text: "🥾 b", Spans: []screen.Span{{Start: 3, Length: 1, Kind: "bold"}}}}},
		{"mentions of the reader stand out", "@Anna and @bo", []screen.Block{{Kind: "text", Text: "@Anna and @bo", Spans: []screen.Span{
			{Start: 0, Length: 5, Kind: "me"}, {Start: 10, Length: 3, Kind: "mention"},
		}}}},
		{"quotes and items", "> q\n\n1. a\n2. b", []screen.Block{
			{Kind: "text", Text: "q", Quotes: 1}, {Kind: "item", Mark: "1.", Text: "a"}, {Kind: "item", Mark: "2.", Text: "b"},
		}},
		{"code", "```go\nx\n```", []screen.Block{{Kind: "code", Text: "x"}}},
		{"what turns the direction of writing is not drawn", "a\u202eb", []screen.Block{{Kind: "text", Text: "ab"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got, _ := format(test.text, "anna"); !reflect.DeepEqual(got, test.want) {
				t.Errorf("format(%q) is\n%+v, not\n%+v", test.text, got, test.want)
			}
		})
	}
	if _, big := format("🎉 🎉", "anna"); !big {
		t.Error("a text of emoji alone is not drawn larger")
	}
}

// Each language has each text, with the same names in braces, and what the window asks for is there.
func TestTexts(t *testing.T) {
	english := wordsOf("en").texts
	names := regexp.MustCompile(`\{[a-z]+\}`)
	found := func(s string) []string {
		all := names.FindAllString(s, -1)
		slices.Sort(all)
		return all
	}
	for _, language := range languages {
		texts := wordsOf(language).texts
		for name, text := range english {
			if texts[name] == "" || !slices.Equal(found(texts[name]), found(text)) {
				t.Errorf("%s in %s is %q, in English %q", name, language, texts[name], text)
			}
		}
		if len(texts) != len(english) {
			t.Errorf("%s has %d texts, English %d", language, len(texts), len(english))
		}
	}
	used := regexp.MustCompile(`say\("([a-z_]+)"[),]|words\.say\("([a-z_]+)"`)
	for _, pattern := range []string{"../qt/*.cpp", "*.go"} {
		files, err := filepath.Glob(pattern)
		if err != nil || len(files) == 0 {
			t.Fatal(pattern, err)
		}
		for _, file := range files {
			source, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range used.FindAllStringSubmatch(string(source), -1) {
				if name := m[1] + m[2]; english[name] == "" {
					t.Errorf("%s says %q, which has no text", file, name)
				}
			}
		}
	}
}

func TestChooseLanguage(t *testing.T) {
	for _, test := range []struct{ set, lang, want string }{
		{"de", "en_US.UTF-8", "de"}, {"", "de_AT.UTF-8", "de"}, {"", "nn_NO", "nb"}, {"", "fr_FR", "en"}, {"", "", "en"},
	} {
		t.Setenv("LC_ALL", test.lang)
		t.Setenv("LANG", "")
		t.Setenv("LC_MESSAGES", "")
		if got := chooseLanguage(test.set); got != test.want {
			t.Errorf("%q with LC_ALL=%q is %q, not %q", test.set, test.lang, got, test.want)
		}
	}
}

// What the window is told turns the old rows into the new ones, and is no more than the difference.
func TestChanged(t *testing.T) {
	rows := func(s string) (all []screen.Row) {
		for word := range strings.FieldsSeq(s) {
			all = append(all, screen.Row{Key: word[:1], Text: word})
		}
		return all
	}
	for _, test := range []struct {
		old, new string
		put      int
	}{
		{"", "a b", 2}, {"a b", "a b c", 1}, {"b c", "a b c", 1}, {"a b c", "a bx c", 1}, {"a b c", "a c", 0}, {"a b", "", 0}, {"a a", "a a a", 1}, {"a b c d", "x b c y", 4},
	} {
		old, want := rows(test.old), rows(test.new)
		at, remove, put, _ := changed(old, want)
		got := slices.Concat(old[:at], put, old[at+remove:])
		if !reflect.DeepEqual(got, want) && len(got)+len(want) > 0 {
			t.Errorf("%q to %q gives %v", test.old, test.new, got)
		}
		if len(put) != test.put {
			t.Errorf("%q to %q puts %d rows, not %d", test.old, test.new, len(put), test.put)
		}
	}
	if _, _, _, any := changed(rows("a b"), rows("a b")); any {
		t.Error("equal rows differ")
	}
}
