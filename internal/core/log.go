package core

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"plausch"
	"plausch/internal/bus"
	"plausch/internal/store"
)

// maxUnpublished is how many committed batches may wait to be acknowledged and
// published before the next commit waits.
const maxUnpublished = 4

// log is the one way into the store's log, and to the bus. Its committer collects
// the drafts that came while the last commit ran and commits them together; its
// publisher then acknowledges each and hands the events to the bus, while the next
// commit runs; if nothing waits for a commit, the committer does that itself.
//
// What is published goes by the store's cursor: commits that are none of the log's
// own, by another process or of another kind, are read from the store and published
// in their place (see follow). So the bus has each event once, in order.
type log struct {
	store store.Store
	bus   bus.Bus
	// accountChanged is told which account a commit that is none of the log's own
	// has changed.
	accountChanged func(plausch.AccountID)
	// published is told what was handed to the bus. It must not block.
	published func([]plausch.Event)
	fatal     func(error)
	logger    *slog.Logger

	waiting *queue
	done    chan batch
	// underway is how many batches are being committed or wait to be published.
	underway atomic.Int64
	stopped  sync.WaitGroup

	publishing sync.Mutex // held while something is published
	cursor     int64      // of the last commit that was; guarded by publishing

	commits, events atomic.Uint64
}

// entry is a draft and its callback.
type entry struct {
	draft store.Draft
	done  func(plausch.Event, error)
}

// size is about how many bytes the entry's event has for its readers.
func (e *entry) size() int { return plausch.ContentBytes(e.draft.Text, e.draft.Details) }

type batch struct {
	entries []entry
	results []store.Appended
	err     error // of the whole batch
}

func startLog(ctx context.Context, opts Options, accountChanged func(plausch.AccountID), published func([]plausch.Event)) (*log, error) {
	cursor, err := opts.Store.Cursor(ctx)
	if err != nil {
		return nil, err
	}
	l := &log{
		store: opts.Store, bus: opts.Bus, accountChanged: accountChanged, published: published, fatal: opts.Fatal, logger: opts.Log,
		waiting: newQueue(),
		done:    make(chan batch, maxUnpublished),
		cursor:  cursor,
	}
	l.stopped.Go(l.commit)
	l.stopped.Go(l.publishWaiting)
	return l, nil
}

// append has d committed and then calls done, once, with d's event or why there
// is none. It waits only if very many drafts wait already. done is called by the
// log's publisher, or by append itself after close, and must not block.
func (l *log) append(d store.Draft, done func(plausch.Event, error)) {
	if !l.waiting.add(entry{d, done}) {
		done(plausch.Event{}, errStopping())
	}
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
	l.waiting.close()
	l.stopped.Wait()
}

func (l *log) commit() {
	defer close(l.done)
	for {
		entries := l.waiting.take()
		if len(entries) == 0 {
			return
		}
		drafts := make([]store.Draft, len(entries))
		for i := range entries {
			drafts[i] = entries[i].draft
		}
		l.underway.Add(1)
		results, err := l.store.Append(context.Background(), drafts)
		if errors.Is(err, store.ErrBroken) {
			// Nobody may hear of this batch: neither "kept" nor "not kept" is
			// known. The process ends, and a restart finds out.
			l.fatal(err)
			return
		}
		b := batch{entries, results, err}
		if l.waiting.empty() && l.underway.Load() == 1 {
			// There is nothing to commit meanwhile, and waking the publisher takes
			// time that a lone sender would have to wait.
			l.publish(&b)
			continue
		}
		l.done <- b
	}
}

func (l *log) publishWaiting() {
	for b := range l.done {
		l.publish(&b)
	}
}

// publish acknowledges a batch and publishes its events, and what was committed
// before them by others.
func (l *log) publish(b *batch) {
	defer l.underway.Add(-1)
	if b.err != nil {
		for _, e := range b.entries {
			e.done(plausch.Event{}, b.err)
		}
		l.followLogged()
		return
	}
	events := make([]plausch.Event, 0, len(b.entries))
	var cursor int64 // of the batch's commit
	for i := range b.results {
		if r := &b.results[i]; r.Err == nil && !r.Repeated {
			events = append(events, r.Events...)
			cursor = max(cursor, r.Cursor)
		}
	}
	l.commits.Add(1)
	l.events.Add(uint64(len(events)))
	for i, e := range b.entries {
		switch r := &b.results[i]; {
		case r.Err != nil:
			e.done(plausch.Event{}, refusal(r.Err))
		case r.Unchanged:
			e.done(plausch.Event{}, nil)
		default:
			e.done(r.Events[len(r.Events)-1], nil)
		}
	}
	if len(events) == 0 {
		l.followLogged()
		return
	}
	l.publishing.Lock()
	defer l.publishing.Unlock()
	if cursor > l.cursor+1 {
		l.logUnpublished(l.catchUp(context.Background(), cursor-1))
	}
	if cursor <= l.cursor {
		return // follow was first
	}
	l.cursor = cursor
	l.hand(events)
}

