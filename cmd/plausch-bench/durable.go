package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"plausch"
	"plausch/internal/store"
	"plausch/internal/store/sqlite"
	"plausch/protocol"
)

// turns is how often ours and the store take turns in one round of a durable
// load: the speed of a disk that others use changes within seconds.
const turns = 4

// durable measures sends that are acknowledged when they are on disk. Each
// sender has one in flight, in a room of its own that nobody listens to. Beside
// it stands the store alone, in this process: as many writers, whose messages are
// committed together if they wait together.
func (l *lab) durable(ctx context.Context, s Scenario) (r Result, err error) {
	r = newResult(s)
	sides, err := l.sides(ctx)
	if err != nil {
		return r, err
	}
	ours, text := sides[0], strings.Repeat("x", l.opts.Text)
	senders, err := newSenders(ctx, ours, s.Members, text)
	defer func() {
		for _, s := range senders {
			if s != nil {
				_ = s.Close()
			}
		}
		settle(ctx, ours)
	}()
	if err != nil {
		return r, fmt.Errorf("set up %s: %w", s.Name(), err)
	}
	alone, err := newAlone(ctx, l.folder, s.Members, text)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, alone.close()) }()

	end := l.profile(ctx, ours, s, 2*l.opts.Durable)
	var sums [2]stint
	for range turns {
		for i, side := range []struct {
			t    *target
			send func(i int) error
		}{
			{ours, func(i int) error { return senders[i].send() }},
			{&target{name: "the store alone"}, alone.send},
		} {
			l.progress("%s %s: %s", s.Kind, s.Name(), side.t.name)
			sum, err := hammer(ctx, side.t, s.Members, l.opts.Durable/turns, side.send)
			if err != nil {
				return r, errors.Join(err, end())
			}
			sums[i].add(sum)
		}
	}
	if err := end(); err != nil {
		return r, err
	}
	r.Ours, r.Raw = sums[0].figures(), sums[1].figures()
	r.Checked, err = readBack(ctx, senders)
	return r, err
}

// stint is what was measured of sends in some time.
type stint struct {
	meter
	latencies []time.Duration
}

func (s *stint) add(o stint) {
	s.meter.add(o.meter)
	s.latencies = append(s.latencies, o.latencies...)
}

func (s *stint) figures() Figures {
	f := s.meter.figures()
	f.latencies(s.latencies)
	return f
}

