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

// admit counts a connection, or returns nil if there are too many.
func (g *gate) admit(addr net.Addr) *ticket {
	from := sourceOf(addr)
	most, mostBefore := g.limits.PerAddress, g.limits.BeforeSignIn
	if from == private {
		most, mostBefore = g.limits.Private, g.limits.PrivateBeforeSignIn
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	s := g.sources[from]
	if s == nil {
		s = &source{}
	}
	if over(s.open, most) || over(s.before, mostBefore) || over(g.all.before, g.limits.AllBeforeSignIn) {
		g.refused++
		return nil
	}
	g.sources[from] = s
	s.open++
	s.before++
	g.all.open++
	g.all.before++
	return &ticket{gate: g, from: from, before: true}
}

func over(n, most int) bool { return most > 0 && n >= most }

// signedIn tells that the connection is no stranger's any more.
func (t *ticket) signedIn() {
	t.gate.mu.Lock()
	defer t.gate.mu.Unlock()
	t.leaveBefore()
}

func (t *ticket) leaveBefore() {
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
	t.leaveBefore()
	t.gate.all.open--
	s := t.gate.sources[t.from]
	if s.open--; s.open == 0 {
		delete(t.gate.sources, t.from)
	}
}

func (g *gate) stats() Stats {
	g.mu.Lock()
	defer g.mu.Unlock()
	return Stats{Open: g.all.open, BeforeSignIn: g.all.before, Refused: g.refused}
}

// private stands for all private-range and loopback sources, and for those
// without an IP address.
var private = netip.Prefix{}

func sourceOf(addr net.Addr) netip.Prefix {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		return private
	}
	ip := tcp.AddrPort().Addr().Unmap().WithZone("")
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
