package main

import (
	"context"
	"fmt"
	"time"
)

// signIns measures how fast guests come: each connects, says hello and signs in,
// and stays. Some do so side by side, as after a restart. On the raw server each
// enters a room.
func (l *lab) signIns(ctx context.Context, s Scenario) (Result, error) {
	r := newResult(s)
	sides, err := l.sides(ctx)
	if err != nil {
		return r, err
	}
	for i, t := range sides {
		l.progress("%s %s: %s", s.Kind, s.Name(), t.name)
		end := l.profile(ctx, t, s, time.Second)
		f, err := signInsOn(ctx, t, s.Members)
		if err := end(); err != nil {
			return r, err
		}
		if err != nil {
			return r, fmt.Errorf("%s: %w", t.name, err)
		}
		if i == 0 {
			r.Ours = f
		} else {
			r.Raw = f
		}
		settle(ctx, t)
	}
	return r, nil
}

func signInsOn(ctx context.Context, t *target, n int) (Figures, error) {
	ctx, cancel := context.WithTimeout(ctx, setUpTime)
	defer cancel()
	conns := make([]*conn, n)
	defer func() { hangUp(conns) }()
	run, took := tag(), make([]time.Duration, n)
	var s stint
	s.start(t, func() int64 { return 0 })
	err := each(ctx, n, func(i int) (err error) {
		start := time.Now()
		if conns[i], err = enter(ctx, t, fmt.Sprintf("bench-%s-%d", run, i)); err != nil {
			return err
		}
		took[i] = time.Since(start)
		return nil
	})
	s.stop(t, func() int64 { return int64(n) })
	s.latencies = took
	return s.figures(), err
}

// enter connects and signs in as a guest.
func enter(ctx context.Context, t *target, name string) (*conn, error) {
	c, err := dial(ctx, t)
	if err != nil {
		return nil, err
	}
	if t.raw {
		err = c.enterRaw(-1)
	} else {
		err = c.signIn(name)
	}
	return c, err
}

func hangUp(conns []*conn) {
	for _, c := range conns {
		if c != nil && c.Conn != nil {
			_ = c.Close()
		}
	}
}
