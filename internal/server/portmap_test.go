package server

import (
	"context"
	"encoding/binary"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"

	"plausch/internal/config"
	"plausch/internal/portmap"
)

// natpmpRequest is what a router that speaks NAT-PMP is asked.
type natpmpRequest struct {
	inside, outside uint16
	seconds         uint32
}

// startRouter runs a router that grants everything by NAT-PMP (RFC 6886).
func startRouter(t *testing.T) (portmap.Network, <-chan natpmpRequest) {
	t.Helper()
	conn, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	requests := make(chan natpmpRequest, 100)
	go func() {
		b := make([]byte, 1500)
		for {
			n, from, err := conn.ReadFromUDPAddrPort(b)
			if err != nil {
				return
			}
			answer := append([]byte{0, b[1] | 0x80, 0, 0}, 0, 0, 1, 0)
			switch {
			case b[0] != 0:
				answer[3] = 1 // speaks no PCP
			case b[1] == 0:
				answer = append(answer, 203, 0, 113, 7)
			default:
				requests <- natpmpRequest{binary.BigEndian.Uint16(b[4:]), binary.BigEndian.Uint16(b[6:]), binary.BigEndian.Uint32(b[8:])}
				answer = append(answer, b[4:n]...)
			}
			_, _ = conn.WriteToUDPAddrPort(answer, from)
		}
	}()
	return portmap.Network{
		Gateway: func() (netip.Addr, error) { return netip.MustParseAddr("127.0.0.1"), nil },
		PCPPort: uint16(conn.LocalAddr().(*net.UDPAddr).Port),
		SSDP:    netip.MustParseAddrPort("127.0.0.1:9"),
	}, requests
}

func TestRouterForwardsWhileTheServerRuns(t *testing.T) {
	network, requests := startRouter(t)
	cfg := config.Default(t.TempDir())
	cfg.Listen, cfg.MetricsListen = []string{"127.0.0.1:0"}, config.Off
	s, err := New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	port := s.Addrs()[0].(*net.TCPAddr).Port
	// Tests listen on the loopback only, which mappingPorts refuses.
	s.router = router{inside: uint16(port), outside: 443, network: network}
	told := make(chan netip.AddrPort, 1)
	s.OnMapped(func(outside netip.AddrPort) { told <- outside })
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()

	if outside := <-told; outside.String() != "203.0.113.7:443" {
		t.Errorf("people are told %s", outside)
	}
	if r := <-requests; r.inside != uint16(port) || r.outside != 443 || r.seconds == 0 {
		t.Errorf("the router was asked for %+v", r)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	select {
	case r := <-requests:
		if r.inside != uint16(port) || r.seconds != 0 {
			t.Errorf("in the end the router was asked for %+v", r)
		}
	default:
		t.Error("the server ended before the router was told")
	}
}

func TestMapPortNeedsMoreThanTheLoopback(t *testing.T) {
	cfg := config.Default(t.TempDir())
	cfg.Listen, cfg.MetricsListen, cfg.MapPort = []string{"127.0.0.1:0"}, config.Off, true
	if _, err := New(cfg, slog.New(slog.DiscardHandler)); err == nil || !strings.Contains(err.Error(), "--listen :7528") {
		t.Errorf("the error is %v", err)
	}
	// Nothing really listens here on other addresses than the loopback.
	s := new(Server)
	for _, address := range []string{"127.0.0.1:1", "192.0.2.1:2", "192.0.2.1:7528"} {
		s.listeners = append(s.listeners, listener{Listener: fakeListener{address}})
	}
	cfg.Listen = []string{"127.0.0.1:1", "ktn://:2", ":7528"}
	cfg.OutsidePort = 443
	if err := s.mappingPorts(cfg); err != nil || s.router.inside != 7528 || s.router.outside != 443 {
		t.Errorf("planned %+v, %v", s.router, err)
	}
}

// fakeListener listens nowhere.
type fakeListener struct{ address string }

func (f fakeListener) Accept() (net.Conn, error) { return nil, net.ErrClosed }
func (f fakeListener) Close() error              { return nil }
func (f fakeListener) Addr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.MustParseAddrPort(f.address))
}

// A socket that systemd opened is served as the place with its port would be.
func TestSchemeOfInheritedSockets(t *testing.T) {
	places := []string{":7528", "ktn://127.0.0.1:9998", "htl://:5000"}
	for address, want := range map[string]string{
		"192.0.2.1:7528": config.TCP, "127.0.0.1:9998": config.KTN, "[::]:5000": config.HTL, "127.0.0.1:1": config.TCP,
	} {
		if got := schemeAt(places, fakeListener{address}.Addr()); got != want {
			t.Errorf("%s is served as %s, want %s", address, got, want)
		}
	}
}
