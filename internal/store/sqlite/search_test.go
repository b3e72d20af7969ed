package sqlite

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"plausch"
	"plausch/internal/search"
	"plausch/internal/store"
)

// indexAll adds all messages to the index.
func indexAll(t testing.TB, s *Store) {
	t.Helper()
	for {
		more, err := s.IndexMessages(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			return
		}
	}
}

// find searches as an account.
func find(t testing.TB, s *Store, who plausch.AccountRef, text string) plausch.HitPage {
	t.Helper()
	q, err := search.Parse(text, nil)
	if err != nil {
		t.Fatal(err)
	}
	page, err := s.Search(t.Context(), store.SearchQuery{Account: who.ID, Query: q, Limit: 1000, Time: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	return page
}

// TestSearchFolds holds the table of package search by an index that has all its texts.
func TestSearchFolds(t *testing.T) {
	var table struct {
		Cases []struct {
			Text, Query string
			Ranges      [][2]int
		}
	}
	if err := json.Unmarshal([]byte(readFile(t, "../../search/testdata/folding.json")), &table, json.MatchCaseInsensitiveNames(true)); err != nil {
		t.Fatal(err)
	}
	s := open(t, filepath.Join(t.TempDir(), "test.db"))
	ann := newAccount(t, s, "ann")
	texts := map[string]bool{}
	for _, c := range table.Cases {
		if !texts[c.Text] {
			texts[c.Text] = true
			if err := say(t, s, ann, plausch.PublicRoom, c.Text); err != nil {
				t.Fatal(err)
			}
		}
	}
	indexAll(t, s)
	for _, c := range table.Cases {
		var got [][2]int
		for _, h := range find(t, s, ann, c.Query).Hits {
			if h.Text != c.Text {
				continue
			}
			for _, r := range h.Ranges {
				got = append(got, [2]int{r.From, r.To})
			}
		}
		if !slices.Equal(got, c.Ranges) {
			t.Errorf("%q in %q is found at %v, want %v", c.Query, c.Text, got, c.Ranges)
		}
	}
}

// TestSearchOfAnOlderDatabase: what was there before the index is found as far as that is
// made, which goes on wherever it was stopped.
func TestSearchOfAnOlderDatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	s := open(t, path)
	ann, bob := newAccount(t, s, "ann"), newAccount(t, s, "bob")
	rooms := append(manyRooms(t, s, ann, bob, 3), plausch.PublicRoom)
	const each = 3 * indexSlice / 4
	for n := range each {
		for i, room := range rooms {
			appendAll(t, s, []store.Draft{{Room: room, Kind: plausch.EventMessage, Actor: ann, Time: toTime(int64(1000 + n*len(rooms) + i)), Text: fmt.Sprint("rose ", n)}})
		}
	}
	// As the upgrade leaves it.
	rawExec(t, path, "UPDATE search_state SET version = 0")
	reopen := func() {
		t.Helper()
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = open(t, path)
	}
	reopen()
	last := time.UnixMilli(1000 + each*int64(len(rooms)) - 1)
	if page := find(t, s, bob, "rose"); len(page.Hits) != 0 || page.Since != last.UnixMilli() {
		t.Fatalf("before the index: %d hits since %d", len(page.Hits), page.Since)
	}
	if err := say(t, s, ann, plausch.PublicRoom, "rose, new"); err != nil {
		t.Fatal(err)
	}
	appendAll(t, s, []store.Draft{{Room: plausch.PublicRoom, Kind: plausch.EventDelete, Actor: ann, Target: 5, Time: last}})
	slices := 0
	for more := true; more; slices++ {
		var err error
		if more, err = s.IndexMessages(t.Context()); err != nil {
			t.Fatal(err)
		}
		reopen() // as after a kill: a slice is one transaction
		page := find(t, s, bob, "rose")
		if page.Since == 0 {
			continue
		}
		// All newer ones are found, in their order.
		want := int64(1) + last.UnixMilli() - page.Since
		if n := int64(len(page.Hits)); n != want {
			t.Fatalf("%d hits since %d, want %d", n, page.Since, want)
		}
	}
	page := find(t, s, bob, "rose")
	if len(page.Hits) != each*len(rooms) || page.Since != 0 || slices < 3 { // one was deleted, one is new
		t.Errorf("at the end: %d hits since %d, in %d slices", len(page.Hits), page.Since, slices)
	}
	for i := 2; i < len(page.Hits); i++ {
		if page.Hits[i].Time.After(page.Hits[i-1].Time) {
			t.Fatal("the hits are not in their order")
		}
	}
	checkSound(t, s)
}

// TestDeletedWordsAreInNoFile deletes and edits messages in the index, and erases one more:
// nothing is left of their words in the files, whatever else has some of the same.
func TestDeletedWordsAreInNoFile(t *testing.T) {
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "test.db"))
	ann := newAccount(t, s, "ann")
	var drafts []store.Draft
	for n := range 600 {
		text := fmt.Sprintf("keep%d and geheim%d with verschlossen", n, n)
		if n%3 == 0 {
			text = fmt.Sprintf("keep%d only, größer", n)
		}
		drafts = append(drafts, store.Draft{Room: plausch.PublicRoom, Kind: plausch.EventMessage, Actor: ann, Text: text})
	}
	appendAll(t, s, drafts)
	indexAll(t, s)
	if page := find(t, s, ann, "verschlossen"); len(page.Hits) != 400 {
		t.Fatalf("%d hits", len(page.Hits))
	}
	var changes []store.Draft
	for n := range 600 {
		switch {
		case n%3 == 1:
			changes = append(changes, store.Draft{Room: plausch.PublicRoom, Kind: plausch.EventDelete, Actor: ann, Target: int64(n + 1)})
		case n%3 == 2: // an edit leaves the log as it was, so it is deleted, too
			changes = append(changes,
				store.Draft{Room: plausch.PublicRoom, Kind: plausch.EventEdit, Actor: ann, Target: int64(n + 1), Text: fmt.Sprintf("geheimnis%d", n)},
				store.Draft{Room: plausch.PublicRoom, Kind: plausch.EventDelete, Actor: ann, Target: int64(n + 1)})
		}
	}
	appendAll(t, s, changes)
	if page := find(t, s, ann, "verschlossen"); len(page.Hits) != 0 {
		t.Fatalf("%d hits", len(page.Hits))
	}
	if err := s.ClearDeleted(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"geheim", "verschlossen", "eheim"} {
		if names := filesWith(t, dir, word); len(names) > 0 {
			t.Errorf("%q is in %v", word, names)
		}
	}
	if page := find(t, s, ann, "groesser"); len(page.Hits) != 200 {
		t.Errorf("%d other messages are found", len(page.Hits))
	}
	checkSound(t, s)
}

