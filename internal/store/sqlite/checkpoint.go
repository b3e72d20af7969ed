package sqlite

import (
	"context"
	"database/sql"
)

// SQLite would move the WAL into the database inside whichever commit fills it,
// making that sender wait, and would say nothing if a sync failed there. So the
// checkpointer does it, woken when about a checkpoint's worth has been written.
// It copies beside the running writer first, which is most of the work, and then
// with the writer's lock what was written meanwhile: the writer can start the WAL
// over only if all of it has been copied when a transaction begins.
const (
	checkpointBytes = 4 << 20 // how much to write between checkpoints

	// A commit of one message dirties a leaf each of the events, their index and
	// the rooms, and now and then a page above. Rough is good enough.
	commitBytes = 4 * 4096
	eventBytes  = 128 // of an event besides its text
)

// checkpointer is a goroutine with a connection of its own.
type checkpointer struct {
	db     *sql.DB
	wake   chan struct{} // has room for one, so that waking never waits
	done   chan struct{} // closed when the goroutine has ended
	behind int           // bytes written since the last wake; the lock's holder's
}

func (s *Store) startCheckpoints() (err error) {
	c := &s.checkpoint
	if c.db, err = sql.Open("sqlite", dsn(s.path, "rw")); err != nil {
		return err
	}
	c.db.SetMaxOpenConns(1)
	c.wake, c.done = make(chan struct{}, 1), make(chan struct{})
	go func() {
		defer close(c.done)
		for range c.wake {
			s.runCheckpoint()
		}
	}()
	return nil
}

func (s *Store) stopCheckpoints() error {
	c := &s.checkpoint
	if c.done != nil {
		close(c.wake) // no writer is left to wake it
		<-c.done
	}
	if c.db == nil {
		return nil
	}
	return c.db.Close()
}

// wrote counts what a commit wrote. The caller has the lock.
func (s *Store) wrote(bytes int) {
	c := &s.checkpoint
	if c.behind += commitBytes + bytes; c.behind < checkpointBytes {
		return
	}
	c.behind = 0
	select {
	case c.wake <- struct{}{}:
	default: // it is awake and will see these pages, or is about to run again
	}
}

func (s *Store) runCheckpoint() {
	err := s.checkpointOnce()
	if err == nil {
		<-s.lock
		err = s.checkpointOnce()
		s.lock <- struct{}{}
	}
	if err != nil {
		// A failed sync is remembered, for the next write to return. After any
		// other error (a full disk) the WAL still has everything, and the next
		// checkpoint starts where this one stopped.
		_ = s.failed("checkpoint", err)
	}
}

// checkpointOnce copies what it can without waiting for readers or writers.
func (s *Store) checkpointOnce() error {
	_, err := s.checkpoint.db.ExecContext(context.Background(), "PRAGMA wal_checkpoint(PASSIVE)")
	return err
}
