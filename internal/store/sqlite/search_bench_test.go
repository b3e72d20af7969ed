package sqlite

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"plausch"
	"plausch/internal/search"
	"plausch/internal/store"
)

// chatter makes texts of 3 to 22 words of 100,000, as common as words are (Zipf), a tenth
// of them with Japanese, and one in 100,000 with a word of its own.
type chatter struct {
	random *rand.Rand
	zipf   *rand.Zipf
	words  []string
	count  int
}

func newChatter() *chatter {
	random := rand.New(rand.NewPCG(1, 2))
	c := &chatter{random: random, zipf: rand.NewZipf(random, 1.1, 5, 100_000-1)}
	syllables := strings.Fields("ka ro ten mi sch ung er der hau bau wa gen li cht stein brot fe ra to pö lu zi ab auf ein aus vor ver ge be ent kei heit sam lich ig")
	seen := map[string]bool{}
	for len(c.words) < 100_000 {
		word := ""
		for range 1 + min(len(c.words)/25, random.IntN(4)+1) {
			word += syllables[random.IntN(len(syllables))]
		}
		if !seen[word] {
			seen[word] = true
			c.words = append(c.words, word)
		}
	}
	return c
}

func (c *chatter) text() string {
	some := make([]string, 3+c.random.IntN(20))
	for i := range some {
		some[i] = c.words[c.zipf.Uint64()]
	}
	if c.random.IntN(10) == 0 {
		signs := []rune("東京都部屋日本語今天房间明日会議場所写真猫犬")
		for range 6 {
			some[0] += string(signs[c.random.IntN(len(signs))])
		}
	}
	if c.count++; c.count%100_000 == 50_000 {
		some = append(some, "xylophon")
	}
	return strings.Join(some, " ")
}

// BenchmarkSearch reads first pages of 50 from 1 million messages in 20 rooms, all of which
// the account is in, beside a page of history. PLAUSCH_BENCH_MESSAGES is another number.
func BenchmarkSearch(b *testing.B) {
	count := 1_000_000
	if text := os.Getenv("PLAUSCH_BENCH_MESSAGES"); text != "" {
		if _, err := fmt.Sscan(text, &count); err != nil {
			b.Fatal(err)
		}
	}
	path := filepath.Join(b.TempDir(), "bench.db")
	s := open(b, path)
	ann := newAccount(b, s, "ann")
	rooms := manyRooms(b, s, ann, newAccount(b, s, "bob"), 20)
	eve := newAccount(b, s, "eve") // who is in one room, in which next to nothing is said
	few := manyRooms(b, s, eve, ann, 1)[0]
	chatter := newChatter()
	drafts := make([]store.Draft, 1000)
	for n := range count {
		at := n % len(drafts)
		drafts[at] = store.Draft{
			Room: rooms[chatter.random.IntN(len(rooms))], Time: toTime(1.6e12 + int64(n)*60_000), Kind: plausch.EventMessage, Actor: ann, Text: chatter.text(),
		}
		if n%10_000 == 0 {
			drafts[at].Room = few
		}
		if at == len(drafts)-1 {
			appendAll(b, s, drafts)
		}
	}
	size := func() int64 {
		if _, err := s.w.truncate.ExecContext(b.Context()); err != nil {
			b.Fatal(err)
		}
		info, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		return info.Size()
	}
	before, began, longest, parts := size(), time.Now(), time.Duration(0), 0
	for {
		sl, err := s.nextSlice(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		if sl == nil {
			break
		}
		at := time.Now()
		if err := s.write(b.Context(), "index", func(ctx context.Context) error { return s.addSlice(ctx, sl, false) }); err != nil {
			b.Fatal(err)
		}
		longest = max(longest, time.Since(at))
		parts++
	}
	b.Logf("indexed in %v, %d slices, the longest held the writer for %v; the index has %d MB beside %d MB",
		time.Since(began).Round(time.Millisecond), parts, longest, (size()-before)>>20, before>>20)
	b.Run("history", func(b *testing.B) {
		for b.Loop() {
			if events, _, err := s.Events(b.Context(), rooms[3], store.HistoryQuery{Limit: 50}); err != nil || len(events) != 50 {
				b.Fatal(len(events), err)
			}
		}
	})
	for _, c := range []struct {
		name, query string
		by          plausch.AccountRef
	}{
		{"rare", "xylophon", ann},
		{"commonest", `"` + chatter.words[0] + `"`, ann},
		{"commonest-part", chatter.words[200], ann},
		{"prefix", "hau*", ann},
		{"prefix-1", "h*", ann},
		{"part", "xyl", ann},
		{"part-common", "lich", ann},
		{"two-signs", "部屋", ann},
		{"one-sign", "猫", ann},
		{"phrase", `"` + chatter.words[0] + " " + chatter.words[1] + `"`, ann},
		{"common-and-rare", `"` + chatter.words[0] + `" xylophon`, ann},
		{"many", strings.Join(chatter.words[10:20], " "), ann},
		{"in-few-rooms", `"` + chatter.words[0] + `"`, eve},
		{"nothing", "from:ann 部屋 犬猫東京 \"" + chatter.words[3] + " " + chatter.words[3] + " " + chatter.words[3] + "\"", ann},
		{"old", `"` + chatter.words[0] + `" before:2020-10`, ann},
	} {
		b.Run(c.name, func(b *testing.B) {
			parsed, err := search.Parse(c.query, nil)
			if err != nil {
				b.Fatal(err)
			}
			q := store.SearchQuery{Account: c.by.ID, Query: parsed, Limit: 50, Time: 80 * time.Millisecond}
			var page plausch.HitPage
			var took []time.Duration
			for b.Loop() {
				at := time.Now()
				if page, err = s.Search(b.Context(), q); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(at))
			}
			slices.Sort(took)
			b.ReportMetric(float64(len(page.Hits)), "hits")
			b.ReportMetric(map[bool]float64{true: 1}[page.Partial], "partial")
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "ms-median")
			b.ReportMetric(float64(took[len(took)-1].Microseconds())/1000, "ms-max")
		})
	}
}
