// Package network groups addresses by who can have them, for limits that should
// hold for one person or one household, however many addresses that has.
//
// A provider gives a household one IPv4 address, or an IPv6 /64 at least, often a
// /56; a whole /48 is to be had for the asking. Behind one private address
// everybody on this machine, behind a proxy or a home router may stand.
package network

import "net/netip"

// Local stands for all private, link-local and loopback addresses together, and
// for what has no address.
var Local = netip.Prefix{}

// IsLocal reports whether addr is of this machine or of a network like a home's.
// The zero Addr is not.
func IsLocal(addr netip.Addr) bool {
	addr = addr.Unmap()
	return addr.IsLoopback() || addr.IsPrivate() || addr.IsLinkLocalUnicast()
}

// Groups returns the networks that addr counts for, from the narrowest to the
// widest: an IPv4 address for itself; an IPv6 address for its /64, its /56 and its
// /48; a local address, and the zero Addr, for [Local].
func Groups(addr netip.Addr) []netip.Prefix {
	switch addr = addr.Unmap(); {
	case !addr.IsValid() || IsLocal(addr):
		return []netip.Prefix{Local}
	case addr.Is4():
		return []netip.Prefix{prefix(addr, 32)}
	}
	return []netip.Prefix{prefix(addr, 64), prefix(addr, 56), prefix(addr, 48)}
}

// Source returns the narrowest of the [Groups] of addr: what counts as one source.
func Source(addr netip.Addr) netip.Prefix { return Groups(addr)[0] }

// Household returns an IPv4 address, or the /64 of an IPv6 address. Each local
// address is one for itself.
func Household(addr netip.Addr) netip.Prefix { return Of(addr, 32, 64) }

// Neighbourhood returns the /24 of an IPv4 address, or the /48 of an IPv6 address:
// who has many addresses has them in few of these. Each local address is one for
// itself.
func Neighbourhood(addr netip.Addr) netip.Prefix {
	if IsLocal(addr) {
		return Household(addr)
	}
	return Of(addr, 24, 48)
}

// Of returns the network of addr that has bits4 bits if it is an IPv4 address, and
// bits6 if it is an IPv6 one; that of the zero Addr is the zero Prefix.
func Of(addr netip.Addr, bits4, bits6 int) netip.Prefix {
	if addr = addr.Unmap(); addr.Is6() {
		return prefix(addr, bits6)
	}
	return prefix(addr, bits4)
}

// prefix returns the network of so many bits, which fit the family of addr; that of
// the zero Addr is the zero Prefix.
func prefix(addr netip.Addr, bits int) netip.Prefix {
	p, _ := addr.WithZone("").Prefix(bits)
	return p
}
