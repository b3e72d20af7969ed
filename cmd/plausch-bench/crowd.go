package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// crowd is rooms full of members, each with a connection that is read. All rooms
// have equally many; the first member of each sends.
type crowd struct {
	t       *target
	rooms   []*room
	members []*member
	reading sync.WaitGroup

	timed   atomic.Bool // members note when deliveries come
	closing atomic.Bool // connections end because we end them
	failed  chan struct{}
	// patience is how long what is in flight may take when a load ends.
	patience time.Duration
	once     sync.Once
	err      error // why failed is closed
}

// room is one room of a crowd.
type room struct {
	id     int64
	sender *member
	base   int64 // seq of the newest event before the first send
	flight flight
	next   *template
	out    []byte
	// sentAt has the times of sends, in nanoseconds since epoch, by seq.
	sentAt [flightPlaces]atomic.Int64

	acked atomic.Int64 // sends that were acknowledged
	acks  tally        // of the sender's reader
}

// member is one connection of a crowd. What is not atomic belongs to its reader.
type member struct {
	*conn
	crowd     *crowd
	room      *room
	tally     tally
	delivered atomic.Int64
	latencies []time.Duration // of a paced load
}

// epoch is what times are counted from.
var epoch = time.Now()

// tag is short and random: it keeps the names of a run apart from all others.
func tag() string { return strings.ToLower(rand.Text()[:6]) }

// gather connects a crowd to t.
func gather(ctx context.Context, t *target, rooms, members, text int) (*crowd, error) {
	ctx, cancel := context.WithTimeout(ctx, setUpTime)
	defer cancel()
	c := &crowd{t: t, failed: make(chan struct{}), patience: drainTime}
	for range rooms {
		r := new(room)
		c.rooms = append(c.rooms, r)
		for range members {
			c.members = append(c.members, &member{crowd: c, room: r})
		}
		r.sender = c.members[len(c.members)-members]
	}
	run := tag()
	err := c.connect(ctx, run)
	if err == nil {
		err = c.prepare(members, strings.Repeat("x", text), run)
	}
	if err != nil {
		c.hangUp()
		return nil, fmt.Errorf("%s: set up %d rooms of %d members: %w", t.name, rooms, members, err)
	}
	for _, m := range c.members {
		c.reading.Go(m.read)
	}
	return c, nil
}

