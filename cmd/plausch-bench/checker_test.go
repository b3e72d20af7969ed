package main

import (
	"encoding/binary"
	"errors"
	"io"
	"net"
	"sync"
	"testing"
	"time"

	"plausch/protocol"
)

// spoiler decides what a member gets of the room's nth frame, from 1.
type spoiler func(member int, n int, frame []byte) [][]byte

// startFake runs a raw server of one room that spoils its deliveries.
func startFake(t *testing.T, spoil spoiler) *target {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var members []net.Conn
	n := 0
	serve := func(c net.Conn) {
		for entered := false; ; entered = true {
			head := make([]byte, 4)
			if _, err := io.ReadFull(c, head); err != nil {
				return
			}
			frame := append(head, make([]byte, binary.BigEndian.Uint32(head))...)
			if _, err := io.ReadFull(c, frame[4:]); err != nil {
				return
			}
			mu.Lock()
			if !entered {
				members = append(members, c)
				_, _ = c.Write(frame)
				mu.Unlock()
				continue
			}
			n++
			for i, m := range members {
				for _, f := range spoil(i, n, frame) {
					_, _ = m.Write(f)
				}
			}
			mu.Unlock()
		}
	}
	go func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go serve(c)
		}
	}()
	t.Cleanup(func() {
		ln.Close()
		mu.Lock()
		defer mu.Unlock()
		for _, c := range members {
			c.Close()
		}
	})
	return &target{name: "fake", raw: true, address: ln.Addr().String(), way: way{codec: protocol.Msgpack}}
}

func TestCheckerCatches(t *testing.T) {
	const members, victim, last = 3, 1, 20
	var held []byte
	ahead := func(frame []byte) []byte { // a message that nobody sent yet
		f := append([]byte(nil), frame...)
		at := 4 + must(newEvent(protocol.Msgpack, 1, "text", "0123456789", "x")).number
		binary.BigEndian.PutUint32(f[at:], binary.BigEndian.Uint32(f[at:])+1_000_000)
		return f
	}
	for name, test := range map[string]struct {
		spoil spoiler
		want  Faults
	}{
		"nothing": {func(_, _ int, f []byte) [][]byte { return [][]byte{f} }, Faults{}},
		"a lost delivery": {func(m, n int, f []byte) [][]byte {
			if m == victim && n == 5 {
				return nil
			}
			return [][]byte{f}
		}, Faults{Lost: 1}},
		"the last one lost": {func(m, n int, f []byte) [][]byte {
			if m == victim && n == last {
				return nil
			}
			return [][]byte{f}
		}, Faults{Lost: 1}},
		"a doubled delivery": {func(m, n int, f []byte) [][]byte {
			if m == victim && n == 5 {
				return [][]byte{f, f}
			}
			return [][]byte{f}
		}, Faults{Twice: 1}},
		"two in the wrong order": {func(m, n int, f []byte) [][]byte {
			switch {
			case m == victim && n == 5:
				held = f
				return nil
			case m == victim && n == 6:
				return [][]byte{f, held}
			}
			return [][]byte{f}
		}, Faults{Late: 1}},
		"an invented one": {func(m, n int, f []byte) [][]byte {
			if m == victim && n == 5 {
				return [][]byte{f, ahead(f)}
			}
			return [][]byte{f}
		}, Faults{Unknown: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := gather(t.Context(), startFake(t, test.spoil), 1, members, 4)
			if err != nil {
				t.Fatal(err)
			}
			c.patience = 200 * time.Millisecond
			for range last {
				if err := c.rooms[0].send(1, false); err != nil {
					t.Fatal(err)
				}
			}
			stuck := c.drain(t.Context())
			checked, err := c.close()
			if err != nil {
				t.Error(err)
			}
			if checked.Faults != test.want || checked.Sent != last {
				t.Errorf("the checker found %v", checked)
			}
			if checked.good() != (test.want == Faults{}) {
				t.Errorf("good is %v for %v", checked.good(), checked)
			}
			if want := name == "the last one lost"; errors.Is(stuck, errStuck) != want {
				t.Errorf("draining ended with: %v", stuck)
			}
		})
	}
}

func TestCheckerNoticesACutConnection(t *testing.T) {
	raw := rawInProcess(t, protocol.Msgpack)
	c, err := gather(t.Context(), raw, 1, 3, 4)
	if err != nil {
		t.Fatal(err)
	}
	c.members[2].Conn.(*net.TCPConn).CloseRead()
	if _, err := c.saturate(t.Context(), 4, time.Second, time.Second); err == nil {
		t.Error("a load went on without one of its members")
	}
	if _, err := c.close(); err == nil {
		t.Error("a crowd ended well without one of its members")
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestTally(t *testing.T) {
	for name, test := range map[string]struct {
		seen []int64
		want Faults
	}{
		"all":                 {[]int64{1, 2, 3, 4, 5}, Faults{}},
		"none":                {nil, Faults{Lost: 5}},
		"the first missing":   {[]int64{2, 3, 4, 5}, Faults{Lost: 1}},
		"the last missing":    {[]int64{1, 2, 3, 4}, Faults{Lost: 1}},
		"some missing":        {[]int64{1, 5}, Faults{Lost: 3}},
		"one late":            {[]int64{1, 3, 2, 4, 5}, Faults{Late: 1}},
		"one twice":           {[]int64{1, 2, 2, 3, 4, 5}, Faults{Twice: 1}},
		"one late and twice":  {[]int64{1, 3, 2, 2, 4, 5}, Faults{Late: 1, Twice: 1}},
		"one before the room": {[]int64{0, 1, 2, 3, 4, 5}, Faults{Twice: 1}},
		"one not sent":        {[]int64{1, 2, 3, 4, 5, 6}, Faults{Unknown: 1}},
		"far ahead":           {[]int64{1, 2, 1 << 60, 3, 4, 5}, Faults{Unknown: 1}},
	} {
		var tally tally
		for _, n := range test.seen {
			tally.see(n, 5)
		}
		if got := tally.verdict(5); got != test.want {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

func TestFlightKnowsTheSlowest(t *testing.T) {
	const members, messages = 20, 5000
	var f flight
	f.begin(members, 7)
	steps := make([]chan struct{}, members)
	var moving sync.WaitGroup
	for i := range members {
		steps[i] = make(chan struct{}, 1)
		moving.Go(func() {
			at := int64(7)
			for range steps[i] {
				for sent := f.sent.Load(); at < sent; {
					to := min(at+1+int64(i)%3, sent)
					f.moved(at, to)
					at = to
				}
			}
		})
	}
	for f.sent.Load() < 7+messages {
		f.sent.Add(100)
		for _, s := range steps {
			s <- struct{}{}
		}
		for !f.landed() {
			<-f.more
		}
	}
	for _, s := range steps {
		close(s)
	}
	moving.Wait()
	if n := f.at[f.all.Load()%flightPlaces].Load(); n != members || f.all.Load() != 7+messages {
		t.Errorf("%d members are at %d", n, f.all.Load())
	}
}
