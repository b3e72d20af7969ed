package client

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gobwas/ws"

	"plausch"
	"plausch/protocol"
)

// ErrLost is wrapped by the error of a call whose connection ended before the
// answer came: whether the server did what was asked is unknown. The reason is
// wrapped too; it is a *plausch.Error if the server said bye.
var ErrLost = errors.New("the connection is lost")

// errClosed is the reason of a connection that Close ended.
var errClosed = errors.New("closed")

const (
	// byeTime is how long a server may take to answer what is in flight and to
	// close the connection after it said bye.
	byeTime = 10 * time.Second
	// closeTime is how long Close tries to say so on a WebSocket.
	closeTime = 100 * time.Millisecond
	// keptBuffer is the largest write buffer that is kept for the next writes.
	keptBuffer = 64 << 10
)

// Conn is one connection to a server, which has been said hello to. It is safe
// for concurrent use.
//
// It has a goroutine that reads until the connection ends, and one that writes
// while there is something to write: what many callers ask for in the meantime
// goes out in one write.
type Conn struct {
	nc       net.Conn
	codec    protocol.Codec
	ws       *webSocket // nil on a plain stream
	in       *frameReader
	onPush   func(*protocol.Frame)
	welcome  protocol.Welcome
	running  sync.WaitGroup // the goroutines
	ended    chan struct{}  // closed when the reading goroutine has cleaned up
	received atomic.Uint64  // counts the frames that were read

	mu      sync.Mutex // guards what follows
	lastID  int64
	pending map[int64]call
	out     []byte // waits to be written
	spare   []byte // the other buffer, while no one writes from it
	writing bool   // the writing goroutine runs
	bye     error  // what the server said before it closes
	err     error  // why the connection ended; nil while it has not
}

// call is a request that has no answer yet.
type call struct {
	method string
	result protocol.Body
	done   func(error)
}

// Welcome returns what the server answered to the hello.
func (c *Conn) Welcome() protocol.Welcome { return c.welcome }

// Call sends a request and waits for its answer, which is decoded into result
// (nil drops it). Calls may overlap: they are sent in the order in which they
// were made, without waiting for one another's answers.
//
// The error is a *plausch.Error if the server refused, wraps [ErrLost] if the
// connection ended, and is the context's if that was done first: the request
// may then still be carried out, and its answer is dropped.
func (c *Conn) Call(ctx context.Context, method string, params, result protocol.Body) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	answered := make(chan error, 1)
	id, err := c.start(method, params, result, func(err error) { answered <- err })
	if err != nil {
		return err
	}
	select {
	case err := <-answered:
		return err
	case <-ctx.Done():
	}
	c.mu.Lock()
	_, waits := c.pending[id]
	delete(c.pending, id)
	c.mu.Unlock()
	if waits {
		return fmt.Errorf("%s: %w", method, context.Cause(ctx))
	}
	return <-answered // it is being decoded into result just now
}

// Go sends a request and returns. When the answer has come and has been decoded
// into result, or the connection has ended, done is called once, with an error
// as of [Conn.Call], on the reading goroutine: in order with pushes, and under
// the same rules as DialOptions.OnPush. If Go returns an error, nothing was
// sent and done is not called.
//
// Go never waits, so the caller has to bound its calls in flight.
func (c *Conn) Go(method string, params, result protocol.Body, done func(error)) error {
	_, err := c.start(method, params, result, done)
	return err
}

func (c *Conn) start(method string, params, result protocol.Body, done func(error)) (int64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return 0, lost(c.err)
	}
	id := c.lastID + 1
	var fits bool
	c.out, fits = c.appendFrame(c.out, func(b []byte) []byte {
		return c.codec.AppendRequest(b, id, method, params)
	})
	if !fits {
		return 0, plausch.Errorf(plausch.TooLarge, "the request is larger than a frame may be (%d bytes)", protocol.MaxFrame)
	}
	c.lastID = id
	c.pending[id] = call{method, result, done}
	c.startWriter()
	return id, nil
}

// startWriter sees to it that c.out gets written; c.mu is held. The goroutine
// gets to run a little later, so that a caller with many requests has them go
// out together.
func (c *Conn) startWriter() {
	if !c.writing {
		c.writing = true
		c.running.Add(1)
		go c.write()
	}
}

