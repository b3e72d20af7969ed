package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// idle measures what connections cost a server that do nothing: on ours, each is
// signed in and subscribed, on the raw one each is in a room.
//
// The memory is what a host sees: the growth of the process's resident set
// (VmRSS) from a server that nobody has come to yet, once they have been quiet
// for a time. The garbage of the sign-ins counts as far as the server has not
// given it back by then; what the system keeps for the sockets in the kernel does
// not. Servers are new for it, since a process that once was larger has room for
// connections that no figure shows.
func (l *lab) idle(ctx context.Context, s Scenario) (Result, error) {
	r, w := newResult(s), l.opts.way
	if s.Transport != "" && l.opts.Server == "" {
		var err error
		if w, err = parseWay(s.Transport, s.Codec); err != nil {
			return r, err
		}
	}
	for i, start := range []func(context.Context, *lab, way) (*target, error){l.start, l.startRaw} {
		t, err := start(ctx, l, w)
		if err != nil {
			return r, err
		}
		l.progress("%s %s: %s", s.Kind, s.Name(), t.name)
		f, err := idleOn(ctx, t, s.Members, l.opts.Quiet)
		l.unclean = errors.Join(l.unclean, t.stop())
		if err != nil {
			return r, fmt.Errorf("%s: %w", t.name, err)
		}
		if i == 0 {
			r.Ours = f
		} else {
			r.Raw = f
		}
	}
	return r, nil
}

// idleOn measures n connections.
func idleOn(ctx context.Context, t *target, n int, quiet time.Duration) (Figures, error) {
	f := noFigures()
	before, err := rest(ctx, t, 0)
	if err != nil {
		return f, err
	}
	start := time.Now()
	err = idleConns(ctx, t, n, func() error {
		f.PerSecond = Figure(float64(n) / time.Since(start).Seconds())
		after, err := rest(ctx, t, quiet)
		if err != nil {
			return err
		}
		per := func(a, b Figure) Figure { return (b - a) / Figure(n) }
		f.KB = per(before.rss, after.rss) / 1024
		f.LiveKB = per(before.live, after.live) / 1024
		f.Goroutines = per(before.goroutines, after.goroutines)
		return nil
	})
	return f, err
}

// idleConns opens n connections, calls f and closes them.
func idleConns(ctx context.Context, t *target, n int, f func() error) error {
	conns := make([]*conn, n)
	defer func() { hangUp(conns) }()
	run := tag()
	err := each(ctx, n, func(i int) error {
		c, err := enter(ctx, t, fmt.Sprintf("bench-%s-%d", run, i))
		if conns[i] = c; err != nil {
			return err
		}
		if !t.raw {
			err = c.subscribe()
		}
		c.buf, c.out = nil, nil // nothing more is read
		return err
	})
	if err != nil {
		return err
	}
	return f()
}

// use is what a process uses while nothing happens; NaN for what is not known.
type use struct{ rss, live, goroutines Figure }

// rest waits for a time, until the process does nothing more, and until its
// memory stays the same. What lives on the heap is looked at last, since that
// collects garbage.
func rest(ctx context.Context, t *target, quiet time.Duration) (use, error) {
	const look, same, most = 100 * time.Millisecond, 5, 60
	u := use{unknown, unknown, unknown}
	sleep(ctx, quiet)
	settle(ctx, t)
	rss, err := rssOf(t.pid)
	for i, since := 0, 0; err == nil && i < most && since < same; i++ {
		sleep(ctx, look)
		var now int64
		if now, err = rssOf(t.pid); now == rss {
			since++
		} else {
			since = 0
		}
		rss = now
	}
	if err == nil {
		u.rss = Figure(rss)
	}
	if t.collect == nil {
		return u, ctx.Err()
	}
	live, err := t.collect(ctx)
	if err != nil {
		return u, err
	}
	u.live = Figure(live)
	if g, err := t.goroutines(ctx); err == nil {
		u.goroutines = Figure(g)
	}
	return u, ctx.Err()
}
