package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"plausch"
	"plausch/internal/store"
)

// raw opens a file as SQLite alone would.
func raw(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", dsn(path, ""))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// rawExec changes a file behind the store's back.
func rawExec(t *testing.T, path, text string) {
	t.Helper()
	db := raw(t, path)
	if _, err := db.ExecContext(t.Context(), text); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// schema returns all that makes up the schema of a file, without the comments
// and spaces that SQLite keeps.
func schema(t *testing.T, path string) string {
	t.Helper()
	rows, err := raw(t, path).QueryContext(t.Context(), "SELECT name, coalesce(sql, '') FROM sqlite_schema ORDER BY name")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all strings.Builder
	for rows.Next() {
		var name, text string
		if err := rows.Scan(&name, &text); err != nil {
			t.Fatal(err)
		}
		text = regexp.MustCompile(`--[^\n]*`).ReplaceAllString(text, "")
		text = regexp.MustCompile(`\s+`).ReplaceAllString(text, " ")
		fmt.Fprintln(&all, name, strings.NewReplacer("( ", "(", " )", ")", " ,", ",").Replace(text))
	}
	return all.String()
}

// TestUpgrade opens a database of every version that there was. Each tells the
// same story.
func TestUpgrade(t *testing.T) {
	fresh := filepath.Join(t.TempDir(), "fresh.db")
	open(t, fresh).Close()
	for version := 1; version <= len(migrations); version++ {
		t.Run(fmt.Sprint("from version ", version), func(t *testing.T) {
			text, err := os.ReadFile(fmt.Sprintf("testdata/schema_v%d.sql", version))
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "old.db")
			rawExec(t, path, string(text))
			s := open(t, path)
			checkStory(t, s)
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			if got, want := schema(t, path), schema(t, fresh); got != want {
				t.Errorf("the schema differs from a new one:\n got %s\nwant %s", got, want)
			}
		})
	}
}

func checkStory(t *testing.T, s *Store) {
	t.Helper()
	ctx := t.Context()
	var token store.TokenHash
	for i := range token {
		token[i] = 1
	}
	ann, device, err := s.AccountByToken(ctx, token)
	check := func(what string, got, want any, err error) {
		t.Helper()
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: got %v, %v, want %v", what, got, err, want)
		}
	}
	check("ann", ann, plausch.Account{ID: 1, Name: "ann", Role: plausch.RoleOwner, State: plausch.AccountActive, Seen: true, Created: toTime(1000), LastSeen: toTime(2000)}, err)
	check("ann's device", device, plausch.Device{ID: 1, Account: 1, Created: toTime(1500), Used: toTime(2000)}, err)
	_, hash, err := s.PasswordHash(ctx, "ann")
	check("hash", hash, "$hash", err)
	if _, err := s.AccountByName(ctx, "gast"); plausch.CodeOf(err) != plausch.NotFound {
		t.Errorf("the released guest: %v", err)
	}
	bob := plausch.AccountRef{ID: 2, Name: "bob"}
	rooms, err := s.ListRooms(ctx, 1, false, 1, 10)
	asBefore := plausch.RoomSettings{Writers: plausch.WritersMembers}
	check("rooms", rooms, []store.JoinedRoom{
		{Room: plausch.Room{ID: 2, Kind: plausch.RoomPublic, Name: "garden", Created: toTime(3000), Head: 2, First: 1, RoomSettings: asBefore}, Joined: true, Role: plausch.RoomOwner},
		{Room: plausch.Room{ID: 3, Kind: plausch.RoomDirect, Created: toTime(4000), Head: 3, First: 1, Peer: bob, RoomSettings: asBefore}, Joined: true, Role: plausch.RoomMember},
	}, err)
	var texts []string
	for _, room := range []plausch.RoomID{1, 2, 3} {
		events, _, err := s.Events(ctx, room, store.HistoryQuery{Limit: 10})
		if err != nil {
			t.Error(err)
		}
		for _, e := range events {
			texts = append(texts, fmt.Sprint(e.Room, ".", e.Seq, " ", e.Kind, " ", e.Actor.Name, " ", e.Member.Name, " ", e.Text, " ", e.ClientID))
		}
	}
	check("events", strings.Join(texts, "\n"), strings.Join([]string{
		"1.1 message gast  hello from a guest ",
		"2.1 join ann ann  ", "2.2 message ann  roses id-1",
		"3.1 join bob bob  ", "3.2 join bob ann  ", "3.3 message bob  psst id-1",
	}, "\n"), nil)
	got, err := s.Append(ctx, []store.Draft{
		{Room: 2, Kind: plausch.EventMessage, Actor: ann.Ref(), Text: "again", ClientID: "id-1", Time: time.Now()},
		{Room: 2, Kind: plausch.EventMessage, Actor: ann.Ref(), Text: "new", ClientID: "id-2", Time: time.Now()},
	})
	if err != nil || !got[0].Repeated || got[0].Events[0].Text != "roses" || got[1].Events[0].Seq != 3 {
		t.Errorf("append: %v %v", got, err)
	}
}

