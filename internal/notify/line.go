package notify

import (
	"context"
	"maps"
	"slices"
	"time"

	"plausch"
)

const (
	// maxWaiting is how many notifications wait for one subscription: the newest of
	// each room, of so many rooms.
	maxWaiting = 64
	// keptFor is how long a notification is worth something.
	keptFor = 24 * time.Hour
	// maxLines is how many subscriptions are remembered that have nothing to do.
	maxLines = 1024
)

// line is the queue of one subscription, while there is something to do for it. The
// Sender's mu guards it, but for sub and what only the goroutine that sends uses.
type line struct {
	sub     plausch.PushSubscription
	waiting []Notification // the longest waiting first, one of each room
	running bool           // a goroutine sends
	timer   *time.Timer    // runs until the next try, nil if none is due

	slow         bool // of the last attempt: failed, or took long
	failures     int  // since the last success
	failingSince time.Time
}

// update takes over what may have changed of the subscription since it was read.
func (l *line) update(sub plausch.PushSubscription) {
	l.sub.Text, l.sub.PublicKey, l.sub.AuthSecret, l.sub.Secret = sub.Text, sub.PublicKey, sub.AuthSecret, sub.Secret
}

// put queues n in the place of an older one of its room. If the queue is full, the one
// that has waited longest goes.
func (l *line) put(n Notification) {
	for i, w := range l.waiting {
		if w.Room != n.Room {
			continue
		}
		if w.Seq > n.Seq {
			return
		}
		l.waiting = slices.Delete(l.waiting, i, i+1)
		break
	}
	if len(l.waiting) >= maxWaiting {
		l.waiting = slices.Delete(l.waiting, 0, 1)
	}
	l.waiting = append(l.waiting, n)
}

// putBack queues n at the front, unless there is a newer one of its room.
func (l *line) putBack(n Notification) {
	if !slices.ContainsFunc(l.waiting, func(w Notification) bool { return w.Room == n.Room }) {
		l.waiting = slices.Insert(l.waiting, 0, n)
	}
}

// next takes the next notification that is not too old out of the queue.
func (l *line) next(now time.Time) (n Notification, ok bool) {
	for len(l.waiting) > 0 {
		n = l.waiting[0]
		l.waiting = slices.Delete(l.waiting, 0, 1)
		if now.Sub(n.Time) < keptFor {
			return n, true
		}
	}
	return Notification{}, false
}

// drop forgets what waits about a room, up to seq.
func (l *line) drop(room plausch.RoomID, seq int64) {
	l.waiting = slices.DeleteFunc(l.waiting, func(n Notification) bool { return n.Room == room && n.Seq <= seq })
}

func (l *line) stopTimer() {
	if l.timer != nil {
		l.timer.Stop()
		l.timer = nil
	}
}

// start has a goroutine send what waits for l, unless one does or a pause runs. The
// caller holds mu.
func (s *Sender) start(l *line) {
	if l.running || l.timer != nil || s.closed {
		return
	}
	l.running = true
	s.wg.Go(func() { s.run(l) })
}

// resume goes on after a pause, if the subscription is still there: its device may have
// been signed out meanwhile.
func (s *Sender) resume(l *line) {
	s.mu.Lock()
	l.timer = nil
	if s.closed {
		s.mu.Unlock()
		return
	}
	l.running = true
	s.wg.Go(func() {
		subs, err := s.opts.Subscriptions.ListPushSubscriptions(s.ctx, l.sub.Account)
		i := slices.IndexFunc(subs, func(sub plausch.PushSubscription) bool { return sub.ID == l.sub.ID })
		s.mu.Lock()
		switch {
		case err != nil:
			s.pause(l, 0)
		case i < 0:
			s.forget(l)
		default:
			l.update(subs[i])
			s.mu.Unlock()
			s.run(l)
			return
		}
		s.mu.Unlock()
	})
	s.mu.Unlock()
}

// run sends what waits for l, one after the other, until nothing does or it fails.
func (s *Sender) run(l *line) {
	for {
		s.mu.Lock()
		n, ok := l.next(s.opts.Now())
		if !ok || s.closed {
			l.running = false
			if l.failures == 0 && !l.slow {
				delete(s.lines, l.sub.ID) // there is nothing to remember of it
			}
			s.mu.Unlock()
			return
		}
		sub, slow := l.sub, l.slow
		s.mu.Unlock()

		release, err := s.opts.Lanes.take(s.ctx, hostOf(sub.Endpoint), slow)
		if err != nil {
			continue // closed
		}
		start := time.Now()
		res := s.deliver(&sub, n)
		release()
		if s.ctx.Err() != nil {
			continue
		}
		again, note := s.finish(l, n, res, time.Since(start))
		if err := note(s.ctx); err != nil && s.ctx.Err() == nil {
			s.opts.Log.Error("how a push subscription fares is not kept", "subscription", sub.ID, "err", err)
		}
		if !again {
			return
		}
	}
}

// finish judges the delivery of n that ended with res, and returns whether to go on at
// once, and what has to be written to the store.
func (s *Sender) finish(l *line, n Notification, res result, took time.Duration) (again bool, note func(context.Context) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, subs := l.sub.ID, s.opts.Subscriptions
	note = func(context.Context) error { return nil }
	failed, failing := res.reason != "", !l.failingSince.IsZero()
	l.slow = failed || took > slowAnswer
	switch {
	case failed && !failing:
		l.failingSince = s.opts.Now()
	case !failed:
		l.failures, l.failingSince = 0, time.Time{}
	}
	if since := l.failingSince; failed || failing {
		note = func(ctx context.Context) error { return subs.NotePush(ctx, id, res.reason, since) }
	}
	switch res.next {
	case endSubscription:
		s.forget(l)
		s.opts.Log.Info("a push service knows a subscription no more", "subscription", id, "host", hostOf(l.sub.Endpoint))
		return false, func(ctx context.Context) error { return subs.EndPush(ctx, id) }
	case tryAgain:
		l.putBack(n)
		s.pause(l, res.after)
		return false, note
	}
	return true, note
}

// pause has l go on later. The caller holds mu, and is the goroutine that sends.
func (s *Sender) pause(l *line, least time.Duration) {
	l.running = false
	if !s.closed {
		l.timer = time.AfterFunc(pause(l.failures, least), func() { s.resume(l) })
	}
	l.failures++
}

// forget drops l with all that waits. The caller holds mu, and is the goroutine that
// sends.
func (s *Sender) forget(l *line) {
	l.running = false
	l.waiting = nil
	delete(s.lines, l.sub.ID)
}

// forgetIdle drops what is remembered of lines that have nothing to do. The caller
// holds mu.
func (s *Sender) forgetIdle() {
	maps.DeleteFunc(s.lines, func(_ int64, l *line) bool { return !l.running && l.timer == nil })
}
