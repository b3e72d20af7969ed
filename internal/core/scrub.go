package core

import (
	"context"
	"errors"
	"sync"
	"time"

	"plausch"
	"plausch/internal/blob"
)

const (
	// scrubEvery is how long it takes, about, until all files have been read again.
	scrubEvery = 7 * 24 * time.Hour
	// scrubBytes is how many bytes a second are read for that, at most.
	scrubBytes = 2 << 20
	// scrubDelay is how long a server is left alone after its start.
	scrubDelay = 10 * time.Minute
)

// scrub is the set of damaged blobs: disks lose bits in silence, and a file that
// is not what was uploaded must not be given out as if it were.
type scrub struct {
	mu      sync.Mutex
	damaged map[blob.Hash]bool
}

func (s *scrub) isDamaged(h blob.Hash) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.damaged[h]
}

// set remembers whether a blob is damaged, and reports whether that is new.
func (s *scrub) set(h blob.Hash, damaged bool) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.damaged[h] == damaged {
		return false
	}
	if s.damaged == nil {
		s.damaged = map[blob.Hash]bool{}
	}
	if damaged {
		s.damaged[h] = true
	} else {
		delete(s.damaged, h)
	}
	return true
}

// scrubLoop reads all blobs, slowly, again and again.
func (c *Core) scrubLoop(ctx context.Context) {
	pause := func(n int) error { return wait(ctx, time.Duration(n)*time.Second/scrubBytes) }
	for delay := scrubDelay; wait(ctx, delay) == nil; delay = scrubEvery {
		if err := c.scrubAll(ctx, pause); err != nil && ctx.Err() == nil {
			c.logBackgroundError("not all files could be read again", err)
		}
	}
}

// Scrub reads all blobs and compares them with their hashes. The core does so
// every week. Those that are damaged are logged, and not given out any more.
func (c *Core) Scrub(ctx context.Context) error { return c.scrubAll(ctx, nil) }

func (c *Core) scrubAll(ctx context.Context, pause func(n int) error) error {
	return c.opts.Blobs.Each(ctx, func(h blob.Hash) error {
		whole, err := blob.Verify(ctx, c.opts.Blobs, h, pause)
		switch {
		case plausch.CodeOf(err) == plausch.NotFound, errors.Is(err, context.Canceled):
			return ctx.Err() // removed meanwhile
		case err != nil:
			c.opts.Log.Error("the bytes of a file cannot be read", "hash", h, "err", err)
			return nil
		}
		if c.scrub.set(h, !whole) && !whole {
			c.opts.Log.Error("the bytes of a file are damaged; restore a backup of it", "hash", h)
		}
		return nil
	})
}
