package portmap

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/jackpal/gateway"
)

// Network is where a router is looked for. The zero value is the network of this
// machine; tests make others.
type Network struct {
	// Gateway returns the router's address, nil: the default route's.
	Gateway func() (netip.Addr, error)
	// PCPPort is where the router listens for PCP and NAT-PMP, 0: 5351.
	PCPPort uint16
	// SSDP is where UPnP devices are searched for, zero: their multicast group.
	SSDP netip.AddrPort
	// Patience is how long to wait for the answer to a search or a repeated
	// question, 0: 2 seconds.
	Patience time.Duration
}

var ssdpGroup = netip.MustParseAddrPort("239.255.255.250:1900")

// routers returns the ways to ask the router, in the order in which to try them.
func (n Network) routers() ([]router, error) {
	if n.Gateway == nil {
		n.Gateway = defaultGateway
	}
	if n.PCPPort == 0 {
		n.PCPPort = 5351
	}
	if !n.SSDP.IsValid() {
		n.SSDP = ssdpGroup
	}
	if n.Patience == 0 {
		n.Patience = 2 * time.Second
	}
	addr, err := n.Gateway()
	if err != nil {
		return nil, fmt.Errorf("there is no router to ask: %w", err)
	}
	server := netip.AddrPortFrom(addr, n.PCPPort)
	local, err := localAddr(server)
	if err != nil {
		return nil, fmt.Errorf("the router %s cannot be reached: %w", addr, err)
	}
	link := datagram{server: server, patience: n.Patience}
	return []router{newPCP(link, local), &natpmp{link}, &upnp{ssdp: n.SSDP, local: local, patience: n.Patience}}, nil
}

func defaultGateway() (netip.Addr, error) {
	ip, err := gateway.DiscoverGateway()
	if err != nil {
		return netip.Addr{}, err
	}
	addr, ok := netip.AddrFromSlice(ip)
	if !ok || !addr.Unmap().Is4() {
		return netip.Addr{}, errors.New("the default route is not by IPv4")
	}
	return addr.Unmap(), nil
}

// localAddr returns the address that this machine talks to remote from. No
// packet is sent for that.
func localAddr(remote netip.AddrPort) (netip.Addr, error) {
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(remote))
	if err != nil {
		return netip.Addr{}, err
	}
	defer conn.Close()
	return conn.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap(), nil
}
