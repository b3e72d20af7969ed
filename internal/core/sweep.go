package core

import (
	"context"
	"errors"
	"fmt"
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
// Bytes that the database has never known may be the better part of a chat whose
// database was lost: if they are more than half of all, none of them is removed,
// and the log says so. [RemoveUnknown] removes them when somebody has decided so.
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
	removed, err := sweepBlobs(ctx, c.store, c.opts.Blobs, c.removeUnnamed, false)
	var tooMany *tooManyUnknown
	if errors.As(err, &tooMany) {
		c.opts.Log.Error("files are kept that the database knows nothing of; if it is not an older one, stop the server and run plausch doctor --unknown-files",
			"unknown", tooMany.unknown, "files", tooMany.all)
		err = nil
	}
	if forgotten > 0 || removed > 0 {
		c.opts.Log.Info("removed files that nobody needs", "unsent", forgotten, "blobs", removed)
	}
	return err
}

// tooManyUnknown is why a sweep has not removed what the database has never known.
type tooManyUnknown struct{ unknown, all int }

func (e *tooManyUnknown) Error() string {
	return fmt.Sprintf("the database knows nothing of %d of %d files", e.unknown, e.all)
}

// sweepBlobs removes what no row names by remove: first what one has named before,
// then, if it is not too much or all is asked for, the rest.
func sweepBlobs(ctx context.Context, st store.Store, blobs blob.Store, remove func(context.Context, blob.Hash) (bool, error), all bool) (removed int, err error) {
	var unknown []blob.Hash
	total := 0
	err = blobs.Each(ctx, func(h blob.Hash) error {
		total++
		now, before, err := st.NamesContent(ctx, store.ContentHash(h))
		switch {
		case err != nil || now:
			return err
		case !before:
			unknown = append(unknown, h)
			return nil
		}
		gone, err := remove(ctx, h)
		if gone {
			removed++
		}
		return err
	})
	if err != nil {
		return removed, err
	}
	if !all && 2*len(unknown) > total {
		return removed, &tooManyUnknown{len(unknown), total}
	}
	for _, h := range unknown {
		gone, err := remove(ctx, h)
		if err != nil {
			return removed, err
		}
		if gone {
			removed++
		}
	}
	return removed, nil
}

// removeUnnamed removes a blob if nobody names it.
func (c *Core) removeUnnamed(ctx context.Context, h blob.Hash) (removed bool, err error) {
	c.sweeping.Lock()
	defer c.sweeping.Unlock()
	if now, _, err := c.store.NamesContent(ctx, store.ContentHash(h)); now || err != nil {
		return false, err
	}
	if err := c.opts.Blobs.Remove(ctx, h); err != nil {
		return false, err
	}
	return true, c.store.ForgetContent(ctx, store.ContentHash(h))
}

// RemoveUnknown removes all bytes that no file and no avatar names, whether or not
// the database has ever known them, and returns how many there were. No server may
// run on the store.
func RemoveUnknown(ctx context.Context, st store.Store, blobs blob.Store) (removed int, err error) {
	return sweepBlobs(ctx, st, blobs, func(ctx context.Context, h blob.Hash) (bool, error) {
		return true, errors.Join(blobs.Remove(ctx, h), st.ForgetContent(ctx, store.ContentHash(h)))
	}, true)
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
