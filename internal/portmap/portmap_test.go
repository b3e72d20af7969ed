package portmap

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// kept is a running [Keep].
type kept struct {
	mappings chan Mapping
	log      *buffer
	stop     func()
}

// buffer is a log that tests read while it grows.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

func keep(t *testing.T, network Network, opts Options) *kept {
	t.Helper()
	k := &kept{mappings: make(chan Mapping, 100), log: new(buffer)}
	opts.Inside = 7528
	opts.Changed = func(m Mapping) { k.mappings <- m }
	opts.Log = slog.New(slog.NewTextHandler(k.log, nil))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		Keep(ctx, network, opts)
	}()
	k.stop = func() {
		cancel()
		<-ended
	}
	t.Cleanup(k.stop)
	return k
}

func (k *kept) next(t *testing.T) Mapping {
	t.Helper()
	select {
	case m := <-k.mappings:
		return m
	case <-time.After(20 * time.Second):
		t.Fatalf("no port was mapped; the log is\n%s", k.log)
		return Mapping{}
	}
}

func (k *kept) wantLog(t *testing.T, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(k.log.String(), part) {
			t.Errorf("%q is not in the log:\n%s", part, k.log)
		}
	}
}

var protocols = map[string]func(*fakeRouter){
	"PCP":     func(f *fakeRouter) { f.pcp = true },
	"NAT-PMP": func(f *fakeRouter) { f.natpmp = true },
	"UPnP":    func(f *fakeRouter) { f.upnp = true },
}

func TestMapRenewRemove(t *testing.T) {
	for name, speaks := range protocols {
		t.Run(name, func(t *testing.T) {
			f := newFakeRouter(t, speaks, func(f *fakeRouter) { f.lease = 1 })
			k := keep(t, f.network, Options{})
			want := Mapping{Outside: netip.AddrPortFrom(outsideIP, 7528), Inside: 7528, Protocol: name}
			m := k.next(t)
			if m.Outside != want.Outside || m.Inside != want.Inside || m.Protocol != want.Protocol {
				t.Errorf("mapped %+v, want %+v", m, want)
			}
			if f.mapped(7528) != 7528 {
				t.Error("the router knows of no mapping")
			}
			if name != "UPnP" { // which grants what is asked for
				f.await(t, func() bool { f.mu.Lock(); defer f.mu.Unlock(); return f.asked >= 3 })
			}
			k.stop()
			if f.mapped(7528) != 0 {
				t.Error("the port is still mapped after the end")
			}
			k.wantLog(t, "port mapped", "203.0.113.7:7528", "port no longer mapped")
			if len(k.mappings) > 0 {
				t.Error("a renewal was told as news")
			}
		})
	}
}

func TestAnotherOutsidePort(t *testing.T) {
	for name, speaks := range protocols {
		t.Run(name, func(t *testing.T) {
			f := newFakeRouter(t, speaks, func(f *fakeRouter) { f.taken[443] = true })
			k := keep(t, f.network, Options{Outside: 443})
			if m := k.next(t); m.Outside.Port() == 443 || f.mapped(m.Outside.Port()) != 7528 {
				t.Errorf("told %v, where the router has nothing", m.Outside)
			}
			k.stop()
			f.set(func() {
				if len(f.ports) > 0 {
					t.Errorf("after the end the router still has %v", f.ports)
				}
			})
		})
	}
}

func TestOnlyPermanentMappings(t *testing.T) {
	f := newFakeRouter(t, protocols["UPnP"], func(f *fakeRouter) { f.perm = true })
	k := keep(t, f.network, Options{})
	if m := k.next(t); m.Lease != 0 || f.mapped(7528) != 7528 {
		t.Errorf("mapped %+v", m)
	}
	k.stop()
	if f.mapped(7528) != 0 {
		t.Error("the permanent mapping is still there")
	}
}

// A router that restarts has forgotten everything, and may have got a new address.
func TestRouterRestarts(t *testing.T) {
	for _, name := range []string{"PCP", "NAT-PMP"} {
		t.Run(name, func(t *testing.T) {
			f := newFakeRouter(t, protocols[name], func(f *fakeRouter) { f.lease = 1 })
			k := keep(t, f.network, Options{})
			k.next(t)
			f.set(func() {
				clear(f.ports)
				f.epoch, f.outside = 3, netip.MustParseAddr("203.0.113.99")
			})
			if m := k.next(t); m.Outside.String() != "203.0.113.99:7528" || f.mapped(7528) != 7528 {
				t.Errorf("after the restart: %+v", m)
			}
			k.wantLog(t, "the router was restarted")
		})
	}
}

func TestRefusal(t *testing.T) {
	for _, tt := range []struct {
		name string
		code int
		want string
	}{
		{"PCP", 2, "PCP: the router does not allow it"},
		{"PCP", 99, "PCP: the router refuses with code 99"},
		{"NAT-PMP", 2, "NAT-PMP: the router does not allow it"},
		{"NAT-PMP", 4, "no port left"},
		{"UPnP", 606, "UPnP: the router refuses with code 606"},
	} {
		t.Run(tt.want, func(t *testing.T) {
			f := newFakeRouter(t, protocols[tt.name], func(f *fakeRouter) { f.refuse = tt.code })
			routers, err := f.network.routers()
			if err != nil {
				t.Fatal(err)
			}
			k := &keeper{Options: Options{Inside: 7528, Outside: 7528, Log: slog.New(slog.DiscardHandler)}, network: f.network}
			if err := k.renew(t.Context()); err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("the error of %d routers is %v, want %q", len(routers), err, tt.want)
			}
		})
	}
}

