package core

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"

	"plausch"
	"plausch/internal/bus"
	"plausch/internal/store"
)

const (
	// maxBatch and maxBatchBytes bound the drafts of one commit and their texts.
	// Large batches are what makes many rooms at once cheap: a batch of 1024
	// instead of 256 takes two fifths of the time for a delivery to 100 rooms of
	// 10. But if all are in one room, its readers are given them in one go, and
	// that must not fill an outbox that was empty.
	maxBatch      = 1024
	maxBatchBytes = 128 << 10
	// maxWaiting is how many drafts may wait for a commit before appenders wait.
	maxWaiting = 2048
	// maxUnpublished is how many committed batches may wait to be acknowledged
	// and published before the next commit waits.
	maxUnpublished = 4
)

// log is the one way into the store's log. Its committer collects the drafts
// that came while the last commit ran and commits them together; its publisher
// then has the core apply what changed, acknowledges each and hands the events
// to the bus, while the next commit runs; if nothing waits for a commit, the
// committer does that itself. Both keep the order, so events are
// published in seq order, and whoever was told "done" finds it done.
type log struct {
	store store.Store
	bus   bus.Bus
	apply func([]plausch.Event) // told of events before they are acknowledged
	fatal func(error)

	mu      sync.RWMutex // held for reading while an entry is put into waiting
	closed  bool
	waiting chan entry
	done    chan batch
	// unpublished is how many batches are in done or being published from it.
	unpublished atomic.Int64
	stopped     sync.WaitGroup

	commits, events atomic.Uint64
}

// entry is a draft and whom to tell about it.
type entry struct {
	draft store.Draft
	done  func(plausch.Event, error)
}

type batch struct {
	entries []entry
	results []store.Appended
	err     error // of the whole batch
}

func startLog(st store.Store, b bus.Bus, apply func([]plausch.Event), fatal func(error)) *log {
	l := &log{
		store: st, bus: b, apply: apply, fatal: fatal,
		waiting: make(chan entry, maxWaiting),
		done:    make(chan batch, maxUnpublished),
	}
	l.stopped.Go(l.commit)
	l.stopped.Go(l.publishWaiting)
	return l
}

// append has d committed and then calls done, once, with d's event or why there
// is none. It waits only if very many drafts wait already. done is called by the
// log's publisher, or by append itself after close, and must not block.
func (l *log) append(d store.Draft, done func(plausch.Event, error)) {
	l.mu.RLock()
	defer l.mu.RUnlock()
	if l.closed {
		done(plausch.Event{}, errStopping())
		return
	}
	l.waiting <- entry{d, done}
}

// wait is append for callers that have nothing else to do.
func (l *log) wait(d store.Draft) (plausch.Event, error) {
	type result struct {
		event plausch.Event
		err   error
	}
	c := make(chan result, 1)
	l.append(d, func(e plausch.Event, err error) { c <- result{e, err} })
	r := <-c
	return r.event, r.err
}

// close commits and acknowledges what was appended before, and refuses the rest.
func (l *log) close() {
	l.mu.Lock()
	if !l.closed {
		l.closed = true
		close(l.waiting)
	}
	l.mu.Unlock()
	l.stopped.Wait()
}

func (l *log) commit() {
	defer close(l.done)
	for first := range l.waiting {
		entries := l.collect(first)
		drafts := make([]store.Draft, len(entries))
		for i := range entries {
			drafts[i] = entries[i].draft
		}
		results, err := l.store.Append(context.Background(), drafts)
		if errors.Is(err, store.ErrBroken) {
			// Nobody may hear of this batch: neither "kept" nor "not kept" is
			// known. The process ends, and a restart finds out.
			l.fatal(err)
			return
		}
		b := batch{entries, results, err}
		if len(l.waiting) == 0 && l.unpublished.Load() == 0 {
			// There is nothing to commit meanwhile, and waking the publisher takes
			// time that a lone sender would have to wait.
			l.publish(&b)
			continue
		}
		l.unpublished.Add(1)
		l.done <- b
	}
}

// collect returns first and what else waits, as far as it fits a batch.
func (l *log) collect(first entry) []entry {
	entries := append(make([]entry, 0, 1+min(len(l.waiting), maxBatch-1)), first)
	bytes := len(first.draft.Text)
	for len(entries) < maxBatch && bytes < maxBatchBytes {
		select {
		case e, ok := <-l.waiting:
			if !ok {
				return entries
			}
			entries = append(entries, e)
			bytes += len(e.draft.Text)
		default:
			return entries
		}
	}
	return entries
}

func (l *log) publishWaiting() {
	for b := range l.done {
		l.publish(&b)
		l.unpublished.Add(-1)
	}
}

// publish acknowledges a batch and publishes its events.
func (l *log) publish(b *batch) {
	if b.err != nil {
		for _, e := range b.entries {
			e.done(plausch.Event{}, b.err)
		}
		return
	}
	events := make([]plausch.Event, 0, len(b.entries))
	for i := range b.results {
		if r := &b.results[i]; r.Err == nil && !r.Repeated {
			events = append(events, r.Events...)
		}
	}
	l.commits.Add(1)
	l.events.Add(uint64(len(events)))
	l.apply(events)
	for i, e := range b.entries {
		if r := &b.results[i]; r.Err != nil {
			e.done(plausch.Event{}, r.Err)
		} else {
			e.done(r.Events[len(r.Events)-1], nil)
		}
	}
	if len(events) > 0 {
		l.bus.Publish(events)
	}
}

func errStopping() error {
	return &plausch.Error{
		Code: plausch.Unavailable, Message: "the server is stopping; connect again in a moment",
		RetryAfter: restartTime,
	}
}
