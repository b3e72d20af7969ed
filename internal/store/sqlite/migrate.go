package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"slices"
	"time"

	lib "modernc.org/sqlite/lib"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrations are the steps from an empty file to the newest schema. A database
// at version n (PRAGMA user_version) has had the first n. A released step is
// never changed; the tests open a database of each version.
var migrations = mustReadMigrations(migrationFiles)

// applicationID marks our files ("Plau"), so that another program's database is
// never written to by a mistyped path.
const applicationID = 0x506c6175

func mustReadMigrations(files fs.FS) []string {
	names, err := fs.Glob(files, "migrations/*.sql")
	if err != nil {
		panic(err)
	}
	slices.Sort(names)
	var steps []string
	for _, name := range names {
		text, err := fs.ReadFile(files, name)
		if err != nil {
			panic(err)
		}
		steps = append(steps, string(text))
	}
	return steps
}

// migrate checks that the database is ours and runs the steps that it lacks,
// each in a transaction of its own: a crash leaves a version that there is.
func migrate(ctx context.Context, conn *sql.Conn, steps []string) error {
	version, err := schemaVersion(ctx, conn, len(steps))
	if err != nil {
		return err
	}
	// Only now is it ours to change.
	if err := switchToWAL(ctx, conn); err != nil {
		return err
	}
	isNew := version == 0 // there is nothing to lose
	for version < len(steps) {
		if version, err = migrateOnce(ctx, conn, steps, !isNew); err != nil {
			return err
		}
	}
	return nil
}

// switchToWAL sets the journal mode, which stays with the file. Two who do so at
// once would wait for each other for ever, so SQLite has one fail at once, busy
// timeout or not; that one tries again.
func switchToWAL(ctx context.Context, conn *sql.Conn) error {
	for give := time.Now().Add(busyMillis * time.Millisecond); ; {
		var mode string
		err := conn.QueryRowContext(ctx, "PRAGMA journal_mode = wal").Scan(&mode)
		switch {
		case err == nil && mode != "wal":
			return fmt.Errorf("the file system cannot share memory between programs, which WAL needs (journal mode %q); use a local disk", mode)
		case err == nil:
			return nil
		case resultCode(err) != lib.SQLITE_BUSY || time.Now().After(give):
			return fmt.Errorf("switch to WAL: %w", err)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// migrateOnce runs the one step that the database needs next, if any, and
// returns the version it is at then. The version is read again inside the
// transaction, because another process may be doing the same. With keep, what the
// database is before the first step is kept beside it.
func migrateOnce(ctx context.Context, conn *sql.Conn, steps []string, keep bool) (version int, err error) {
	if _, err := conn.ExecContext(ctx, "BEGIN IMMEDIATE"); err != nil {
		return 0, fmt.Errorf("begin migration: %w", err)
	}
	defer func() {
		if err != nil {
			_, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		}
	}()
	if version, err = schemaVersion(ctx, conn, len(steps)); err != nil {
		return 0, err
	}
	if version < len(steps) {
		if keep {
			if err := safetyCopy(ctx, conn, version, len(steps)); err != nil {
				return 0, err
			}
		}
		if _, err := conn.ExecContext(ctx, steps[version]); err != nil {
			return 0, fmt.Errorf("migrate the schema to version %d: %w", version+1, err)
		}
		version++
		mark := fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = %d", applicationID, version)
		if _, err := conn.ExecContext(ctx, mark); err != nil {
			return 0, fmt.Errorf("mark schema version %d: %w", version, err)
		}
	}
	if _, err := conn.ExecContext(ctx, "COMMIT"); err != nil {
		return 0, fmt.Errorf("commit migration to version %d: %w", version, err)
	}
	return version, nil
}

// schemaVersion returns the version of the schema, 0 of an empty file, or why
// this program must not touch the file.
func schemaVersion(ctx context.Context, conn rower, newest int) (version int, err error) {
	var app int64
	var tables int
	err = conn.QueryRowContext(ctx, `SELECT a.application_id, v.user_version, (SELECT count(*) FROM sqlite_schema)
		FROM pragma_application_id a, pragma_user_version v`).Scan(&app, &version, &tables)
	switch {
	case err != nil:
		return 0, fmt.Errorf("read schema version: %w", err)
	case app == 0 && version == 0 && tables == 0:
		return 0, nil
	case app != applicationID:
		return 0, fmt.Errorf("this SQLite file belongs to another program (application id %#x); name another file", app)
	case version > newest:
		return 0, fmt.Errorf("the database has schema version %d, but this program knows only up to %d: "+
			"run the newer program that upgraded it, or restore a backup made before the upgrade", version, newest)
	}
	return version, nil
}
