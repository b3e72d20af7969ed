// Package sqlite keeps a store in one SQLite file (with its -wal and -shm beside
// it while it is open). It holds SQL and migrations and no rules.
//
// There is one writer connection, owned by whoever holds the writer's lock: one
// writing call at a time, each one transaction (see [Store.write]). The core
// collects waiting sends into one Append, so the lock is not fought over. Reads
// go to a pool of read-only connections, opened when they are needed; in WAL mode
// they neither wait for the writer nor hinder it. The only goroutine is a short one
// now and then, which takes the writer's lock and moves what the WAL has gathered
// into the database (checkpoint.go).
//
// A commit is on disk when it returns: synchronous=FULL syncs the WAL at each.
// Once the disk has failed a write or a sync, what it holds is unknown, and every
// later write fails with [store.ErrBroken] instead of trying again.
package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"

	_ "modernc.org/sqlite" // registers the driver

	"plausch/internal/store"
)

var _ store.Store = (*Store)(nil)

// Options tunes a store. The zero value is right for a server at home.
type Options struct {
	// Readers is the most reads at once; further ones wait. 0 means 4. Each has
	// a connection with a page cache of up to 2 MiB.
	Readers int
}

// Store is a database in a SQLite file.
type Store struct {
	path   string
	lock   chan struct{} // holds one token; who has taken it owns all that is below
	closed bool
	db     *sql.DB // the pool of one that conn comes from
	conn   *sql.Conn
	w      writes
	batch  batch // of Append
	noted  noted // by the write under way
	// committed is the cursor of the last commit that this store knows of. That the
	// next number is free is how it knows that nobody else has written since.
	committed int64
	// uncopied is how many bytes were written since the last checkpoint began.
	uncopied int

	creations creations

	pool *sql.DB
	r    reads

	broken       atomic.Pointer[error] // wraps store.ErrBroken; set once
	sliceSize    atomic.Int64          // of the next slice of the index; 0: the largest
	indexDamaged atomic.Bool           // the index of messages is to be made anew
}

const (
	busyMillis = 5000 // how long to wait for another process's transaction
	cacheKiB   = 2048 // of a connection; the operating system caches the rest

	// pageSize is that of new files. A send writes the whole page that its room's
	// log ends in: 64 sends to 64 rooms write 329 KiB in 1.1 ms, but with SQLite's
	// 4096 it is 583 KiB in 1.3 ms. With 1024 texts above 1 KB spill into pages of
	// their own, and those of 16 KB cost half as much again.
	pageSize = 2048
)

