package e2e

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"plausch"
	"plausch/protocol"
)

func needStrace(t *testing.T) string {
	t.Helper()
	path, err := exec.LookPath("strace")
	if err != nil {
		t.Fatal("this test needs strace: apt-get install strace (make deps does it)")
	}
	return path
}

// refusedDial reports whether nobody listens at an address.
func refusedDial(address string) bool {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		return true
	}
	conn.Close()
	return false
}

// flood makes so much wait for a connection that does not read that the server
// cannot write on, and returns then.
func flood(t *testing.T, s *serverProcess, stuck *wire) {
	t.Helper()
	_ = stuck.conn.(*net.TCPConn).SetReadBuffer(4 << 10)
	writer := dialWire(t, s.address, protocol.Format{}).enterAnew()
	writer.must(protocol.MethodMessageSend, &protocol.MessageSend{Room: 1, Text: strings.Repeat("x", plausch.MaxText)}, &protocol.MessageSent{})
	// Replies are not written faster than they are read.
	get := stuck.frame(stuck.request(protocol.MethodHistory, &protocol.HistoryGet{Room: 1}))
	for {
		_ = stuck.conn.SetWriteDeadline(time.Now().Add(time.Second))
		if _, err := stuck.conn.Write(get); err != nil {
			return
		}
	}
}

// listener is a connection that hears everything in its rooms and notes when.
type listener struct {
	conn  net.Conn
	heard func() // is called for each event
	seqs  []int64
	at    []time.Time
	err   error
}

// hear reads pushes of the public room up to a seq.
func (l *listener) hear(upTo int64) {
	head := make([]byte, 4)
	var body []byte
	for {
		if _, l.err = io.ReadFull(l.conn, head); l.err != nil {
			return
		}
		n := int(binary.BigEndian.Uint32(head))
		body = slices.Grow(body[:0], n)[:n]
		if _, l.err = io.ReadFull(l.conn, body); l.err != nil {
			return
		}
		now := time.Now()
		f, err := protocol.Msgpack.DecodeFrame(body)
		if err != nil {
			l.err = err
			return
		}
		if f.Bye != nil {
			l.err = f.Bye.Error()
			return
		}
		if f.Event != nil {
			l.seqs, l.at = append(l.seqs, f.Event.Seq), append(l.at, now)
			l.heard()
			if f.Event.Seq >= upTo {
				return
			}
		}
	}
}

// audience is many people who read, and what they heard.
type audience struct {
	t         *testing.T
	s         *serverProcess
	listeners []*listener
	speaker   *wire
	head      int64
	left      atomic.Int64  // how many have not heard the last message
	all       chan struct{} // has an element when all have
}

func newAudience(t *testing.T, s *serverProcess, n int) *audience {
	t.Helper()
	a := &audience{t: t, s: s, speaker: dialWire(t, s.address, protocol.Format{}).enterAnew(), all: make(chan struct{}, 1)}
	heard := func() {
		if a.left.Add(-1) == 0 {
			a.all <- struct{}{}
		}
	}
	for range n {
		w := dialWire(t, s.address, protocol.Format{}).enterAnew()
		w.must(protocol.MethodSubscribe, &protocol.Empty{}, &protocol.Empty{})
		_ = w.conn.SetReadDeadline(time.Time{})
		a.listeners = append(a.listeners, &listener{conn: w.conn, heard: heard})
	}
	return a
}

// speak says n things, each when everyone has heard the one before, and returns
// the 99th percentile of the time until somebody hears one.
func (a *audience) speak(n int) time.Duration {
	a.t.Helper()
	var hearing sync.WaitGroup
	for _, l := range a.listeners {
		l.seqs, l.at = l.seqs[:0], l.at[:0]
		_ = l.conn.SetReadDeadline(time.Now().Add(2 * patience))
		hearing.Go(func() { l.hear(a.head + int64(n)) })
	}
	said := make([]time.Time, n)
	for i := range n {
		a.left.Store(int64(len(a.listeners)))
		said[i] = time.Now()
		var sent protocol.MessageSent
		a.speaker.must(protocol.MethodMessageSend, &protocol.MessageSend{Room: 1, Text: fmt.Sprintf("message %d", i)}, &sent)
		if sent.Seq != a.head+int64(i)+1 {
			a.t.Fatalf("message %d has seq %d", i, sent.Seq)
		}
		select {
		case <-a.all:
		case <-time.After(2 * patience):
			a.t.Fatalf("%d of %d do not hear message %d", a.left.Load(), len(a.listeners), i)
		}
	}
	hearing.Wait()
	var delays []time.Duration
	for i, l := range a.listeners {
		if l.err != nil {
			a.t.Fatalf("listener %d: %v", i, l.err)
		}
		for k, seq := range l.seqs {
			if seq != a.head+int64(k)+1 {
				a.t.Fatalf("listener %d heard %d where %d was next", i, seq, a.head+int64(k)+1)
			}
			delays = append(delays, l.at[k].Sub(said[k]))
		}
	}
	a.head += int64(n)
	slices.Sort(delays)
	return delays[len(delays)*99/100]
}

