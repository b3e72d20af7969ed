package core

import (
	"context"
	"errors"
	"sync"
	"time"

	"plausch"
	"plausch/internal/bus"
	"plausch/internal/store"
)

const (
	// maxScheduleSleep is how long the schedule sleeps at most: the clock may be set, and the
	// machine may have slept.
	maxScheduleSleep = time.Minute
	// scheduleAgain is how long after what could not be done now is tried again.
	scheduleAgain = 10 * time.Second
	// maxDue is how much that is due is read at once.
	maxDue = 64
)

// schedule wakes the one loop that does what is due: messages that are to be sent later,
// and reminders.
type schedule struct {
	changed chan struct{} // has a token when something may be due earlier than was known
	mu      sync.Mutex    // held by who does what is due
}

// wake has the loop look again at what is due next.
func (s *schedule) wake() {
	select {
	case s.changed <- struct{}{}:
	default: // it will look
	}
}

// scheduleLoop does what is due, and sleeps until something else is.
func (c *Core) scheduleLoop(ctx context.Context) {
	for {
		next, err := c.RunDue(ctx)
		if ctx.Err() != nil {
			return
		}
		c.logBackgroundError("what is due is not done", err)
		sleep := maxScheduleSleep
		if !next.IsZero() {
			sleep = min(sleep, max(next.Sub(c.now()), 0))
		}
		if err != nil {
			sleep = scheduleAgain
		}
		timer := time.NewTimer(sleep)
		select {
		case <-ctx.Done():
		case <-c.schedule.changed:
		case <-timer.C:
		}
		timer.Stop()
	}
}

// RunDue sends the messages that are due and tells of the reminders that are, and returns
// when something is due next, zero if nothing waits. The core calls it at the time.
func (c *Core) RunDue(ctx context.Context) (next time.Time, err error) {
	c.schedule.mu.Lock()
	defer c.schedule.mu.Unlock()
	for {
		if next, err = c.store.NextDue(ctx); err != nil || next.IsZero() || next.After(c.now()) {
			return next, err
		}
		if err := c.tellReminders(ctx); err != nil {
			return next, err
		}
		if err := c.sendDue(ctx); err != nil {
			return next, err
		}
	}
}

// tellReminders tells of reminders that are due, in the list of their account, to all its
// sessions, and by a notification.
func (c *Core) tellReminders(ctx context.Context) error {
	due, err := c.store.TakeDueReminders(ctx, c.now(), maxDue)
	for i := range due {
		c.opts.Bus.Signal(bus.Signal{Kind: bus.SignalReminder, Account: due[i].Account, Reminder: &due[i]})
	}
	return err
}

// sendDue sends messages that are due. What fails for good is kept with the reason; any
// other error ends it, and it is tried again later.
func (c *Core) sendDue(ctx context.Context) error {
	due, err := c.store.ListDueMessages(ctx, c.now(), maxDue)
	if err != nil {
		return err
	}
	for i := range due {
		if err := c.sendScheduled(ctx, &due[i]); err != nil {
			return err
		}
	}
	return nil
}

// errScheduleChanged is of a message that was changed or deleted since it was read.
var errScheduleChanged = errors.New("the scheduled message has changed")

// sendScheduled sends a message by the rules of now. The commit removes it from the
// schedule, so that it is sent once.
func (c *Core) sendScheduled(ctx context.Context, m *plausch.ScheduledMessage) error {
	e, err := c.commitScheduled(ctx, m)
	switch {
	case err == nil:
		c.opts.Bus.Signal(bus.Signal{Kind: bus.SignalScheduled, Account: m.Account, Scheduled: m, Gone: true, Room: e.Room, Seq: e.Seq})
		return nil
	case errors.Is(err, errScheduleChanged):
		return nil
	}
	switch plausch.CodeOf(err) {
	case plausch.Internal, plausch.Unavailable, plausch.StorageFull, plausch.RateLimited:
		return err
	}
	m.Failed, m.Error = c.now(), err.Error()
	failed, err := c.store.FailScheduledMessage(ctx, store.ScheduledRef{ID: m.ID, Edit: m.Edit}, m.Failed, m.Error)
	if err == nil && failed {
		c.opts.Bus.Signal(bus.Signal{Kind: bus.SignalScheduled, Account: m.Account, Scheduled: m})
	}
	return err
}

func (c *Core) commitScheduled(ctx context.Context, m *plausch.ScheduledMessage) (plausch.Event, error) {
	by, err := c.store.Account(ctx, m.Account)
	if err != nil {
		return plausch.Event{}, err
	}
	if by.State != plausch.AccountActive {
		return plausch.Event{}, errNotActive()
	}
	d, err := c.draft(ctx, by, messageOf(m))
	if err != nil {
		return plausch.Event{}, err
	}
	d.Scheduled, d.Time = store.ScheduledRef{ID: m.ID, Edit: m.Edit}, c.now()
	return c.log.wait(d)
}
