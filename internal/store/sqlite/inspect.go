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
	err := look(ctx, path, func(conn *sql.Conn) (err error) {
		if h.Version, err = schemaVersion(ctx, conn, h.Newest); err != nil {
			return err
		}
		h.Damage, err = texts(ctx, conn, fmt.Sprintf("PRAGMA quick_check(%d)", maxDamage))
		if len(h.Damage) == 1 && h.Damage[0] == "ok" {
			h.Damage = nil
		}
		return err
	})
	return h, err
}

// NamedBlob is bytes that a database names: of attachments and their thumbnails, avatars
// and pictures of rooms.
type NamedBlob struct {
	Hash string // SHA-256 in hexadecimal
	Size int64  // -1 if the database does not say, as of avatars
}

// Blobs returns all bytes that the database at path names, as [Inspect] looks.
func Blobs(ctx context.Context, path string) (all []NamedBlob, err error) {
	err = look(ctx, path, func(conn *sql.Conn) error {
		var err error
		all, err = namedBlobs(ctx, conn)
		return err
	})
	return all, err
}

// look has do read the database at path, and changes nothing.
func look(ctx context.Context, path string, do func(*sql.Conn) error) error {
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	if _, err := os.Stat(path); err != nil {
		return err
	}
	db, err := openReadOnly(path)
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	conn, err := db.Conn(ctx)
	if err != nil {
		return notDatabase(err)
	}
	defer conn.Close()
	return notDatabase(do(conn))
}

func texts(ctx context.Context, conn *sql.Conn, query string) (all []string, err error) {
	rows, err := conn.QueryContext(ctx, query)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			return all, err
		}
		all = append(all, line)
	}
	return all, rows.Err()
}
