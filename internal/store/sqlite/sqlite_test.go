package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	lib "modernc.org/sqlite/lib"

	"plausch"
	"plausch/internal/store"
	"plausch/internal/store/storetest"
)

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) store.Store {
		return open(t, filepath.Join(t.TempDir(), "test.db"))
	})
}

func TestDurable(t *testing.T) {
	storetest.RunDurable(t, func(t *testing.T) func(t *testing.T) store.Store {
		path := filepath.Join(t.TempDir(), "test.db")
		return func(t *testing.T) store.Store { return open(t, path) }
	})
}

func TestSnapshots(t *testing.T) {
	storetest.RunSnapshots(t, func(t *testing.T, path string) store.Store { return open(t, path) })
}

func open(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(t.Context(), path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// TestSQLiteVersion: before 3.51.3 a WAL could corrupt the database when two
// connections checkpointed and wrote at once.
func TestSQLiteVersion(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "test.db"))
	var version string
	var major, minor, patch int
	if err := s.conn.QueryRowContext(t.Context(), "SELECT sqlite_version()").Scan(&version); err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscanf(version, "%d.%d.%d", &major, &minor, &patch); err != nil {
		t.Fatal(err)
	}
	if major*1e6+minor*1e3+patch < 3_051_003 {
		t.Errorf("SQLite is %s, which is before 3.51.3", version)
	}
}

func TestConnections(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a folder? 100% #1", "test.db")
	if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	s := open(t, path)
	newAccount(t, s, "ann")
	for suffix := range map[string]bool{"": true, "-wal": true, "-shm": true} {
		info, err := os.Stat(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", path+suffix, info.Mode())
		}
	}
	type rower interface {
		QueryRowContext(context.Context, string, ...any) *sql.Row
	}
	for name, conn := range map[string]rower{"writer": s.conn, "reader": s.pool} {
		for pragma, want := range map[string]string{
			"journal_mode": "wal", "synchronous": "2", "busy_timeout": "5000", "cache_size": "-2048", "page_size": "2048", "application_id": "1349280117",
		} {
			var got string
			if err := conn.QueryRowContext(t.Context(), "PRAGMA "+pragma).Scan(&got); err != nil || got != want {
				t.Errorf("%s: %s is %q, %v, want %q", name, pragma, got, err, want)
			}
		}
	}
	var on int
	if err := s.conn.QueryRowContext(t.Context(), "PRAGMA foreign_keys").Scan(&on); err != nil || on != 1 {
		t.Errorf("foreign_keys is %d, %v", on, err)
	}
	if _, err := s.pool.ExecContext(t.Context(), "DELETE FROM accounts"); resultCode(err) != lib.SQLITE_READONLY {
		t.Errorf("a reader can write: %v", err)
	}
}

// TestNoScans holds that no statement reads a table from end to end, so that a
// large database is as quick as a small one. That it sees all of them is held by
// TestEveryStatementIsInTheTables.
func TestNoScans(t *testing.T) {
	s := open(t, filepath.Join(t.TempDir(), "test.db"))
	allowed := []string{
		"SCAN accounts USING INDEX accounts_transient", // has only what is asked for
		"SCAN CONSTANT ROW",
		"SCAN nodes",                           // a row each
		"SCAN i",                               // what ListRooms has picked
		"SCAN p", "SCAN g", "SCAN u", "SCAN k", // what other subqueries have picked
		"SCAN j VIRTUAL TABLE INDEX 1:", // a list of ids
		// A page by its number; n are the numbers.
		"SCAN n", "SCAN p VIRTUAL TABLE INDEX 1:", "SCAN sqlite_dbpage VIRTUAL TABLE INDEX 1:",
		// What FTS5 finds, by a query and in a range of rowids; words that were found.
		"SCAN search VIRTUAL TABLE INDEX 0:M4", "SCAN s VIRTUAL TABLE INDEX 192:M4<>", "SCAN p VIRTUAL TABLE INDEX 64:M1", "SCAN w",
		"SCAN search_messages", // when the index is made anew
		// All rooms, for whoever has the database.
		"SCAN r USING INDEX sqlite_autoindex_rooms_1",
	}
	plans := 0
	for _, q := range append(s.w.queries(), s.r.queries()...) {
		if len(strings.Fields(q.text)) < 3 {
			continue // BEGIN and the like
		}
		rows, err := s.conn.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+q.text, make([]any, strings.Count(q.text, "?"))...)
		if err != nil {
			t.Fatal(err)
		}
		for rows.Next() {
			var id, parent, unused int
			var detail string
			if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
				t.Fatal(err)
			}
			if strings.HasPrefix(detail, "SCAN") && !slices.Contains(allowed, detail) {
				t.Errorf("%s\n%s", detail, q.text)
			}
			plans++
		}
		if err := rows.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if plans == 0 {
		t.Error("nothing was looked at")
	}
}

// TestEveryStatementIsInTheTables holds that nothing runs SQL of its own on a
// database that serves. Who looks at one from outside, opens, upgrades or copies it
// may.
func TestEveryStatementIsInTheTables(t *testing.T) {
	outside := []string{"migrate.go", "safety.go", "snapshot.go", "inspect.go", "summary.go", "names.go", "queries.go"}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	calls := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || slices.Contains(outside, file) {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range parsed.Decls {
			fn, ok := decl.(*ast.FuncDecl)
			if !ok || fn.Name.Name == "BeginEpoch" { // of a database that nobody uses
				continue
			}
			ast.Inspect(fn, func(n ast.Node) bool {
				call, ok := n.(*ast.CallExpr)
				if !ok {
					return true
				}
				method, ok := call.Fun.(*ast.SelectorExpr)
				if !ok || !slices.Contains([]string{"ExecContext", "QueryContext", "QueryRowContext", "PrepareContext"}, method.Sel.Name) {
					return true
				}
				calls++
				if of, ok := method.X.(*ast.SelectorExpr); ok && (of.Sel.Name == "conn" || of.Sel.Name == "pool" || of.Sel.Name == "db") {
					t.Errorf("%s: %s runs SQL on s.%s: put it into writes.go or reads.go", file, fn.Name.Name, of.Sel.Name)
				}
				return true
			})
		}
	}
	if calls == 0 {
		t.Error("nothing was looked at")
	}
}

// TestCloseLeavesOneFile: the WAL's content is in the database then, which can
// be copied alone. A connection that stays open would keep the WAL.
func TestCloseLeavesOneFile(t *testing.T) {
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "test.db"))
	newAccount(t, s, "ann")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if files, err := os.ReadDir(dir); err != nil || len(files) != 1 {
		t.Errorf("files %v, %v", files, err)
	}
}

// TestCheckpoints holds that the WAL does not grow with what is written, even
// while somebody always writes, and whether texts fill the pages or each of many
// rooms has a page of its own written for a short one.
func TestCheckpoints(t *testing.T) {
	for name, c := range map[string]struct{ batches, drafts, rooms, text int }{
		"long texts": {200, 16, 1, 16000},
		"many rooms": {300, 64, 64, 100},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "test.db")
			s := open(t, path)
			next := sends(t, s)
			for range c.batches {
				drafts := next(c.drafts, c.rooms)
				for i := range drafts {
					drafts[i].Text = strings.Repeat("x", c.text)
				}
				appendAll(t, s, drafts)
			}
			info, err := os.Stat(path + "-wal")
			if err != nil {
				t.Fatal(err)
			}
			if most := int64(3 * checkpointBytes); info.Size() > most {
				t.Errorf("the WAL has %d bytes, want at most %d", info.Size(), most)
			}
			heard(t, s, plausch.PublicRoom)
		})
	}
}
