package sqlite

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	lib "modernc.org/sqlite/lib"

	"plausch"
	"plausch/internal/store"
)

// say appends texts to a room in one batch, as sends of ann's with client ids.
func say(t testing.TB, s *Store, ann plausch.AccountRef, room plausch.RoomID, texts ...string) error {
	t.Helper()
	var drafts []store.Draft
	for _, text := range texts {
		drafts = append(drafts, store.Draft{
			Room: room, Time: toTime(1000), Kind: plausch.EventMessage, Actor: ann, Text: text, ClientID: "id-" + text,
		})
	}
	got, err := s.Append(t.Context(), drafts)
	for _, r := range got {
		if r.Err != nil {
			t.Fatal(r.Err)
		}
	}
	return err
}

// heard reads the texts of a room, and fails if its seqs have a hole or its head
// is another.
func heard(t testing.TB, s *Store, room plausch.RoomID) (texts []string) {
	t.Helper()
	events, _, err := s.Events(t.Context(), room, store.HistoryQuery{Limit: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range events {
		if e.Seq != int64(i)+1 {
			t.Fatalf("room %d: event %d has seq %d", room, i+1, e.Seq)
		}
		texts = append(texts, e.Text)
	}
	r, err := s.Room(t.Context(), room)
	if err != nil {
		t.Fatal(err)
	}
	if r.Head != int64(len(events)) {
		t.Fatalf("room %d: head %d of %d events", room, r.Head, len(events))
	}
	return texts
}

func newAccount(t testing.TB, s *Store, name string) plausch.AccountRef {
	t.Helper()
	a, err := s.CreateAccount(t.Context(), store.NewAccount{Name: name, Role: plausch.RoleMember, At: toTime(1000)})
	if err != nil {
		t.Fatal(err)
	}
	return a.Ref()
}

// TestDamagedWAL cuts the WAL, or flips a bit of it, at every 512 bytes: what
// opens then is what the commits before that place made, neither more nor less.
func TestDamagedWAL(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	s := open(t, path)
	ann := newAccount(t, s, "ann")
	got, err := s.Append(t.Context(), []store.Draft{{
		Create: &plausch.Room{Kind: plausch.RoomPublic, Name: "room"}, Kind: plausch.EventJoin, Actor: ann, Member: ann, Time: toTime(1000),
	}})
	if err != nil {
		t.Fatal(err)
	}
	room := got[0].Events[0].Room
	if err := s.Close(); err != nil { // moves all so far out of the WAL
		t.Fatal(err)
	}
	s = open(t, path)
	const batches = 8
	var ends []int // of the commits in the WAL
	for b := range batches {
		texts := []string{fmt.Sprint(b, "a"), fmt.Sprint(b, "b"), fmt.Sprint(b, strings.Repeat("c", 700*b))}
		place := []plausch.RoomID{plausch.PublicRoom, room}[b%2]
		if err := say(t, s, ann, place, texts...); err != nil {
			t.Fatal(err)
		}
		ends = append(ends, len(readFile(t, path+"-wal")))
	}
	var want []string // what both rooms have after each number of commits
	for n := range batches + 1 {
		want = append(want, fmt.Sprint((n+1)/2*3, n/2*3+1))
	}
	db, wal := readFile(t, path), readFile(t, path+"-wal")

	// opens returns how many commits are there with the WAL given.
	dir := t.TempDir()
	opens := func(t *testing.T, name, wal string) int {
		t.Helper()
		copied := filepath.Join(dir, name)
		for suffix, content := range map[string]string{"": db, "-wal": wal} {
			if err := os.WriteFile(copied+suffix, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		s, err := Open(t.Context(), copied, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		public, private := heard(t, s, plausch.PublicRoom), heard(t, s, room)
		for n := range want {
			if want[n] != fmt.Sprint(len(public), len(private)) {
				continue
			}
			for i, text := range append(public, private[1:]...) {
				if i < len(public) && !strings.HasPrefix(text, fmt.Sprint(i/3*2)) ||
					i >= len(public) && !strings.HasPrefix(text, fmt.Sprint((i-len(public))/3*2+1)) {
					t.Fatalf("%q is out of order", text)
				}
			}
			// The next send follows, and a repeat is known, in what is left.
			if err := say(t, s, ann, plausch.PublicRoom, "next", "0a"); err != nil {
				t.Fatal(err)
			}
			if texts := heard(t, s, plausch.PublicRoom); n > 0 && len(texts) != len(public)+1 {
				t.Fatalf("%d texts after one more than %d", len(texts), len(public))
			}
			return n
		}
		t.Fatalf("%d and %d events are after no commit", len(public), len(private))
		return 0
	}
	step := 512
	if testing.Short() {
		step *= 9 // still meets every place in a page
	}
	for at := 0; at < len(wal); at += step {
		commits := 0
		for commits < len(ends) && ends[commits] <= at {
			commits++
		}
		if n := opens(t, fmt.Sprint("cut", at), wal[:at]); n != commits {
			t.Errorf("cut at %d: %d commits are there, want %d", at, n, commits)
		}
		flipped := []byte(wal)
		flipped[at] ^= 1 << rand.IntN(8)
		if n := opens(t, fmt.Sprint("flipped", at), string(flipped)); n != commits {
			t.Errorf("flipped at %d: %d commits are there, want %d", at, n, commits)
		}
	}
	if n := opens(t, "whole", wal); n != batches {
		t.Errorf("whole: %d commits are there, want %d", n, batches)
	}
}

func TestDiskFull(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "test.db"))
	ann := newAccount(t, s, "ann")
	if err := say(t, s, ann, plausch.PublicRoom, "first"); err != nil {
		t.Fatal(err)
	}
	limit := func(pages int) {
		t.Helper()
		if err := s.conn.QueryRowContext(t.Context(), fmt.Sprintf("PRAGMA max_page_count = %d", pages)).Scan(&pages); err != nil {
			t.Fatal(err)
		}
	}
	limit(1) // SQLite makes of it as many as there are
	var err error
	sent := []string{"first"}
	for n := 0; err == nil; n++ {
		batch := []string{fmt.Sprint(n, "w"), fmt.Sprint(n, strings.Repeat("x", 5000)), fmt.Sprint(n, "y")}
		if err = say(t, s, ann, plausch.PublicRoom, batch...); err == nil {
			sent = append(sent, batch...)
		}
		if n > 1000 {
			t.Fatal("the disk is never full")
		}
	}
	check := func(what string, err error) {
		t.Helper()
		if plausch.CodeOf(err) != plausch.StorageFull || errors.Is(err, store.ErrBroken) {
			t.Fatalf("%s on a full disk: %v", what, err)
		}
	}
	check("append", err)
	for n := 0; err == nil || n == 0; n++ {
		_, err = s.CreateAccount(t.Context(), store.NewAccount{Name: fmt.Sprint("n", n), Role: plausch.RoleMember, PasswordHash: strings.Repeat("x", 5000)})
	}
	check("create account", err)
	if got := heard(t, s, plausch.PublicRoom); fmt.Sprint(got) != fmt.Sprint(sent) {
		t.Fatalf("%d texts are kept, want %d", len(got), len(sent))
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	limit(1 << 20)
	batch := []string{"after", strings.Repeat("z", 5000)}
	if err := say(t, s, ann, plausch.PublicRoom, batch...); err != nil {
		t.Fatalf("with room again: %v", err)
	}
	if got, want := heard(t, s, plausch.PublicRoom), append(sent, batch...); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("%d texts are kept, want %d", len(got), len(want))
	}
}

// TestBroken damages the database under a store, and expects that it never
// writes again.
func TestBroken(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	s := open(t, path)
	ann := newAccount(t, s, "ann")
	if err := say(t, s, ann, plausch.PublicRoom, "first"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	whole := []byte(readFile(t, path))
	root := 0
	if err := raw(t, path).QueryRowContext(t.Context(), "SELECT rootpage FROM sqlite_schema WHERE name = 'events'").Scan(&root); err != nil {
		t.Fatal(err)
	}
	damaged := append([]byte(nil), whole...)
	for i := range pageSize {
		damaged[(root-1)*pageSize+i] = 0xa5
	}
	if err := os.WriteFile(path, damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	s = open(t, path)
	if err := say(t, s, ann, plausch.PublicRoom, "second"); !errors.Is(err, store.ErrBroken) || resultCode(err) != lib.SQLITE_CORRUPT {
		t.Fatalf("append: %v", err)
	}
	// Healing the disk does not help: only a restart does.
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	for what, call := range map[string]func() error{
		"append": func() error { return say(t, s, ann, plausch.PublicRoom, "third") },
		"create account": func() error {
			_, err := s.CreateAccount(t.Context(), store.NewAccount{Name: "bob", Role: plausch.RoleMember})
			return err
		},
		"release": func() error { return s.ReleaseName(t.Context(), ann.ID) },
		"ping":    func() error { return s.Ping(t.Context()) },
	} {
		if err := call(); !errors.Is(err, store.ErrBroken) {
			t.Errorf("%s on a broken store: %v", what, err)
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(t, path)
	if err := say(t, s, ann, plausch.PublicRoom, "second"); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(heard(t, s, plausch.PublicRoom)); got != "[first second]" {
		t.Fatalf("after a restart: %s", got)
	}
}
