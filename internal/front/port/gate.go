package port

import (
	"container/list"
	"net"
	"net/netip"
	"sync"
	"time"

	"plausch/internal/network"
)

// Limits bounds the connections of a [Port]. Zero means no bound.
type Limits struct {
	// PerAccount bounds those of one account, wherever they come from.
	PerAccount int
	// PerAddress bounds those of one source on which no account has signed in that
	// counts for itself, see [Conn.SignedIn]: strangers and guests. BeforeSignIn bounds
	// the strangers among them. A source is an IPv4 address or an IPv6 /64; a /56, which
	// a household gets, may have twice as many, and a /48 four times.
	PerAddress, BeforeSignIn int
	// Private and PrivateBeforeSignIn do so for all private-range and loopback
	// sources together, since behind a router's hairpin NAT everyone looks alike.
	Private, PrivateBeforeSignIn int
	// AllBeforeSignIn bounds what strangers can hold in all. When they do, a
	// newcomer takes the place of the oldest one of the network with the most.
	AllBeforeSignIn int
}

// gate counts connections: by source, and those on which somebody has signed in
// by account.
type gate struct {
	limits    Limits
	mu        sync.Mutex
	sources   map[netip.Prefix]*source
	accounts  map[int64]int
	strangers list.List // of *ticket, the oldest first: those that can be evicted
	all       source
	refused   uint64
	evicted   uint64
	logged    map[any]time.Time // when a refusal of a network or an account was logged
}

// source is how many connections there are, and how many of them before sign-in.
type source struct{ open, before int }

func newGate(l Limits) gate {
	return gate{limits: l, sources: map[netip.Prefix]*source{}, accounts: map[int64]int{}, logged: map[any]time.Time{}}
}

// ticket is one admitted connection.
type ticket struct {
	gate    *gate
	from    networks
	account int64         // that it counts for, 0 if for none
	place   *list.Element // in gate.strangers, or nil
	evict   func()        // closes the connection
	before  bool
	outside bool // it counts for no network, but for its account alone
	ended   bool // it was released
}

// networks are what a connection counts for: one network, or three of IPv6, from
// the narrowest to the widest.
type networks []netip.Prefix

func (n networks) widest() netip.Prefix { return n[len(n)-1] }

// admit counts a connection, or returns nil if there are too many. One of a
// proxy that is trusted counts for all proxies, until it is known for whom it
// is. Evict is called, with no lock held, if it has to make room for another.
func (g *gate) admit(addr net.Addr, trusted bool, evict func()) *ticket {
	from := networksOf(addr)
	if trusted {
		from = networks{proxies}
	}
	t, victim := g.enter(from, evict)
	if victim != nil {
		victim.evict()
	}
	return t
}

func (g *gate) enter(from networks, evict func()) (t, victim *ticket) {
	g.mu.Lock()
	defer g.mu.Unlock()
	full := g.full(from)
	if from.widest() == network.Local && over(g.before(network.Local), g.limits.PrivateBeforeSignIn) && !over(g.open(network.Local), g.limits.Private) {
		// Nobody can tell these apart, so nobody of them may lock the others out.
		victim = g.oldest(network.Local)
		full = victim == nil
	}
	if !full && victim == nil && over(g.all.before, g.limits.AllBeforeSignIn) {
		victim = g.oldest(g.crowded())
		full = victim == nil
	}
	if full {
		g.refused++
		return nil, nil
	}
	if victim != nil {
		g.evicted++
		victim.noStranger()
	}
	t = &ticket{gate: g, from: from, before: true, evict: evict}
	g.all.open++
	g.all.before++
	t.enter()
	if from.widest() != proxies {
		t.place = g.strangers.PushBack(t)
	}
	return t, victim
}

// crowded returns the network with the most strangers, and of several the one of
// the oldest. The lock is held.
func (g *gate) crowded() (most netip.Prefix) {
	n := 0
	for e := g.strangers.Front(); e != nil; e = e.Next() {
		from := e.Value.(*ticket).from.widest()
		if before := g.before(from); before > n {
			most, n = from, before
		}
	}
	return most
}

// oldest returns the oldest stranger of a network, nil if there is none.
func (g *gate) oldest(of netip.Prefix) *ticket {
	for e := g.strangers.Front(); e != nil; e = e.Next() {
		if t := e.Value.(*ticket); t.from.widest() == of {
			return t
		}
	}
	return nil
}

func (g *gate) before(from netip.Prefix) int {
	if s := g.sources[from]; s != nil {
		return s.before
	}
	return 0
}

func (g *gate) open(from netip.Prefix) int {
	if s := g.sources[from]; s != nil {
		return s.open
	}
	return 0
}

