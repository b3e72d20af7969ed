package bench

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// idle measures what connections cost a server that do nothing: on ours, each is
// signed in and subscribed, on the raw one each is in a room.
//
// The memory is the growth of the process's resident set (VmRSS), each time after
// a garbage collection and once it has stopped changing, so what the system keeps
// for the sockets in the kernel does not count. Servers are new for it, since a
// process that once was larger has room for connections that no figure shows.
func (l *lab) idle(ctx context.Context, s Scenario) (Result, error) {
	r := newResult(s)
	for i, start := range []func(context.Context, *lab) (*target, error){l.start, l.startRaw} {
		t, err := start(ctx, l)
		if err != nil {
			return r, err
		}
		l.progress("%s %s: %s", s.Kind, s.Name(), t.name)
		f, err := idleOn(ctx, t, s.Members, l.opts.Quiet)
		if err = errors.Join(err, t.stop()); err != nil {
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

// idleOn measures n connections on top of a quarter as many, which have brought
// with them what is made once or grows in steps: pages of the program, caches.
func idleOn(ctx context.Context, t *target, n int, quiet time.Duration) (Figures, error) {
	f := noFigures()
	err := idleConns(ctx, t, max(n/4, 1), func() error {
		before, err := rest(ctx, t, quiet)
		if err != nil {
			return err
		}
		start := time.Now()
		return idleConns(ctx, t, n, func() error {
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
	})
	return f, err
}

// idleConns opens n connections, calls f and closes them.
func idleConns(ctx context.Context, t *target, n int, f func() error) error {
	conns := make([]*conn, n)
	defer func() {
		for _, c := range conns {
			if c != nil && c.Conn != nil {
				_ = c.Close()
			}
		}
	}()
	run := tag()
	err := each(ctx, n, func(i int) (err error) {
		if conns[i], err = dial(ctx, t); err != nil {
			return err
		}
		c := conns[i]
		if t.raw {
			err = c.enterRaw(-1)
		} else if err = c.signIn(fmt.Sprintf("bench-%s-%d", run, i)); err == nil {
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

// rest waits until the connections count as idle, has garbage collected, and
// waits until the memory stays the same.
func rest(ctx context.Context, t *target, quiet time.Duration) (use, error) {
	const look, same, most = 100 * time.Millisecond, 5, 60
	if !t.raw { // which does the same for all
		select {
		case <-ctx.Done():
		case <-time.After(quiet):
		}
	}
	settle(ctx, t)
	u := use{unknown, unknown, unknown}
	if t.collect == nil {
		return u, nil
	}
	live, err := t.collect(ctx)
	if err != nil {
		return u, err
	}
	u.live = Figure(live)
	if g, err := t.goroutines(ctx); err == nil {
		u.goroutines = Figure(g)
	}
	rss, err := rssOf(t.pid)
	for i, since := 0, 0; err == nil && i < most && since < same; i++ {
		time.Sleep(look)
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
	return u, ctx.Err()
}
