package main

import (
	"bufio"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"slices"
	"sync"
)

// rawServer is the least that a fan-out server in Go can do, to compare ours
// with. It reads the lengths of frames and nothing else, and keeps nothing. The
// first frame of a connection names its room, and is sent back; all others go to
// every connection of the room as they are.
//
// What it shares with ours is what makes both fast: a goroutine for each
// connection that reads, the same bytes in every queue, and a goroutine that
// writes all that waits in one call, started when there is something to write.
type rawServer struct {
	mu    sync.Mutex
	rooms map[string]*rawRoom
	conns map[*rawConn]struct{}
}

type rawRoom struct {
	mu      sync.RWMutex
	members []*rawConn
}

type rawConn struct {
	net.Conn
	mu      sync.Mutex
	queue   net.Buffers
	writing bool
}

// ServeRaw runs the raw server on a port of the loopback, whose address is the
// first line of out, until in ends. Each line of in is a wish to collect garbage,
// answered with a line that has the bytes then in use.
func ServeRaw(in io.Reader, out io.Writer) error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s := newRawServer()
	go s.serve(ln)
	fmt.Fprintln(out, ln.Addr())
	for lines := bufio.NewScanner(in); lines.Scan(); {
		for range collections {
			runtime.GC()
		}
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		fmt.Fprintln(out, m.HeapInuse+m.StackInuse)
	}
	_ = ln.Close()
	s.close()
	return nil
}

func newRawServer() *rawServer {
	return &rawServer{rooms: map[string]*rawRoom{}, conns: map[*rawConn]struct{}{}}
}

// serve accepts connections until ln is closed.
func (s *rawServer) serve(ln net.Listener) {
	for {
		nc, err := ln.Accept()
		if err != nil {
			return
		}
		c := &rawConn{Conn: nc}
		s.mu.Lock()
		s.conns[c] = struct{}{}
		s.mu.Unlock()
		go s.read(c)
	}
}

func (s *rawServer) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		_ = c.Close()
	}
}

// read reads c to its end.
func (s *rawServer) read(c *rawConn) {
	defer func() {
		_ = c.Close()
		s.mu.Lock()
		delete(s.conns, c)
		s.mu.Unlock()
	}()
	// The first frame's size is known. No buffer is held while nothing comes:
	// only who sends gets one.
	var first [12]byte
	if _, err := io.ReadFull(c, first[:]); err != nil {
		return
	}
	room := s.room(string(first[:]))
	room.enter(c)
	defer room.leave(c)
	c.push(first[:])

	var head [1]byte
	if _, err := io.ReadFull(c, head[:]); err != nil {
		return
	}
	buf := make([]byte, 64<<10)
	buf[0] = head[0]
	have := 1
	for {
		n, err := c.Read(buf[have:])
		if err != nil {
			return
		}
		have += n
		whole := 0
		for have-whole >= 4 {
			size := 4 + int(binary.BigEndian.Uint32(buf[whole:]))
			if have-whole < size {
				break
			}
			whole += size
		}
		if whole > 0 {
			room.send(slices.Clone(buf[:whole]))
			have = copy(buf, buf[whole:have])
		}
		if have == len(buf) {
			return // a frame that is too large
		}
	}
}

func (s *rawServer) room(name string) *rawRoom {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.rooms[name]
	if r == nil {
		r = &rawRoom{}
		s.rooms[name] = r
	}
	return r
}

func (r *rawRoom) enter(c *rawConn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.members = append(r.members, c)
}

func (r *rawRoom) leave(c *rawConn) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.members = slices.DeleteFunc(r.members, func(other *rawConn) bool { return other == c })
}

func (r *rawRoom) send(frames []byte) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, c := range r.members {
		c.push(frames)
	}
}

// rawQueues holds the arrays of queues, so that an idle connection has none.
var rawQueues = sync.Pool{New: func() any { q := make(net.Buffers, 0, 16); return &q }}

func (c *rawConn) push(frames []byte) {
	c.mu.Lock()
	if c.queue == nil {
		c.queue = *rawQueues.Get().(*net.Buffers)
	}
	c.queue = append(c.queue, frames)
	start := !c.writing
	c.writing = true
	c.mu.Unlock()
	if start {
		go c.write()
	}
}

// write writes until nothing waits.
func (c *rawConn) write() {
	var written net.Buffers
	c.mu.Lock()
	for len(c.queue) > 0 {
		batch := c.queue
		c.queue = written
		c.mu.Unlock()
		if len(batch) == 1 {
			_, _ = c.Conn.Write(batch[0]) // the reader notices a broken connection
		} else {
			rest := batch
			_, _ = rest.WriteTo(c.Conn)
		}
		clear(batch)
		written = batch[:0]
		c.mu.Lock()
	}
	for _, q := range []net.Buffers{written, c.queue} {
		if cap(q) > 0 && cap(q) <= 1024 {
			q = q[:0]
			rawQueues.Put(&q)
		}
	}
	c.queue, c.writing = nil, false
	c.mu.Unlock()
}

// startRaw starts a raw server as a process of its own.
func startRaw(ctx context.Context, l *lab, w way) (*target, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	p, err := launch(ctx, self, rawServerCommand)
	if err != nil {
		return nil, err
	}
	t := &target{way: way{codec: w.codec}, name: "raw", raw: true, pid: p.pid(), process: p}
	address, err := p.line()
	if err != nil {
		return nil, fmt.Errorf("start the raw server: %w", errors.Join(err, t.stop()))
	}
	t.address = address
	t.collect = func(context.Context) (int64, error) {
		if _, err := io.WriteString(p.stdin, "collect\n"); err != nil {
			return 0, err
		}
		answer, err := p.line()
		if err != nil {
			return 0, err
		}
		var bytes int64
		_, err = fmt.Sscan(answer, &bytes)
		return bytes, err
	}
	return t, nil
}