func TestRefused(t *testing.T) {
	cases := []struct {
		name string
		make func(t *testing.T, path string)
		want string
	}{
		{"a newer schema", func(t *testing.T, path string) {
			open(t, path).Close()
			rawExec(t, path, fmt.Sprintf("PRAGMA user_version = %d", len(migrations)+1))
		}, "run the newer program"},
		{"another program's database", func(t *testing.T, path string) {
			rawExec(t, path, "CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES ('soup')")
		}, "belongs to another program"},
		{"another program's empty database", func(t *testing.T, path string) {
			rawExec(t, path, "PRAGMA application_id = 252006674")
		}, "belongs to another program"},
		{"a versioned database that is not ours", func(t *testing.T, path string) {
			rawExec(t, path, "PRAGMA user_version = 1")
		}, "belongs to another program"},
		{"no database at all", func(t *testing.T, path string) {
			if err := os.WriteFile(path, []byte(strings.Repeat("Dear diary, ", 1000)), 0o600); err != nil {
				t.Fatal(err)
			}
		}, "not a database"},
		{"a folder", func(t *testing.T, path string) {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
		}, "open database"},
		{"a missing folder", func(t *testing.T, path string) {
			if err := os.Remove(filepath.Dir(path)); err != nil {
				t.Fatal(err)
			}
		}, "no such file or directory"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "folder", "test.db")
			if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			c.make(t, path)
			before, _ := os.ReadFile(path)
			s, err := Open(t.Context(), path, Options{})
			if err == nil {
				s.Close()
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), c.want) || !strings.Contains(err.Error(), filepath.Base(path)) {
				t.Errorf("error %q does not say %q and the file", err, c.want)
			}
			if after, _ := os.ReadFile(path); string(after) != string(before) {
				t.Error("the file was changed")
			}
		})
	}
}

// TestMigrateFails shows that a step is all or nothing, and repeatable.
func TestMigrateFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	rawExec(t, path, readFile(t, "testdata/schema_v1.sql"))
	conn, err := raw(t, path).Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	count := func(query string) (n int) {
		if err := conn.QueryRowContext(t.Context(), query).Scan(&n); err != nil {
			n = -1
		}
		return n
	}
	bad := "CREATE TABLE more (n INTEGER); DELETE FROM events; INSERT INTO missing VALUES (1)"
	if err := migrate(t.Context(), conn, []string{migrations[0], bad}); err == nil {
		t.Fatal("a step that fails is no error")
	}
	if v, n, m := count("PRAGMA user_version"), count("SELECT count(*) FROM events"), count("SELECT count(*) FROM more"); v != 1 || n != 6 || m != -1 {
		t.Fatalf("after a step that failed: version %d, %d events, %d in the new table", v, n, m)
	}
	good := []string{migrations[0], "CREATE TABLE more (n INTEGER)", "INSERT INTO more VALUES (1); INSERT INTO more VALUES (2)"}
	for range 2 {
		if err := migrate(t.Context(), conn, good); err != nil {
			t.Fatal(err)
		}
		if v, m := count("PRAGMA user_version"), count("SELECT count(*) FROM more"); v != 3 || m != 2 {
			t.Fatalf("after the good steps: version %d, %d in the new table", v, m)
		}
	}
}

// TestAnUpgradeTakesOthersNamesFromDisplays upgrades a database in which somebody
// is called by the name of another.
func TestAnUpgradeTakesOthersNamesFromDisplays(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	rawExec(t, path, readFile(t, "testdata/schema_v9.sql"))
	rawExec(t, path, `UPDATE accounts SET display = '@ Bob' WHERE name = 'ann'; UPDATE accounts SET display = 'BOB' WHERE name = 'bob';
		UPDATE accounts SET display = 'Ann' WHERE name = 'gast'`) // who is not here any more
	s := open(t, path)
	for name, want := range map[string]string{"ann": "", "bob": "BOB"} {
		if a, err := s.AccountByName(t.Context(), name); err != nil || a.Display != want {
			t.Errorf("%s is called %q (%v), want %q", name, a.Display, err, want)
		}
	}
}

func TestFirstOpenAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			s, err := Open(context.Background(), path, Options{})
			if err != nil {
				t.Error(err)
				return
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
