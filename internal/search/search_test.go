package search

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"plausch"
)

// TestFolding holds the table that clients in other languages read, too: by Match, and by
// what an index holds.
func TestFolding(t *testing.T) {
	data, err := os.ReadFile("testdata/folding.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Cases []struct {
			Text, Query string
			Ranges      [][2]int
		}
	}
	if err := json.Unmarshal(data, &table, json.MatchCaseInsensitiveNames(true)); err != nil {
		t.Fatal(err)
	}
	if len(table.Cases) < 50 {
		t.Fatalf("there are %d cases", len(table.Cases))
	}
	for _, c := range table.Cases {
		q, err := Parse(c.Query, nil)
		if err != nil {
			t.Errorf("%q: %v", c.Query, err)
			continue
		}
		ranges, ok := q.Match(c.Text)
		var got [][2]int
		for _, r := range ranges {
			got = append(got, [2]int{r.From, r.To})
		}
		if ok != (c.Ranges != nil) || !slices.Equal(got, c.Ranges) {
			t.Errorf("%q in %q is found at %v, want %v", c.Query, c.Text, got, c.Ranges)
		}
		if ok && !proposed(q, NewDocument(c.Text)) {
			t.Errorf("%q matches %q, but no index with %+v would propose it", c.Query, c.Text, NewDocument(c.Text))
		}
	}
}

// proposed reports whether an index would propose a document for a query: whether it has
// each piece in any place.
func proposed(q *Query, d Document) bool {
	words := slices.Concat(strings.Fields(d.Words), strings.Fields(d.Alternatives))
	grams := strings.Fields(d.Grams)
	for _, t := range q.Terms {
		for _, p := range t.Pieces {
			has := slices.ContainsFunc(p.Texts, func(text string) bool {
				if p.Signs {
					runes := []rune(text)
					if len(runes) == 1 {
						return slices.ContainsFunc(grams, func(g string) bool { return strings.HasPrefix(g, text) })
					}
					for i := range len(runes) - 1 {
						if !slices.Contains(grams, string(runes[i:i+2])) {
							return false
						}
					}
					return true
				}
				return slices.ContainsFunc(words, func(w string) bool {
					return w == text || p.Prefix && strings.HasPrefix(w, text) || p.Part && strings.Contains(w, text)
				})
			})
			if !has {
				return false
			}
		}
	}
	return true
}

func TestParse(t *testing.T) {
	berlin := time.FixedZone("", 2*3600)
	day := func(y, m, d int) string { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, berlin).String() }
	none := time.Time{}.String()
	for _, c := range []struct{ query, want string }{
		{`haus boot`, "[haus~ boot~] [] [] [] " + none + " " + none},
		{`"haus boot" ok ki*`, "[haus boot ok ki*] [] [] [] " + none + " " + none},
		{`from:Anna in:garden has:Picture has:picture has:link`, "[] [Anna] [garden] [picture link] " + none + " " + none},
		{`FROM:"anna" from:@bob x1y`, "[x1y~] [anna @bob] [] [] " + none + " " + none},
		{`after:2026-05-31 before:2026-07 rose`, "[rose~] [] [] [] " + day(2026, 7, 1) + " " + day(2026, 5, 31)},
		{`before:2026 rose`, "[rose~] [] [] [] " + day(2026, 1, 1) + " " + none},
		{`https://example.org note:this`, "[https example org note this] [] [] [] " + none + " " + none},
		{`"not closed`, "[not closed] [] [] [] " + none + " " + none},
		{`„deutsch“ «fransk» “english”`, "[deutsch fransk english] [] [] [] " + none + " " + none},
		{`"" haus`, "[haus~] [] [] [] " + none + " " + none},
	} {
		q, err := Parse(c.query, berlin)
		if err != nil {
			t.Errorf("%s: %v", c.query, err)
			continue
		}
		var terms []string
		for i := range q.Terms {
			for _, p := range q.Terms[i].Pieces {
				terms = append(terms, p.Texts[0]+map[bool]string{true: "*"}[p.Prefix]+map[bool]string{true: "~"}[p.Part])
			}
		}
		got := fmt.Sprint(terms, " ", q.From, " ", q.In, " ", q.Has, " ", q.Before, " ", q.After)
		if got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.query, got, c.want)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for query, want := range map[string]struct {
		code plausch.Code
		text string
	}{
		"":                                {plausch.Invalid, "say what to look for"},
		"in:garden":                       {plausch.Invalid, "say what to look for"},
		"from: anna":                      {plausch.Invalid, "from:anna"},
		`from:"" anna`:                    {plausch.Invalid, "from:anna"},
		"has:cake":                        {plausch.Invalid, "has:picture"},
		"before:tomorrow x":               {plausch.Invalid, "before:2026-05-31"},
		"before:2026-02-30 x":             {plausch.Invalid, "no date"},
		"before:2026 before:2027 x":       {plausch.Invalid, "once"},
		"***":                             {plausch.Invalid, "no letter"},
		"haus -":                          {plausch.Invalid, "no letter"},
		strings.Repeat("a ", MaxTokens+1): {plausch.TooLarge, "16 words"},
		strings.Repeat("x", MaxQuery+1):   {plausch.TooLarge, "512 bytes"},
	} {
		_, err := Parse(query, nil)
		if plausch.CodeOf(err) != want.code || !strings.Contains(err.Error(), want.text) {
			t.Errorf("%q: %v, want %s with %q", query, err, want.code, want.text)
		}
	}
}

// FuzzMatch: whatever the text and the query, the ranges are in the text, they ascend, and
// an index proposes what matches.
func FuzzMatch(f *testing.F) {
	f.Add("Blåbær 部屋 Mu\u0308ller", `"muller" blå 部`)
	f.Add("ﬁ ½ ㍿ e\u0301\u0302 ❤️", `株 fi* "1 2" é`)
	f.Add(strings.Repeat("ä", 100), strings.Repeat("ae", 40))
	f.Fuzz(func(t *testing.T, text, query string) {
		q, err := Parse(query, nil)
		if err != nil {
			return
		}
		ranges, ok := q.Match(text)
		last := -1
		for _, r := range ranges {
			if r.From <= last || r.To <= r.From || r.To > len([]rune(text)) {
				t.Fatalf("%q in %q: ranges %v", query, text, ranges)
			}
			last = r.To
		}
		if d := NewDocument(text); ok && !proposed(q, d) {
			t.Fatalf("%q matches %q, but an index has %+v", query, text, d)
		}
		d := NewDocument(text)
		for _, one := range d.Tokens() {
			if strings.ContainsAny(one, "\" \x00") {
				t.Fatalf("the token %q", one)
			}
		}
	})
}

// BenchmarkMatch holds the largest text against the largest query.
func BenchmarkMatch(b *testing.B) {
	q, err := Parse(strings.Repeat("ä ", 8)+strings.Repeat("aaab ", 8), nil)
	if err != nil {
		b.Fatal(err)
	}
	for name, text := range map[string]string{
		"letters": strings.Repeat("a ", 8000), "words": strings.Repeat("aaaaaaaaaaaaaaa ", 1000), "accents": "a" + strings.Repeat("\u0301", 8000),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				q.Match(text)
			}
		})
	}
}

func BenchmarkNewDocument(b *testing.B) {
	for name, text := range map[string]string{
		"ascii":  "can somebody bring the long ladder to the garden on saturday? the apple tree is falling over",
		"german": "Kann jemand am Samstag die große Leiter in den Garten mitbringen? Der Apfelbaum fällt sonst um",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				NewDocument(text)
			}
		})
	}
}
