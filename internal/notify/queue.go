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
	// maxIdle is how many subscriptions are remembered that have nothing to do.
	maxIdle = 1024
)

// queue is the queue of one subscription, while there is something to do for it. The
// Sender's mu guards it, but for sub and what only the goroutine that sends uses.
type queue struct {
	sub     plausch.PushSubscription
	waiting []Notification // the longest waiting first, one of each subject
	sending *Notification  // is being sent, nil if nothing is or it is not wanted any more
	running bool           // a goroutine sends
	timer   *time.Timer    // runs until the next try, nil if none is due

	slow         bool // of the last attempt: failed, or took long
	failures     int  // since the last success
	failingSince time.Time
}

// update takes over what may have changed of the subscription since it was read.
func (q *queue) update(sub plausch.PushSubscription) {
	q.sub.Text, q.sub.PublicKey, q.sub.AuthSecret, q.sub.Secret = sub.Text, sub.PublicKey, sub.AuthSecret, sub.Secret
}

// put queues n in the place of an older one of its subject. If the queue is full, the one
// that has waited longest goes.
func (q *queue) put(n Notification) {
	for i, w := range q.waiting {
		if w.subject() != n.subject() {
			continue
		}
		if w.Seq > n.Seq {
			return
		}
		q.waiting = slices.Delete(q.waiting, i, i+1)
		break
	}
	if len(q.waiting) >= maxWaiting {
		q.waiting = slices.Delete(q.waiting, 0, 1)
	}
	q.waiting = append(q.waiting, n)
}

// putBack queues n at the front, unless there is a newer one of its subject.
func (q *queue) putBack(n Notification) {
	if !slices.ContainsFunc(q.waiting, func(w Notification) bool { return w.subject() == n.subject() }) {
		q.waiting = slices.Insert(q.waiting, 0, n)
	}
}

// take takes the next notification that is not too old out of the queue.
func (q *queue) take(now time.Time) (n Notification, ok bool) {
	for len(q.waiting) > 0 {
		n = q.waiting[0]
		q.waiting = slices.Delete(q.waiting, 0, 1)
		if now.Sub(n.Time) < keptFor {
			return n, true
		}
	}
	return Notification{}, false
}

// drop forgets what waits and matches; what is being sent is not sent again.
func (q *queue) drop(matches func(*Notification) bool) {
	q.waiting = slices.DeleteFunc(q.waiting, func(n Notification) bool { return matches(&n) })
	if q.sending != nil && matches(q.sending) {
		q.sending = nil
	}
}

// edit gives what waits about an event another body.
func (q *queue) edit(room plausch.RoomID, seq int64, body string) {
	for i := range q.waiting {
		if n := &q.waiting[i]; n.Kind.ofMessages() && n.Room == room && n.Seq == seq {
			n.Body = body
		}
	}
	if n := q.sending; n != nil && n.Kind.ofMessages() && n.Room == room && n.Seq == seq {
		n.Body = body
	}
}

func (q *queue) stopTimer() {
	if q.timer != nil {
		q.timer.Stop()
		q.timer = nil
	}
}

// start has a goroutine send what waits for q, unless one does or a pause runs. The
// caller holds mu.
func (s *Sender) start(q *queue) {
	if q.running || q.timer != nil || s.closed {
		return
	}
	q.running = true
	s.wg.Go(func() { s.run(q) })
}

// resume goes on after a pause.
func (s *Sender) resume(q *queue) {
	s.mu.Lock()
	defer s.mu.Unlock()
	q.timer = nil
	if s.ending {
		return
	}
	q.running = true
	s.wg.Go(func() {
		if s.recheck(q) {
			s.run(q)
		}
	})
}

// recheck reads the subscription of q again, and reports whether to go on: its device may
// have been signed out during a pause.
func (s *Sender) recheck(q *queue) bool {
	subs, err := s.opts.Subscriptions.ListPushSubscriptions(s.ctx, q.sub.Account)
	i := slices.IndexFunc(subs, func(sub plausch.PushSubscription) bool { return sub.ID == q.sub.ID })
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err != nil:
		s.pause(q, 0)
		return false
	case i < 0:
		s.forget(q)
		return false
	}
	q.update(subs[i])
	return true
}

// run sends what waits for q, one after the other, until nothing does or it fails.
func (s *Sender) run(q *queue) {
	for {
		s.mu.Lock()
		if len(q.waiting) == 0 || s.closed {
			q.running = false
			if q.failures == 0 && !q.slow {
				delete(s.queues, q.sub.ID) // there is nothing to remember of it
			}
			s.mu.Unlock()
			return
		}
		endpoint, slow := q.sub.Endpoint, q.slow
		s.mu.Unlock()
		release, err := s.opts.Slots.acquire(s.ctx, hostOf(endpoint), slow)
		if err != nil {
			continue // closed
		}
		again := s.sendNext(q)
		release()
		if !again {
			return
		}
	}
}

// sendNext sends the notification that has waited longest, and reports whether to go on
// at once.
func (s *Sender) sendNext(q *queue) (again bool) {
	s.mu.Lock()
	n, ok := q.take(s.opts.Now())
	if !ok {
		s.mu.Unlock()
		return true
	}
	sub, sending := q.sub, n
	q.sending = &sending
	s.mu.Unlock()

	start := time.Now()
	res := s.deliver(&sub, n)
	if s.ctx.Err() != nil {
		return true // which ends, since it is closed
	}
	again, note := s.finish(q, res, time.Since(start))
	if err := note(s.ctx); err != nil && s.ctx.Err() == nil {
		s.opts.Log.Error("how a push subscription fares is not kept", "subscription", sub.ID, "err", err)
	}
	return again
}

// finish judges a delivery that ended with res, and returns whether to go on at once, and
// what has to be written to the store.
func (s *Sender) finish(q *queue, res result, took time.Duration) (again bool, note func(context.Context) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sent := q.sending
	q.sending = nil
	id, subs := q.sub.ID, s.opts.Subscriptions
	note = func(context.Context) error { return nil }
	failed, failing := res.reason != "", !q.failingSince.IsZero()
	q.slow = failed || took > slowAnswer
	switch {
	case failed && !failing:
		q.failingSince = s.opts.Now()
	case !failed:
		q.failures, q.failingSince = 0, time.Time{}
	}
	if since := q.failingSince; failed || failing {
		note = func(ctx context.Context) error { return subs.UpdatePush(ctx, id, res.reason, since) }
	}
	switch res.next {
	case endSubscription:
		s.forget(q)
		s.opts.Log.Info("a push service knows a subscription no more", "subscription", id, "host", hostOf(q.sub.Endpoint))
		return false, func(ctx context.Context) error { return subs.DeletePush(ctx, id) }
	case tryAgain:
		if sent != nil {
			q.putBack(*sent)
		}
		s.pause(q, res.after)
		return false, note
	}
	return true, note
}

// pause has q go on later. The caller holds mu, and is the goroutine that sends.
func (s *Sender) pause(q *queue, least time.Duration) {
	q.running = false
	if !s.ending {
		q.timer = time.AfterFunc(pause(q.failures, least), func() { s.resume(q) })
	}
	q.failures++
}

// forget drops q with all that waits. The caller holds mu, and is the goroutine that
// sends.
func (s *Sender) forget(q *queue) {
	q.running = false
	q.waiting = nil
	delete(s.queues, q.sub.ID)
}

// dropIdle drops what is remembered of queues that have nothing to do. The caller
// holds mu.
func (s *Sender) dropIdle() {
	maps.DeleteFunc(s.queues, func(_ int64, q *queue) bool { return !q.running && q.timer == nil })
}
