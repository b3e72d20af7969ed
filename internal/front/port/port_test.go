package port

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"plausch/internal/network"
)

func addr(text string) net.Addr { return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(text)) }

func TestGateLimits(t *testing.T) {
	limits := Limits{PerAddress: 4, BeforeSignIn: 2, Private: 6, PrivateBeforeSignIn: 5, AllBeforeSignIn: 8}
	tests := map[string]struct {
		from   []string
		signIn bool // each, at once, as a guest
		want   int  // how many are let in
	}{
		"one address, strangers":        {repeat("198.51.100.7:1", 9), false, 2},
		"one address, signed in":        {repeat("198.51.100.7:1", 9), true, 4},
		"two addresses":                 {append(repeat("198.51.100.7:1", 9), repeat("198.51.100.8:1", 9)...), true, 8},
		"one IPv6 network":              {[]string{"[2001:db8::1]:1", "[2001:db8::2]:1", "[2001:db8:0:0:ffff::]:1"}, false, 2},
		"two IPv6 networks":             {[]string{"[2001:db8::1]:1", "[2001:db8:0:1::1]:1", "[2001:db8::2]:1"}, false, 3},
		"one IPv6 /56":                  {spread("2001:db8:0:%x::1", 16), false, 4},
		"one IPv6 /48":                  {spread("2001:db8:0:%x00::1", 64), false, 8},
		"one IPv6 /48, signed in":       {spread("2001:db8:0:%x00::1", 64), true, 16},
		"an IPv4 address as IPv6":       {[]string{"198.51.100.7:1", "[::ffff:198.51.100.7]:1", "198.51.100.7:2"}, false, 2},
		"private ones share, strangers": {[]string{"127.0.0.1:1", "[::1]:1", "10.0.0.1:1", "192.168.1.1:1", "[fe80::1%eth0]:1", "[fd00::1]:1", "10.0.0.1:2"}, false, 6},
		"private ones share, signed in": {repeat("192.168.1.1:1", 9), true, 6},
		"everyone, strangers": {[]string{"198.51.100.1:1", "198.51.100.2:1", "198.51.100.3:1", "198.51.100.4:1", "198.51.100.5:1",
			"198.51.100.6:1", "198.51.100.7:1", "198.51.100.8:1", "198.51.100.9:1", "127.0.0.1:1"}, false, 10},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			g := newGate(limits)
			in := 0
			for _, from := range test.from {
				if ticket := g.admit(addr(from), false, func() {}); ticket != nil {
					in++
					if test.signIn {
						ticket.signedIn(int64(in), true)
					}
				}
			}
			if in != test.want {
				t.Errorf("%d were let in, want %d", in, test.want)
			}
			if before := g.stats().BeforeSignIn; before > limits.AllBeforeSignIn {
				t.Errorf("%d strangers are in at once", before)
			}
			if s := g.stats(); s.Open != in || s.Refused != uint64(len(test.from)-in) {
				t.Errorf("the figures are %+v", s)
			}
		})
	}
}

func repeat(s string, n int) []string {
	all := make([]string, n)
	for i := range all {
		all[i] = s
	}
	return all
}

// spread returns addresses in n networks.
func spread(format string, n int) (all []string) {
	for i := range n {
		all = append(all, "["+fmt.Sprintf(format, i)+"]:1")
	}
	return all
}

// TestAccountsCountForThemselves: whoever has signed in takes no place of the
// address, which may be a school's, but one of the account.
func TestAccountsCountForThemselves(t *testing.T) {
	const here, elsewhere = "198.51.100.7:1", "203.0.113.1:1"
	g := newGate(Limits{PerAccount: 3, PerAddress: 4, BeforeSignIn: 2})
	enter := func(from string, account int64, byAddress bool) (*ticket, bool) {
		t.Helper()
		ticket := g.admit(addr(from), false, func() {})
		if ticket == nil {
			t.Fatalf("no place for account %d", account)
		}
		return ticket, ticket.signedIn(account, byAddress)
	}
	var first *ticket
	for account := range int64(40) {
		ticket, ok := enter(here, account+1, false)
		if !ok {
			t.Fatalf("account %d is refused", account+1)
		}
		if account == 0 {
			first = ticket
		}
	}
	enter(elsewhere, 1, false)
	again, ok := enter(here, 1, false)
	if !ok || !again.signedIn(1, false) || !again.signedIn(1, false) {
		t.Error("three connections of an account are refused, or one counts more than once")
	}
	for _, from := range []string{here, elsewhere} {
		over, ok := enter(from, 1, false)
		if ok || !over.isStranger() {
			t.Error("a fourth connection is let in")
		}
		over.release()
	}
	if !again.signedIn(2, false) {
		t.Error("a connection cannot become another account's")
	}
	if _, ok := enter(here, 1, false); !ok {
		t.Error("what has become another account's counts for the first still")
	}
	first.release()
	if _, ok := enter(here, 1, false); !ok {
		t.Error("what was released counts still")
	}
	for guest := range int64(4) {
		enter(here, 100+guest, true)
	}
	if g.admit(addr(here), false, func() {}) != nil {
		t.Error("guests, who cost nothing, do not count for their address")
	}
	if _, ok := enter(elsewhere, 200, true); !ok {
		t.Error("another address has no place")
	}
	first.signedIn(1, false) // somebody signed in while the connection ended
	if n := g.accounts[1]; n != 3 {
		t.Errorf("account 1 has %d connections, want 3", n)
	}
}

