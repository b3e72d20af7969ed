package sqlite

import (
	"context"
	"os"
	"path/filepath"
)

// Named is a room or an account in a database.
type Named struct {
	ID   int64
	Name string
	Room bool
}

// Names returns the names of rooms and those that accounts hold, from the
// database at path, which a server may be using. Nothing is upgraded.
func Names(ctx context.Context, path string) ([]Named, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	if _, err := os.Stat(path); err != nil {
		return nil, err
	}
	db, err := openReadOnly(path)
	if err != nil {
		return nil, err
	}
	defer db.Close()
	if version, err := schemaVersion(ctx, db, len(migrations)); err != nil || version == 0 {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, `SELECT id, name, 1 FROM rooms WHERE name IS NOT NULL
		UNION ALL SELECT id, name, 0 FROM accounts WHERE held ORDER BY 3 DESC, 1`)
	if err != nil {
		return nil, wrap("read names", err)
	}
	defer rows.Close()
	var all []Named
	for rows.Next() {
		var n Named
		if err := rows.Scan(&n.ID, &n.Name, &n.Room); err != nil {
			return nil, wrap("read names", err)
		}
		all = append(all, n)
	}
	return all, wrap("read names", rows.Err())
}
