package core

import (
	"context"
	"errors"
	"io"
	"time"

	"plausch/internal/blob"
	"plausch/internal/store"
)

const (
	// PendingLife is how long a file that was uploaded waits to be sent.
	PendingLife = 24 * time.Hour
	// sweepEvery is how often files that nobody needs are removed.
	sweepEvery = time.Hour
)

func (c *Core) keepSweeping(ctx context.Context) {
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := c.Sweep(ctx); err != nil && ctx.Err() == nil {
				c.logBackgroundError("remove files that nobody needs", err)
			}
		}
	}
}

// Sweep forgets the files that were not sent within PendingLife, and removes all
// bytes that no file and no avatar names: theirs, if nobody else has the same,
// those of messages that were erased, and what a crash has left. It does nothing
// while a backup is being made. The core calls it every hour.
//
// Rows go first and bytes after, so that no row ever names what is not there. A
// concurrent upload of the same bytes is safe, since between the moment when they
// are on disk and that when a row names them it holds c.sweeping for reading (see
// settling), and bytes are looked at for the last time and removed under it.
func (c *Core) Sweep(ctx context.Context) (err error) {
	unlock, err := c.opts.LockFiles()
	if err != nil {
		c.opts.Log.Debug("files that nobody needs stay for now", "err", err)
		return nil
	}
	defer func() { err = errors.Join(err, unlock()) }()
	forgotten, err := c.store.DeletePending(ctx, c.now().Add(-PendingLife))
	if err != nil {
		return err
	}
	removed := 0
	err = c.opts.Blobs.Each(ctx, func(h blob.Hash) error {
		gone, err := c.sweepOne(ctx, h)
		if gone {
			removed++
		}
		return err
	})
	if forgotten > 0 || removed > 0 {
		c.opts.Log.Info("removed files that nobody needs", "unsent", forgotten, "blobs", removed)
	}
	return err
}

// sweepOne removes a blob if nobody names it.
func (c *Core) sweepOne(ctx context.Context, h blob.Hash) (removed bool, err error) {
	if named, err := c.store.NamesContent(ctx, store.ContentHash(h)); named || err != nil {
		return false, err // nearly always, without any lock
	}
	c.sweeping.Lock()
	defer c.sweeping.Unlock()
	if named, err := c.store.NamesContent(ctx, store.ContentHash(h)); named || err != nil {
		return false, err
	}
	return true, c.opts.Blobs.Remove(ctx, h)
}

// settling is a body that holds c.sweeping from its end on, so that the bytes it
// gave stay until a row names them. However slowly it comes, the lock is held only
// for what is the server's own work. Settled has to be called in the end.
type settling struct {
	io.Reader
	core *Core
	held bool
}

func (s *settling) Read(p []byte) (int, error) {
	n, err := s.Reader.Read(p)
	if err == io.EOF && !s.held {
		s.core.sweeping.RLock()
		s.held = true
	}
	return n, err
}

func (s *settling) settled() {
	if s.held {
		s.core.sweeping.RUnlock()
	}
}
