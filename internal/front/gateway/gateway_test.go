package gateway_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"plausch"
	"plausch/internal/bus"
	"plausch/internal/front/gateway"
	"plausch/internal/server/servertest"
	"plausch/protocol"
)

// TestEchoStandsBeforeTheReply shows the order on one connection.
func TestEchoStandsBeforeTheReply(t *testing.T) {
	place, _ := serve(t, servertest.NewTable(t, true))
	alice, bob := enter(t, place, "Alice"), enter(t, place, "bob")
	for i := range 100 {
		alice.do(fmt.Sprintf("say %d", i), fmt.Sprintf("Alice mine sent: %d", i), "said")
		bob.want(fmt.Sprintf("Alice: %d", i))
	}
	alice.do("to BOB hi", "Alice>bob mine sent: hi", "said")
	bob.want("Alice>bob: hi")
	alice.do("to nobody hi", "error not_found")
	alice.do("names", "Alice bob")
}

// TestOrder has several talk at once: all hear the same, in the same order.
func TestOrder(t *testing.T) {
	place, _ := serve(t, servertest.NewTable(t, true), func(o *gateway.Options) { o.Waiting = 1000 })
	const people, each = 4, 50
	heard := make([][]string, people)
	var talking sync.WaitGroup
	var peers []*peer
	for i := range people {
		peers = append(peers, enter(t, place, fmt.Sprintf("p%d", i)))
	}
	for i, p := range peers {
		go func() {
			for k := range each {
				_, _ = fmt.Fprintf(p.conn, "say %d\n", k)
			}
		}()
		talking.Go(func() {
			for len(heard[i]) < people*each {
				text, err := p.in.ReadString('\n')
				if err != nil {
					t.Error(err)
					return
				}
				if text != "said\n" {
					heard[i] = append(heard[i], strings.Replace(text, " mine sent", "", 1))
				}
			}
		})
	}
	talking.Wait()
	for i := range heard {
		if !slices.Equal(heard[i], heard[0]) {
			t.Errorf("%d heard %q, 0 heard %q", i, heard[i], heard[0])
		}
	}
}

// TestHeldUntilLive says things between sign-in and Live: all that Recent has
// not returned comes then, once.
func TestHeldUntilLive(t *testing.T) {
	tests := map[string]struct {
		before, between, after int // messages before sign-in, before Recent, and behind it
		recent                 int
		want                   []string
	}{
		"nothing":                 {0, 0, 0, 5, []string{"recent", "live"}},
		"old ones":                {3, 0, 0, 2, []string{"recent bob: 1", "recent bob: 2", "recent", "live"}},
		"held ones, not asked":    {1, 2, 0, 0, []string{"live", "bob: 1", "bob: 2"}},
		"held ones, seen already": {1, 2, 0, 5, []string{"recent bob: 0", "recent bob: 1", "recent bob: 2", "recent", "live"}},
		"held ones, some seen":    {0, 2, 2, 5, []string{"recent bob: 0", "recent bob: 1", "recent", "live", "bob: 2", "bob: 3"}},
		"seen, but not shown":     {0, 3, 1, 1, []string{"recent bob: 2", "recent", "live", "bob: 3"}},
		"too many held":           {0, 0, 12, 5, []string{"recent", "live", "missed 8", "bob: 8", "bob: 9", "bob: 10", "bob: 11"}},
		"too many held, and seen": {0, 12, 0, 2, []string{"recent bob: 10", "recent bob: 11", "recent", "live"}},
		"many seen, then more":    {0, 9, 1, 9, append(recents(9), "recent", "live", "bob: 9")},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			place, _ := serve(t, servertest.NewTable(t, true))
			bob := enter(t, place, "bob")
			n := 0
			say := func(times int) {
				for range times {
					bob.do(fmt.Sprintf("say %d", n), fmt.Sprintf("bob mine sent: %d", n), "said")
					n++
				}
			}
			say(test.before)
			alice := dial(t, place)
			alice.do("in alice", "in")
			say(test.between)
			want := test.want
			if test.recent > 0 {
				alice.send(fmt.Sprintf("recent %d", test.recent))
				upTo := slices.Index(want, "recent") + 1
				alice.want(want[:upTo]...)
				want = want[upTo:]
			}
			say(test.after)
			alice.send("live")
			alice.want(want...)
			alice.do("names", "alice bob") // and nothing else
		})
	}
}