// hammer calls f(i) for each i below n, again and again and all side by side.
func hammer(ctx context.Context, t *target, n int, measure time.Duration, f func(i int) error) (stint, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	var done atomic.Int64
	var measuring atomic.Bool
	latencies := make([][]time.Duration, n)
	var running sync.WaitGroup
	for i := range n {
		running.Go(func() {
			for ctx.Err() == nil {
				start := time.Now()
				if err := f(i); err != nil {
					cancel(err)
					return
				}
				done.Add(1)
				if measuring.Load() {
					latencies[i] = append(latencies[i], time.Since(start))
				}
			}
		})
	}
	var s stint
	sleep(ctx, warmUp(measure))
	measuring.Store(true)
	s.start(t, done.Load)
	sleep(ctx, measure)
	s.stop(t, done.Load)
	measuring.Store(false)
	err := ctx.Err() // before we cancel it ourselves
	if err != nil {
		err = context.Cause(ctx)
	}
	cancel(nil)
	running.Wait()
	s.latencies = slices.Concat(latencies...)
	return s, err
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// sender is a connection that sends to a room of its own.
type sender struct {
	*conn
	room  int64
	base  int64 // seq of the newest event before the first send
	next  *template
	acked int64
	frame []byte
}

func newSenders(ctx context.Context, t *target, n int, text string) ([]*sender, error) {
	ctx, cancel := context.WithTimeout(ctx, setUpTime)
	defer cancel()
	run := tag()
	senders := make([]*sender, n)
	err := each(ctx, n, func(i int) error {
		c, err := dial(ctx, t)
		if err != nil {
			return err
		}
		s := &sender{conn: c}
		senders[i] = s
		name := fmt.Sprintf("bench-%s-%d", run, i)
		if err := s.signIn(name); err != nil {
			return err
		}
		if s.room, err = s.createRoom(name); err != nil {
			return err
		}
		if s.base, err = s.head(s.room); err != nil {
			return err
		}
		s.next, err = newSend(t, s.room, text, run+"0000")
		return err
	})
	return senders, err
}

// send sends the next message and awaits its acknowledgement.
func (s *sender) send() error {
	n := s.acked + 1
	s.next.set(n)
	s.frame = s.next.appendFrame(s.frame[:0])
	if _, err := s.Write(s.frame); err != nil {
		return fmt.Errorf("send: %w", err)
	}
	body, err := s.await()
	if err != nil {
		return fmt.Errorf("await an acknowledgement: %w", err)
	}
	f, err := walk(s.t.codec, body)
	if err != nil {
		return err
	}
	if f.id != firstNumber+n || f.room != s.room || f.seq != s.base+n {
		return fmt.Errorf("send %d was answered with %+v", n, f)
	}
	s.acked = n
	return nil
}

// readBack reads all rooms from the server and compares them with what was
// acknowledged.
func readBack(ctx context.Context, senders []*sender) (Checked, error) {
	var mu sync.Mutex
	var sum Checked
	err := each(ctx, len(senders), func(i int) error {
		c, err := senders[i].readBack()
		mu.Lock()
		defer mu.Unlock()
		sum.add(c)
		return err
	})
	return sum, err
}

func (s *sender) readBack() (Checked, error) {
	t := tally{last: s.base}
	for more := true; more; {
		var h protocol.History
		err := s.call(protocol.MethodHistory, &protocol.HistoryGet{Room: s.room, After: new(t.last), Limit: protocol.MaxPage}, &h)
		if err != nil {
			return Checked{}, fmt.Errorf("read the history back: %w", err)
		}
		for i := range h.Events {
			e := &h.Events[i]
			s.next.set(e.Seq - s.base)
			id := s.next.body[s.next.clientID : s.next.clientID+clientIDDigits]
			if len(e.ClientID) < clientIDDigits || e.ClientID[len(e.ClientID)-clientIDDigits:] != string(id) {
				return Checked{}, fmt.Errorf("in room %d, seq %d has the client id %q", s.room, e.Seq, e.ClientID)
			}
			t.see(e.Seq, s.base+s.acked)
		}
		more = h.More && len(h.Events) > 0
	}
	return Checked{Sent: s.acked, Acknowledged: s.acked, ReadBack: t.last - s.base, Faults: t.verdict(s.base + s.acked)}, nil
}

// alone is a store in this process with its writers.
type alone struct {
	folder     string
	store      *sqlite.Store
	writers    []*writer
	waiting    chan *writer // nil if there is nobody to share a commit with
	committing sync.WaitGroup
}

func newAlone(ctx context.Context, folder string, n int, text string) (_ *alone, err error) {
	a := new(alone)
	if a.folder, err = os.MkdirTemp(folder, "store-"); err != nil {
		return nil, err
	}
	if a.store, err = sqlite.Open(ctx, filepath.Join(a.folder, "plausch.db"), sqlite.Options{}); err != nil {
		return nil, errors.Join(err, a.close())
	}
	if a.writers, err = newWriters(ctx, a.store, n, text); err != nil {
		return nil, errors.Join(err, a.close())
	}
	if n > 1 {
		a.waiting = make(chan *writer, n)
		a.committing.Go(func() { commitTogether(ctx, a.store, a.waiting) })
	}
	return a, nil
}

// send has writer i's next message committed.
func (a *alone) send(i int) error {
	w := a.writers[i]
	if a.waiting == nil {
		return committed(a.store.Append(context.Background(), []store.Draft{w.draft()}))
	}
	a.waiting <- w
	return <-w.done
}

func (a *alone) close() error {
	if a.waiting != nil {
		close(a.waiting)
		a.committing.Wait()
	}
	var err error
	if a.store != nil {
		err = a.store.Close()
	}
	return errors.Join(err, os.RemoveAll(a.folder))
}

// writer writes messages to a room of its own.
type writer struct {
	ref  plausch.AccountRef
	room plausch.RoomID
	text string
	n    int
	done chan error
}

func newWriters(ctx context.Context, st store.Store, n int, text string) ([]*writer, error) {
	var writers []*writer
	for i := range n {
		name := fmt.Sprintf("writer-%d", i)
		account, err := st.CreateAccount(ctx, store.NewAccount{Name: name, Role: plausch.RoleGuest, At: time.Now()})
		if err != nil {
			return nil, err
		}
		ref := account.Ref()
		made, err := st.Append(ctx, []store.Draft{{
			Create: &plausch.Room{Kind: plausch.RoomPublic, Name: name},
			Time:   time.Now(), Kind: plausch.EventJoin, Actor: ref, Member: ref,
		}})
		if err := committed(made, err); err != nil {
			return nil, err
		}
		writers = append(writers, &writer{ref: ref, room: made[0].Events[0].Room, text: text, done: make(chan error, 1)})
	}
	return writers, nil
}

func (w *writer) draft() store.Draft {
	w.n++
	return store.Draft{
		Room: w.room, Time: time.Now(), Kind: plausch.EventMessage, Actor: w.ref, Text: w.text,
		ClientID: fmt.Sprintf("%010x%016x", 0, w.n),
	}
}

// commitTogether commits what waits, all that does at once.
func commitTogether(ctx context.Context, st store.Store, waiting chan *writer) {
	var batch []*writer
	var drafts []store.Draft
	for w := range waiting {
		batch, drafts = append(batch[:0], w), append(drafts[:0], w.draft())
		for range len(waiting) {
			w := <-waiting
			batch, drafts = append(batch, w), append(drafts, w.draft())
		}
		err := committed(st.Append(ctx, drafts))
		for _, w := range batch {
			w.done <- err
		}
	}
}

// committed is the first error of an Append.
func committed(results []store.Appended, err error) error {
	for _, r := range results {
		err = errors.Join(err, r.Err)
	}
	return err
}

// measureFsync returns the median time that the disk below folder takes to have
// 4 KB appended and synced: what a durable send costs at least.
func measureFsync(folder string) (time.Duration, error) {
	f, err := os.CreateTemp(folder, "fsync-")
	if err != nil {
		return 0, err
	}
	defer f.Close()
	block := make([]byte, 4096)
	times := make([]time.Duration, 101)
	for i := range times {
		start := time.Now()
		if _, err := f.Write(block); err != nil {
			return 0, err
		}
		if err := f.Sync(); err != nil {
			return 0, err
		}
		times[i] = time.Since(start)
	}
	slices.Sort(times)
	return times[len(times)/2], nil
}
