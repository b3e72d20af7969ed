package client

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"plausch"
	"plausch/protocol"
)

// reader reads a client's updates and checks what holds for all of them: the
// seqs of a room are gapless, and nothing is told of rooms before they were
// joined.
type reader struct {
	t     *testing.T
	c     *Client
	next  map[plausch.RoomID]int64
	texts map[plausch.RoomID][]string
	all   []Update
	sent  map[string]int
	fails map[string]error
}

func open(t *testing.T, o Options) *reader {
	t.Helper()
	c, err := Open(o)
	if err != nil {
		t.Fatal(err)
	}
	return &reader{
		t: t, c: c, next: map[plausch.RoomID]int64{}, texts: map[plausch.RoomID][]string{},
		sent: map[string]int{}, fails: map[string]error{},
	}
}

// until reads until done says so.
func (r *reader) until(what string, done func(Update) bool) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute) // of the bubble's time
	defer cancel()
	for {
		us, err := r.c.Next(ctx)
		if err != nil {
			r.t.Fatalf("waiting for %s: %v; so far %v", what, err, r.all)
		}
		found := false
		for _, u := range us {
			r.take(u)
			found = done(u) || found
		}
		if found {
			return
		}
	}
}

func (r *reader) take(u Update) {
	r.t.Helper()
	r.all = append(r.all, u)
	switch u := u.(type) {
	case RoomJoined:
		if next, known := r.next[u.Room.ID]; known && next != u.After+1 {
			r.t.Errorf("room %d goes on behind %d, but %d is next", u.Room.ID, u.After, next)
		}
		r.next[u.Room.ID] = u.After + 1
	case RoomReset:
		r.next[u.Room] = min(r.next[u.Room], u.Head+1)
	case RoomTrimmed:
		r.next[u.Room] = max(r.next[u.Room], u.First)
	case Event:
		if r.next[u.Room] != u.Seq {
			r.t.Errorf("room %d: seq %d came, but %d is next", u.Room, u.Seq, r.next[u.Room])
		}
		r.next[u.Room] = u.Seq + 1
		if u.Kind == plausch.EventMessage {
			r.texts[u.Room] = append(r.texts[u.Room], u.Text)
		}
	case Sent:
		r.sent[u.ID]++
	case Failed:
		r.fails[u.ID] = u.Err
	}
}

func (r *reader) untilText(room plausch.RoomID, text string) {
	r.t.Helper()
	r.until(fmt.Sprintf("%q", text), func(u Update) bool {
		e, ok := u.(Event)
		return ok && e.Room == room && e.Text == text
	})
}

func (r *reader) untilCaughtUp() {
	r.t.Helper()
	r.until("CaughtUp", func(u Update) bool { _, ok := u.(CaughtUp); return ok })
}

func (r *reader) wantTexts(room plausch.RoomID, want ...string) {
	r.t.Helper()
	if !slices.Equal(r.texts[room], want) {
		r.t.Errorf("room %d has %q; want %q", room, r.texts[room], want)
	}
}

func numbers(from, to int) (s []string) {
	for ; from <= to; from++ {
		s = append(s, fmt.Sprint(from))
	}
	return s
}

func TestFirstAttach(t *testing.T) {
	tests := map[string]struct {
		newest int
		begin  func(plausch.Room) int64
		want   []string
	}{
		"only what is new": {0, nil, nil},
		"newest":           {5, nil, numbers(6, 10)},
		"more than is":     {99, nil, numbers(1, 10)},
		"since":            {0, func(plausch.Room) int64 { return 3 }, numbers(4, 10)},
		"all":              {0, func(plausch.Room) int64 { return 0 }, numbers(1, 10)},
		"not at all":       {5, func(plausch.Room) int64 { return -1 }, nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t)
				for _, n := range numbers(1, 10) {
					f.say(1, "bob", n)
				}
				o := f.options("anna")
				o.Newest, o.Begin = test.newest, test.begin
				r := open(t, o)
				defer r.c.Close()
				r.untilCaughtUp()
				r.wantTexts(1, test.want...)
				f.say(1, "bob", "11")
				synctest.Wait()
				if name == "not at all" {
					if us := r.c.feed.take(); len(us) > 0 {
						t.Errorf("an ignored room tells %v", us)
					}
					return
				}
				r.untilText(1, "11")
				r.wantTexts(1, append(test.want, "11")...)
			})
		})
	}
}

func TestResumeAfterALongTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		for i := range 7 {
			f.addRoom(plausch.RoomPublic, fmt.Sprint("room", i), "anna", "bob")
		}
		r := open(t, f.options("anna"))
		defer r.c.Close()
		r.untilCaughtUp()
		f.say(1, "bob", "1")
		r.untilText(1, "1")
		f.mu.Lock()
		var refuse atomic.Bool
		refuse.Store(true)
		f.wrap = func(_ int, c net.Conn) (net.Conn, error) {
			if refuse.Load() {
				return nil, errors.New("no route")
			}
			return c, nil
		}
		f.mu.Unlock()
		f.cut()
		for _, n := range numbers(2, 100) {
			f.say(1, "bob", n)
			f.say(3, "bob", n)
		}
		f.member(plausch.EventLeave, 5, "anna")
		f.member(plausch.EventLeave, 6, "anna")
		f.member(plausch.EventJoin, 6, "anna")
		f.say(6, "bob", "welcome back")
		synctest.Wait()
		f.mu.Lock()
		direct := f.direct("bob", "anna")
		refuse.Store(false)
		f.mu.Unlock()
		for _, n := range numbers(1, 2*lateNewest) {
			f.say(direct, "bob", n)
		}
		r.untilCaughtUp()
		r.wantTexts(1, numbers(1, 100)...)
		r.wantTexts(3, numbers(2, 100)...)
		r.wantTexts(direct, numbers(1, 2*lateNewest)...)
		r.wantTexts(6, "welcome back")
		if !slices.ContainsFunc(r.all, func(u Update) bool { return u == Update(RoomLeft{5}) }) {
			t.Error("nothing tells that room 5 was left")
		}
	})
}

// TestNothingFallsInBetween has something said right before each request of a
// resume, and nothing afterwards that would show the gap.
func TestNothingFallsInBetween(t *testing.T) {
	for _, method := range []string{protocol.MethodSignIn, protocol.MethodSubscribe, protocol.MethodRoomList, protocol.MethodHistory} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake(t)
			f.addRoom(plausch.RoomPublic, "two", "anna", "bob")
			r := open(t, f.options("anna"))
			defer r.c.Close()
			r.untilCaughtUp()
			f.mu.Lock()
			f.hook = func(_ *fakeConn, r protocol.Request) bool {
				if r.Method == method {
					f.append(2, plausch.Event{Kind: plausch.EventMessage, Actor: f.ref("bob"), Text: method})
				}
				return false
			}
			for _, c := range f.conns {
				c.nc.Close()
			}
			// Said before the client can be back: nothing is said after its resume.
			f.append(2, plausch.Event{Kind: plausch.EventMessage, Actor: f.ref("bob"), Text: "cut"})
			f.mu.Unlock()
			r.untilCaughtUp()
			synctest.Wait()
			for len(r.texts[2]) < len(f.texts(2)) {
				r.untilText(2, method)
			}
			r.wantTexts(2, f.texts(2)...)
		})
	}
}

// TestComesBackElsewhere leaves a room, loses the connection and finds itself
// in the room again.
func TestComesBackElsewhere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		f.addRoom(plausch.RoomPublic, "two", "anna", "bob")
		r := open(t, f.options("anna"))
		defer r.c.Close()
		r.untilCaughtUp()
		f.say(2, "bob", "a")
		f.member(plausch.EventLeave, 2, "anna")
		r.until("RoomLeft", func(u Update) bool { return u == Update(RoomLeft{2}) })
		f.cut()
		f.say(2, "bob", "b")
		f.member(plausch.EventJoin, 2, "anna")
		r.untilCaughtUp()
		r.wantTexts(2, "a", "b")
	})
}

