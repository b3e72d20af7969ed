package sqlite

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"plausch"
	"plausch/internal/store"
)

// BenchmarkAppend commits batches of messages of 100 bytes by 100 senders.
func BenchmarkAppend(b *testing.B) {
	for _, size := range []int{1, 16, 64, 256} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			s := open(b, filepath.Join(b.TempDir(), "bench.db"))
			next := sends(b, s, size)
			rows := 0
			b.ReportAllocs()
			for b.Loop() {
				drafts := next()
				if _, err := s.Append(b.Context(), drafts); err != nil {
					b.Fatal(err)
				}
				rows += size
			}
			b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}

// sends returns a maker of batches, which reuses its memory.
func sends(b *testing.B, s *Store, size int) func() []store.Draft {
	var senders []plausch.AccountRef
	for n := range 100 {
		senders = append(senders, newAccount(b, s, fmt.Sprint("sender", n)))
	}
	drafts := make([]store.Draft, size)
	text := strings.Repeat("x", 100)
	n := int64(0)
	return func() []store.Draft {
		for i := range drafts {
			n++
			drafts[i] = store.Draft{
				Room: plausch.PublicRoom, Time: toTime(n), Kind: plausch.EventMessage, Actor: senders[n%100], Text: text,
				ClientID: fmt.Sprintf("%010x%016x", n/10, uint64(n)*0x9e3779b97f4a7c15), // time, then chance
			}
		}
		return drafts
	}
}

// BenchmarkEvents reads pages of 50 from a log of 20,000.
func BenchmarkEvents(b *testing.B) {
	s := open(b, filepath.Join(b.TempDir(), "bench.db"))
	next := sends(b, s, 1000)
	for range 20 {
		if _, err := s.Append(b.Context(), next()); err != nil {
			b.Fatal(err)
		}
	}
	for name, p := range map[string]store.Page{
		"newest": {Limit: 50},
		"above":  {Limit: 50, After: 10000},
		"one":    {Limit: 1, After: 10000},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				events, more, err := s.Events(b.Context(), plausch.PublicRoom, p)
				if err != nil || len(events) != p.Limit || !more {
					b.Fatal(len(events), more, err)
				}
			}
		})
	}
}