// TestDamagedIndexIsMadeAnew: a damaged index hinders nothing but searches, until it is made
// anew.
func TestDamagedIndexIsMadeAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	s := open(t, path)
	ann := newAccount(t, s, "ann")
	for n := range 20 {
		if err := say(t, s, ann, plausch.PublicRoom, fmt.Sprint("rose ", n)); err != nil {
			t.Fatal(err)
		}
	}
	indexAll(t, s)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	rawExec(t, path, "UPDATE search_data SET block = x'00ff00ff00ff' WHERE id > 100")
	s = open(t, path)
	q, err := search.Parse("rose", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Search(t.Context(), store.SearchQuery{Account: ann.ID, Query: q, Limit: 9, Time: time.Hour}); plausch.CodeOf(err) != plausch.Unavailable || !s.indexDamaged.Swap(false) {
		t.Errorf("a search: %v", err)
	}
	remove := store.Draft{Room: plausch.PublicRoom, Kind: plausch.EventDelete, Actor: ann, Target: 3}
	_, err = s.Append(t.Context(), []store.Draft{remove})
	t.Logf("a deletion meanwhile: %v", err)
	if !s.indexDamaged.Load() {
		t.Fatal("the damage was not noticed")
	}
	indexAll(t, s)
	appendAll(t, s, []store.Draft{remove})
	if page := find(t, s, ann, "rose"); len(page.Hits) != 19 {
		t.Errorf("%d hits", len(page.Hits))
	}
	checkSound(t, s)
}
