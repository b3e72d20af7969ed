package auth

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"testing"
	"testing/synctest"
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

// fail fails n times, one after the other, and returns how many times it was
// allowed to. Without an account it guesses secrets that are no account's.
func fail(th *Throttle, addr netip.Addr, account string, n int) (allowed int) {
	for range n {
		if tryOnce(th, addr, account) == nil {
			allowed++
		}
	}
	return allowed
}

func tryOnce(th *Throttle, addr netip.Addr, account string) error {
	if account == "" {
		return th.Fail(addr)
	}
	a, err := th.Begin(context.Background(), addr, account)
	if err == nil {
		a.Failed()
	}
	return err
}

func TestASourceHasTenAMinuteAndFiftyADay(t *testing.T) {
	th, move := throttle()
	if n := fail(th, stranger, "", 100); n != 10 {
		t.Fatalf("%d at once, want 10", n)
	}
	err := th.Fail(stranger)
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
		a, err := th.Begin(context.Background(), stranger, "alice")
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
	guess := func() error {
		source++
		return tryOnce(th, netip.AddrFrom4([4]byte{203, byte(source >> 16), byte(source >> 8), byte(source)}), "alice")
	}
	var delays []time.Duration
	for range 17 {
		for {
			err := guess()
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
	a, err := th.Begin(context.Background(), home, "alice")
	if err != nil {
		t.Fatal(err)
	}
	a.Succeeded()
	// and from then on at once, whatever strangers do.
	for range 10 {
		_ = guess()
	}
	waits(t, guess())
	if _, err := th.Begin(context.Background(), home, "alice"); err != nil {
		t.Errorf("at home: %v", err)
	}
	if _, err := th.Begin(context.Background(), stranger, "bob"); err != nil {
		t.Errorf("another account: %v", err)
	}
}

func TestWiderNetworksOfIPv6AreBoundedToo(t *testing.T) {
	th, _ := throttle()
	total := 0
	for i := range 1 << 10 {
		total += fail(th, netip.MustParseAddr(fmt.Sprintf("2001:db8:1:%x::1", i)), "", 1)
	}
	if total != int(shares[2])*perMinute {
		t.Errorf("a /48 has %d failures at once, want %d", total, int(shares[2])*perMinute)
	}
	if n := fail(th, netip.MustParseAddr("2001:db8:2::1"), "", 1); n != 1 {
		t.Error("another /48 is held back, too")
	}
}

// attempt is one of many people who sign in at once.
type attempt struct {
	a   *Attempt
	err error
}

func beginMany(t *testing.T, th *Throttle, n int, account func(int) string) <-chan attempt {
	begun := make(chan attempt, n)
	for i := range n {
		go func() {
			a, err := th.Begin(t.Context(), stranger, account(i))
			begun <- attempt{a, err}
		}()
	}
	synctest.Wait()
	return begun
}

func TestRightPasswordsAreNotRefusedForTheirNumber(t *testing.T) {
	for name, account := range map[string]func(int) string{
		"a class":     func(i int) string { return fmt.Sprint("student", i) },
		"one account": func(int) string { return "alice" },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				th := NewThrottle(time.Now)
				const people = 40
				begun := beginMany(t, th, people, account)
				for range people {
					next := <-begun
					if next.err != nil {
						t.Fatal(next.err)
					}
					time.Sleep(100 * time.Millisecond) // of the bubble: what a hash takes
					next.a.Succeeded()
				}
			})
		})
	}
}

func TestGuessesAtOnceAreNoMoreThanOneAfterTheOther(t *testing.T) {
	for name, tt := range map[string]struct {
		account func(int) string
		want    int
	}{
		"at many accounts": {func(i int) string { return fmt.Sprint("name", i) }, perMinute},
		"at one account":   {func(int) string { return "alice" }, freeFailures + 1},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				now := time.Now()
				th := NewThrottle(func() time.Time { return now }) // nothing comes back meanwhile
				const guesses = 100
				begun := beginMany(t, th, guesses, tt.account)
				if n := len(begun); n != tt.want {
					t.Errorf("%d guesses run at once, want %d", n, tt.want)
				}
				done, refused := 0, 0
				for range guesses {
					if next := <-begun; next.err != nil {
						waits(t, next.err)
						refused++
					} else {
						next.a.Failed()
						done++
					}
				}
				if done != tt.want || refused != guesses-tt.want {
					t.Errorf("%d guesses were made and %d refused, want %d and %d", done, refused, tt.want, guesses-tt.want)
				}
			})
		})
	}
}

func TestNobodyWaitsForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		th := NewThrottle(time.Now)
		begun := beginMany(t, th, freeFailures+1+maxWaiting, func(int) string { return "alice" })
		_, err := th.Begin(t.Context(), stranger, "alice")
		waits(t, err) // one more than may wait
		var stuck []*Attempt
		start := time.Now()
		for range freeFailures + 1 + maxWaiting {
			if next := <-begun; next.err != nil {
				waits(t, next.err)
			} else {
				stuck = append(stuck, next.a)
			}
		}
		if took := time.Since(start); took != maxWait {
			t.Errorf("they waited for %v, want %v", took, maxWait)
		}
		for _, a := range stuck {
			a.Withdraw()
		}
		if _, err := th.Begin(t.Context(), stranger, "alice"); err != nil {
			t.Errorf("after all were withdrawn: %v", err)
		}
	})
}

func TestAClockThatJumpsHoldsNobodyBackForGood(t *testing.T) {
	for _, jump := range []time.Duration{time.Hour, -time.Hour, 10 * 365 * 24 * time.Hour, -10 * 365 * 24 * time.Hour} {
		th, move := throttle()
		fail(th, stranger, "alice", 100)
		move(jump)
		move(maxDelay)
		if _, err := th.Begin(context.Background(), stranger, "alice"); err != nil {
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
