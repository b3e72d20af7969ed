package session

import (
	"errors"
	"io"
	"net"
	"os"
	"sync"
	"time"

	"plausch"
)

// Reader reads a connection without holding a buffer while nothing comes: the
// first bytes of a frame are read into a few bytes of its own, and only then is
// a buffer borrowed, filled with all that is there, and given back when it has
// been read empty.
type Reader struct {
	conn   net.Conn
	prefix []byte // read by somebody else before
	head   [MaxHead]byte
	buf    *[]byte // borrowed, or nil
	r, w   int     // buf[r:w] is not read yet
}

// NewReader returns a reader of prefix, which was read from conn, and then conn.
func NewReader(conn net.Conn, prefix []byte) *Reader { return &Reader{conn: conn, prefix: prefix} }

// MaxHead is the most bytes that [Reader.Head] can be asked for: the longest
// header of a frame.
const MaxHead = 16

const smallBuffer = 4 << 10

var (
	smallBuffers = sync.Pool{New: func() any { b := make([]byte, smallBuffer); return &b }}
	largeBuffers = sync.Pool{New: func() any { b := make([]byte, 72<<10); return &b }}
)

// Head returns the next n bytes, at most [MaxHead], with which a frame begins.
// They are valid until the next call. The first of them may take long, and no
// buffer is held meanwhile; the others have to come as [Reader.Body] says. It
// returns io.EOF, or the error of a read deadline, only if there is not one more
// byte: then Head can be called again.
func (r *Reader) Head(n int, timeout time.Duration) ([]byte, error) {
	if r.buf != nil && r.r == r.w {
		r.releaseBuffer()
	}
	if r.buf != nil || len(r.prefix) > 0 {
		return r.Body(n, timeout)
	}
	// Most connections wait here: keep the frames of this call small.
	m, err := r.conn.Read(r.head[:n])
	switch {
	case m == n:
		return r.head[:n], nil
	case m == 0 && err != nil:
		return nil, err
	}
	return r.head[:n], r.withDeadline(timeout, func() error {
		more, err := r.conn.Read(r.head[m:n])
		if m += more; m == n {
			return nil
		}
		return partialReadError(err)
	})
}

// Body returns the next n bytes, up to 64 KiB, of a frame that has begun: they
// have to come within timeout, if that is not 0; afterwards the connection has
// no read deadline. They are valid until the next call.
func (r *Reader) Body(n int, timeout time.Duration) ([]byte, error) {
	if r.buf != nil && r.r == r.w {
		r.releaseBuffer()
	}
	r.makeRoom(n)
	if r.w-r.r < n {
		err := r.withDeadline(timeout, func() error {
			m, err := r.conn.Read((*r.buf)[r.w:])
			if r.w += m; r.w-r.r >= n {
				return nil
			}
			return partialReadError(err)
		})
		if err != nil {
			return nil, err
		}
	}
	b := (*r.buf)[r.r : r.r+n]
	r.r += n
	return b, nil
}

// errReadMore asks withDeadline to read on.
var errReadMore = errors.New("read on")

func partialReadError(err error) error {
	switch err {
	case nil:
		return errReadMore
	case io.EOF:
		return io.ErrUnexpectedEOF // a frame has begun
	}
	return err
}

// withDeadline calls read until it does not return errReadMore, and for at most timeout,
// if that is not 0. A deadline that somebody else has set meanwhile, to wake a
// reader who waits for a frame, does not count the first time.
func (r *Reader) withDeadline(timeout time.Duration, read func() error) error {
	if timeout <= 0 {
		for {
			if err := read(); err != errReadMore {
				return err
			}
		}
	}
	until := time.Now().Add(timeout)
	defer r.conn.SetReadDeadline(time.Time{})
	for woken := false; ; {
		if err := r.conn.SetReadDeadline(until); err != nil {
			return err
		}
		switch err := read(); {
		case err == errReadMore:
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return err
		case !time.Now().Before(until):
			return plausch.Errorf(plausch.Invalid, "the rest of a frame did not come within %v", timeout)
		case woken:
			return err
		default:
			woken = true
		}
	}
}

// makeRoom has a buffer with room for n bytes from r.r on.
func (r *Reader) makeRoom(n int) {
	if r.buf == nil {
		r.acquireBuffer(max(n, len(r.prefix)))
		r.w = copy(*r.buf, r.prefix)
		r.prefix = nil
	}
	if r.r+n <= len(*r.buf) {
		return
	}
	old, from, to := r.buf, r.r, r.w
	if n > len(*old) {
		r.acquireBuffer(n)
	}
	r.r, r.w = 0, copy(*r.buf, (*old)[from:to])
	if r.buf != old {
		putBuffer(old)
	}
}

func (r *Reader) acquireBuffer(n int) {
	pool := &smallBuffers
	if n > smallBuffer {
		pool = &largeBuffers
	}
	r.buf = pool.Get().(*[]byte)
	r.r, r.w = 0, 0
}

func (r *Reader) releaseBuffer() {
	putBuffer(r.buf)
	r.buf, r.r, r.w = nil, 0, 0
}

func putBuffer(b *[]byte) {
	if len(*b) == smallBuffer {
		smallBuffers.Put(b)
	} else {
		largeBuffers.Put(b)
	}
}
