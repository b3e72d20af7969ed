package core_test

import (
	"fmt"
	"strings"
	"testing"

	"plausch"
	"plausch/internal/core"
)

// found returns the texts that a search finds, joined.
func (f *fixture) found(by plausch.Account, query string) string {
	f.t.Helper()
	page, err := f.Search(f.t.Context(), by, core.SearchQuery{Text: query, Limit: 50})
	if err != nil {
		return string(plausch.CodeOf(err))
	}
	var texts []string
	for _, h := range page.Hits {
		texts = append(texts, h.Text)
	}
	return strings.Join(texts, ", ")
}

func TestSearchNamesPeopleAndRooms(t *testing.T) {
	f := newFixture(t)
	ann, bob, eve := f.guest("ann").Account, f.guest("bob").Account, f.guest("eve").Account
	birds, err := f.CreateRoom(t.Context(), ann, "birds", plausch.RoomPublic)
	expectCode(t, err, "")
	f.say(ann, core.NewMessage{Room: plausch.PublicRoom, Text: "rose 1"})
	f.say(bob, core.NewMessage{Room: plausch.PublicRoom, Text: "rose 2"})
	f.say(ann, core.NewMessage{Room: birds.ID, Text: "rose 3"})
	f.say(ann, core.NewMessage{To: "bob", Text: "rose 4"})
	for _, c := range []struct {
		by          plausch.Account
		query, want string
	}{
		{ann, "rose", "rose 4, rose 3, rose 2, rose 1"},
		{bob, "rose", "rose 4, rose 2, rose 1"},
		{eve, "rose", "rose 2, rose 1"},
		{ann, "from:me", "rose 4, rose 3, rose 1"},
		{ann, "rose from:@Bob", "rose 2"},
		{eve, fmt.Sprintf("from:id:%d from:bob", ann.ID), "rose 2, rose 1"},
		{ann, "rose in:Birds", "rose 3"},
		{ann, "rose in:birds in:public", "rose 3, rose 2, rose 1"},
		{bob, "rose in:@ann", "rose 4"},
		{bob, "rose in:birds", "forbidden"},
		{bob, fmt.Sprintf("rose in:id:%d", birds.ID), "forbidden"},
		{eve, "rose in:@ann", "not_found"},
		{eve, "rose in:nowhere", "not_found"},
		{eve, "rose from:nobody", "not_found"},
		{eve, "", "invalid"},
		{eve, "in:public", "invalid"},
	} {
		if got := f.found(c.by, c.query); got != c.want {
			t.Errorf("%s finds by %q: %q, want %q", c.by.Name, c.query, got, c.want)
		}
	}
	_, err = f.Search(t.Context(), ann, core.SearchQuery{Text: "rose in:public", Room: birds.ID, Limit: 1})
	expectCode(t, err, plausch.Invalid)
	_, err = f.Search(t.Context(), bob, core.SearchQuery{Text: "rose", Room: birds.ID, Limit: 1})
	expectCode(t, err, plausch.Forbidden)
	page, err := f.Search(t.Context(), ann, core.SearchQuery{Text: "rose", Room: birds.ID, Limit: 1})
	if err != nil || len(page.Hits) != 1 || page.Hits[0].Text != "rose 3" {
		t.Errorf("in one room: %+v, %v", page, err)
	}
}

// TestSearchesOverTheRateAreRefused: sends of the same account are not slowed by them.
func TestSearchesOverTheRateAreRefused(t *testing.T) {
	f := newFixture(t)
	ann, bob := f.guest("ann").Account, f.guest("bob").Account
	var err error
	for n := 0; err == nil; n++ {
		if _, err = f.Search(t.Context(), ann, core.SearchQuery{Text: "rose", Limit: 1}); n > 1000 {
			t.Fatal("an account can search for ever")
		}
	}
	expectCode(t, err, plausch.RateLimited)
	_, err = f.Search(t.Context(), bob, core.SearchQuery{Text: "rose", Limit: 1})
	expectCode(t, err, "")
	f.say(ann, core.NewMessage{Room: plausch.PublicRoom, Text: "rose"})
}