// Open opens the database at path and brings its schema up to date; it makes the
// file if there is none. It refuses a file that another program made, and one
// whose schema is newer than this program.
func Open(ctx context.Context, path string, opts Options) (*Store, error) {
	path, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	if opts.Readers <= 0 {
		opts.Readers = 4
	}
	s := &Store{path: path, lock: make(chan struct{}, 1)}
	s.lock <- struct{}{}
	if err := s.open(ctx, opts); err != nil {
		_ = s.Close() // the error that matters is the first
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	return s, nil
}

func (s *Store) open(ctx context.Context, opts Options) error {
	if err := makePrivate(s.path); err != nil {
		return err
	}
	var err error
	if s.db, err = sql.Open("sqlite", dsn(s.path, "", fmt.Sprintf("page_size(%d)", pageSize), "foreign_keys(1)", "wal_autocheckpoint(0)",
		"secure_delete(1)", // see clear.go
		fmt.Sprintf("journal_size_limit(%d)", 4*checkpointBytes))); err != nil {
		return err
	}
	s.db.SetMaxOpenConns(1)
	if s.conn, err = s.db.Conn(ctx); err != nil {
		return notDatabase(err)
	}
	if err := migrate(ctx, s.conn, migrations); err != nil {
		return notDatabase(err)
	}
	if s.pool, err = sql.Open("sqlite", dsn(s.path, "ro")); err != nil {
		return err
	}
	s.pool.SetMaxOpenConns(opts.Readers)
	s.pool.SetMaxIdleConns(opts.Readers)
	makeStatements(s.conn, s.w.queries())
	makeStatements(s.pool, s.r.queries())
	if err := s.w.lastCommit.QueryRowContext(ctx).Scan(&s.committed); err != nil {
		return err
	}
	return s.prepareIndex(ctx)
}

// makePrivate makes the file if it does not exist, readable by its owner only:
// it will hold password hashes. SQLite gives its other files the same mode.
func makePrivate(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	return f.Close()
}

// dsn names a connection to the file at path. Mode is SQLite's, empty for
// reading and writing.
func dsn(path, mode string, pragmas ...string) string {
	q := url.Values{"_pragma": append(pragmas,
		fmt.Sprintf("busy_timeout(%d)", busyMillis),
		fmt.Sprintf("cache_size(%d)", -cacheKiB),
		"temp_store(memory)", // no text in files of which nobody knows
		"synchronous(full)")}
	if mode != "" {
		q.Set("mode", mode)
	}
	path = filepath.ToSlash(path)
	if !strings.HasPrefix(path, "/") {
		path = "/" + path // a drive letter
	}
	return (&url.URL{Scheme: "file", Path: path, RawQuery: q.Encode()}).String()
}

// write runs fn in a transaction, and returns when that is on disk. The context
// counts until the transaction begins: from there on it is carried through, so
// that a caller who goes away never leaves open what became of a write.
func (s *Store) write(ctx context.Context, what string, fn func(ctx context.Context) error) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-s.lock:
	}
	defer func() { s.lock <- struct{}{} }()
	if err := s.usable(); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err // select is free to pick the lock
	}
	ctx = context.WithoutCancel(ctx)
	err := s.transact(ctx, fn)
	if errors.Is(err, errOthersWrote) {
		// What is remembered was older than the database. It is read anew now, and
		// nobody else writes before the end of this transaction.
		err = s.transact(ctx, func(ctx context.Context) error {
			if err := s.w.lastCommit.QueryRowContext(ctx).Scan(&s.committed); err != nil {
				return err
			}
			return fn(ctx)
		})
	}
	if err != nil {
		return s.failed(what, err)
	}
	s.wrote()
	return nil
}

// errOthersWrote ends a transaction that finds that another process has committed
// since this one did.
var errOthersWrote = errors.New("another process has written to the database")

// transact runs fn in a transaction.
func (s *Store) transact(ctx context.Context, fn func(ctx context.Context) error) error {
	if _, err := s.w.begin.ExecContext(ctx); err != nil {
		return err
	}
	s.noted.reset()
	err := fn(ctx)
	if err == nil {
		err = s.writeNoted(ctx)
	}
	if err == nil {
		_, err = s.w.commit.ExecContext(ctx)
	}
	if err != nil {
		// Some errors have ended the transaction already; SQLite then says that
		// there is none, which is what is wanted.
		_, _ = s.w.rollback.ExecContext(ctx)
		s.batch.forget() // it may count what has just been undone
		return err
	}
	if s.noted.any() {
		s.committed++
	}
	return nil
}

// usable reports why nothing can be written any more. The caller has the lock.
func (s *Store) usable() error {
	if s.closed {
		return errors.New("the database is closed")
	}
	if err := s.broken.Load(); err != nil {
		return *err
	}
	return nil
}

// Ping implements [store.Store]. It fails once the disk has failed a write, too.
func (s *Store) Ping(ctx context.Context) error {
	if err := s.broken.Load(); err != nil {
		return *err
	}
	return s.pool.PingContext(ctx)
}

// Path returns the path of the database file.
func (s *Store) Path() string { return s.path }

// Close implements [store.Store].
func (s *Store) Close() error {
	<-s.lock
	closed := s.closed
	s.closed = true
	s.lock <- struct{}{}
	if closed {
		return nil
	}
	var errs []error
	if s.pool != nil {
		errs = append(errs, s.pool.Close())
	}
	// The last connection to close moves the WAL into the database. Only one
	// that writes can, so the readers are closed first; and a connection lives on
	// as long as a statement of its own does.
	for _, q := range s.w.queries() {
		if *q.stmt != nil {
			errs = append(errs, (*q.stmt).close())
		}
	}
	if s.conn != nil {
		errs = append(errs, s.conn.Close())
	}
	if s.db != nil {
		errs = append(errs, s.db.Close())
	}
	return errors.Join(errs...)
}
