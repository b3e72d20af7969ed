package session

import (
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Outbox queues frames for one connection. Its writer is a goroutine that exists only
// while frames are queued: it takes all of them, writes them in one call, and ends when
// none are left.
//
// Frames may be shared by many outboxes and are never changed.
type Outbox struct {
	conn     net.Conn
	limit    int            // most bytes that may wait
	deadline time.Duration  // for one write, at least
	until    time.Time      // the connection's write deadline; the writer's
	cuts     *atomic.Uint64 // counts connections that were cut off for not reading

	mu        sync.Mutex
	queue     net.Buffers
	bytes     int           // in queue and being written
	writing   bool          // the writer exists
	cut       bool          // counted in cuts
	failed    bool          // a write did: nothing more goes in, and Finish closes the connection
	ending    bool          // nothing more goes in; the writer closes the connection
	linger    bool          // and gives the other side time to read the last frame
	ended     chan struct{} // closed when the connection is, if somebody waits
	decreased chan struct{} // closed when less waits, if somebody waits for that
}

// init prepares an outbox. Connections that are cut off for not reading, because
// too much waits or a write takes too long, are counted in cuts.
func (o *Outbox) init(conn net.Conn, limit int, deadline time.Duration, cuts *atomic.Uint64) {
	o.conn, o.limit, o.deadline, o.cuts = conn, limit, deadline, cuts
}

// Push adds frames. It returns false if the connection is too far behind: then
// the queue is dropped, and only Finish may still be called. After Finish, and after a
// failed write, it drops the frames.
func (o *Outbox) Push(frames []byte) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ending || o.failed {
		return true
	}
	// A single piece may be larger than the limit: it counts as what waits
	// for the next one.
	if o.bytes > 0 && o.bytes+len(frames) > o.limit {
		clear(o.queue)
		o.queue = o.queue[:0]
		o.countCut()
		return false
	}
	o.add(frames)
	return true
}

// Offer adds frames that may be left out, if the queue is then at most a quarter of its
// limit, so that they never get a connection cut off. It returns false if they were left
// out.
func (o *Outbox) Offer(frames []byte) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ending || o.failed {
		return true
	}
	if o.bytes > 0 && o.bytes+len(frames) > o.limit/4 {
		return false
	}
	o.add(frames)
	return true
}

// countCut counts the connection, once. The lock is held.
func (o *Outbox) countCut() {
	if !o.cut {
		o.cut = true
		o.cuts.Add(1)
	}
}

// add queues frames and starts the writer. The lock is held.
func (o *Outbox) add(frames []byte) {
	if o.queue == nil {
		o.queue = *queues.Get().(*net.Buffers)
	}
	o.queue = append(o.queue, frames)
	o.bytes += len(frames)
	if !o.writing {
		o.writing = true
		go o.write()
	}
}

// Finish makes last, if it is not nil, the last frame, and has the connection
// closed once the queue is written. The last frame is given time to be read (see
// [Linger]); input from now on is dropped.
func (o *Outbox) Finish(last []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.ending {
		return
	}
	o.ending = true
	o.wake()
	if last != nil && !o.failed {
		o.linger = true
		o.add(last)
	} else if !o.writing {
		o.close()
	}
}

// Failed reports whether a write has failed. The reader was woken then, by a read
// deadline that is over: input that has arrived is still to be read (see [Remainder]).
func (o *Outbox) Failed() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.failed
}

// Ending reports whether Finish was called.
func (o *Outbox) Ending() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.ending
}

// WaitForSpace is the back-pressure on the reader: it returns when the queue is at most
// half full, so that a reply has room, or when nothing is written any more.
func (o *Outbox) WaitForSpace() {
	o.mu.Lock()
	for o.bytes > o.limit/2 && !o.ending && !o.failed {
		if o.decreased == nil {
			o.decreased = make(chan struct{})
		}
		decreased := o.decreased
		o.mu.Unlock()
		<-decreased
		o.mu.Lock()
	}
	o.mu.Unlock()
}

// wake has WaitForSpace look again. The lock is held.
func (o *Outbox) wake() {
	if o.decreased != nil {
		close(o.decreased)
		o.decreased = nil
	}
}

// Wait returns when the connection is closed, some time after Finish.
func (o *Outbox) Wait() {
	o.mu.Lock()
	if o.conn == nil {
		o.mu.Unlock()
		return
	}
	if o.ended == nil {
		o.ended = make(chan struct{})
	}
	ended := o.ended
	o.mu.Unlock()
	<-ended
}

// close closes the connection. The lock is held.
func (o *Outbox) close() {
	conn := o.conn
	o.conn = nil
	_ = conn.Close()
	if o.ended != nil {
		close(o.ended)
	}
}

// queues holds the arrays of queues: an idle outbox has none.
var queues = sync.Pool{New: func() any { q := make(net.Buffers, 0, 16); return &q }}

// write writes until nothing waits.
func (o *Outbox) write() {
	var written net.Buffers // its array, free for reuse
	o.mu.Lock()
	for len(o.queue) > 0 {
		batch, n := o.queue, o.bytes
		o.queue = written
		o.mu.Unlock()
		err := o.writeAll(batch)
		clear(batch) // shared bytes must not stay alive here
		written = batch[:0]
		o.mu.Lock()
		o.bytes -= n
		if err != nil {
			o.failed, o.linger, o.queue, o.bytes = true, false, o.queue[:0], 0
			if isTimeout(err) {
				o.countCut()
			}
			_ = o.conn.SetReadDeadline(past)
		}
		o.wake()
	}
	o.recycle(written)
	o.recycle(o.queue)
	o.queue = nil
	if o.linger {
		o.mu.Unlock()
		Linger(o.conn) // nobody else ends it while the writer exists
		o.mu.Lock()
	}
	o.writing = false
	if o.ending {
		o.close()
	}
	o.mu.Unlock()
}

func isTimeout(err error) bool { return errors.Is(err, os.ErrDeadlineExceeded) }

func (o *Outbox) recycle(q net.Buffers) {
	if c := cap(q); c > 0 && c <= 1024 {
		q = q[:0]
		queues.Put(&q)
	}
}

// setDeadline gives a write at least o.deadline. To set one costs as much as a
// tenth of a small write, so it is set for half as long again and left alone
// while enough of it remains.
func (o *Outbox) setDeadline() error {
	now := time.Now()
	if o.until.Sub(now) >= o.deadline {
		return nil
	}
	o.until = now.Add(o.deadline + o.deadline/2)
	return o.conn.SetWriteDeadline(o.until)
}

func (o *Outbox) writeAll(batch net.Buffers) error {
	if err := o.setDeadline(); err != nil {
		return err
	}
	if len(batch) == 1 {
		_, err := o.conn.Write(batch[0])
		return err
	}
	if _, ok := o.conn.(*net.TCPConn); ok {
		_, err := batch.WriteTo(o.conn) // writev
		return err
	}
	// Anything else (TLS) would make a record and a call of each piece.
	size := 0
	for _, b := range batch {
		size += len(b)
	}
	all := make([]byte, 0, size)
	for _, b := range batch {
		all = append(all, b...)
	}
	_, err := o.conn.Write(all)
	return err
}