func recents(n int) (lines []string) {
	for i := range n {
		lines = append(lines, fmt.Sprintf("recent bob: %d", i))
	}
	return lines
}

// TestMissed stops reading for a while.
func TestMissed(t *testing.T) {
	place, _ := serve(t, servertest.NewTable(t, true))
	bob, slow := enter(t, place, "bob"), enter(t, place, "slow")
	say := func(from, to int) {
		t.Helper()
		for i := from; i < to; i++ {
			bob.do(fmt.Sprintf("say %d", i), fmt.Sprintf("bob mine sent: %d", i), "said")
		}
	}
	// One is being written, eight wait; the next drops those.
	say(0, 10)
	slow.want("bob: 0", "missed 8", "bob: 9")
	// What is dropped twice counts once.
	say(10, 10+1+8+8+3)
	slow.want("bob: 10", "missed 16", "bob: 27", "bob: 28", "bob: 29")
	slow.do("names", "bob slow")
}

// TestMissedCountsWhatWouldHaveBeenShown falls behind with messages that are known
// already, or of rooms that are not for this connection: those do not count.
func TestMissedCountsWhatWouldHaveBeenShown(t *testing.T) {
	tb := servertest.NewTable(t, true)
	place, _ := serve(t, tb)
	bob := enter(t, place, "bob")
	bob.do("say 0", "bob mine sent: 0", "said")
	// alice is shown the newest ones and then falls behind with them held.
	alice := dial(t, place)
	alice.do("in alice", "in")
	for i := 1; i < 7; i++ {
		bob.do(fmt.Sprintf("say %d", i), fmt.Sprintf("bob mine sent: %d", i), "said")
	}
	alice.do("recent 2", "recent bob: 5", "recent bob: 6", "recent")
	for i := 7; i < 10; i++ {
		bob.do(fmt.Sprintf("say %d", i), fmt.Sprintf("bob mine sent: %d", i), "said")
	}
	// Eight were held when 9 came: 1 to 6, which are known, and 7 and 8.
	alice.do("live", "live", "bob: 7", "bob: 8", "bob: 9")

	host := newCaller(t, tb, "host")
	room := must[protocol.Room](host, protocol.MethodRoomCreate, protocol.RoomCreate{Name: "den", Kind: "private"})
	must[protocol.Empty](host, protocol.MethodMemberAdd, protocol.MemberChange{Room: room.ID, Name: "alice"})
	alice.send("big") // is being written
	say := func(in int64, text string) {
		must[protocol.MessageSent](host, protocol.MethodMessageSend, protocol.MessageSend{Room: in, Text: text})
	}
	for range 3 {
		say(1, "public")
		say(room.ID, "den")
	}
	must[protocol.MessageSent](host, protocol.MethodMessageSend, protocol.MessageSend{To: "alice", Text: "psst"})
	say(1, "public") // eight now
	say(room.ID, "den")
	say(room.ID, "den")
	say(1, "the newest")
	alice.want(strings.Repeat("x", 1000), "missed 5", "host: the newest")
	alice.do("names", "alice bob")
}

// lossyBus is a bus that loses, against its contract, what keep does not want.
type lossyBus struct {
	bus.Local
	keep func(*plausch.Event) bool
}

func (l *lossyBus) Subscribe(to bus.Subscriber) func() {
	return l.Local.Subscribe(bus.Subscriber{Signal: to.Signal, Events: func(events []plausch.Event) {
		if kept := slices.DeleteFunc(slices.Clone(events), func(e plausch.Event) bool { return !l.keep(&e) }); len(kept) > 0 {
			to.Events(kept)
		}
	}})
}

