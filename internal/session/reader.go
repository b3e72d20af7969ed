package session

import (
	"io"
	"net"
	"sync"
	"time"
)

// Reader reads a connection without holding a buffer while nothing comes: the
// first bytes of a frame are read into a few bytes of its own, and only then is
// a buffer borrowed, filled with all that is there, and given back when it has
// been read empty.
type Reader struct {
	conn   net.Conn
	prefix []byte // read by somebody else before
	head   [16]byte
	buf    *[]byte // borrowed, or nil
	r, w   int     // buf[r:w] is not read yet
}

// NewReader returns a reader of prefix, which was read from conn, and then conn.
func NewReader(conn net.Conn, prefix []byte) *Reader { return &Reader{conn: conn, prefix: prefix} }

const smallBuffer = 4 << 10

var (
	smallBuffers = sync.Pool{New: func() any { b := make([]byte, smallBuffer); return &b }}
	largeBuffers = sync.Pool{New: func() any { b := make([]byte, 72<<10); return &b }}
)

// Next returns the next n bytes, valid until the next call. It returns io.EOF
// only if there is not one more byte. At most 64 KiB can be asked for. A call
// for up to 16 bytes may wait long: it holds no buffer meanwhile.
func (r *Reader) Next(n int) ([]byte, error) {
	if r.buf != nil && r.r == r.w {
		r.release()
	}
	if r.buf == nil && len(r.prefix) == 0 && n <= len(r.head) {
		_, err := io.ReadFull(r.conn, r.head[:n])
		return r.head[:n], err
	}
	if err := r.fill(n); err != nil {
		return nil, err
	}
	b := (*r.buf)[r.r : r.r+n]
	r.r += n
	return b, nil
}

// fill has at least n bytes in the buffer.
func (r *Reader) fill(n int) error {
	if r.buf == nil {
		r.borrow(max(n, len(r.prefix)))
		r.w = copy(*r.buf, r.prefix)
		r.prefix = nil
	}
	if r.r+n > len(*r.buf) {
		old, from, to := r.buf, r.r, r.w
		if n > len(*old) {
			r.borrow(n)
		}
		r.r, r.w = 0, copy(*r.buf, (*old)[from:to])
		if r.buf != old {
			giveBack(old)
		}
	}
	for r.w-r.r < n {
		m, err := r.conn.Read((*r.buf)[r.w:])
		r.w += m
		if err != nil && r.w-r.r < n {
			if err == io.EOF && r.w > r.r {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
	}
	return nil
}

func (r *Reader) borrow(n int) {
	pool := &smallBuffers
	if n > smallBuffer {
		pool = &largeBuffers
	}
	r.buf = pool.Get().(*[]byte)
	r.r, r.w = 0, 0
}

func (r *Reader) release() {
	giveBack(r.buf)
	r.buf, r.r, r.w = nil, 0, 0
}

func giveBack(b *[]byte) {
	if len(*b) == smallBuffer {
		smallBuffers.Put(b)
	} else {
		largeBuffers.Put(b)
	}
}

// Body returns the next n bytes like Next, for the rest of a frame that has
// begun: it has to come within patience, if that is not 0. Afterwards the
// connection has no read deadline.
func (r *Reader) Body(n int, patience time.Duration) ([]byte, error) {
	if patience > 0 && (r.buf == nil || r.w-r.r < n) {
		if err := r.conn.SetReadDeadline(time.Now().Add(patience)); err != nil {
			return nil, err
		}
		defer r.conn.SetReadDeadline(time.Time{})
	}
	b, err := r.Next(n)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return b, err
}

// Read implements io.Reader by Next, for at most 16 bytes at a time.
func (r *Reader) Read(p []byte) (int, error) {
	b, err := r.Next(min(len(p), len(r.head)))
	if err != nil {
		return 0, err
	}
	return copy(p, b), nil
}
