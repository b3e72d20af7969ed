package auth

import (
	"net/netip"
	"sync"
	"time"

	"plausch"
)

const (
	// perMinute and perDay are the failed attempts of one source: an IPv4
	// address, or an IPv6 /64.
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
)

// Throttle makes guessing slow: it bounds the failed attempts of each source,
// and makes those who have another go at the same account wait ever longer. The
// delay of an account is not for sources from which somebody has signed in to it
// before, so that its owner at home is not shut out by strangers; and nobody is
// shut out for good.
//
// It is all in memory: a restart forgets it. It is safe for concurrent use.
type Throttle struct {
	now      func() time.Time
	mu       sync.Mutex
	sources  map[netip.Prefix]*allowance
	accounts map[string]*suspicion
}

// allowance is what a source has left.
type allowance struct {
	minute, day float64
	at          time.Time
}

// suspicion is how often it failed to get into an account.
type suspicion struct {
	failures int
	until    time.Time // when the next attempt may be made
	last     time.Time
	friends  []netip.Prefix // the last one first
}

// NewThrottle returns a throttle that goes by the clock now.
func NewThrottle(now func() time.Time) *Throttle {
	return &Throttle{now: now, sources: map[netip.Prefix]*allowance{}, accounts: map[string]*suspicion{}}
}

// Attempt is an attempt that was begun. It counts as failed unless one of its
// methods is called.
type Attempt struct {
	t       *Throttle
	from    netip.Prefix
	account string
	before  suspicion
}

// Begin begins an attempt of somebody at addr to get into account, which need
// not exist, or to guess a secret that is no account's, with an empty account. The
// error is RateLimited if it is not the time for that.
func (t *Throttle) Begin(addr netip.Addr, account string) (*Attempt, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := t.now()
	a := &Attempt{t: t, from: sourceOf(addr), account: account}
	source := t.source(a.from, now)
	if wait := source.wait(share(a.from)); wait > 0 {
		return nil, tooMany(wait)
	}
	if account != "" {
		s := t.suspicion(account, now)
		a.before = *s
		if wait := s.until.Sub(now); wait > 0 && !s.knows(a.from) {
			return nil, tooMany(wait)
		}
		s.failures++
		s.last, s.until = now, now.Add(delay(s.failures))
	}
	source.minute--
	source.day--
	return a, nil
}

func tooMany(wait time.Duration) error {
	return &plausch.Error{
		Code: plausch.RateLimited, Message: "this was tried too often; wait before you try again",
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

// Succeeded takes the attempt back, and what the account's failures were: the
// secret was right.
func (a *Attempt) Succeeded() {
	a.giveBack(func(s *suspicion) {
		s.failures, s.until = 0, time.Time{}
		friends := []netip.Prefix{a.from}
		for _, f := range s.friends {
			if f != a.from && len(friends) < maxFriends {
				friends = append(friends, f)
			}
		}
		s.friends = friends
	})
}

// Withdraw takes the attempt back: it was not carried out.
func (a *Attempt) Withdraw() {
	a.giveBack(func(s *suspicion) {
		if s.failures--; s.failures <= a.before.failures {
			s.until = a.before.until
		}
	})
}

func (a *Attempt) giveBack(account func(*suspicion)) {
	a.t.mu.Lock()
	defer a.t.mu.Unlock()
	now := a.t.now()
	source := a.t.source(a.from, now)
	n := share(a.from)
	source.minute, source.day = min(source.minute+1, n*perMinute), min(source.day+1, n*perDay)
	if a.account != "" {
		account(a.t.suspicion(a.account, now))
	}
}

// source returns the allowance of a source as it is now.
func (t *Throttle) source(from netip.Prefix, now time.Time) *allowance {
	n := share(from)
	s := t.sources[from]
	if s == nil {
		if len(t.sources) >= maxKept {
			t.sweep(now)
		}
		s = &allowance{n * perMinute, n * perDay, now}
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

// wait is how long it takes until there is an attempt left.
func (s *allowance) wait(n float64) time.Duration {
	minutes := (1 - s.minute) / (n * perMinute)
	days := (1 - s.day) / (n * perDay)
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

func (s *suspicion) knows(from netip.Prefix) bool {
	for _, f := range s.friends {
		if f == from {
			return true
		}
	}
	return false
}

// sweep forgets those who are at rest, and if that are not many, all: who can
// fill this can be held off by nothing that remembers sources.
func (t *Throttle) sweep(now time.Time) {
	for from := range t.sources {
		if s := t.source(from, now); s.day >= share(from)*perDay-1 {
			delete(t.sources, from)
		}
	}
	for name, s := range t.accounts {
		if now.Sub(s.last).Abs() > forgetAfter || s.failures <= freeFailures && len(s.friends) == 0 {
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

func share(from netip.Prefix) float64 {
	if from == private {
		return privateShare
	}
	return 1
}

// private stands for all private-range and loopback sources, and for those
// without an IP address.
var private = netip.Prefix{}

func sourceOf(ip netip.Addr) netip.Prefix {
	ip = ip.Unmap().WithZone("")
	if !ip.IsValid() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
		return private
	}
	bits := 32
	if ip.Is6() {
		bits = 64
	}
	p, _ := ip.Prefix(bits) // bits fit the family
	return p
}
