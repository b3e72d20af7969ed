package sqlite

import (
	"context"

	driver "modernc.org/sqlite"
)

// Left alone, SQLite moves the WAL into the database inside whichever commit
// fills it: that sender waits, and a sync that fails there is told to nobody. So
// it is done here, when about a checkpoint's worth has been written, after the
// commit has been acknowledged. (A connection that copies beside the writer was
// measured too: the two share a disk, and commits waited no less for it.)
const checkpointBytes = 4 << 20 // how much to write between checkpoints

// wrote counts what SQLite wrote, and starts a checkpoint when that is enough.
// Guessing by the drafts was wrong by a factor of 15 where each went to another
// room, and so to another page: the WAL grew to 60 MB, to be truncated and grown
// again. Counted, a batch of 64 takes 1.3 ms, the slowest 5, instead of 1.6 and
// 23. The caller has the lock.
func (s *Store) wrote() {
	// It fails only if there is no such counter. What was committed stays so.
	_ = s.conn.Raw(func(conn any) error {
		pages, _, err := conn.(driver.DBStatus).Status(driver.DBStatusCacheWrite, true)
		s.uncopied += pages * pageSize
		return err
	})
	if s.uncopied < checkpointBytes {
		return
	}
	s.uncopied = 0
	go s.checkpoint()
}

// checkpoint copies the WAL into the database. It owns the writer's lock, so the
// next transaction finds nothing left to copy and starts the WAL over, unless a
// reader still looks at it: then the next checkpoint does it.
func (s *Store) checkpoint() {
	<-s.lock
	defer func() { s.lock <- struct{}{} }()
	if s.usable() != nil {
		return
	}
	if _, err := s.w.checkpoint.ExecContext(context.Background()); err != nil {
		// A failed sync is remembered, for the next write to return. After any
		// other error (a full disk) the WAL still has everything, and the next
		// checkpoint starts where this one stopped.
		_ = s.failed("checkpoint", err)
	}
}
