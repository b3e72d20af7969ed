package port

import (
	"net"
	"net/netip"
	"sync"
)

// Limits bounds the connections of a [Port]. Zero means no bound.
type Limits struct {
	// PerAddress and BeforeSignIn bound those of one source: an IPv4 address or
	// an IPv6 /64.
	PerAddress, BeforeSignIn int
	// Private and PrivateBeforeSignIn bound all private-range and loopback
	// sources together, since behind a router's hairpin NAT everyone looks alike.
	Private, PrivateBeforeSignIn int
	// AllBeforeSignIn bounds what strangers can hold in all.
	AllBeforeSignIn int
}

// gate counts connections by source.
type gate struct {
	limits  Limits
	mu      sync.Mutex
	sources map[netip.Prefix]*source
	all     source
	refused uint64
}

// source is how many connections there are, and how many of them before sign-in.
type source struct{ open, before int }

func newGate(l Limits) gate { return gate{limits: l, sources: map[netip.Prefix]*source{}} }

// ticket is one admitted connection.
type ticket struct {
	gate   *gate
	from   netip.Prefix
	before bool
}

// admit counts a connection, or returns nil if there are too many. One of a
// proxy that is trusted counts for all proxies, until it is known for whom it
// is.
func (g *gate) admit(addr net.Addr, trusted bool) *ticket {
	from := sourceOf(addr)
	if trusted {
		from = proxies
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if over(g.all.before, g.limits.AllBeforeSignIn) || g.full(from) {
		g.refused++
		return nil
	}
	t := &ticket{gate: g, from: from, before: true}
	g.all.open++
	g.all.before++
	t.enter()
	return t
}

// full reports whether there are as many connections of a source as may be. The
// lock is held.
func (g *gate) full(from netip.Prefix) bool {
	most, mostBefore := g.limits.PerAddress, g.limits.BeforeSignIn
	switch from {
	case private:
		most, mostBefore = g.limits.Private, g.limits.PrivateBeforeSignIn
	case proxies:
		most, mostBefore = 0, 0
	}
	s := g.sources[from]
	return s != nil && (over(s.open, most) || over(s.before, mostBefore))
}

// enter counts the connection at its source. The lock is held.
func (t *ticket) enter() {
	s := t.gate.sources[t.from]
	if s == nil {
		s = &source{}
		t.gate.sources[t.from] = s
	}
	s.open++
	if t.before {
		s.before++
	}
}

// leave is the opposite of enter.
func (t *ticket) leave() {
	s := t.gate.sources[t.from]
	if t.before {
		s.before--
	}
	if s.open--; s.open == 0 {
		delete(t.gate.sources, t.from)
	}
}

// move counts the connection at addr from now on, or returns false if there are
// too many from there.
func (t *ticket) move(addr net.Addr) bool {
	to := sourceOf(addr)
	t.gate.mu.Lock()
	defer t.gate.mu.Unlock()
	if t.gate.full(to) {
		t.gate.refused++
		return false
	}
	t.leave()
	t.from = to
	t.enter()
	return true
}

func over(n, most int) bool { return most > 0 && n >= most }

// signedIn tells that the connection is no stranger's any more.
func (t *ticket) signedIn() {
	t.gate.mu.Lock()
	defer t.gate.mu.Unlock()
	if t.before {
		t.before = false
		t.gate.sources[t.from].before--
		t.gate.all.before--
	}
}

// release tells that the connection has ended.
func (t *ticket) release() {
	t.gate.mu.Lock()
	defer t.gate.mu.Unlock()
	t.leave()
	t.gate.all.open--
	if t.before {
		t.gate.all.before--
	}
}

func (g *gate) stats() Stats {
	g.mu.Lock()
	defer g.mu.Unlock()
	return Stats{Open: g.all.open, BeforeSignIn: g.all.before, Refused: g.refused}
}

var (
	// private stands for all private-range and loopback sources, and for those
	// without an IP address.
	private = netip.Prefix{}
	// proxies stands for the proxies that are trusted.
	proxies = netip.PrefixFrom(netip.IPv6Unspecified(), 128)
)

func sourceOf(addr net.Addr) netip.Prefix {
	ip := ipOf(addr)
	if !ip.IsValid() || near(ip) {
		return private
	}
	bits := 32
	if ip.Is6() {
		bits = 64
	}
	p, _ := ip.Prefix(bits) // bits fit the family
	return p
}
