package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// send sends n messages to the room in one write.
func (r *room) send(n int64, timed bool) error {
	sent := r.flight.sent.Load()
	r.out = r.out[:0]
	for range n {
		sent++
		r.next.set(sent - r.base)
		r.out = r.next.appendFrame(r.out)
		if timed {
			r.sentAt[sent%flightPlaces].Store(int64(time.Since(epoch)))
		}
	}
	r.flight.sent.Store(sent) // before anybody can receive it
	_, err := r.sender.Write(r.out)
	return err
}

// saturate keeps window messages in flight in every room, and measures for a
// time after the load has warmed up.
func (c *crowd) saturate(ctx context.Context, window int64, warm, measure time.Duration) (Figures, error) {
	stop := make(chan struct{})
	var sending sync.WaitGroup
	for _, r := range c.rooms {
		sending.Go(func() {
			for {
				select {
				case <-stop:
					return
				case <-c.failed:
					return
				default:
				}
				free := r.flight.all.Load() + window - r.flight.sent.Load()
				if free <= 0 {
					select {
					case <-r.flight.more:
					case <-stop:
					case <-c.failed:
					}
					continue
				}
				if err := r.send(free, false); err != nil {
					c.fail(fmt.Errorf("%s: send: %w", c.t.name, err))
				}
			}
		})
	}
	err := c.sleep(ctx, warm)
	var m meter
	if err == nil {
		m.start(c.t, c.delivered)
		err = c.sleep(ctx, measure)
		m.stop(c.t, c.delivered)
	}
	close(stop)
	sending.Wait()
	if err == nil {
		err = c.drain(ctx)
	}
	return m.figures(), err
}

// pace sends so many messages per second for a time, to the rooms in turn, and
// measures how long each takes to each member.
func (c *crowd) pace(ctx context.Context, perSecond float64, measure time.Duration) (Figures, error) {
	total := int(perSecond * measure.Seconds())
	for _, m := range c.members {
		m.latencies = make([]time.Duration, 0, total/len(c.rooms)+1)
	}
	c.timed.Store(true)
	defer c.timed.Store(false)
	var m meter
	m.start(c.t, c.delivered)
	start := time.Now()
	for i := range total {
		due := start.Add(time.Duration(float64(i) / perSecond * float64(time.Second)))
		if err := c.sleep(ctx, time.Until(due)); err != nil {
			return Figures{}, err
		}
		r := c.rooms[i%len(c.rooms)]
		if r.flight.sent.Load()-r.flight.all.Load() >= maxInFlight {
			return Figures{}, fmt.Errorf("%s does not keep up with %g messages per second", c.t.name, perSecond)
		}
		if err := r.send(1, true); err != nil {
			return Figures{}, fmt.Errorf("%s: send: %w", c.t.name, err)
		}
	}
	if err := c.drain(ctx); err != nil {
		return Figures{}, err
	}
	m.stop(c.t, c.delivered)
	var all []time.Duration
	for _, m := range c.members {
		all = append(all, m.latencies...)
		m.latencies = nil
	}
	f := m.figures()
	f.latencies(all)
	return f, nil
}

// sleep returns early if the load cannot go on.
func (c *crowd) sleep(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-c.failed:
		return c.err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// errStuck says that deliveries or acknowledgements did not come. The checker
// says which.
var errStuck = errors.New("not everything that was sent arrived")

// drain waits until everybody has everything and all is acknowledged.
func (c *crowd) drain(ctx context.Context) error {
	deadline := time.Now().Add(c.patience)
	for {
		landed := true
		for _, r := range c.rooms {
			if !r.flight.landed() || !c.t.raw && r.acked.Load() < r.flight.sent.Load()-r.base {
				landed = false
				break
			}
		}
		switch {
		case landed:
			return nil
		case time.Now().After(deadline):
			return errStuck
		}
		if err := c.sleep(ctx, time.Millisecond); err != nil {
			return err
		}
	}
}

func (c *crowd) delivered() int64 {
	var n int64
	for _, m := range c.members {
		n += m.delivered.Load()
	}
	return n
}

// meter measures what a target does between start and stop.
type meter struct {
	count   int64
	at      time.Time
	cpu     time.Duration
	cpuErr  error
	elapsed time.Duration
}

func (m *meter) start(t *target, count func() int64) {
	m.cpu, m.cpuErr = cpuOf(t.pid)
	m.at, m.count = time.Now(), count()
}

func (m *meter) stop(t *target, count func() int64) {
	m.count, m.elapsed = count()-m.count, time.Since(m.at)
	cpu, err := cpuOf(t.pid)
	m.cpu = cpu - m.cpu
	if m.cpuErr == nil {
		m.cpuErr = err
	}
}

// add counts another time of measuring in.
func (m *meter) add(o meter) {
	m.count += o.count
	m.cpu += o.cpu
	m.elapsed += o.elapsed
	m.cpuErr = errors.Join(m.cpuErr, o.cpuErr)
}

func (m *meter) figures() Figures {
	f := noFigures()
	if m.elapsed > 0 && m.count > 0 {
		f.PerSecond = Figure(float64(m.count) / m.elapsed.Seconds())
		if m.cpuErr == nil {
			f.CPU = Figure(m.cpu.Seconds() / float64(m.count) * 1e6)
		}
	}
	return f
}
