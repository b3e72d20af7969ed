package core

import (
	"context"
	"errors"
	"fmt"
	"time"

	"plausch/internal/blob"
	"plausch/internal/store"
)

const (
	// PendingLife is how long a file that was uploaded waits to be sent.
	PendingLife = 24 * time.Hour
	// sweepEvery is how often files that nobody needs are removed.
	sweepEvery = time.Hour
	// unnamedLife is how long bytes stay at least that no row names: far longer than
	// it takes from when they are on disk to when a row names them.
	unnamedLife = time.Hour
)

func (c *Core) sweepLoop(ctx context.Context) {
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
// concurrent upload of the same bytes is safe, since to put them makes them new, and
// only what was put an hour ago or before is removed.
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
	removed, err := sweepBlobs(ctx, c.store, c.opts.Blobs, c.now().Add(-unnamedLife), false)
	var tooMany *tooManyUnknownError
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

// tooManyUnknownError: a sweep has not removed blobs that the database has never named.
type tooManyUnknownError struct{ unknown, all int }

func (e *tooManyUnknownError) Error() string {
	return fmt.Sprintf("the database knows nothing of %d of %d files", e.unknown, e.all)
}

// sweepBlobs removes what no row names and was not put after a time: first what a row
// has named before, then, if it is not too much or all is asked for, the rest.
func sweepBlobs(ctx context.Context, st store.Store, blobs blob.Store, notAfter time.Time, all bool) (removed int, err error) {
	remove := func(h blob.Hash) error {
		gone, err := blobs.Remove(ctx, h, notAfter)
		if !gone || err != nil {
			return err
		}
		removed++
		return st.ForgetContent(ctx, store.ContentHash(h))
	}
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
		return remove(h)
	})
	if err != nil {
		return removed, err
	}
	if !all && 2*len(unknown) > total {
		return removed, &tooManyUnknownError{len(unknown), total}
	}
	for _, h := range unknown {
		if err := remove(h); err != nil {
			return removed, err
		}
	}
	return removed, nil
}

// RemoveUnknown removes all bytes that no file and no avatar names, whether or not
// the database has ever known them, and returns how many there were. No server may
// run on the store.
func RemoveUnknown(ctx context.Context, st store.Store, blobs blob.Store) (removed int, err error) {
	return sweepBlobs(ctx, st, blobs, time.Unix(1<<40, 0), true) // however new it is
}
