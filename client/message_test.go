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
			page Page
			want string
		}{
			{Page{Forward: true}, "1 2 3 true"},
			{Page{Forward: true, After: 3}, "4 5 6 true"},
			{Page{After: 3}, "4 5 6 true"},
			{Page{After: 6}, "7 8 false"},
			{Page{Forward: true, Before: 3}, "1 2 false"},
			{Page{Before: 5}, "2 3 4 true"},
			{Page{}, "6 7 8 true"},
		} {
			events, more, err := r.c.History(t.Context(), 1, c.page)
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			for _, e := range events {
				got += fmt.Sprint(e.Seq, " ")
			}
			if got += fmt.Sprint(more); got != c.want {
				t.Errorf("%+v: got %q, want %q", c.page, got, c.want)
			}
		}
	})
}
