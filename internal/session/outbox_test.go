package session

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

// slowConn is a connection whose writes wait until they are let through.
type slowConn struct {
	net.Conn
	let chan error // what a write returns

	mu     sync.Mutex
	writes [][]byte
	closed bool
}

func newSlowConn() *slowConn { return &slowConn{let: make(chan error)} }

func (c *slowConn) Write(p []byte) (int, error) {
	if err := <-c.let; err != nil {
		return 0, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.writes = append(c.writes, slices.Clone(p))
	return len(p), nil
}

func (c *slowConn) SetWriteDeadline(time.Time) error { return nil }

func (c *slowConn) SetReadDeadline(time.Time) error { return nil }

func (c *slowConn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	return nil
}

// written returns the writes so far and whether the connection is closed.
func (c *slowConn) written() ([]string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var all []string
	for _, w := range c.writes {
		all = append(all, string(w))
	}
	return all, c.closed
}

// outbox returns an outbox of 100 bytes. Call it in a bubble of synctest.
func outbox(conn net.Conn) *Outbox {
	o := new(Outbox)
	o.init(conn, 100, 10*time.Second, new(atomic.Uint64))
	return o
}

// wrote checks what was written, each element in one write, and whether the
// connection is closed.
func wrote(t *testing.T, c *slowConn, closed bool, want ...string) {
	t.Helper()
	synctest.Wait()
	got, isClosed := c.written()
	if !slices.Equal(got, want) || isClosed != closed {
		t.Errorf("wrote %q, closed %v; want %q, closed %v", got, isClosed, want, closed)
	}
}

func TestOutboxWritesAllThatWaitsTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newSlowConn()
		o := outbox(c)
		o.Push([]byte("1 "))
		synctest.Wait()
		for i := 2; i <= 9; i++ {
			o.Push(fmt.Appendf(nil, "%d ", i))
		}
		wrote(t, c, false)
		c.let <- nil
		c.let <- nil
		wrote(t, c, false, "1 ", "2 3 4 5 6 7 8 9 ")
	})
}

func TestOutboxBound(t *testing.T) {
	piece := bytes.Repeat([]byte("x"), 30)
	tests := map[string]struct {
		pushes []int // sizes
		want   []bool
	}{
		"up to the bound":            {[]int{30, 30, 40}, []bool{true, true, true}},
		"a byte over the bound":      {[]int{30, 30, 41}, []bool{true, true, false}},
		"a large one alone":          {[]int{500}, []bool{true}},
		"a large one behind another": {[]int{1, 500}, []bool{true, false}},
		"another behind a large one": {[]int{500, 1}, []bool{true, false}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newSlowConn()
				o := outbox(c)
				var got []bool
				for _, n := range test.pushes {
					got = append(got, o.Push(bytes.Repeat([]byte("x"), n)))
				}
				if !slices.Equal(got, test.want) {
					t.Errorf("Push returned %v, want %v", got, test.want)
				}
				o.Finish(nil)
				close(c.let)
				o.Wait()
			})
		})
	}
	t.Run("what was written does not count", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			c := newSlowConn()
			o := outbox(c)
			for range 20 {
				if !o.Push(piece) {
					t.Fatal("an outbox that is read is full")
				}
				c.let <- nil
				synctest.Wait()
			}
		})
	})
}

func TestOutboxLeavesOutWhatIsOffered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newSlowConn()
		o := outbox(c)
		if !o.Offer(bytes.Repeat([]byte("a"), 40)) {
			t.Error("an empty outbox left a push out")
		}
		synctest.Wait()
		for range 1000 {
			if o.Offer([]byte("b")) {
				t.Fatal("over a quarter waits, and a push that may be left out was added")
			}
		}
		if !o.Push(bytes.Repeat([]byte("c"), 60)) || o.cuts.Load() != 0 {
			t.Error("what may be left out took the room of what may not")
		}
		c.let <- nil
		c.let <- nil
		synctest.Wait()
		if !o.Offer([]byte("d")) {
			t.Error("an outbox that was read left a push out")
		}
		c.let <- nil
		wrote(t, c, false, strings.Repeat("a", 40), strings.Repeat("c", 60), "d")
		o.Finish(nil)
		if !o.Offer([]byte("late")) {
			t.Error("Offer after Finish failed")
		}
	})
}

func TestOutboxCutsOffWhoDoesNotRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newSlowConn()
		o := outbox(c)
		o.Push(bytes.Repeat([]byte("a"), 60))
		synctest.Wait()
		o.Push([]byte("dropped"))
		if o.Push(bytes.Repeat([]byte("b"), 60)) {
			t.Fatal("Push went over the bound")
		}
		o.Finish([]byte("bye"))
		o.Finish([]byte("twice"))
		if !o.Push([]byte("late")) {
			t.Error("Push after Finish failed")
		}
		c.let <- nil
		c.let <- nil
		o.Wait()
		wrote(t, c, true, string(bytes.Repeat([]byte("a"), 60)), "bye")
		if n := o.cuts.Load(); n != 1 {
			t.Errorf("%d connections were cut off for not reading", n)
		}
	})
}

func TestOutboxFinish(t *testing.T) {
	tests := map[string]struct {
		push, last string
		want       []string
	}{
		"idle":                   {},
		"idle with a last frame": {last: "bye", want: []string{"bye"}},
		"busy":                   {push: "a", want: []string{"a"}},
		"busy with a last frame": {push: "a", last: "bye", want: []string{"a", "bye"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newSlowConn()
				o := outbox(c)
				if test.push != "" {
					o.Push([]byte(test.push))
					synctest.Wait()
				}
				var last []byte
				if test.last != "" {
					last = []byte(test.last)
				}
				o.Finish(last)
				close(c.let)
				o.Wait()
				o.Wait() // again is no harm
				wrote(t, c, true, test.want...)
			})
		})
	}
}

func TestOutboxEndsWithTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newSlowConn()
		o := outbox(c)
		o.Push([]byte("a"))
		synctest.Wait()
		o.Push([]byte("b"))
		c.let <- errors.New("broken pipe")
		synctest.Wait()
		if !o.Push([]byte("c")) {
			t.Error("Push into an outbox that has failed wants it cut off")
		}
		wrote(t, c, false) // there may be something to read
		o.Finish([]byte("bye"))
		o.Wait()
		wrote(t, c, true)
	})
}

func TestOutboxWriteDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		near, far := net.Pipe()
		defer far.Close()
		o := outbox(near)
		began := time.Now()
		o.Push([]byte("nobody reads this"))
		if _, err := near.Read(make([]byte, 1)); !isTimeout(err) {
			t.Errorf("the reader was woken by %v", err)
		}
		o.Finish(nil)
		o.Wait()
		if took := time.Since(began); took < 10*time.Second || took > 15*time.Second {
			t.Errorf("the connection was closed after %v, want 10 to 15s", took)
		}
		if n := o.cuts.Load(); n != 1 {
			t.Errorf("%d connections were cut off for not reading", n)
		}
	})
}

func TestOutboxRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newSlowConn()
		o := outbox(c)
		o.WaitForSpace() // there is
		o.Push(bytes.Repeat([]byte("a"), 50))
		synctest.Wait()
		o.WaitForSpace()
		o.Push([]byte("b"))
		passed := false
		go func() {
			o.WaitForSpace()
			passed = true
		}()
		synctest.Wait()
		if passed {
			t.Error("Room returned with over half of the bound waiting")
		}
		c.let <- nil
		synctest.Wait()
		if !passed {
			t.Error("Room did not return when there was room")
		}
		c.let <- nil
	})
	for name, end := range map[string]func(*slowConn, *Outbox){
		"Finish":              func(_ *slowConn, o *Outbox) { o.Finish(nil) },
		"a broken connection": func(c *slowConn, _ *Outbox) { c.let <- errors.New("broken pipe") },
	} {
		t.Run(name+" ends it", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newSlowConn()
				o := outbox(c)
				o.Push(bytes.Repeat([]byte("a"), 60))
				synctest.Wait()
				ended := make(chan struct{})
				go func() {
					o.WaitForSpace()
					close(ended)
				}()
				synctest.Wait()
				end(c, o)
				<-ended
				o.Finish(nil)
				close(c.let)
				o.Wait()
			})
		})
	}
}

func TestIdleOutboxHasNoGoroutine(t *testing.T) {
	near, far := net.Pipe()
	defer near.Close()
	defer far.Close()
	o := outbox(near)
	for range 3 {
		o.Push([]byte("hello"))
		if _, err := far.Read(make([]byte, 5)); err != nil {
			t.Fatal(err)
		}
		goleak.VerifyNone(t)
		o.mu.Lock()
		if o.queue != nil {
			t.Error("an idle outbox has a queue")
		}
		o.mu.Unlock()
	}
}
