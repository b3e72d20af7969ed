package e2e

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"syscall"
	"testing"
	"time"

	"plausch"
	"plausch/protocol"
)

// stopTime is how long a stopping server may take.
const stopTime = 10 * time.Second

// TestStop stops the server while people talk (R19): every send is acknowledged
// or refused, everyone is told to come back, and nothing is lost.
func TestStop(t *testing.T) {
	s := startServer(t, noSendLimits...)
	var people []*person
	for i, f := range []protocol.Format{
		{Codec: protocol.Msgpack}, {Codec: protocol.JSON},
		{Codec: protocol.Msgpack, Framing: protocol.WebSocket}, {Codec: protocol.JSON, Framing: protocol.WebSocket},
	} {
		scheme := "tcp://"
		if f.Framing == protocol.WebSocket {
			scheme = "ws://"
		}
		people = append(people, newPerson(t, fmt.Sprintf("guest%d", i), scheme+s.address, f.Codec))
	}
	c := &crowd{t: t, ackBeat: make(chan struct{}, 1)}
	for i, p := range people {
		friend := people[(i+1)%len(people)].name
		c.senders = append(c.senders, &sender{person: p, window: 64, acks: c.ack, where: func(n int) protocol.MessageSend {
			if n%4 == 0 {
				return protocol.MessageSend{To: friend}
			}
			return toPublic(n)
		}})
	}
	for range pick(5, 50) {
		stopOnce(t, s, c)
		s.start()
	}
	r := record{sends: map[string][]sent{}}
	for _, sender := range c.senders {
		sender.stop()
		if err := sender.run(t.Context()); err != nil { // repeats what is open
			t.Fatal(err)
		}
		r.sends[sender.name] = sender.all()
	}
	var err error
	if r.history, err = historyOf(t.Context(), people); err != nil {
		t.Fatal(err)
	}
	for _, v := range check(r) {
		t.Error(v)
	}
}

// stopOnce has everyone talk over one connection each and stops the server.
func stopOnce(t *testing.T, s *serverProcess, c *crowd) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	idlers := idle(t, s)
	var ends sync.Map
	var talking sync.WaitGroup
	for _, sender := range c.senders {
		conn, err := sender.enter(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		talking.Go(func() {
			_, err := sender.talk(ctx, conn)
			<-conn.Done()
			ends.Store(sender.name, errors.Join(conn.Err(), err))
		})
	}
	c.awaitAcks(500)
	began := time.Now()
	s.signal(syscall.SIGTERM)
	talking.Wait()
	for name, w := range idlers {
		if code := w.ending(); code != plausch.Unavailable && code != "" || code == "" && w.id > 0 {
			t.Errorf("%s: bye %q, want %q", name, code, plausch.Unavailable)
		}
	}
	if code := s.wait(); code != 0 {
		t.Errorf("the server ended with code %d, want 0:\n%s", code, s.output.tail())
	}
	if took := time.Since(began); took > stopTime {
		t.Errorf("the server took %v to stop, want at most %v", took, stopTime)
	}
	for _, sender := range c.senders {
		end, _ := ends.Load(sender.name)
		if err, _ := end.(error); plausch.CodeOf(err) != plausch.Unavailable {
			t.Errorf("the connection of %s ended with %v, want a bye of code %q", sender.name, err, plausch.Unavailable)
		}
		if sender.failure != nil {
			t.Fatal(sender.failure)
		}
	}
}