// TestPushesInAnyOrder reorders, drops and doubles pushes.
func TestPushesInAnyOrder(t *testing.T) {
	for seed := range uint64(50) {
		synctest.Test(t, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(seed, 1))
			f := newFake(t)
			f.addRoom(plausch.RoomPublic, "two", "anna", "bob")
			r := open(t, f.options("anna"))
			defer r.c.Close()
			r.untilCaughtUp()
			var held []plausch.Event
			f.shuffle = func(es []plausch.Event) []plausch.Event {
				if rnd.IntN(10) > 0 {
					held = append(held, es...)
				}
				if rnd.IntN(5) > 0 {
					return nil
				}
				rnd.Shuffle(len(held), func(i, j int) { held[i], held[j] = held[j], held[i] })
				n := rnd.IntN(len(held) + 1)
				out := append([]plausch.Event(nil), held[:n]...)
				if rnd.IntN(2) > 0 {
					held = held[n:]
				}
				return out
			}
			for _, n := range numbers(1, 300) {
				f.say(plausch.RoomID(1+rnd.IntN(2)), "bob", n)
				if rnd.IntN(100) == 0 {
					f.cut()
				}
				if rnd.IntN(10) == 0 {
					synctest.Wait()
				}
			}
			f.change(func() { f.shuffle = nil })
			f.say(1, "bob", "end")
			f.say(2, "bob", "end")
			for room := plausch.RoomID(1); room <= 2; room++ {
				if want := f.texts(room); !slices.Equal(r.texts[room], want) && (len(r.texts[room]) == 0 || r.texts[room][len(r.texts[room])-1] != "end") {
					r.untilText(room, "end")
				}
			}
			r.wantTexts(1, f.texts(1)...)
			r.wantTexts(2, f.texts(2)...)
		})
	}
}

// TestSlowReaderOfUpdates leaves updates unread while more come than the queue
// holds, and calls methods meanwhile.
func TestSlowReaderOfUpdates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		r := open(t, f.options("anna"))
		defer r.c.Close()
		r.untilCaughtUp()
		const n = 3 * maxQueue
		for _, n := range numbers(1, n) {
			f.say(1, "bob", n)
		}
		synctest.Wait()
		if _, _, err := r.c.History(t.Context(), 1, HistoryQuery{Before: 10}); err != nil {
			t.Fatalf("history while updates wait: %v", err)
		}
		r.c.mu.Lock()
		waits, ahead := len(r.c.feed.queue), len(r.c.sync.logs[1].ahead)
		r.c.mu.Unlock()
		if waits > maxQueue+10 || ahead > maxAhead {
			t.Errorf("%d updates and %d events wait", waits, ahead)
		}
		r.untilText(1, fmt.Sprint(n))
		r.wantTexts(1, numbers(1, n)...)
	})
}

func TestRoomsComeAndGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		r := open(t, f.options("anna"))
		defer r.c.Close()
		r.untilCaughtUp()
		f.mu.Lock()
		room := f.addRoom(plausch.RoomPublic, "attic", "bob")
		f.mu.Unlock()
		f.say(room, "bob", "before")
		f.member(plausch.EventJoin, room, "anna")
		f.say(room, "bob", "in between")
		r.untilText(room, "in between")
		f.member(plausch.EventLeave, room, "anna")
		r.until("RoomLeft", func(u Update) bool { return u == Update(RoomLeft{room}) })
		f.say(room, "bob", "while away")
		f.member(plausch.EventJoin, room, "anna")
		f.say(room, "bob", "back")
		r.untilText(room, "back")
		r.wantTexts(room, "in between", "while away", "back")
		f.mu.Lock()
		direct := f.direct("bob", "anna")
		f.mu.Unlock()
		f.say(direct, "bob", "hi")
		r.untilText(direct, "hi")
		joined := 0
		for _, u := range r.all {
			if j, ok := u.(RoomJoined); ok && j.Room.ID == room {
				joined++
			} else if ok && j.Room.ID == direct && j.Room.Peer.Name != "bob" {
				t.Errorf("the direct room is %v", j.Room)
			}
		}
		if joined != 2 {
			t.Errorf("RoomJoined was told %d times", joined)
		}
	})
}

