package port

import (
	"fmt"
	"net"
	"net/netip"

	"plausch/internal/network"
)

// Plaintext says which networks are answered without TLS.
type Plaintext uint8

const (
	PlainLoopback Plaintext = iota // this machine
	PlainLAN                       // and private and link-local addresses
	PlainAny                       // everybody
)

// ParsePlaintext reads loopback, lan or any.
func ParsePlaintext(text string) (Plaintext, error) {
	switch text {
	case "loopback":
		return PlainLoopback, nil
	case "lan":
		return PlainLAN, nil
	case "any":
		return PlainAny, nil
	}
	return 0, fmt.Errorf("plain text is for loopback, lan or any, not %q", text)
}

// allows reports whether somebody at addr is answered without TLS.
func (p Plaintext) allows(addr net.Addr) bool {
	ip := ipOf(addr)
	switch p {
	case PlainAny:
		return true
	case PlainLAN:
		return network.IsLocal(ip)
	default:
		return ip.IsLoopback()
	}
}

// ipOf returns the IP address of addr, invalid if it has none.
func ipOf(addr net.Addr) netip.Addr {
	tcp, ok := addr.(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	return tcp.AddrPort().Addr().Unmap().WithZone("")
}