// full reports whether there are as many connections of a source as may be. The
// lock is held.
func (g *gate) full(from networks) bool {
	for i, net := range from {
		most, mostBefore := g.limits.PerAddress<<i, g.limits.BeforeSignIn<<i
		switch net {
		case network.Local:
			most, mostBefore = g.limits.Private, g.limits.PrivateBeforeSignIn
		case proxies:
			most, mostBefore = 0, 0
		}
		if over(g.open(net), most) || over(g.before(net), mostBefore) {
			return true
		}
	}
	return false
}

// enter counts the connection at its networks, unless it is outside. The lock is held.
func (t *ticket) enter() {
	if t.outside {
		return
	}
	for _, net := range t.from {
		s := t.gate.sources[net]
		if s == nil {
			s = &source{}
			t.gate.sources[net] = s
		}
		s.open++
		if t.before {
			s.before++
		}
	}
}

// leave is the opposite of enter.
func (t *ticket) leave() {
	if t.outside {
		return
	}
	for _, net := range t.from {
		s := t.gate.sources[net]
		if t.before {
			s.before--
		}
		if s.open--; s.open == 0 {
			delete(t.gate.sources, net)
		}
	}
}

// move counts the connection at addr from now on, or returns false if there are
// too many from there.
func (t *ticket) move(addr net.Addr) bool {
	to := networksOf(addr)
	t.gate.mu.Lock()
	defer t.gate.mu.Unlock()
	if t.gate.full(to) {
		t.gate.refused++
		return false
	}
	t.leave()
	t.from = to
	t.enter()
	if t.before && t.place == nil {
		t.place = t.gate.strangers.PushBack(t)
	}
	return true
}

func over(n, most int) bool { return most > 0 && n >= most }

// vouched tells that the connection is no stranger's any more.
func (t *ticket) vouched() {
	t.gate.mu.Lock()
	defer t.gate.mu.Unlock()
	t.noStranger()
}

// signedIn counts the connection for an account from now on, and for its networks
// only if such accounts do. It returns false, and has changed nothing, if the account
// or, byAddress, its network has too many. What a proxy uses for several clients is nobody's.
func (t *ticket) signedIn(account int64, byAddress bool) bool {
	g := t.gate
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case t.ended: // while somebody signed in
		return true
	case t.from.widest() == proxies:
		t.noStranger()
		return true
	}
	if account != t.account && over(g.accounts[account], g.limits.PerAccount) || byAddress && t.outside && g.full(t.from) {
		g.refused++
		return false
	}
	if account != t.account {
		t.leaveAccount()
		t.account = account
		g.accounts[account]++
	}
	t.noStranger()
	if t.outside == byAddress {
		t.leave()
		t.outside = !byAddress
		t.enter()
	}
	return true
}

func (t *ticket) leaveAccount() {
	if t.account == 0 {
		return
	}
	if t.gate.accounts[t.account]--; t.gate.accounts[t.account] == 0 {
		delete(t.gate.accounts, t.account)
	}
	t.account = 0
}

// noStranger counts the connection among the others. The lock is held.
func (t *ticket) noStranger() {
	if !t.before || t.ended {
		return
	}
	t.leave()
	t.before = false
	t.enter()
	t.gate.all.before--
	t.leaveLine()
}

func (t *ticket) leaveLine() {
	if t.place != nil {
		t.gate.strangers.Remove(t.place)
		t.place = nil
	}
}

// isStranger reports whether nobody has signed in.
func (t *ticket) isStranger() bool {
	t.gate.mu.Lock()
	defer t.gate.mu.Unlock()
	return t.before
}

// release tells that the connection has ended.
func (t *ticket) release() {
	t.gate.mu.Lock()
	defer t.gate.mu.Unlock()
	t.leave()
	t.leaveAccount()
	t.leaveLine()
	t.ended = true
	t.gate.all.open--
	if t.before {
		t.gate.all.before--
	}
}

const (
	logEvery  = time.Minute
	maxLogged = 64 // networks and accounts whose refusals are logged in logEvery
)

// mayLog reports whether a refusal of somebody at addr is logged: one a minute of
// each network, and a bounded number of all.
func (g *gate) mayLog(addr net.Addr, now time.Time) bool {
	return g.mayLogOf(networksOf(addr).widest(), now)
}

// mayLogOf is mayLog for whoever is refused: a network, or an account.
func (g *gate) mayLogOf(who any, now time.Time) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if at, ok := g.logged[who]; ok && now.Sub(at) < logEvery {
		return false
	}
	for who, at := range g.logged {
		if now.Sub(at) >= logEvery {
			delete(g.logged, who)
		}
	}
	if len(g.logged) >= maxLogged {
		return false
	}
	g.logged[who] = now
	return true
}

func (g *gate) stats() Stats {
	g.mu.Lock()
	defer g.mu.Unlock()
	return Stats{Open: g.all.open, BeforeSignIn: g.all.before, Refused: g.refused, Evicted: g.evicted}
}

// proxies stands for the proxies that are trusted.
var proxies = netip.PrefixFrom(netip.IPv6Unspecified(), 128)

func networksOf(addr net.Addr) networks { return network.Groups(ipOf(addr)) }
