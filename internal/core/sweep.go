package core

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"plausch"
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

// Sweep forgets the files that were not sent and the uploads that were not completed within PendingLife, and removes all
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
	err = errors.Join(err, c.sweepThumbnails(ctx), c.sweepUploads(ctx))
	if forgotten > 0 || removed > 0 {
		c.opts.Log.Info("removed files that nobody needs", "unsent", forgotten, "blobs", removed)
	}
	return err
}

// removeReleased removes the bytes of files and avatars that are gone, however new they
// are, and reports whether some are left that have to be tried again.
func (c *Core) removeReleased(ctx context.Context) (left bool, err error) {
	if c.opts.Blobs == nil || c.opts.LockFiles == nil {
		return false, nil
	}
	unlock, err := c.opts.LockFiles()
	if err != nil {
		return true, nil // a backup is being made
	}
	defer func() { err = errors.Join(err, unlock()) }()
	// What is put from now on, or is being put, may be of the same bytes, and about to
	// be named: nothing of its time is removed.
	notAfter := c.puts.oldest(c.opts.Now()).Add(-coarsestTime)
	const page = 100
	var after store.ContentHash
	for {
		hashes, err := c.store.ListReleased(ctx, after, page)
		if err != nil {
			return left, err
		}
		for _, after = range hashes {
			h := blob.Hash(after)
			removed, err := c.opts.Blobs.Remove(ctx, h, notAfter)
			if err != nil {
				return left, err
			}
			if !removed && c.hasBlob(ctx, h) {
				left = true
				continue
			}
			if err := errors.Join(c.removeThumbnails(h), c.store.ForgetContent(ctx, after)); err != nil {
				return left, err
			}
		}
		if len(hashes) < page {
			return left, nil
		}
	}
}

// hasBlob reports whether a blob may be there.
func (c *Core) hasBlob(ctx context.Context, h blob.Hash) bool {
	r, _, err := c.opts.Blobs.Open(ctx, h)
	if err == nil {
		r.Close()
	}
	return plausch.CodeOf(err) != plausch.NotFound
}

// coarsestTime is how far the time of a file may be off, as file systems keep it.
const coarsestTime = 2 * time.Second

// puts are the bytes that are being put, or were and are not named by a row yet.
type puts struct {
	mu    sync.Mutex
	began map[*time.Time]bool
}

// begin notes one. Done has to be called when a row names it, or none will.
func (p *puts) begin(now time.Time) (done func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.began == nil {
		p.began = map[*time.Time]bool{}
	}
	p.began[&now] = true
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.began, &now)
	}
}

// oldest returns when the oldest of them began, or now.
func (p *puts) oldest(now time.Time) time.Time {
	p.mu.Lock()
	defer p.mu.Unlock()
	for began := range p.began {
		if began.Before(now) {
			now = *began
		}
	}
	return now
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