// idle opens connections that do nothing, or not all of something.
func idle(t *testing.T, s *serverProcess) map[string]*wire {
	t.Helper()
	idlers := map[string]*wire{
		"silent":         dialWire(t, s.address, protocol.Format{}),
		"hello":          dialWire(t, s.address, protocol.Format{}).hello(),
		"hello over ws":  dialWire(t, s.address, protocol.Format{Framing: protocol.WebSocket}).hello(),
		"signed in":      dialWire(t, s.address, protocol.Format{}).enterAnew(),
		"in a frame":     dialWire(t, s.address, protocol.Format{}).enterAnew(),
		"in half a head": dialWire(t, s.address, protocol.Format{}).enterAnew(),
		"in a message":   dialWire(t, s.address, protocol.Format{Codec: protocol.JSON, Framing: protocol.WebSocket}).enterAnew(),
		"in a page":      dialWire(t, s.address, protocol.Format{}),
	}
	idlers["in a frame"].write([]byte{0, 0, 0, 5, '{'})
	idlers["in half a head"].write([]byte{0, 0})
	idlers["in a message"].write([]byte{0x01, 0x81, 0, 0, 0, 0, '{'}) // a fragment
	idlers["in a page"].write([]byte("GET / HTT"))
	return idlers
}

// TestStopTwice ends a server at once by a second signal.
func TestStopTwice(t *testing.T) {
	s := startServer(t)
	// Somebody who does not read keeps it from stopping at once.
	stuck := dialWire(t, s.address, protocol.Format{}).enterAnew()
	flood(t, s, stuck)
	s.signal(syscall.SIGTERM)
	await(t, func() bool { return refusedDial(s.address) }, func() string { return "the server still accepts connections" })
	s.signal(syscall.SIGTERM)
	if code := s.wait(); code == 0 {
		t.Error("a server that was told to end at once ended with code 0")
	}
}

// TestDiskFails has every fsync fail from the nth one of a thread on (R4): the
// server ends with an error, and what it acknowledged is there.
func TestDiskFails(t *testing.T) {
	tracer := needStrace(t)
	for _, n := range pick([]int{1, 2, 3, 5, 10, 40}, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 20, 30, 40, 80, 160}) {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			s := startServer(t, noSendLimits...)
			people := []*person{
				newPerson(t, "anna", "tcp://"+s.address, protocol.Msgpack),
				newPerson(t, "bert", "tcp://"+s.address, protocol.Msgpack),
			}
			s.kill()
			// -D keeps the server our child, so that its exit code is ours.
			s.wrapper = []string{tracer, "-D", "-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync",
				"-e", fmt.Sprintf("inject=fsync,fdatasync:error=EIO:when=%d+", n)}
			r := record{sends: map[string][]sent{}}
			failDisk(t, s, people, &r)
			s.wrapper = nil
			s.start()
			var err error
			if r.history, err = historyOf(t.Context(), people); err != nil {
				t.Fatal(err)
			}
			for _, v := range check(r) {
				if v.kind != unfulfilled {
					t.Error(v)
				}
			}
		})
	}
}

// failDisk has people talk with a server until its disk fails.
func failDisk(t *testing.T, s *serverProcess, people []*person, r *record) {
	t.Helper()
	s.launch()
	select {
	case <-s.output.listens:
	case <-s.ended: // it failed before
		if code := s.wait(); code == 0 {
			t.Error("the server ended with code 0, but it could not start")
		}
		return
	case <-time.After(patience):
		t.Fatalf("the server does not start:\n%s", s.output.tail())
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var talking sync.WaitGroup
	var senders []*sender
	for _, p := range people {
		sender := &sender{person: p, window: 8, where: toPublic}
		senders = append(senders, sender)
		talking.Go(func() { _ = sender.run(ctx) })
	}
	select {
	case <-s.ended:
	case <-time.After(patience):
		t.Fatalf("the server does not end, and does not answer:\n%s", s.output.tail())
	}
	cancel()
	talking.Wait()
	for _, sender := range senders {
		if sender.failure != nil && plausch.CodeOf(sender.failure) != plausch.Internal {
			t.Error(sender.failure)
		}
		r.sends[sender.name] = sender.all()
	}
	if code := s.wait(); code == 0 {
		t.Errorf("the server ended with code 0, but its disk failed:\n%s", s.output.tail())
	}
}
