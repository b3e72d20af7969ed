package core

import (
	"context"
	"errors"
	"time"

	"plausch"
	"plausch/internal/bus"
)

const (
	// clearDelay is how long after a deletion what it has left is cleared: others may
	// come with it.
	clearDelay = time.Second
	// clearAgain is how long after what could not be cleared is tried again.
	clearAgain = 5 * time.Second
	// clearPatience is how long readers of the database are waited for at a time.
	clearPatience = 30 * time.Second
	// clearShare bounds what clearing takes of the time: one part of so many.
	clearShare = 10
)

// clearSoon has what was deleted cleared from the disk.
func (c *Core) clearSoon() {
	select {
	case c.deleted <- struct{}{}:
	default: // it is asked for already
	}
}

// clearIfDeleted is clearSoon if an account was deleted.
func (c *Core) clearIfDeleted(ctx context.Context, id plausch.AccountID) error {
	account, err := c.store.Account(ctx, id)
	switch {
	case ctx.Err() != nil:
		return nil // the next start looks again
	case err != nil:
		return err
	case account.State == plausch.AccountDeleted:
		c.clearSoon()
	}
	return nil
}

// clearLoop clears what is deleted, and at the start what an earlier process did not
// come to.
func (c *Core) clearLoop(ctx context.Context) {
	c.clearSoon()
	for delay := clearDelay; ; {
		select {
		case <-ctx.Done():
			return
		case <-c.deleted:
		}
		if wait(ctx, delay) != nil {
			return
		}
		began := time.Now()
		left, err := c.ClearDeleted(ctx)
		delay = max(clearDelay, clearShare*time.Since(began))
		if left || err != nil {
			delay = max(delay, clearAgain)
			c.clearSoon()
		}
		if err != nil && ctx.Err() == nil && !errors.Is(err, context.DeadlineExceeded) {
			c.logBackgroundError("what was deleted may still be on the disk", err)
		}
	}
}

// eraseMessages empties the messages of accounts that were deleted with them.
func (c *Core) eraseMessages(ctx context.Context) error {
	for n := 0; ; n++ {
		more, err := c.store.EraseMessages(ctx, c.now())
		if err == nil && n > 0 {
			err = c.log.follow(ctx) // which publishes what the rooms' logs say of it
		}
		if err != nil || !more {
			return err
		}
	}
}

const (
	// expireFirst is how long after the start old events are removed for the first time:
	// the clock of a small computer may have to be set first. Then it is every expireEvery.
	expireFirst = 10 * time.Minute
	expireEvery = time.Hour
)

// expireLoop removes what rooms keep no longer.
func (c *Core) expireLoop(ctx context.Context) {
	for timer := time.NewTimer(expireFirst); ; {
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
			timer.Reset(expireEvery)
		case <-c.retained:
		}
		if err := c.ExpireEvents(ctx); err != nil && ctx.Err() == nil {
			c.logBackgroundError("old events are not removed", err)
		}
	}
}

// expireSoon has old events removed: a room has got a retention.
func (c *Core) expireSoon() {
	select {
	case c.retained <- struct{}{}:
	default: // it is asked for already
	}
}

// ExpireEvents removes the events of all rooms that are older than their retention, and
// tells who is in them. The core calls it every hour, and when a retention is set.
func (c *Core) ExpireEvents(ctx context.Context) error {
	now := c.now()
	if now.Before(plausch.ClockRight) {
		return nil
	}
	rooms, err := c.store.RetainedRooms(ctx)
	if err != nil {
		return err
	}
	for _, room := range rooms {
		first := int64(0)
		for more := true; more && err == nil; {
			var at int64
			at, more, err = c.store.ExpireEvents(ctx, room, now)
			first = max(first, at)
		}
		if first > 0 {
			c.opts.Bus.Signal(bus.Signal{Kind: bus.SignalFirst, Room: room, First: first})
			c.clearSoon()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// ClearDeleted returns when what was deleted before is in no file any more: the
// database, its log, and the bytes of files; or when some is left, since a backup is
// being made or the same file is being uploaded. The core calls it soon after each
// deletion.
func (c *Core) ClearDeleted(ctx context.Context) (left bool, err error) {
	if err := c.eraseMessages(ctx); err != nil {
		return true, err
	}
	left, err = c.removeReleased(ctx)
	if err != nil {
		return true, err
	}
	ctx, stop := context.WithTimeout(ctx, clearPatience)
	defer stop()
	return left, c.store.ClearDeleted(ctx)
}
