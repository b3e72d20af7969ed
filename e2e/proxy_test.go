package e2e

import (
	"io"
	"net"
	"sync"
	"sync/atomic"
	"testing"
)

// cutter passes connections on to a server and cuts them.
type cutter struct {
	ln     net.Listener
	server string
	// up and down are after how many bytes to and from the server a connection
	// is cut; less than 0 is never.
	up, down int64
	times    atomic.Int64 // how many more connections are cut

	reset   bool // cut with a reset instead of an end
	wentUp  atomic.Int64
	running sync.WaitGroup
	went    atomic.Int64 // bytes down
}

// newCutter returns a cutter of the first times connections.
func newCutter(t *testing.T, server string, up, down, times int64, reset bool) *cutter {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cutter{ln: ln, server: server, up: up, down: down, reset: reset}
	c.times.Store(times)
	c.running.Go(func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			c.running.Go(func() { c.pass(conn.(*net.TCPConn)) })
		}
	})
	return c
}

func (c *cutter) address() string { return c.ln.Addr().String() }

// close ends it; the connections have to have ended.
func (c *cutter) close() {
	c.ln.Close()
	c.running.Wait()
}

func (c *cutter) pass(near *net.TCPConn) {
	defer near.Close()
	up, down := c.up, c.down
	if c.times.Add(-1) < 0 {
		up, down = -1, -1
	}
	far, err := net.Dial("tcp", c.server)
	if err != nil {
		return
	}
	defer far.Close()
	var both sync.WaitGroup
	both.Go(func() {
		c.wentUp.Add(c.copy(far.(*net.TCPConn), near, up))
	})
	both.Go(func() {
		c.went.Add(c.copy(near, far.(*net.TCPConn), down))
	})
	both.Wait()
}

// copy passes on up to n bytes, then or at the end of either side it ends both.
func (c *cutter) copy(to, from *net.TCPConn, n int64) int64 {
	var copied int64
	if n < 0 {
		copied, _ = io.Copy(to, from)
	} else {
		copied, _ = io.CopyN(to, from, n)
	}
	if c.reset && copied == n {
		_ = to.SetLinger(0)
		_ = from.SetLinger(0)
	}
	to.Close()
	from.Close()
	return copied
}