// TestGapsHeal loses messages on the bus: they come before the next one.
func TestGapsHeal(t *testing.T) {
	tests := map[string]struct {
		lost []string
		want []string
	}{
		"one":         {[]string{"1"}, []string{"bob: 0", "bob: 1", "bob: 2", "bob: 3", "bob: 4", "bob: 5"}},
		"two":         {[]string{"2", "3"}, []string{"bob: 0", "bob: 1", "bob: 2", "bob: 3", "bob: 4", "bob: 5"}},
		"twice":       {[]string{"1", "3"}, []string{"bob: 0", "bob: 1", "bob: 2", "bob: 3", "bob: 4", "bob: 5"}},
		"the first":   {[]string{"0"}, []string{"bob: 1", "bob: 2", "bob: 3", "bob: 4", "bob: 5"}}, // who knows
		"all but one": {[]string{"1", "2", "3", "4"}, []string{"bob: 0", "bob: 1", "bob: 2", "bob: 3", "bob: 4", "bob: 5"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			tb := servertest.NewTableOn(t, true, &lossyBus{keep: func(e *plausch.Event) bool { return !slices.Contains(test.lost, e.Text) }})
			place, _ := serve(t, tb)
			alice := enter(t, place, "alice")
			bob := newCaller(t, tb, "bob")
			for i := range 6 {
				must[protocol.MessageSent](bob, protocol.MethodMessageSend, protocol.MessageSend{Room: 1, Text: fmt.Sprint(i)})
			}
			alice.want(test.want...)
			alice.do("names", "alice")
		})
	}
}

// TestGapBehindRecent loses what was said between Recent and Live.
func TestGapBehindRecent(t *testing.T) {
	tb := servertest.NewTableOn(t, true, &lossyBus{keep: func(e *plausch.Event) bool { return e.Text != "2" }})
	place, _ := serve(t, tb)
	bob, alice := newCaller(t, tb, "bob"), dial(t, place)
	say := func(text string) {
		must[protocol.MessageSent](bob, protocol.MethodMessageSend, protocol.MessageSend{Room: 1, Text: text})
	}
	say("0")
	say("1")
	alice.do("in alice", "in")
	alice.do("recent 5", "recent bob: 0", "recent bob: 1", "recent")
	say("2")
	say("3")
	alice.do("live", "live", "bob: 2", "bob: 3")
}

func TestOtherRoomsAreNotShown(t *testing.T) {
	tb := servertest.NewTable(t, true)
	place, _ := serve(t, tb)
	alice := enter(t, place, "alice")
	host := newCaller(t, tb, "host")
	room := must[protocol.Room](host, protocol.MethodRoomCreate, protocol.RoomCreate{Name: "den", Kind: "private"})
	must[protocol.Empty](host, protocol.MethodMemberAdd, protocol.MemberChange{Room: room.ID, Name: "alice"})
	for i := range 20 {
		must[protocol.MessageSent](host, protocol.MethodMessageSend, protocol.MessageSend{Room: room.ID, Text: "not here"})
		must[protocol.MessageSent](host, protocol.MethodMessageSend, protocol.MessageSend{Room: 1, Text: fmt.Sprint(i)})
		alice.want(fmt.Sprintf("host: %d", i))
	}
	must[protocol.MessageSent](host, protocol.MethodMessageSend, protocol.MessageSend{To: "alice", Text: "psst"})
	alice.want("host>alice: psst")
	alice.send("recent 30")
	var recent []string
	for line := alice.next(); line != "recent"; line = alice.next() {
		recent = append(recent, strings.TrimPrefix(line, "recent "))
	}
	// Within a millisecond, rooms are in no order.
	if n := len(recent); n != 21 || !slices.Contains(recent, "host>alice: psst") || !slices.Contains(recent, "host: 19") {
		t.Errorf("recently were %q", recent)
	}
}