// TestSlowReaders has people who read a byte a second beside many who read (R10):
// the many do not notice, the server's memory does not grow, and the slow ones
// are cut off.
func TestSlowReaders(t *testing.T) {
	const slow = 100
	many, messages := pick(200, 1000), pick(50, 400)
	s := startServer(t, append(slices.Clone(noSendLimits), "--limits-connections-private-before-sign-in=2000")...)
	a := newAudience(t, s, many)
	a.speak(messages) // warms up
	alone := a.speak(messages)

	// The slow ones share a room in which so much is said that no buffer of the
	// operating system holds it.
	host := newPerson(t, "host", "tcp://"+s.address, protocol.Msgpack).mustEnter(t, nil)
	var room protocol.Room
	if err := host.Call(t.Context(), protocol.MethodRoomCreate, &protocol.RoomCreate{Name: "noise"}, &room); err != nil {
		t.Fatal(err)
	}
	var crawlers []*wire
	for range slow {
		w := dialWire(t, s.address, protocol.Format{})
		_ = w.conn.(*net.TCPConn).SetReadBuffer(4 << 10)
		w.enterAnew()
		w.must(protocol.MethodRoomJoin, &protocol.RoomRef{Room: room.ID}, &protocol.Room{})
		w.must(protocol.MethodSubscribe, &protocol.Empty{}, &protocol.Empty{})
		crawlers = append(crawlers, w)
	}
	before := s.metric("process_resident_memory_bytes")
	ctx, stop := context.WithCancel(t.Context())
	var crawling sync.WaitGroup
	t.Cleanup(func() { stop(); crawling.Wait() })
	for _, w := range crawlers {
		crawling.Go(func() { crawl(ctx, w.conn) })
	}
	noise := make(chan error, 1)
	go func() {
		params := protocol.MessageSend{Room: room.ID, Text: strings.Repeat("noise ", plausch.MaxText/6)}
		for {
			if err := host.Call(ctx, protocol.MethodMessageSend, &params, nil); err != nil {
				noise <- err
				return
			}
		}
	}()
	beside, most := time.Duration(0), before
	began := time.Now()
	for first := true; first || s.metric("plausch_sessions") > float64(many); first = false {
		beside = max(beside, a.speak(messages))
		most = max(most, s.metric("process_resident_memory_bytes"))
		if time.Since(began) > 2*patience {
			t.Fatalf("%v sessions are left, want %d", s.metric("plausch_sessions"), many)
		}
	}
	took := time.Since(began)
	stop()
	if err := <-noise; !errors.Is(err, context.Canceled) {
		t.Errorf("the noise ended: %v", err)
	}
	t.Logf("%d readers: p99 %v alone, at most %v beside %d slow ones; memory grew by %.1f MiB; the last slow one was cut after %v (%v by their outbox)",
		many, alone, beside, slow, (most-before)/(1<<20), took, s.metric("plausch_slow_readers_total"))
	// The race detector's own memory would count.
	if grew := most - before; grew > 64<<20 && !raceBuild() {
		t.Errorf("the memory grew by %.1f MiB, want at most 64", grew/(1<<20))
	}
	// The noise itself is work for the same two cores: the bound is wide.
	if bound := max(10*alone, time.Second); beside > bound {
		t.Errorf("the 99th percentile is %v beside slow readers, %v without: over %v", beside, alone, bound)
	}
}

// crawl reads a byte a second.
func crawl(ctx context.Context, conn net.Conn) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	defer conn.Close()
	_ = conn.SetReadDeadline(time.Time{})
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if _, err := conn.Read(make([]byte, 1)); err != nil {
				return
			}
		}
	}
}

// TestRepliesAwaitTheirReader asks for much more than the outbox holds before
// reading any of it: every reply comes, in order.
func TestRepliesAwaitTheirReader(t *testing.T) {
	s := startServer(t, noSendLimits...)
	for name, f := range formats {
		t.Run(name, func(t *testing.T) {
			w := dialWire(t, s.address, f)
			w.enterAnew()
			for range 4 {
				w.must(protocol.MethodMessageSend, &protocol.MessageSend{Room: 1, Text: strings.Repeat("x", plausch.MaxText)}, &protocol.MessageSent{})
			}
			const pages = 400 // of some 32 KiB each
			var first int64
			for i := range pages {
				w.write(w.frame(w.request(protocol.MethodHistory, &protocol.HistoryGet{Room: 1})))
				if i == 0 {
					first = w.id
				}
			}
			for id := first; id < first+pages; id++ {
				f, err := w.read()
				if err != nil {
					t.Fatalf("awaiting reply %d: %v", id-first+1, err)
				}
				if f.ID != id || f.Error != nil {
					t.Fatalf("frame %d is %+v", id-first+1, f)
				}
			}
			w.must(protocol.MethodPing, &protocol.Empty{}, &protocol.Empty{})
		})
	}
}
