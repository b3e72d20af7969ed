package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Health is what a look at a database file finds.
type Health struct {
	Version int      // of the schema; 0 if there is none yet
	Newest  int      // the version that this program makes
	Damage  []string // what quick_check complains of; nil if nothing
}

// maxDamage bounds the complaints that are read.
const maxDamage = 10

// openReadOnly opens the database at an absolute path for reading, also beside a
// server.
func openReadOnly(path string) (*sql.DB, error) {
	name := dsn(path, "ro")
	// Without a WAL nobody has the file open, and reading it the usual way would
	// leave a WAL of ours behind.
	if _, err := os.Stat(path + "-wal"); errors.Is(err, fs.ErrNotExist) {
		name += "&immutable=1"
	}
	return sql.Open("sqlite", name)
}

// Inspect looks at the database at path without changing it, also while a server
// runs on it. An error is about the file as a whole: missing, not ours, unreadable,
// or of a newer program.
func Inspect(ctx context.Context, path string) (Health, error) {
	h := Health{Newest: len(migrations)}
	path, err := filepath.Abs(path)
	if err != nil {
		return h, err
	}
	if _, err := os.Stat(path); err != nil {
		return h, err
	}
	db, err := openReadOnly(path)
	if err != nil {
		return h, err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	conn, err := db.Conn(ctx)
	if err != nil {
		return h, notDatabase(err)
	}
	defer conn.Close()
	if h.Version, err = schemaVersion(ctx, conn, h.Newest); err != nil {
		return h, notDatabase(err)
	}
	rows, err := conn.QueryContext(ctx, fmt.Sprintf("PRAGMA quick_check(%d)", maxDamage))
	if err != nil {
		return h, notDatabase(err)
	}
	defer rows.Close()
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return h, err
		}
		if line != "ok" {
			h.Damage = append(h.Damage, line)
		}
	}
	return h, rows.Err()
}