// TestStrangersMakeRoom has a network take all places of strangers that there
// are: newcomers from elsewhere get in, and the oldest of the crowd goes; nobody
// else does.
func TestStrangersMakeRoom(t *testing.T) {
	g := newGate(Limits{BeforeSignIn: 4, AllBeforeSignIn: 20})
	var gone []string
	enter := func(from string) *ticket {
		return g.admit(addr(from), false, func() { gone = append(gone, from) })
	}
	lonely := enter("198.51.100.7:1") // is the oldest
	signedIn := enter("198.51.100.8:1")
	signedIn.signedIn(1, false)
	crowd := spread("2001:db8:0:%x00::1", 16)
	for _, from := range crowd {
		enter(from)
	}
	enter("203.0.113.1:1")
	enter("203.0.113.2:1")
	enter("203.0.113.3:1")
	if len(gone) != 0 {
		t.Fatalf("%v went while there was room", gone)
	}
	for i, from := range []string{"192.0.2.1:1", "192.0.2.2:1", "[2001:db8:ffff::1]:1"} {
		if enter(from) == nil {
			t.Errorf("%s does not get in", from)
		}
		if len(gone) != i+1 || gone[i] != crowd[i] {
			t.Errorf("for %s went %v, want the oldest of the crowd", from, gone)
		}
	}
	if enter(crowd[0]) != nil && len(gone) != 4 {
		t.Errorf("the crowd has grown: %v", gone)
	}
	if !lonely.isStranger() || g.stats().BeforeSignIn != 20 {
		t.Errorf("the figures are %+v", g.stats())
	}
}

// TestPrivateStrangersMakeRoom for each other: all look alike.
func TestPrivateStrangersMakeRoom(t *testing.T) {
	g := newGate(Limits{PrivateBeforeSignIn: 3})
	gone := 0
	for i := range 10 {
		if g.admit(addr(fmt.Sprintf("192.168.1.%d:1", i)), false, func() { gone++ }) == nil {
			t.Error("a newcomer does not get in")
		}
	}
	if gone != 7 || g.stats().BeforeSignIn != 3 {
		t.Errorf("%d went, and the figures are %+v", gone, g.stats())
	}
}

// TestRefusalsAreLoggedOnceAMinute for each network.
func TestRefusalsAreLoggedOnceAMinute(t *testing.T) {
	g := newGate(Limits{})
	now := time.Now()
	logged := 0
	for i := range 10000 {
		if g.mayLog(addr(fmt.Sprintf("[2001:db8:%x:%x::1]:1", i%4, i)), now.Add(time.Duration(i)*time.Millisecond)) {
			logged++
		}
	}
	if logged != 4 {
		t.Errorf("%d lines within ten seconds from four networks", logged)
	}
	if !g.mayLog(addr("[2001:db8:1:1::1]:1"), now.Add(2*time.Minute)) {
		t.Error("nothing is logged later")
	}
	for i := range 10000 {
		if g.mayLog(addr(fmt.Sprintf("[2001:db8:%x::1]:1", i)), now.Add(2*time.Minute)) {
			logged++
		}
	}
	if logged > 4+maxLogged || len(g.logged) > maxLogged {
		t.Errorf("%d lines and %d networks that are remembered", logged, len(g.logged))
	}
}

// TestGateCounts has many come and go at once: the counts are always those of
// the tickets, and nothing is left in the end.
func TestGateCounts(t *testing.T) {
	g := newGate(Limits{PerAddress: 8, BeforeSignIn: 4, Private: 12, PrivateBeforeSignIn: 6, AllBeforeSignIn: 20, PerAccount: 5})
	from := []string{"127.0.0.1:1", "10.0.0.1:1", "198.51.100.1:1", "198.51.100.2:1", "[2001:db8::1]:1", "[2001:db8::2]:1"}
	var crowd sync.WaitGroup
	for seed := range uint64(8) {
		crowd.Go(func() {
			r := rand.New(rand.NewPCG(seed, 1))
			var in []*ticket
			for range 3000 {
				switch n := r.IntN(3); {
				case n == 0 || len(in) == 0:
					if ticket := g.admit(addr(from[r.IntN(len(from))]), false, func() {}); ticket != nil {
						in = append(in, ticket)
					}
				case n == 1:
					in[r.IntN(len(in))].signedIn(1+r.Int64N(6), r.IntN(2) == 0) // twice, too
				default:
					i := r.IntN(len(in))
					in[i].release()
					in = append(in[:i], in[i+1:]...)
				}
				g.mu.Lock()
				for source, s := range g.sources {
					if s.open < 1 || s.before < 0 || s.before > s.open || over(s.open, 13) || source != network.Local && source.Addr().Is4() && over(s.open, 9) {
						t.Errorf("the counts of %v are %+v", source, *s)
					}
				}
				for account, n := range g.accounts {
					if n < 1 || n > 5 {
						t.Errorf("account %d has %d connections", account, n)
					}
				}
				if g.all.before < 0 || g.all.before > 20 || g.all.before > g.all.open {
					t.Errorf("the counts of all are %+v", g.all)
				}
				g.mu.Unlock()
			}
			for _, ticket := range in {
				ticket.release()
			}
		})
	}
	crowd.Wait()
	if len(g.sources)+len(g.accounts) != 0 || g.all != (source{}) {
		t.Errorf("when all have gone, %d sources, %d accounts and %+v are left", len(g.sources), len(g.accounts), g.all)
	}
}

