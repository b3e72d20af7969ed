package sqlite

import (
	"context"
	"database/sql"
	sqldriver "database/sql/driver"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"modernc.org/libc"
	driver "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

const (
	// upgradePath tells the test binary to be a process that upgrades the database
	// there, by all migrations and the ones to come.
	upgradePath = "PLAUSCH_TEST_UPGRADE"
	// upgradeDeath is the number of the statement that it dies after, if any.
	upgradeDeath = "PLAUSCH_TEST_UPGRADE_DEATH"
)

// stepsToCome stand for the migrations of later programs, so that there is one to
// be killed in from the newest schema, too. They do what migrations do: make a
// table, fill it from others, change rows, and put a new table in an old one's place.
var stepsToCome = []string{
	`CREATE TABLE words (id INTEGER PRIMARY KEY, said INTEGER NOT NULL) STRICT;
	INSERT INTO words SELECT id, length(text) FROM events; -- a comment; with a semicolon
	UPDATE accounts SET last_seen = last_seen + 1;
	CREATE TRIGGER words_said AFTER UPDATE ON words BEGIN SELECT ';'; SELECT 1; END;`,
	`DROP TRIGGER words_said;
	CREATE TABLE new_words (id INTEGER PRIMARY KEY, said INTEGER NOT NULL, padding TEXT NOT NULL) STRICT;
	INSERT INTO new_words SELECT id, said, hex(zeroblob(4000)) FROM words;
	DROP TABLE words;
	ALTER TABLE new_words RENAME TO words`,
}

func allSteps() []string { return slices.Concat(migrations, stepsToCome) }

// upgrade brings the database at path to the last of the steps.
func upgrade(path string, steps []string) error {
	db, err := sql.Open("sqlite", dsn(path, "", "wal_autocheckpoint(0)"))
	if err != nil {
		return err
	}
	conn, err := db.Conn(context.Background())
	if err != nil {
		return err
	}
	return errors.Join(migrate(context.Background(), conn, steps), conn.Close(), db.Close())
}

func upgradeChild(path string) error {
	runtime.LockOSThread() // strace counts by thread
	death := os.Getenv(upgradeDeath)
	if death == "" {
		return upgrade(path, allSteps())
	}
	n, err := strconv.Atoi(death)
	if err != nil {
		return err
	}
	driver.MustRegisterScalarFunction("die", 0, func(*driver.FunctionContext, []sqldriver.Value) (sqldriver.Value, error) {
		self, err := os.FindProcess(os.Getpid())
		return nil, errors.Join(err, self.Kill())
	})
	return upgrade(path, deadly(allSteps(), n))
}

// deadly returns the steps with the death of the process behind their nth statement.
func deadly(steps []string, n int) []string {
	steps = slices.Clone(steps)
	for i, step := range steps {
		all := statements(step)
		if n < len(all) {
			steps[i] = strings.Join(slices.Insert(all, n+1, "\n;SELECT die();"), "")
			return steps
		}
		n -= len(all)
	}
	return steps
}

// statements splits SQL, as SQLite itself would.
func statements(text string) (all []string) {
	tls := libc.NewTLS()
	defer tls.Close()
	var one strings.Builder
	for part := range strings.SplitAfterSeq(text, ";") {
		one.WriteString(part)
		c, err := libc.CString(one.String())
		if err != nil {
			panic(err)
		}
		complete := lib.Xsqlite3_complete(tls, c) != 0
		libc.Xfree(tls, c)
		if complete {
			all = append(all, one.String())
			one.Reset()
		}
	}
	if strings.TrimSpace(one.String()) != "" {
		all = append(all, one.String())
	}
	return all
}

// dump returns all that is in a database.
func dump(t *testing.T, path string) string {
	t.Helper()
	db := raw(t, path)
	defer db.Close()
	texts := func(query string) (all []string) {
		rows, err := db.QueryContext(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var text string
			if err := rows.Scan(&text); err != nil {
				t.Fatal(err)
			}
			all = append(all, text)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		return all
	}
	all := texts("PRAGMA integrity_check")
	if len(all) != 1 || all[0] != "ok" {
		t.Fatalf("%s: %v", path, all)
	}
	all = append(all, texts("PRAGMA user_version")...)
	all = append(all, texts("SELECT coalesce(sql, name) FROM sqlite_schema ORDER BY name")...)
	for _, table := range texts(`SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' ORDER BY name`) {
		columns := texts(fmt.Sprintf("SELECT 'quote(' || name || ')' FROM pragma_table_info('%s')", table))
		switch table {
		case "sqlite_schema":
			continue // its numbers of pages may differ
		case "epochs":
			columns = []string{"number", "length(id)"} // which is random
		}
		all = append(all, texts(fmt.Sprintf("SELECT '%s: ' || concat_ws(', ', %s) AS line FROM %s ORDER BY line", table, strings.Join(columns, ", "), table))...)
	}
	return strings.Join(all, "\n")
}

// beginnings are the databases that an upgrade may begin with, by version. A story
// of version 0 is an empty file.
func beginnings(t *testing.T) map[int]string {
	t.Helper()
	all := map[int]string{0: ""}
	for version := 1; version <= len(migrations); version++ {
		all[version] = readFile(t, fmt.Sprintf("testdata/schema_v%d.sql", version))
	}
	return all
}

// oldest is the first version with data, whose upgrade goes through all steps.
const oldest = 1

// long reports whether make long runs: each kill takes a process, so other runs have
// some of them, of all kinds.
func long() bool { return os.Getenv("PLAUSCH_LONG") != "" }

// deathPlaces are the numbers of the statements behind which an upgrade from a
// version is killed: all, or one of each step from the oldest version on and one
// from each other.
func deathPlaces(version int) (places []int) {
	n := 0
	for i, step := range allSteps() {
		first := n
		if n += len(statements(step)); i < version {
			continue
		}
		switch {
		case long():
			for place := first; place < n; place++ {
				places = append(places, place)
			}
		case version == oldest || i == version:
			places = append(places, (first+n)/2)
		}
	}
	return places
}

// TestKilledUpgrade kills a process that upgrades a database, from each version on
// (R18): behind statements, and before system calls that change the disk. Whoever opens the database next ends at the same upgraded database as if
// nothing had happened, and the safety copy is that from before the upgrade.
func TestKilledUpgrade(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatalf("the test needs strace, which make deps installs: %v", err)
	}
	for version, story := range beginnings(t) {
		begin := func(t *testing.T) string {
			path := filepath.Join(t.TempDir(), "test.db")
			if version > 0 {
				rawExec(t, path, story)
			}
			return path
		}
		whole := begin(t)
		before := ""
		if version > 0 {
			before = dump(t, whole)
		}
		if err := upgrade(whole, allSteps()); err != nil {
			t.Fatal(err)
		}
		want := dump(t, whole)
		// killed reports whether the command was killed, and holds the rest.
		killed := func(t *testing.T, path string, cmd *exec.Cmd) bool {
			t.Helper()
			cmd.Env = append(cmd.Env, append(os.Environ(), upgradePath+"="+path)...)
			cmd.Stderr = os.Stderr
			_ = cmd.Run() // how it ended is in its state
			status, _ := cmd.ProcessState.Sys().(syscall.WaitStatus)
			if !status.Signaled() && status.ExitStatus() != 0 {
				t.Fatalf("the upgrade ended with %v", cmd.ProcessState)
			}
			if err := upgrade(path, allSteps()); err != nil {
				t.Fatalf("after the kill: %v", err)
			}
			if got := dump(t, path); got != want {
				t.Fatalf("after the kill:\n got %s\nwant %s", got, want)
			}
			if version > 0 {
				if got := dump(t, fmt.Sprintf("%s.before-v%d", path, len(allSteps()))); got != before {
					t.Fatalf("the safety copy:\n got %s\nwant %s", got, before)
				}
			}
			return status.Signaled()
		}
		t.Run(fmt.Sprintf("from version %d behind statements", version), func(t *testing.T) {
			places := deathPlaces(version)
			for _, n := range places {
				cmd := exec.Command(os.Args[0])
				cmd.Env = []string{upgradeDeath + "=" + strconv.Itoa(n)}
				if !killed(t, begin(t), cmd) {
					t.Errorf("it was not killed behind statement %d", n)
				}
			}
			t.Logf("%d statements", len(places))
		})
		if version != oldest && !long() {
			continue
		}
		t.Run(fmt.Sprintf("from version %d before changes of the disk", version), func(t *testing.T) {
			kills := 0
			for n, last := 1, 1; ; n, last = n+last, n {
				if long() {
					last = 1 // each, instead of ever fewer
				}
				path := begin(t)
				args := []string{"-f", "-qq", "-o", os.DevNull, "-e", fmt.Sprintf("inject=pwrite64,write,fsync,fdatasync,ftruncate,unlink,unlinkat,rename,renameat:signal=KILL:when=%d", n)}
				safety := fmt.Sprintf("%s.before-v%d.tmp", path, len(allSteps()))
				for _, p := range []string{path, path + "-wal", path + "-journal", safety, safety + "-journal", safety + "-wal"} {
					args = append(args, "-P", p)
				}
				if !killed(t, path, exec.Command(strace, append(args, os.Args[0])...)) {
					break
				}
				kills++
			}
			t.Logf("%d changes", kills)
			if kills < 8 {
				t.Error("it was hardly ever killed, so this test has not tested much")
			}
		})
	}
}

// TestSafetyCopy follows a host who upgrades, goes back, and upgrades again.
func TestSafetyCopy(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	rawExec(t, path, beginnings(t)[1])
	one := dump(t, path)
	steps := []string{migrations[0], "CREATE TABLE more (n INTEGER)", "CREATE TABLE even_more (n INTEGER)"}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	copies := func(want ...string) {
		t.Helper()
		names, _ := filepath.Glob(path + ".*")
		for i := range names {
			names[i] = strings.TrimPrefix(names[i], path+".")
		}
		if !slices.Equal(names, want) {
			t.Fatalf("the safety copies are %q, want %q", names, want)
		}
	}
	must(upgrade(path, steps[:1]))
	copies() // nothing to do, nothing to copy
	must(upgrade(path, steps[:2]))
	copies("before-v2")
	must(upgrade(path, steps[:2]))
	if got := dump(t, path+".before-v2"); got != one {
		t.Errorf("the copy is\n%s\nwant\n%s", got, one)
	}
	if info, err := os.Stat(path + ".before-v2"); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the copy has mode %v, %v", info.Mode(), err)
	}

	// Back to the old program, which writes.
	must(os.Rename(path+".before-v2", path))
	rawExec(t, path, "UPDATE accounts SET last_seen = 9999 WHERE id = 1")
	older := dump(t, path)
	must(upgrade(path, steps[:2]))
	if got := dump(t, path+".before-v2"); got != older {
		t.Errorf("the copy after going back is\n%s\nwant\n%s", got, older)
	}
	must(os.Rename(path+".before-v2", path))
	rawExec(t, path, "UPDATE accounts SET last_seen = 99999 WHERE id = 1")
	must(upgrade(path, steps[:2]))
	two := dump(t, path)
	must(upgrade(path, steps))
	copies("before-v3")
	if got := dump(t, path+".before-v3"); got != two {
		t.Errorf("the copy is\n%s\nwant\n%s", got, two)
	}
}

// TestSafetyCopyFails: without the copy there is no upgrade.
func TestSafetyCopyFails(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	rawExec(t, path, beginnings(t)[1])
	before := dump(t, path)
	inTheWay := path + ".before-v2.tmp"
	if err := os.MkdirAll(filepath.Join(inTheWay, "file"), 0o700); err != nil {
		t.Fatal(err)
	}
	steps := []string{migrations[0], "CREATE TABLE more (n INTEGER)"}
	if err := upgrade(path, steps); err == nil || !strings.Contains(err.Error(), inTheWay) {
		t.Errorf("the upgrade without a copy: %v", err)
	}
	if got := dump(t, path); got != before {
		t.Errorf("the database is now\n%s\nwant\n%s", got, before)
	}
	if err := os.RemoveAll(inTheWay); err != nil {
		t.Fatal(err)
	}
	if err := upgrade(path, steps); err != nil {
		t.Error(err)
	}
}