// connect has everybody signed in, in the rooms and subscribed. All join before
// the first subscribes: otherwise everybody would hear of every later one.
func (c *crowd) connect(ctx context.Context, run string) error {
	everyone := func(f func(i int, m *member) error) error {
		return each(ctx, len(c.members), func(i int) error { return f(i, c.members[i]) })
	}
	err := everyone(func(i int, m *member) (err error) {
		if m.conn, err = dial(ctx, c.t); err != nil || c.t.raw {
			return err
		}
		return m.signIn(fmt.Sprintf("bench-%s-%d", run, i))
	})
	if err != nil {
		return err
	}
	if c.t.raw {
		return c.connectRaw(ctx)
	}
	for _, step := range []func() error{
		func() error {
			return each(ctx, len(c.rooms), func(i int) (err error) {
				r := c.rooms[i]
				r.id, err = r.sender.createRoom(fmt.Sprintf("bench-%s-%d", run, i))
				return err
			})
		},
		func() error {
			return everyone(func(_ int, m *member) error {
				if m == m.room.sender {
					return nil
				}
				return m.joinRoom(m.room.id)
			})
		},
		func() error { return everyone(func(_ int, m *member) error { return m.subscribe() }) },
		func() error {
			return each(ctx, len(c.rooms), func(i int) (err error) {
				r := c.rooms[i]
				r.base, err = r.sender.head(r.id)
				return err
			})
		},
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// rawRooms counts the rooms of raw servers, so that none is used twice.
var rawRooms atomic.Int64

func (c *crowd) connectRaw(ctx context.Context) error {
	for _, r := range c.rooms {
		r.id = rawRooms.Add(1)
	}
	return each(ctx, len(c.members), func(i int) error {
		m := c.members[i]
		return m.enterRaw(m.room.id)
	})
}

// each calls f for 0 to n-1, some at once, and returns the first error.
func each(ctx context.Context, n int, f func(i int) error) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for i := range n {
		g.Go(func() error {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return f(i)
		})
	}
	return g.Wait()
}

// prepare makes what sending needs, and has every member at the end of its room.
func (c *crowd) prepare(members int, text, run string) (err error) {
	prefix := run + "0000" // 10 characters
	for i, r := range c.rooms {
		if c.t.raw {
			r.base = firstNumber
			r.next, err = newEvent(c.t.codec, r.id, text, prefix, fmt.Sprintf("bench-%s-%d", run, i))
		} else {
			r.next, err = newSend(c.t, r.id, text, prefix)
		}
		if err != nil {
			return err
		}
		r.flight.begin(members, r.base)
	}
	for _, m := range c.members {
		m.tally.last = m.room.base
		m.buf = append(make([]byte, 0, largeBuffer), m.buf...)[:largeBuffer]
	}
	return nil
}

// read takes what comes to a member, to the end of its connection.
func (m *member) read() {
	for {
		if err := m.fill(); err != nil {
			m.ended(err)
			return
		}
		var now time.Duration
		if m.crowd.timed.Load() {
			now = time.Since(epoch)
		}
		before := m.tally.last
		for {
			body, ok, err := m.next()
			if err == nil && ok {
				err = m.take(body, now)
			}
			if err != nil {
				m.ended(err)
				return
			}
			if !ok {
				break
			}
		}
		if m.tally.last != before {
			m.room.flight.moved(before, m.tally.last)
		}
	}
}

// take takes one frame, which came at a time that is 0 if nobody wants to know.
func (m *member) take(body []byte, now time.Duration) error {
	f, err := walk(m.crowd.t.codec, body)
	switch {
	case err != nil:
		return err
	case f.id != 0:
		return m.acknowledged(f)
	case f.room != m.room.id:
		return nil // a room that everybody is in, on a server that others use, too
	case f.seq <= m.room.base:
		// A join from before the load: whoever subscribes may still be sent what
		// was committed and acknowledged, but not published yet.
		return nil
	}
	sent := m.room.flight.sent.Load()
	m.tally.see(f.seq, sent)
	m.delivered.Store(m.delivered.Load() + 1) // nobody else adds
	if now > 0 && f.seq <= sent {
		m.latencies = append(m.latencies, now-time.Duration(m.room.sentAt[f.seq%flightPlaces].Load()))
	}
	return nil
}

// acknowledged takes the reply to a send. The room is ours alone, so its seq is
// known beforehand.
func (m *member) acknowledged(f light) error {
	r := m.room
	n := f.id - firstNumber
	if want := r.base + n; f.room != r.id || f.seq != want {
		return fmt.Errorf("send %d to room %d was acknowledged as %d in room %d, not as %d", n, r.id, f.seq, f.room, want)
	}
	r.acks.see(n, r.flight.sent.Load()-r.base)
	r.acked.Add(1)
	return nil
}

// ended notes why a connection ended, unless we ended it.
func (m *member) ended(err error) {
	if m.crowd.closing.Load() {
		return
	}
	if errors.Is(err, net.ErrClosed) {
		return
	}
	m.crowd.fail(fmt.Errorf("%s: a connection ended: %w", m.crowd.t.name, err))
}

func (c *crowd) fail(err error) {
	c.once.Do(func() {
		c.err = err
		close(c.failed)
	})
}

func (c *crowd) hangUp() {
	c.closing.Store(true)
	for _, m := range c.members {
		if m.conn != nil && m.Conn != nil {
			_ = m.Close()
		}
	}
	c.reading.Wait()
}

// close ends all connections and returns what the checker found in all loads of
// the crowd. The error is about a connection that ended before.
func (c *crowd) close() (Checked, error) {
	time.Sleep(lingerTime)
	c.hangUp()
	var checked Checked
	for _, m := range c.members {
		checked.Deliveries += m.delivered.Load()
		checked.Faults.add(m.tally.verdict(m.room.flight.sent.Load()))
	}
	for _, r := range c.rooms {
		sent := r.flight.sent.Load() - r.base
		checked.Sent += sent
		if c.t.raw {
			checked.Acknowledged += sent // it does not say
			continue
		}
		checked.Acknowledged += r.acked.Load()
		f := r.acks.verdict(sent)
		checked.Unacknowledged += f.Lost
		checked.Faults.Twice += f.Twice
		checked.Faults.Unknown += f.Unknown
	}
	select {
	case <-c.failed:
		return checked, c.err
	default:
		return checked, nil
	}
}