// write writes the queue, in as few calls as possible, and ends.
func (c *Conn) write() {
	defer c.running.Done()
	c.mu.Lock()
	defer c.mu.Unlock()
	for c.err == nil && len(c.out) > 0 {
		b := c.out
		c.out, c.spare = c.spare[:0], nil
		c.mu.Unlock()
		_, err := c.nc.Write(b)
		c.mu.Lock()
		if err != nil {
			// The reader gets to know of it, perhaps after a bye that waits there.
			c.nc.SetReadDeadline(time.Now().Add(closeTime))
			if c.bye == nil {
				c.bye = err
			}
			break
		}
		if cap(b) <= keptBuffer {
			c.spare = b
		}
	}
	c.writing = false
}

// writeControl sends a WebSocket control frame behind the queue.
func (c *Conn) writeControl(op ws.OpCode, body []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.out) < largestBuffer { // else nothing is read over there: do not pile up pongs
		c.out, _ = c.ws.append(c.out, op, func(b []byte) []byte { return append(b, body...) })
		c.startWriter()
	}
}

// read takes in frames until the connection ends.
func (c *Conn) read() {
	defer c.running.Done()
	var err error
	for err == nil {
		var body []byte
		if body, err = c.readFrame(); err == nil {
			err = c.take(body)
		}
	}
	c.end(err)
	close(c.ended)
}

// take handles one frame.
func (c *Conn) take(body []byte) error {
	c.received.Add(1)
	f, err := c.codec.DecodeFrame(body)
	if err != nil {
		return fmt.Errorf("the server sent what is not of the protocol: %w", err)
	}
	if f.ID != 0 {
		c.answer(&f)
		return nil
	}
	if f.Bye != nil {
		c.mu.Lock()
		c.bye = f.Bye.Error()
		c.mu.Unlock()
		c.nc.SetReadDeadline(time.Now().Add(byeTime))
	}
	if c.onPush != nil && f.IsPush() {
		c.onPush(&f)
	}
	return nil
}

func (c *Conn) answer(f *protocol.Frame) {
	c.mu.Lock()
	p, ok := c.pending[f.ID]
	delete(c.pending, f.ID)
	c.mu.Unlock()
	if !ok {
		return // given up by its caller
	}
	var err error
	switch {
	case f.Error != nil:
		err = f.Error.Error()
	case p.result != nil:
		if err = c.codec.Decode(f.Result, p.result); err != nil {
			err = fmt.Errorf("the answer to %s: %w", p.method, err)
		}
	}
	p.done(err)
}

// end ends the connection with err, or with the error of the server's bye before it.
func (c *Conn) end(err error) {
	c.mu.Lock()
	if c.err == nil {
		c.err = err
		if c.bye != nil {
			c.err = c.bye
		}
	}
	err = lost(c.err)
	pending := c.pending
	c.pending = nil
	c.mu.Unlock()
	c.nc.Close()
	for _, p := range pending {
		p.done(err)
	}
}

func lost(err error) error { return fmt.Errorf("%w: %w", ErrLost, err) }

// Close ends the connection and waits for its goroutines. Calls in flight end
// with [ErrLost]. Closing twice is no error.
func (c *Conn) Close() error {
	c.mu.Lock()
	if c.err == nil {
		c.err = errClosed
		if c.ws != nil && !c.writing {
			b, _ := c.ws.append(nil, ws.OpClose, func(b []byte) []byte {
				return append(b, ws.NewCloseFrameBody(ws.StatusNormalClosure, "")...)
			})
			c.nc.SetWriteDeadline(time.Now().Add(closeTime))
			c.nc.Write(b)
		}
	}
	c.mu.Unlock()
	c.nc.Close()
	c.running.Wait()
	return nil
}

// abort ends the connection because of err, without waiting.
func (c *Conn) abort(err error) {
	c.mu.Lock()
	if c.err == nil {
		c.err = err
	}
	c.mu.Unlock()
	c.nc.Close()
}

// Done is closed when the connection has ended and every call was told.
func (c *Conn) Done() <-chan struct{} { return c.ended }

// Err returns why the connection ended, a *plausch.Error if the server said
// bye, and nil while it has not.
func (c *Conn) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}
