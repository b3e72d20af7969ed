package auth

import (
	"context"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"

	"plausch"
	"plausch/internal/network"
)

const (
	// perMinute and perDay are the failed attempts of one source: an IPv4
	// address, or an IPv6 /64. See scopesOf for what is wider.
	perMinute, perDay = 10, 50
	// privateShare is how many sources' worth all private and loopback addresses
	// have together: behind a router's hairpin NAT everyone looks alike.
	privateShare = 100
	// freeFailures is how many attempts at one account may fail before its delay
	// begins, with firstDelay, doubled by each failure up to maxDelay. It ends
	// when nobody has failed for forgetAfter.
	freeFailures = 3
	firstDelay   = time.Second
	maxDelay     = 15 * time.Minute
	forgetAfter  = 24 * time.Hour
	// maxFriends is how many sources an account can have that its delay is not
	// for, and maxKept about how many sources and accounts are remembered.
	maxFriends = 8
	maxKept    = 1 << 16
	// maxWaiting is how many attempts of a source, or at an account, may wait for
	// those that are under way.
	maxWaiting = 256
)

// Throttle makes guessing slow: it bounds the failed attempts of each source,
// and makes those who have another go at the same account wait ever longer. The
// delay of an account is not for sources from which somebody has signed in to it
// before, so that its owner at home is not shut out by strangers; and nobody is
// shut out for good.
//
// Only attempts that have failed count. Those that are under way hold back later
// ones, as long as there would be too many failures if all of them failed; so
// nobody gets more guesses by making them at once, and right passwords are never
// refused for their number.
//
// It is all in memory: a restart forgets it. It is safe for concurrent use.
type Throttle struct {
	now      func() time.Time
	mu       sync.Mutex
	sources  map[netip.Prefix]*allowance
	accounts map[string]*suspicion
	known    map[netip.Prefix]time.Time // when somebody has last signed in from there
}

// allowance is what a network has left.
type allowance struct {
	share       float64
	minute, day float64
	at          time.Time
	underWay
}

// suspicion is how often it failed to get into an account.
type suspicion struct {
	failures int
	until    time.Time // when the next attempt may be made
	last     time.Time
	friends  []netip.Prefix // the last one first
	underWay
}

// underWay counts attempts that are not decided.
type underWay struct {
	attempts int
	waiting  int           // for one of them to be decided
	decided  chan struct{} // closed when one is, if somebody waits
}

func (u *underWay) done() {
	u.attempts--
	if u.decided != nil {
		close(u.decided)
		u.decided = nil
	}
}

// NewThrottle returns a throttle that goes by the clock now.
func NewThrottle(now func() time.Time) *Throttle {
	return &Throttle{
		now: now, sources: map[netip.Prefix]*allowance{}, accounts: map[string]*suspicion{}, known: map[netip.Prefix]time.Time{},
	}
}

// Attempt is an attempt that was begun. One of its methods has to be called when
// it is decided; further calls do nothing.
type Attempt struct {
	t       *Throttle
	addr    netip.Addr
	sources []*allowance
	account *suspicion // nil if it is at none
	decided bool
}

// Begin begins an attempt of somebody at addr to get into account, which need
// not exist. It waits while those that are under way could be too many failures,
// for a minute at most. The error is RateLimited if it is not the time for an attempt,
// and the context's if that ends.
func (t *Throttle) Begin(ctx context.Context, addr netip.Addr, account string) (*Attempt, error) {
	timer := time.NewTimer(maxWait)
	defer timer.Stop()
	for {
		a, busy, err := t.tryBegin(addr, account)
		if busy == nil {
			return a, err
		}
		select {
		case <-busy.decided:
			err = nil
		case <-timer.C:
			err = errBusy()
		case <-ctx.Done():
			err = fmt.Errorf("waiting to sign in: %w", ctx.Err())
		}
		t.mu.Lock()
		busy.waiting--
		t.mu.Unlock()
		if err != nil {
			return nil, err
		}
	}
}

// blocked is what an attempt waits for.
type blocked struct {
	*underWay
	decided <-chan struct{}
}

// tryBegin begins an attempt, or returns what it has to wait for first.
func (t *Throttle) tryBegin(addr netip.Addr, account string) (*Attempt, *blocked, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	a := &Attempt{t: t, addr: addr}
	for _, scope := range scopesOf(addr) {
		source := t.source(scope, now)
		if wait := source.wait(0); wait > 0 {
			return nil, nil, tooMany(wait)
		}
		a.sources = append(a.sources, source)
	}
	a.account = t.suspicion(account, now)
	friend := slices.Contains(a.account.friends, network.Source(addr))
	if wait := a.account.until.Sub(now); wait > 0 && !friend {
		return nil, nil, tooMany(wait)
	}
	for _, source := range a.sources {
		if source.wait(source.attempts) > 0 {
			return source.block(source.share)
		}
	}
	if s := a.account; !friend && s.attempts > 0 && delay(s.failures+s.attempts) > 0 {
		return s.block(1)
	}
	for _, source := range a.sources {
		source.attempts++
	}
	a.account.attempts++
	return a, nil, nil
}

// block has an attempt wait for those under way.
func (u *underWay) block(share float64) (*Attempt, *blocked, error) {
	if u.waiting >= int(share*maxWaiting) {
		return nil, nil, errBusy()
	}
	u.waiting++
	if u.decided == nil {
		u.decided = make(chan struct{})
	}
	return nil, &blocked{u, u.decided}, nil
}