func TestRouterChangesItsProtocol(t *testing.T) {
	f := newFakeRouter(t, protocols["PCP"], func(f *fakeRouter) { f.lease = 1 })
	k := keep(t, f.network, Options{})
	k.next(t)
	f.set(func() {
		f.pcp, f.upnp = false, true
		f.outside = netip.MustParseAddr("203.0.113.99")
	})
	if m := k.next(t); m.Protocol != "UPnP" {
		t.Errorf("mapped %+v", m)
	}
}

// scripted is a router whose answers a test writes.
type scripted struct {
	add_    func() (Mapping, error)
	removed int
}

func (s *scripted) name() string                                         { return "test" }
func (s *scripted) add(context.Context, uint16, uint16) (Mapping, error) { return s.add_() }
func (s *scripted) remove(context.Context, Mapping) error                { s.removed++; return nil }
func (s *scripted) address(context.Context) (netip.Addr, error)          { return outsideIP, nil }

func TestNoRouterIsAskedForAgainAndAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		var at []time.Duration
		network := Network{Gateway: func() (netip.Addr, error) {
			at = append(at, time.Since(began))
			return netip.Addr{}, errors.New("no default route")
		}}
		k := keep(t, network, Options{})
		time.Sleep(time.Hour)
		k.stop()
		if len(at) < 8 || at[1] != firstRetry || at[2]-at[1] != 2*firstRetry || at[len(at)-1]-at[len(at)-2] != longestRetry {
			t.Errorf("it was tried at %v", at)
		}
		k.wantLog(t, "no default route", "by hand")
		if n := strings.Count(k.log.String(), "\n"); n != 1 {
			t.Errorf("the log has %d lines:\n%s", n, k.log)
		}
	})
}

func TestRenewalTimes(t *testing.T) {
	for granted, want := range map[time.Duration]time.Duration{
		0: 5 * time.Minute, time.Minute: 30 * time.Second, 10 * time.Minute: 5 * time.Minute, 24 * time.Hour: 5 * time.Minute, 1: shortestRenewal,
	} {
		if got := renewal(granted); got != want {
			t.Errorf("a lease of %s is renewed after %s, want %s", granted, got, want)
		}
	}
}

// Stopped in the middle of a renewal, it still knows whom to say farewell.
func TestStoppedWhileRenewing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r := &scripted{}
	r.add_ = func() (Mapping, error) { cancel(); return Mapping{}, ctx.Err() }
	k := &keeper{
		Options: Options{Inside: 1, Log: slog.New(slog.DiscardHandler)}, router: r,
		mapping: Mapping{Outside: netip.AddrPortFrom(outsideIP, 1)},
	}
	if err := k.renew(ctx); err == nil {
		t.Error("the renewal did not fail")
	}
	k.leave(context.WithoutCancel(ctx))
	if r.removed != 1 {
		t.Error("the mapping was not removed")
	}
}

func TestAddressWithoutMapping(t *testing.T) {
	for _, name := range []string{"NAT-PMP", "UPnP"} {
		t.Run(name, func(t *testing.T) {
			f := newFakeRouter(t, protocols[name])
			if addr, err := OutsideAddress(t.Context(), f.network); addr != outsideIP || err != nil {
				t.Errorf("it tells %v, %v", addr, err)
			}
		})
	}
	t.Run("nobody", func(t *testing.T) {
		f := newFakeRouter(t)
		if _, err := OutsideAddress(t.Context(), f.network); err == nil {
			t.Error("nobody answered, and there is no error")
		}
	})
}

func TestNotPublic(t *testing.T) {
	for text, want := range map[string]string{
		"203.0.113.7": "", "8.8.8.8": "", "2001:db8::1": "",
		"100.64.0.1": "carrier-grade", "100.127.255.254": "carrier-grade", "100.128.0.1": "",
		"192.168.1.1": "private", "10.0.0.1": "private", "172.31.0.1": "private", "::ffff:10.0.0.1": "private", "fd00::1": "private",
		"127.0.0.1": "internet", "169.254.1.1": "internet", "0.0.0.0": "known",
	} {
		if got := NotPublic(netip.MustParseAddr(text)); got != want && (want == "" || !strings.Contains(got, want)) {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func TestWarnsOfCarrierGradeNAT(t *testing.T) {
	f := newFakeRouter(t, protocols["PCP"], func(f *fakeRouter) { f.outside = netip.MustParseAddr("100.70.1.2") })
	k := keep(t, f.network, Options{})
	k.next(t)
	k.wantLog(t, "carrier-grade")
}

// Anybody in the network can answer a search; nobody may send us elsewhere.
func TestDeviceIsWhoAnswered(t *testing.T) {
	me := netip.MustParseAddr("192.0.2.1")
	for location, ok := range map[string]bool{
		"http://192.0.2.1:5000/root.xml": true,
		"http://192.0.2.2:5000/root.xml": false,
		"http://router.example/root.xml": false,
		"file:///etc/passwd":             false,
	} {
		if got := deviceAt([]byte("HTTP/1.1 200 OK\r\nLOCATION: "+location+"\r\n\r\n"), me); (got != nil) != ok {
			t.Errorf("%s: %v", location, got)
		}
	}
}

func FuzzAnswers(f *testing.F) {
	f.Add(make([]byte, pcpMapLen))
	f.Add([]byte{0, 130, 0, 0, 0, 0, 0, 1, 29, 104, 29, 104, 0, 0, 2, 88})
	f.Add([]byte("HTTP/1.1 200 OK\r\nLOCATION: http://192.0.2.1/\r\n\r\n"))
	p := newPCP(datagram{}, outsideIP)
	f.Fuzz(func(_ *testing.T, b []byte) {
		_, _ = p.answer(b, 7528)
		_ = natpmpAnswer(b, natpmpMapTCP, 16)
		_ = deviceAt(b, outsideIP)
	})
}
