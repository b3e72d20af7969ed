package sqlite

import "context"

// Left alone, SQLite moves the WAL into the database inside whichever commit
// fills it: that sender waits, and a sync that fails there is told to nobody. So
// it is done here, when about a checkpoint's worth has been written, after the
// commit has been acknowledged. (A connection that copies beside the writer was
// measured too: the two share a disk, and commits waited no less for it.)
const (
	checkpointBytes = 4 << 20 // how much to write between checkpoints

	// A commit of one message dirties a leaf each of the events, their index and
	// the rooms, and now and then a page above. Rough is good enough.
	commitBytes = 4 * 4096
	eventBytes  = 128 // of an event besides its text
)

// wrote counts what a commit wrote. The caller has the lock.
func (s *Store) wrote(bytes int) {
	if s.uncopied += commitBytes + bytes; s.uncopied < checkpointBytes {
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