func TestPresence(t *testing.T) {
	place, _ := serve(t, servertest.NewTable(t, true), func(o *gateway.Options) { o.Presence = true })
	alice := enter(t, place, "alice")
	bob := enter(t, place, "Bob")
	alice.want("Bob true mine=false; here: alice Bob")
	alice.do("names", "alice Bob")
	bob.do("quit", "bye")
	bob.wantEnd()
	alice.want("Bob false mine=false; here: alice")
	alice.do("names", "alice")
}

// TestEndings says how connections end.
func TestEndings(t *testing.T) {
	place, s := serve(t, servertest.NewTable(t, true))
	for name, test := range map[string]struct{ command, bye string }{
		"an error":            {"fail", "bye too_large"},
		"an end":              {"quit", "bye"},
		"an error, signed in": {"in anna\nfail", "in\nbye too_large"},
	} {
		t.Run(name, func(t *testing.T) {
			p := dial(t, place)
			p.send(test.command)
			p.want(strings.Split(test.bye, "\n")...)
			p.wantEnd()
		})
	}
	for deadline := time.Now().Add(servertest.Patience); s.Len() > 0; time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("%d sessions are left", s.Len())
		}
	}
}

// TestDrain ends all: with what they asked for, without what waits.
func TestDrain(t *testing.T) {
	place, s := serve(t, servertest.NewTable(t, true))
	stranger, idle, asking, behind := dial(t, place), enter(t, place, "idle"), enter(t, place, "asking"), enter(t, place, "behind")
	stranger.do("names", "error sign_in_needed")
	for range 3 {
		asking.send("names")
	}
	for range 4 {
		idle.do("say hi", "idle mine sent: hi", "said")
	}
	drained := make(chan error, 1)
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), servertest.Patience)
		defer cancel()
		drained <- s.Drain(ctx)
	}()
	stranger.want("bye unavailable")
	stranger.wantEnd()
	idle.want("bye unavailable")
	idle.wantEnd()
	names := "asking behind idle"
	asking.want(names, names, names)
	for line := asking.next(); line != "bye unavailable"; line = asking.next() {
		if line != "idle: hi" {
			t.Errorf("got %q", line)
		}
	}
	behind.want("idle: hi") // was being written
	for line := behind.next(); line != "bye unavailable"; line = behind.next() {
		if line != "idle: hi" { // it may not have noticed yet
			t.Errorf("got %q", line)
		}
	}
	behind.wantEnd()
	if err := <-drained; err != nil {
		t.Error(err)
	}
	late := dial(t, place)
	late.want("bye unavailable")
	late.wantEnd()
}

// TestDrainCuts ends those who do not read.
func TestDrainCuts(t *testing.T) {
	place, s := serve(t, servertest.NewTable(t, true))
	stuck := enter(t, place, "stuck")
	stuck.send("big") // and nobody reads it
	ctx, cancel := context.WithTimeout(context.Background(), 100*time.Millisecond)
	defer cancel()
	if err := s.Drain(ctx); err == nil {
		t.Error("a session that cannot end has ended")
	}
	if n, err := stuck.conn.Read(make([]byte, 100)); err == nil {
		t.Errorf("%d bytes came on a connection that was to be cut", n)
	}
}

// TestRepliesAreBounded stops reading replies: it is not read on.
func TestRepliesAreBounded(t *testing.T) {
	place, _ := serve(t, servertest.NewTable(t, true))
	p := dial(t, place)
	_ = p.conn.SetWriteDeadline(time.Now().Add(time.Second))
	sent := 0
	for ; sent < 1000; sent++ {
		if _, err := p.conn.Write([]byte("big\n")); err != nil {
			break
		}
	}
	if sent == 1000 {
		t.Error("a thousand requests were read whose replies nobody reads")
	}
	for range sent {
		if got := p.next(); len(got) != 1000 {
			t.Fatalf("got %q", got)
		}
	}
}
