package client

import (
	"fmt"
	"testing"
	"testing/synctest"
)

// TestHistoryPages asks the server, whose pages have three events, for pages in
// both directions.
func TestHistoryPages(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		for _, n := range numbers(1, 8) {
			f.say(1, "bob", n)
		}
		r := open(t, f.options("anna"))
		defer r.c.Close()
		r.untilCaughtUp()
		for _, c := range []struct {
			query HistoryQuery
			want  string
		}{
			{HistoryQuery{Forward: true}, "1 2 3 true"},
			{HistoryQuery{Forward: true, After: 3}, "4 5 6 true"},
			{HistoryQuery{After: 3}, "4 5 6 true"},
			{HistoryQuery{After: 6}, "7 8 false"},
			{HistoryQuery{Forward: true, Before: 3}, "1 2 false"},
			{HistoryQuery{Before: 5}, "2 3 4 true"},
			{HistoryQuery{}, "6 7 8 true"},
		} {
			events, more, err := r.c.History(t.Context(), 1, c.query)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, e := range events {
				got += fmt.Sprint(e.Seq, " ")
			}
			if got += fmt.Sprint(more); got != c.want {
				t.Errorf("%+v: got %q, want %q", c.query, got, c.want)
			}
		}
	})
}
