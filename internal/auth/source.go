package auth

import "net/netip"

// Source says for whom a password is hashed, so that each network gets its share
// of the turns.
type Source struct {
	Addr netip.Addr // the zero Addr counts as one of this network
	// Known sources have a share of the turns that others cannot take: somebody has
	// signed in from there before.
	Known bool
}

// scope is a network whose attempts are bounded together.
type scope struct {
	net   netip.Prefix
	share float64 // how many single sources' worth it has
}

// A provider gives a household a /64 at least, often a /56, and whoever asks a
// /48: so the wider networks are bounded too, more loosely.
const share56, share48 = 4, 16

// scopesOf returns the networks that count an attempt of addr, the narrowest
// first.
func scopesOf(addr netip.Addr) []scope {
	from := sourceOf(addr)
	if from == private {
		return []scope{{private, privateShare}}
	}
	scopes := []scope{{from, 1}}
	if from.Addr().Is6() {
		scopes = append(scopes, scope{network(addr, 0, 56), share56}, scope{network(addr, 0, 48), share48})
	}
	return scopes
}

// private stands for all private-range and loopback sources, and for those
// without an IP address.
var private = netip.Prefix{}

// sourceOf returns the network that counts as one source: an IPv4 address or an
// IPv6 /64.
func sourceOf(addr netip.Addr) netip.Prefix {
	if near(addr.Unmap()) {
		return private
	}
	return network(addr, 32, 64)
}

func near(ip netip.Addr) bool {
	return !ip.IsValid() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast()
}

// network returns the network of addr with so many bits of its family.
func network(addr netip.Addr, bits4, bits6 int) netip.Prefix {
	addr = addr.Unmap().WithZone("")
	bits := bits4
	if addr.Is6() {
		bits = bits6
	}
	p, _ := addr.Prefix(bits) // bits fit the family; the zero Addr gives the zero Prefix
	return p
}

// household is the network that is known once somebody has signed in from it: as
// sourceOf, but each private address for itself.
func household(addr netip.Addr) netip.Prefix { return network(addr, 32, 64) }

// neighbourhood is the network that shares a place among strangers: who has many
// addresses has them in few of these.
func neighbourhood(addr netip.Addr) netip.Prefix {
	if near(addr.Unmap()) {
		return household(addr)
	}
	return network(addr, 24, 48)
}
