package auth

import (
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"time"

	"plausch"
)

// throttle is a throttle whose clock the test moves.
func throttle() (t *Throttle, move func(time.Duration)) {
	now := time.Unix(1_790_000_000, 0)
	return NewThrottle(func() time.Time { return now }), func(d time.Duration) { now = now.Add(d) }
}

var stranger = netip.MustParseAddr("198.51.100.7")

func waits(t *testing.T, err error) time.Duration {
	t.Helper()
	wantCode(t, err, plausch.RateLimited)
	e := new(plausch.Error)
	if !errors.As(err, &e) || e.RetryAfter <= 0 {
		t.Fatalf("%v does not say when to try again", err)
	}
	return e.RetryAfter
}

// fail fails n times, and returns how many times it was allowed to.
func fail(th *Throttle, addr netip.Addr, account string, n int) (allowed int) {
	for range n {
		if _, err := th.Begin(addr, account); err == nil {
			allowed++
		}
	}
	return allowed
}

func TestASourceHasTenAMinuteAndFiftyADay(t *testing.T) {
	th, move := throttle()
	if n := fail(th, stranger, "", 100); n != 10 {
		t.Fatalf("%d at once, want 10", n)
	}
	_, err := th.Begin(stranger, "")
	if wait := waits(t, err); wait > 6*time.Second {
		t.Errorf("the next is allowed in %v, want within 6 s", wait)
	}
	if n := fail(th, netip.MustParseAddr("198.51.100.8"), "", 1); n != 1 {
		t.Error("another address is held back, too")
	}
	total := 10
	for range 30 {
		move(time.Minute)
		total += fail(th, stranger, "", 100)
	}
	if total < 50 || total > 52 { // a little of the day has come back meanwhile
		t.Errorf("%d within half an hour, want 50", total)
	}
	move(25 * time.Hour)
	if n := fail(th, stranger, "", 100); n != 10 {
		t.Errorf("%d at once the next day, want 10", n)
	}
}

func TestWhoSucceedsIsNotHeldBack(t *testing.T) {
	th, _ := throttle()
	for i := range 1000 {
		a, err := th.Begin(stranger, "alice")
		if err != nil {
			t.Fatalf("attempt %d: %v", i, err)
		}
		if i%2 == 0 {
			a.Succeeded()
		} else {
			a.Withdraw()
		}
	}
}

func TestSourcesAreV6NetworksAndPrivateOnesAreOne(t *testing.T) {
	th, _ := throttle()
	for i := range 20 {
		fail(th, netip.MustParseAddr(fmt.Sprintf("2001:db8:1:1::%d", i+1)), "", 1)
	}
	if n := fail(th, netip.MustParseAddr("2001:db8:1:1:ffff::1"), "", 1); n != 0 {
		t.Error("another address of the same /64 begins anew")
	}
	if n := fail(th, netip.MustParseAddr("2001:db8:1:2::1"), "", 1); n != 1 {
		t.Error("another /64 is held back, too")
	}
	if n := fail(th, netip.MustParseAddr("::ffff:198.51.100.7"), "", 20) + fail(th, stranger, "", 20); n != 10 {
		t.Errorf("an IPv4 address and its mapped form have %d together, want 10", n)
	}
	if n := fail(th, netip.MustParseAddr("192.168.1.5"), "", 990) + fail(th, netip.MustParseAddr("127.0.0.1"), "", 20) + fail(th, netip.Addr{}, "", 1); n != 1000 {
		t.Errorf("private addresses have %d together, want 1000", n)
	}
}

func TestAnAccountIsDelayedAndNeverLocked(t *testing.T) {
	th, move := throttle()
	source := 0
	// Each guess from another place, as a botnet would.
	begin := func() (*Attempt, error) {
		source++
		return th.Begin(netip.AddrFrom4([4]byte{203, byte(source >> 16), byte(source >> 8), byte(source)}), "alice")
	}
	var delays []time.Duration
	for range 17 {
		for {
			_, err := begin()
			if err == nil {
				break
			}
			wait := waits(t, err)
			delays = append(delays, wait)
			move(wait)
		}
	}
	want := []time.Duration{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900}
	for i := range want {
		want[i] *= time.Second
	}
	if fmt.Sprint(delays[:len(want)]) != fmt.Sprint(want) {
		t.Errorf("the delays are %v, want %v", delays, want)
	}
	// The one who knows the password gets in when the delay is over,
	move(maxDelay)
	home := netip.MustParseAddr("192.0.2.1")
	a, err := th.Begin(home, "alice")
	if err != nil {
		t.Fatal(err)
	}
	a.Succeeded()
	// and from then on at once, whatever strangers do.
	for range 10 {
		_, _ = begin()
	}
	_, err = begin()
	waits(t, err)
	if _, err := th.Begin(home, "alice"); err != nil {
		t.Errorf("at home: %v", err)
	}
	if _, err := th.Begin(stranger, "bob"); err != nil {
		t.Errorf("another account: %v", err)
	}
}

func TestAttemptsThatRunCountAsFailed(t *testing.T) {
	th, _ := throttle()
	var running []*Attempt
	for range 10 {
		if a, err := th.Begin(stranger, "alice"); err == nil {
			running = append(running, a)
		}
	}
	if len(running) != freeFailures+1 {
		t.Errorf("%d attempts at one account run at once, want %d", len(running), freeFailures+1)
	}
	for _, a := range running {
		a.Withdraw()
	}
	if _, err := th.Begin(stranger, "alice"); err != nil {
		t.Errorf("after all were withdrawn: %v", err)
	}
}

func TestAClockThatJumpsHoldsNobodyBackForGood(t *testing.T) {
	for _, jump := range []time.Duration{time.Hour, -time.Hour, 10 * 365 * 24 * time.Hour, -10 * 365 * 24 * time.Hour} {
		th, move := throttle()
		fail(th, stranger, "alice", 100)
		move(jump)
		move(maxDelay)
		if _, err := th.Begin(stranger, "alice"); err != nil {
			t.Errorf("after a jump of %v and %v more: %v", jump, maxDelay, err)
		}
	}
}

func TestTheThrottleForgets(t *testing.T) {
	th, move := throttle()
	for i := range 3 * maxKept {
		addr := netip.AddrFrom4([4]byte{byte(1 + i>>22), byte(i >> 14), byte(i >> 6), byte(i)})
		fail(th, addr, fmt.Sprint("name", i), 1)
		if i%1000 == 0 {
			move(time.Second)
		}
	}
	if len(th.sources) > maxKept || len(th.accounts) > maxKept {
		t.Errorf("%d sources and %d accounts are remembered, want at most %d", len(th.sources), len(th.accounts), maxKept)
	}
}
