package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
)

// Summary is what is in a database.
type Summary struct {
	Schema   int   // its version
	Accounts int64 // that hold a name
	Rooms    int64 // direct ones among them
	Messages int64
}

// Summarize reads the summary of the database at path, which a server may be
// using. It looks at every event. Nothing is upgraded.
func Summarize(ctx context.Context, path string) (Summary, error) {
	if _, err := os.Stat(path); err != nil {
		return Summary{}, err
	}
	db, err := sql.Open("sqlite", dsn(path, "ro"))
	if err != nil {
		return Summary{}, err
	}
	defer db.Close()
	sum, err := summarize(ctx, db)
	return sum, wrap("read "+path, err)
}

// rower is a database or a connection.
type rower interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

func summarize(ctx context.Context, db rower) (s Summary, err error) {
	if s.Schema, err = schemaVersion(ctx, db, len(migrations)); err != nil {
		return s, notDatabase(err)
	}
	if s.Schema == 0 {
		return s, nil
	}
	err = db.QueryRowContext(ctx, fmt.Sprintf(`SELECT (SELECT count(*) FROM accounts WHERE held),
		(SELECT count(*) FROM rooms), (SELECT count(*) FROM events WHERE kind = %d)`, codeMessage)).Scan(&s.Accounts, &s.Rooms, &s.Messages)
	return s, err
}

// Check reads the whole of a database that nobody uses, such as a copy: whether
// its pages, indexes and references are sound, what is in it, and which
// attachments it names, as the lower-case hex of their SHA-256. The file is not
// written to, and nothing appears beside it.
func Check(ctx context.Context, path string) (sum Summary, blobs []string, err error) {
	defer func() { err = wrap("check the database", err) }()
	if path, err = filepath.Abs(path); err != nil {
		return sum, nil, err
	}
	// Without immutable, SQLite would make a WAL beside it.
	db, err := sql.Open("sqlite", dsn(path, "ro")+"&"+url.Values{"immutable": {"1"}}.Encode())
	if err != nil {
		return sum, nil, err
	}
	defer db.Close()
	if sum, err = summarize(ctx, db); err != nil {
		return sum, nil, err
	}
	if sum.Schema == 0 {
		return sum, nil, errors.New("it is empty")
	}
	var verdict string
	if err := db.QueryRowContext(ctx, "PRAGMA integrity_check(1)").Scan(&verdict); err != nil {
		return sum, nil, err
	}
	if verdict != "ok" {
		return sum, nil, fmt.Errorf("it is damaged: %s", verdict)
	}
	var table sql.NullString
	switch err := db.QueryRowContext(ctx, `SELECT "table" FROM pragma_foreign_key_check LIMIT 1`).Scan(&table); {
	case err == nil:
		return sum, nil, fmt.Errorf("it is damaged: a row of %s refers to one that does not exist", table.String)
	case !errors.Is(err, sql.ErrNoRows):
		return sum, nil, err
	}
	named, err := namedBlobs(ctx, db)
	for _, b := range named {
		blobs = append(blobs, b.Hash)
	}
	return sum, blobs, err
}

// pictures are the columns, besides those of attachments, that name bytes. Schemas
// before them have none.
var pictures = []struct{ table, column string }{{"accounts", "avatar"}, {"rooms", "picture"}, {"attachments", "thumbnail"}}

// namedBlobs returns the bytes that a database names, of any schema.
func namedBlobs(ctx context.Context, db interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}) (all []NamedBlob, err error) {
	var there bool
	err = db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'attachments')`).Scan(&there)
	if err != nil || !there {
		return nil, err
	}
	text := `SELECT hash, size FROM attachments`
	for _, picture := range pictures {
		err = db.QueryRowContext(ctx, `SELECT EXISTS (SELECT 1 FROM pragma_table_info(?) WHERE name = ?)`, picture.table, picture.column).Scan(&there)
		if err != nil {
			return nil, err
		}
		if there {
			text += fmt.Sprintf(` UNION ALL SELECT %[2]s, -1 FROM %[1]s WHERE %[2]s IS NOT NULL`, picture.table, picture.column)
		}
	}
	rows, err := db.QueryContext(ctx, `SELECT lower(hex(hash)), max(size) FROM (`+text+`) GROUP BY hash`)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var b NamedBlob
		if err := rows.Scan(&b.Hash, &b.Size); err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, rows.Err()
}
