package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	driver "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"

	"plausch"
	"plausch/internal/store"
)

// resultCode returns SQLite's primary result code of err, 0 if it has none.
func resultCode(err error) int { return extendedCode(err) & 0xff }

// extendedCode returns the whole of it.
func extendedCode(err error) int {
	var e *driver.Error
	if errors.As(err, &e) {
		return e.Code()
	}
	return 0
}

// failed makes of what went wrong in a write the error that the contract asks
// for. The transaction has been rolled back.
func (s *Store) failed(what string, err error) error {
	if extendedCode(err) == lib.SQLITE_CORRUPT_VTAB {
		s.indexDamaged.Store(true) // IndexMessages makes it anew
		return fmt.Errorf("%s: the search index is damaged, and will be made anew: %w", what, err)
	}
	switch resultCode(err) {
	case lib.SQLITE_FULL:
		return &plausch.Error{
			Code:    plausch.StorageFull,
			Message: "the server's disk is full; nothing was kept",
			Err:     fmt.Errorf("%s: %w", what, err),
		}
	case lib.SQLITE_IOERR, lib.SQLITE_CORRUPT:
		// A sync that failed may have dropped the pages it was for, and the next
		// one would succeed without them: there is no way back from here.
		err = fmt.Errorf("%s: %w: %w", what, store.ErrBroken, err)
		s.broken.CompareAndSwap(nil, &err)
		return err
	case lib.SQLITE_BUSY:
		return fmt.Errorf("%s: another program has been writing to the database for %d ms: %w", what, busyMillis, err)
	}
	return wrap(what, err)
}

// wrap says what failed, but leaves alone the errors that callers tell apart.
func wrap(what string, err error) error {
	var known *plausch.Error
	if err == nil || errors.As(err, &known) || errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return fmt.Errorf("%s: %w", what, err)
}

// found is wrap for a query of one row, of a thing that may not exist.
func found(what string, err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return plausch.Errorf(plausch.NotFound, "there is no such %s", what)
	}
	return wrap("read "+what, err)
}

// notDatabase explains the error of opening a file that is none of SQLite's.
func notDatabase(err error) error {
	if resultCode(err) == lib.SQLITE_NOTADB {
		return fmt.Errorf("this is not a database, or it was damaged; name another file or restore a backup: %w", err)
	}
	return err
}
