package plausch_test

import (
	"strings"
	"testing"
	"time"

	"plausch"
)

func TestStatus(t *testing.T) {
	now := time.Unix(1_790_000_000, 0)
	for what, c := range map[string]struct {
		status plausch.Status
		want   plausch.Code
	}{
		"none":            {plausch.Status{}, ""},
		"a text":          {plausch.Status{Text: "on holiday", Until: now.Add(time.Hour)}, ""},
		"an emoji":        {plausch.Status{Emoji: "🏖️"}, ""},
		"no emoji":        {plausch.Status{Emoji: "beach"}, plausch.Invalid},
		"too long":        {plausch.Status{Text: strings.Repeat("x", 101)}, plausch.TooLarge},
		"lines":           {plausch.Status{Text: "a\nb"}, plausch.Invalid},
		"no UTF-8":        {plausch.Status{Text: "\xff"}, plausch.Invalid},
		"past":            {plausch.Status{Text: "x", Until: now}, plausch.Invalid},
		"far away":        {plausch.Status{Text: "x", Until: now.Add(2 * plausch.MaxStatusLife)}, plausch.Invalid},
		"the end of none": {plausch.Status{Until: now.Add(time.Hour)}, plausch.Invalid},
	} {
		if err := c.status.Check(now); plausch.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %q", what, err, c.want)
		}
	}
	s := plausch.Status{Text: "x", Until: now}
	if s.At(now.Add(-1)) != s || s.At(now) != (plausch.Status{}) {
		t.Error("a status lasts too long or not long enough")
	}
}