// TestServerWentBack has the server restored from an older backup.
func TestServerWentBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		r := open(t, f.options("anna"))
		defer r.c.Close()
		r.untilCaughtUp()
		for _, n := range numbers(1, 10) {
			f.say(1, "bob", n)
		}
		r.untilText(1, "10")
		f.mu.Lock()
		f.rooms[1].events = f.rooms[1].events[:4]
		f.mu.Unlock()
		f.cut()
		r.untilCaughtUp()
		f.say(1, "bob", "new 5")
		r.untilText(1, "new 5")
		r.wantTexts(1, append(numbers(1, 10), "new 5")...)
	})
}

// TestServerWentBackMeanwhile has the server restored while a client is slow to hand on
// the newest events, of which RoomJoined told already.
func TestServerWentBackMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		const n, left = 3 * maxQueue, 2 * maxQueue
		for _, n := range numbers(1, n) {
			f.say(1, "bob", n)
		}
		o := f.options("anna")
		o.Newest = n
		r := open(t, o)
		defer r.c.Close()
		synctest.Wait() // the queue is full
		f.mu.Lock()
		f.rooms[1].events = f.rooms[1].events[:left]
		f.mu.Unlock()
		f.cut()
		r.untilCaughtUp()
		f.say(1, "bob", "new")
		r.untilText(1, "new")
		r.wantTexts(1, append(numbers(1, left), "new")...)
		var told []Update
		for _, u := range r.all {
			switch u.(type) {
			case RoomJoined, RoomReset:
				told = append(told, u)
			}
		}
		if len(told) != 2 || told[0].(RoomJoined).Room.Head != n || told[1].(RoomReset).Head != left {
			t.Errorf("told was %v, want %d and then a reset to %d", told, n, left)
		}
	})
}

// TestCutAtEveryByte is R8: the first connections break at each byte of
// sign-in, resume, sends and their acknowledgements; at each third one in a short run.
func TestCutAtEveryByte(t *testing.T) {
	for _, codec := range []protocol.Codec{protocol.Msgpack, protocol.JSON} {
		whole, step := 0, 3
		if os.Getenv("PLAUSCH_LONG") != "" {
			step = 1
		}
		for at := 0; at == 0 || at <= whole; at += step {
			synctest.Test(t, func(t *testing.T) {
				f := newFake(t)
				spent := make([]*cutConn, 0, 4)
				f.wrap = func(n int, c net.Conn) (net.Conn, error) {
					left := at
					if at == 0 && n == 1 || n > 3 {
						left = 1 << 30 // the first run measures
					}
					cc := &cutConn{Conn: c, left: left}
					spent = append(spent, cc)
					return cc, nil
				}
				for _, n := range numbers(1, 4) {
					f.say(1, "bob", n)
				}
				o := f.options("anna")
				o.Begin, o.Dial.Codec = func(plausch.Room) int64 { return 1 }, codec
				r := open(t, o)
				defer r.c.Close()
				var ids []string
				for _, s := range []string{"a", "b", "c"} {
					id, err := r.c.Send(Outgoing{Room: 1, Text: s})
					if err != nil {
						t.Fatal(err)
					}
					ids = append(ids, id)
				}
				seen := 0
				r.until("the sends", func(u Update) bool {
					switch u.(type) {
					case Sent:
						f.say(1, "bob", "and")
						seen++
					case Failed:
						t.Fatalf("cut at %d: %v", at, u)
					}
					return seen >= 3
				})
				f.say(1, "bob", "end")
				r.untilText(1, "end")
				all := f.texts(1)
				if got := r.texts[1]; !slices.Equal(got, all[1:]) {
					t.Errorf("cut at %d: %q came of %q", at, got, all)
				}
				own := slices.DeleteFunc(slices.Clone(all), func(s string) bool { return len(s) > 1 || s < "a" || s > "c" })
				if !slices.Equal(own, []string{"a", "b", "c"}) {
					t.Errorf("cut at %d: the server has %q", at, own)
				}
				for _, id := range ids {
					if r.sent[id] != 1 {
						t.Errorf("cut at %d: Sent came %d times for one send", at, r.sent[id])
					}
				}
				if at == 0 {
					whole = 1<<30 - spent[0].left
				}
			})
			if t.Failed() {
				return
			}
		}
		t.Logf("%v: cut at each of %d bytes, in steps of %d", codec, whole, step)
	}
}