// echo is a protocol of which every connection begins with an e.
var echo = Protocol{
	Name: "echo",
	Match: func(prefix []byte) Verdict {
		switch {
		case prefix[0] != 'e':
			return No
		case len(prefix) < 4:
			return Maybe
		default:
			return Yes
		}
	},
	Serve: func(c *Conn) {
		defer c.Ended()
		defer c.Close()
		_, _ = c.Write(c.Prefix)
		c.SignedIn(1, true)
		_, _ = io.Copy(c, c.Conn)
	},
}

// start runs a port on the loopback.
func start(t *testing.T, opts Options) (*Port, string) {
	t.Helper()
	return startFrom(t, opts, nil, echo)
}

// startFrom runs a port with the given protocols. Everybody seems to come from
// from, if it is not nil.
func startFrom(t *testing.T, opts Options, from net.Addr, protocols ...Protocol) (*Port, string) {
	t.Helper()
	opts.Log = slog.New(slog.DiscardHandler)
	p := New(opts, protocols...)
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if from != nil {
		ln = fromListener{ln, from}
	}
	served := make(chan error, 1)
	go func() { served <- p.Serve(ln) }()
	t.Cleanup(func() {
		p.Close()
		if err := p.Wait(t.Context()); err != nil && t.Context().Err() == nil {
			t.Error(err)
		}
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
	return p, ln.Addr().String()
}

// fromListener has every connection seem to come from an address.
type fromListener struct {
	net.Listener
	from net.Addr
}

func (l fromListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return forwarded{c, l.from}, nil
}

func dial(t *testing.T, address, text string) *net.TCPConn {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if _, err := io.WriteString(conn, text); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(time.Minute))
	return conn.(*net.TCPConn)
}

func TestPortGivesThePrefixOn(t *testing.T) {
	_, address := start(t, Options{SignInDeadline: time.Minute})
	for name, pieces := range map[string][]string{
		"at once":      {"echo this"},
		"byte by byte": {"e", "c", "h", "o", " ", "this"},
	} {
		t.Run(name, func(t *testing.T) {
			conn := dial(t, address, "")
			for _, piece := range pieces {
				if _, err := io.WriteString(conn, piece); err != nil {
					t.Fatal(err)
				}
			}
			_ = conn.CloseWrite()
			if got, err := io.ReadAll(conn); err != nil || string(got) != "echo this" {
				t.Errorf("read %q, %v", got, err)
			}
		})
	}
}

func TestPortGivesPlacesBack(t *testing.T) {
	p, address := start(t, Options{SignInDeadline: 50 * time.Millisecond, Limits: Limits{Private: 1}})
	for name, text := range map[string]string{
		"an unknown protocol":  "x",
		"nothing in time":      "",
		"not enough in time":   "ec",
		"a protocol that ends": "echo",
	} {
		t.Run(name, func(t *testing.T) {
			for range 3 {
				conn := dial(t, address, text)
				if text == "echo" {
					_ = conn.CloseWrite()
				}
				_, _ = io.ReadAll(conn) // until it is closed
				for p.Stats().Open > 0 {
					time.Sleep(time.Millisecond) // the place is given back behind the close
				}
			}
			if s := p.Stats(); s.BeforeSignIn != 0 || s.Refused != 0 {
				t.Errorf("the figures are %+v", s)
			}
		})
	}
}

func TestPortClosesWithoutWaitingForTheSilent(t *testing.T) {
	p, address := start(t, Options{SignInDeadline: time.Hour})
	silent := dial(t, address, "ec")
	served := dial(t, address, "echo")
	if _, err := io.ReadFull(served, make([]byte, 4)); err != nil {
		t.Fatal(err)
	}
	for p.Stats().Open < 2 {
		time.Sleep(time.Millisecond)
	}
	p.Close()
	if b, err := io.ReadAll(silent); len(b) > 0 {
		t.Errorf("the silent one read %q, %v", b, err)
	}
	_ = served.CloseWrite()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := p.Wait(ctx); err != nil {
		t.Errorf("connections are left: %v", err)
	}
}
