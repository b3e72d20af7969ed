package sqlite

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"plausch"
	"plausch/internal/store"
)

// secret is in every text that is deleted here, again and again.
const secret = "s3cret."

// filesWith returns which files of a folder have some bytes.
func filesWith(t *testing.T, dir, what string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(data, []byte(what)) {
			names = append(names, e.Name())
		}
	}
	return names
}

// TestDeletedIsInNoFile deletes so many texts, in so many rooms in turn, that the pages of
// the trees are split and merged again and again.
func TestDeletedIsInNoFile(t *testing.T) {
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "test.db"))
	ann := newAccount(t, s, "ann")
	random := rand.New(rand.NewPCG(1, 2))
	one := func(d store.Draft) plausch.Event {
		t.Helper()
		d.Actor = ann
		got, err := s.Append(t.Context(), []store.Draft{d})
		if err != nil || got[0].Err != nil {
			t.Fatal(err, got)
		}
		return got[0].Events[len(got[0].Events)-1]
	}
	rooms := []plausch.RoomID{plausch.PublicRoom}
	for _, name := range strings.Fields("a b c d e f g h i j k l") {
		made := one(store.Draft{Create: &plausch.Room{Kind: plausch.RoomPublic, Name: name}, Kind: plausch.EventJoin, Member: ann})
		rooms = append(rooms, made.Room)
	}
	var all, kept []plausch.Event
	send := func(room plausch.RoomID, size int) {
		text := strings.Repeat(secret, 2+size/len(secret))
		m := store.Draft{Room: room, Kind: plausch.EventMessage, Text: text}
		switch random.IntN(8) {
		case 0:
			m.Text, m.Details = "", &plausch.Details{Scheme: "test", Sealed: text}
		case 1:
			m.Details = &plausch.Details{Mentions: []plausch.AccountID{ann.ID}}
		}
		all = append(all, one(m))
		if random.IntN(4) == 0 {
			one(store.Draft{Room: room, Kind: plausch.EventEdit, Target: all[len(all)-1].Seq, Text: text + "!"})
		}
		if random.IntN(8) == 0 {
			kept = append(kept, one(store.Draft{Room: room, Kind: plausch.EventMessage, Text: "keep this", Target: all[len(all)-1].Seq}))
		}
	}
	for range 1200 {
		send(rooms[random.IntN(len(rooms))], random.IntN(900))
	}
	for range 20 {
		send(rooms[random.IntN(len(rooms))], 16<<10)
	}
	random.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	for len(all) > 0 {
		var drafts []store.Draft
		for _, m := range all[:min(len(all), 50)] {
			drafts = append(drafts, store.Draft{Room: m.Room, Kind: plausch.EventDelete, Target: m.Seq, Actor: ann})
		}
		appendAll(t, s, drafts)
		all = all[len(drafts):]
	}
	if names := filesWith(t, dir, secret); len(names) == 0 {
		t.Fatal("nothing is left before it was cleared: this tests nothing")
	}
	if err := s.ClearDeleted(t.Context()); err != nil {
		t.Fatal(err)
	}
	if names := filesWith(t, dir, secret); len(names) > 0 {
		t.Errorf("deleted texts are in %v", names)
	}
	for _, m := range kept {
		got, _, err := s.Events(t.Context(), m.Room, store.HistoryQuery{After: m.Seq - 1, Before: m.Seq + 1, Limit: 1})
		if err != nil || len(got) != 1 || got[0].Text != "keep this" {
			t.Fatalf("%v, %v", got, err)
		}
	}
	one(store.Draft{Room: rooms[3], Kind: plausch.EventMessage, Text: "and this"})
	checkSound(t, s)
}

func checkSound(t *testing.T, s *Store) {
	t.Helper()
	var verdict string
	if err := s.conn.QueryRowContext(t.Context(), "PRAGMA integrity_check(1)").Scan(&verdict); err != nil || verdict != "ok" {
		t.Errorf("the database is %s, %v", verdict, err)
	}
}

// TestClearDeletedWaitsForReaders: what a reader still sees is in the WAL. It is waited
// for, and writers are not held up meanwhile.
func TestClearDeletedWaitsForReaders(t *testing.T) {
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "test.db"))
	ann := newAccount(t, s, "ann")
	message := store.Draft{Room: plausch.PublicRoom, Kind: plausch.EventMessage, Actor: ann, Text: secret}
	appendAll(t, s, []store.Draft{message})
	read, err := s.view(t.Context(), s.r.cursor)
	if err != nil {
		t.Fatal(err)
	}
	var cursor int64
	if err := read.of(s.r.cursor).QueryRowContext(t.Context()).Scan(&cursor); err != nil {
		t.Fatal(err)
	}
	appendAll(t, s, []store.Draft{{Room: plausch.PublicRoom, Kind: plausch.EventDelete, Target: 1, Actor: ann}})
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if err := s.ClearDeleted(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("beside a reader: %v", err)
	}
	if done, err := s.tryTruncate(t.Context()); done || err != nil {
		t.Errorf("the WAL was truncated beside a reader: %v, %v", done, err)
	}
	cleared := make(chan error, 1)
	go func() { cleared <- s.ClearDeleted(t.Context()) }()
	for range 20 {
		message.Text = "go on"
		appendAll(t, s, []store.Draft{message})
	}
	select {
	case err := <-cleared:
		t.Fatalf("the reader was not waited for: %v", err)
	default:
	}
	read.end()
	if err := <-cleared; err != nil {
		t.Fatal(err)
	}
	if names := filesWith(t, dir, secret); len(names) > 0 {
		t.Errorf("deleted texts are in %v", names)
	}
}

// TestClearUnusedLeavesWhatIsNoNode: a page that looks like a node and is none stays.
func TestClearUnusedLeavesWhatIsNoNode(t *testing.T) {
	page := func(header ...byte) []byte {
		p := bytes.Repeat([]byte{0xaa}, 512)
		copy(p, header)
		return p
	}
	for name, c := range map[string]struct {
		page    []byte
		changed bool
	}{
		"a leaf without cells":             {page(13, 0, 0, 0, 0, 2, 0, 0), true},
		"an overflow page":                 {page(0, 0, 0, 9, 0, 0, 2, 0), false},
		"cells behind the end":             {page(13, 0, 0, 0, 0, 3, 0, 0), false},
		"cells over their own list":        {page(13, 0, 0, 0, 9, 0, 9, 0), false},
		"a free block behind the end":      {page(13, 1, 254, 0, 0, 1, 0, 0), false},
		"a free block too long":            {page(13, 1, 0, 0, 0, 1, 0, 0), false},
		"a free block before the contents": {page(13, 0, 200, 0, 0, 1, 0, 0), false},
		"too short":                        {[]byte{13}, false},
	} {
		before := bytes.Clone(c.page)
		if changed := clearUnused(2, c.page); changed != c.changed || changed == bytes.Equal(before, c.page) {
			t.Errorf("%s: changed is %t", name, changed)
		}
	}
	free := page(13, 1, 0, 0, 0, 1, 0, 0)
	copy(free[256:], []byte{0, 0, 0, 20})
	if !clearUnused(2, free) || bytes.Contains(free[8:256], []byte{0xaa}) || bytes.Contains(free[260:276], []byte{0xaa}) || free[276] != 0xaa {
		t.Errorf("free blocks are not cleared: %x", free)
	}
}