func TestBackoff(t *testing.T) {
	for _, jitter := range []float64{0, 0.999} {
		synctest.Test(t, func(t *testing.T) {
			f := newFake(t)
			start := time.Now()
			var waits []time.Duration
			f.wrap = func(n int, c net.Conn) (net.Conn, error) {
				waits = append(waits, time.Since(start).Round(100*time.Millisecond))
				start = time.Now()
				return nil, io.ErrUnexpectedEOF
			}
			o := f.options("anna")
			o.Jitter = func() float64 { return jitter }
			r := open(t, o)
			time.Sleep(3 * time.Minute)
			r.c.Close()
			want := []time.Duration{0, 0, 500, 1000, 2000, 4000, 8000, 15000, 15000}
			if jitter > 0 {
				want = []time.Duration{0, 300, 1000, 2000, 4000, 8000, 16000, 30000, 30000}
			}
			for i := range want {
				if waits[i] != want[i]*time.Millisecond {
					t.Fatalf("the waits are %v; want %v", waits, want)
				}
			}
		})
	}
}

func TestKick(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		var fails atomic.Int64
		fails.Store(8)
		f.wrap = func(n int, c net.Conn) (net.Conn, error) {
			if int64(n) <= fails.Load() {
				return nil, io.ErrUnexpectedEOF
			}
			return c, nil
		}
		r := open(t, f.options("anna"))
		defer r.c.Close()
		r.until("a long wait", func(u Update) bool {
			s, ok := u.(State)
			return ok && s.Phase == Offline && time.Until(s.Retry) > 10*time.Second
		})
		start := time.Now()
		fails.Store(0)
		r.c.Kick()
		r.untilCaughtUp()
		if d := time.Since(start); d > 0 {
			t.Errorf("it took %v after the kick", d)
		}
		// A server that says when to come back is not asked before.
		f.mu.Lock()
		f.conns[0].push(&protocol.Frame{Bye: &protocol.Error{Code: "unavailable", Message: "stopping", RetryAfter: 5000}})
		f.mu.Unlock()
		synctest.Wait()
		start = time.Now()
		f.cut()
		synctest.Wait()
		r.c.Kick()
		r.untilCaughtUp()
		if d := time.Since(start); d < 5*time.Second || d > 6*time.Second {
			t.Errorf("it came back after %v", d)
		}
	})
}

// TestSilence has the server stop answering without an end of the connection.
func TestSilence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := newFake(t)
		silent := false
		f.hook = func(c *fakeConn, r protocol.Request) bool { return silent && f.dials == 1 }
		r := open(t, f.options("anna"))
		defer r.c.Close()
		r.untilCaughtUp()
		time.Sleep(10 * time.Minute)
		if f.dials != 1 {
			t.Fatalf("a quiet connection was replaced")
		}
		f.change(func() { silent = true })
		start := time.Now()
		r.untilCaughtUp()
		// The answer to the last ping may have come just after a look at the clock.
		if d := time.Since(start); d > 2*quietTime+pingTime+time.Second {
			t.Errorf("silence was noticed after %v", d)
		}
	})
}
