package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// safetyCopy copies the database, which has the schema version given and is about
// to be upgraded to newest, to a file beside it: plausch.db.before-v3, say. Who has
// to go back to the old program finds the data as that left them. The caller's
// transaction keeps out other writers, so nothing can come between copy and upgrade.
//
// An upgrade that was cut off between two steps goes on with the copy that it made
// first. Copies of earlier upgrades go when the new one is there.
func safetyCopy(ctx context.Context, conn *sql.Conn, version, newest int) error {
	var path string
	if err := conn.QueryRowContext(ctx, "SELECT file FROM pragma_database_list WHERE name = 'main'").Scan(&path); err != nil {
		return err
	}
	to := fmt.Sprintf("%s.before-v%d", path, newest)
	if had, err := versionOf(ctx, to, newest); err == nil && had < version {
		return nil
	}
	// What is there otherwise was left by somebody who went back and comes again.
	temporary := to + ".tmp"
	for _, name := range []string{temporary, temporary + "-journal"} {
		if err := os.Remove(name); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	if _, err := snapshot(ctx, path, temporary, newest); err != nil {
		return fmt.Errorf("the schema is not upgraded without a safety copy; make room, as the upgrade itself needs it, too: %w", err)
	}
	if err := os.Rename(temporary, to); err != nil {
		return err
	}
	return removeOlder(to, path+".before-v")
}

// removeOlder removes the files whose paths begin with prefix, but not keep.
func removeOlder(keep, prefix string) error {
	entries, err := os.ReadDir(filepath.Dir(prefix))
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), filepath.Base(prefix)) && e.Name() != filepath.Base(keep) {
			err = errors.Join(err, os.Remove(filepath.Join(filepath.Dir(prefix), e.Name())))
		}
	}
	return err
}

// versionOf returns the schema version of a copy.
func versionOf(ctx context.Context, path string, newest int) (int, error) {
	if _, err := os.Stat(path); err != nil {
		return 0, err
	}
	db, err := sql.Open("sqlite", dsn(path, "ro")+"&immutable=1")
	if err != nil {
		return 0, err
	}
	defer db.Close()
	return schemaVersion(ctx, db, newest)
}