// Fail counts a wrong secret of somebody at addr that is no account's: those are
// too long to be guessed, so right ones are never held back. The error is
// RateLimited if there were too many.
func (t *Throttle) Fail(addr netip.Addr) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	scopes := scopesOf(addr)
	for _, scope := range scopes {
		if wait := t.source(scope, now).wait(0); wait > 0 {
			return tooMany(wait)
		}
	}
	for _, scope := range scopes {
		t.source(scope, now).take()
	}
	return nil
}

// SignedIn remembers that somebody who belongs here has signed in from addr.
func (t *Throttle) SignedIn(addr netip.Addr) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.signedIn(addr)
}

func (t *Throttle) signedIn(addr netip.Addr) {
	now := t.now()
	if len(t.known) >= maxKept {
		for net, at := range t.known {
			if now.Sub(at).Abs() > forgetAfter {
				delete(t.known, net)
			}
		}
		if len(t.known) >= maxKept {
			clear(t.known)
		}
	}
	t.known[network.Household(addr)] = now
}

// Source returns addr as a source of password hashes.
func (t *Throttle) Source(addr netip.Addr) Source {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, known := t.known[network.Household(addr)]
	return Source{Addr: addr, Known: known}
}

func tooMany(wait time.Duration) error {
	return &plausch.Error{
		Code: plausch.RateLimited, Message: "there were too many attempts; wait before you try again",
		RetryAfter: max(wait, time.Millisecond).Truncate(time.Millisecond),
	}
}

// delay is how long to wait after so many failures.
func delay(failures int) time.Duration {
	n := failures - freeFailures
	switch {
	case n <= 0:
		return 0
	case n > 10: // 2^10 s are over the most
		return maxDelay
	}
	return min(firstDelay<<(n-1), maxDelay)
}

// Succeeded tells that the secret was right: what the account's failures were is
// forgotten.
func (a *Attempt) Succeeded() {
	a.decide(func(now time.Time) {
		s, from := a.account, network.Source(a.addr)
		s.failures, s.until = 0, time.Time{}
		friends := []netip.Prefix{from}
		for _, f := range s.friends {
			if f != from && len(friends) < maxFriends {
				friends = append(friends, f)
			}
		}
		s.friends = friends
		a.t.signedIn(a.addr)
	})
}

// Failed tells that the secret was wrong.
func (a *Attempt) Failed() {
	a.decide(func(now time.Time) {
		for _, source := range a.sources {
			source.take()
		}
		s := a.account
		s.failures++
		s.last, s.until = now, now.Add(delay(s.failures))
	})
}

// Withdraw tells that the attempt was not carried out.
func (a *Attempt) Withdraw() { a.decide(func(time.Time) {}) }

func (a *Attempt) decide(outcome func(now time.Time)) {
	a.t.mu.Lock()
	defer a.t.mu.Unlock()
	if a.decided {
		return
	}
	a.decided = true
	outcome(a.t.now())
	for _, source := range a.sources {
		source.done()
	}
	a.account.done()
}

// source returns the allowance of a network as it is now.
func (t *Throttle) source(of scope, now time.Time) *allowance {
	n, from := of.share, of.net
	s := t.sources[from]
	if s == nil {
		if len(t.sources) >= maxKept {
			t.sweep(now)
		}
		s = &allowance{share: n, minute: n * perMinute, day: n * perDay, at: now}
		t.sources[from] = s
	}
	// A clock that was set back refills nothing, and one that was set forward
	// refills for once.
	if passed := now.Sub(s.at); passed > 0 {
		s.minute = min(s.minute+passed.Minutes()*n*perMinute, n*perMinute)
		s.day = min(s.day+passed.Hours()/24*n*perDay, n*perDay)
	}
	s.at = now
	return s
}

// take counts a failure.
func (s *allowance) take() {
	s.minute--
	s.day--
}

// wait is how long it takes until there is an attempt left beside so many others.
func (s *allowance) wait(others int) time.Duration {
	left, n := 1+float64(others), s.share
	minutes := (left - s.minute) / (n * perMinute)
	days := (left - s.day) / (n * perDay)
	return max(time.Duration(minutes*float64(time.Minute)), time.Duration(days*24*float64(time.Hour)))
}

func (t *Throttle) suspicion(account string, now time.Time) *suspicion {
	s := t.accounts[account]
	if s == nil {
		if len(t.accounts) >= maxKept {
			t.sweep(now)
		}
		s = &suspicion{last: now}
		t.accounts[account] = s
	}
	// The second case is a clock that was set back: no delay may last for that.
	if s.until.Sub(now) > maxDelay || now.Sub(s.last).Abs() > forgetAfter {
		s.failures, s.until = 0, time.Time{}
	}
	return s
}

// sweep forgets those who are at rest, and if that are not many, all: who can
// fill this can be held off by nothing that remembers sources.
func (t *Throttle) sweep(now time.Time) {
	for from, s := range t.sources {
		t.source(scope{from, s.share}, now) // as it is now
		if s.attempts == 0 && s.waiting == 0 && s.day >= s.share*perDay-1 {
			delete(t.sources, from)
		}
	}
	for name, s := range t.accounts {
		if s.attempts == 0 && s.waiting == 0 && (now.Sub(s.last).Abs() > forgetAfter || s.failures <= freeFailures && len(s.friends) == 0) {
			delete(t.accounts, name)
		}
	}
	if len(t.sources) >= maxKept {
		clear(t.sources)
	}
	if len(t.accounts) >= maxKept {
		clear(t.accounts)
	}
}