// hand gives events to the bus.
func (l *log) hand(events []plausch.Event) {
	l.bus.Publish(events)
	l.published(events)
}

// followLogged is follow for batches that have no events to publish.
func (l *log) followLogged() { l.logUnpublished(l.follow(context.Background())) }

func (l *log) logUnpublished(err error) {
	if err != nil {
		l.logger.Error("what others have written is not published", "err", err)
	}
}

// busy reports whether a batch is under way. It will publish what others have
// committed before it, and has its own events at hand: follow would read them from
// the store.
func (l *log) busy() bool { return l.underway.Load() > 0 }

// follow publishes what was committed since the last time and is not in a batch of
// the log's own.
func (l *log) follow(ctx context.Context) error {
	newest, err := l.store.Cursor(ctx)
	if err != nil {
		return err
	}
	l.publishing.Lock()
	defer l.publishing.Unlock()
	return l.catchUp(ctx, newest)
}

// catchUp publishes the commits up to a cursor. The caller holds publishing. If they
// cannot be read, clients miss their seqs and load them.
func (l *log) catchUp(ctx context.Context, to int64) error {
	const pageOfCommits = 256
	for l.cursor < to {
		changes, last, err := l.store.Changes(ctx, l.cursor, int(min(to-l.cursor, pageOfCommits)))
		if err != nil {
			return err
		}
		if last == l.cursor {
			return nil
		}
		for _, c := range changes {
			if c.Account != 0 {
				l.accountChanged(c.Account)
			} else if err := l.publishStored(ctx, c); err != nil {
				return fmt.Errorf("room %d: %w", c.Room, err)
			}
		}
		l.cursor = last
	}
	return nil
}

// publishStored publishes the events of a change as the store has them.
func (l *log) publishStored(ctx context.Context, c store.Change) error {
	for after := c.First - 1; after < c.Last; {
		events, _, err := l.store.Events(ctx, c.Room, store.HistoryQuery{After: after, Before: c.Last + 1, Forward: true, Limit: maxBatch})
		if err != nil || len(events) == 0 {
			return err
		}
		l.hand(events)
		after = events[len(events)-1].Seq
	}
	return nil
}

// refusal returns the error of a draft that was not committed, for its sender.
func refusal(err error) error {
	var unmet *store.Unmet
	if !errors.As(err, &unmet) {
		return err
	}
	switch {
	case unmet.Active:
		return errNotActive()
	case unmet.Webhook:
		return errNoWebhook()
	case unmet.Member && unmet.Room.ID != 0:
		return errNotMember(unmet.Room)
	case unmet.Member:
		return errNoRoom()
	case unmet.Write:
		return errNotWriter(unmet.Room)
	case unmet.Own, unmet.Outrank:
		return errNotOwner()
	case unmet.Author:
		return errNotAuthor()
	case unmet.Scheduled:
		return errScheduleChanged
	case unmet.Blocked:
		return errBlocked(unmet.ByActor)
	default:
		return errChanged()
	}
}

// errNotWriter is of a message in a room where its author may not write.
func errNotWriter(room plausch.Room) error {
	switch {
	case room.Archived:
		return plausch.Errorf(plausch.Forbidden, "this room is archived; nobody writes there any more")
	case room.Writers == plausch.WritersAdmins:
		return plausch.Errorf(plausch.Forbidden, "only those who run this room write there; you can read and react")
	default:
		return plausch.Errorf(plausch.Forbidden, "you are a reader in this room; ask those who run it to let you write")
	}
}

func errStopping() error {
	return &plausch.Error{
		Code: plausch.Unavailable, Message: "the server is stopping; connect again in a moment",
		RetryAfter: restartTime,
	}
}

// errChanged is the error of a request whose conditions changed before its commit.
func errChanged() error {
	return plausch.Errorf(plausch.Forbidden, "your permissions have just changed; try again if you still may")
}
