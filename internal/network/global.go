package network

import "net/netip"

// IsGlobal reports whether addr is an ordinary address of the Internet: global
// unicast, written as itself. All that the registries of special purposes (RFC 6890)
// have is not, nor is any form that carries an IPv4 address in an IPv6 one, by which
// a gateway or this machine could be led to an address within: mapped, compatible,
// translated, NAT64, 6to4, Teredo, ISATAP. An address with a zone is not either.
//
// A network may have a NAT64 prefix of its own (RFC 6052), which cannot be told from
// other addresses.
func IsGlobal(addr netip.Addr) bool {
	special := special6
	switch {
	case !addr.IsValid() || addr.Zone() != "":
		return false
	case addr.Is4():
		special = special4
	case !global6.Contains(addr) || isISATAP(addr):
		return false
	}
	for _, p := range special {
		if p.Contains(addr) {
			return false
		}
	}
	return true
}

// isISATAP reports whether the last half of addr is an IPv4 address by RFC 5214.
func isISATAP(addr netip.Addr) bool {
	b := addr.As16()
	return b[8]&^0x02 == 0 && b[9] == 0 && b[10] == 0x5e && b[11] == 0xfe
}

var (
	// global6 is all of IPv6 that is given out as global unicast. NAT64 (64:ff9b::/96,
	// 64:ff9b:1::/48), unique local, link-local, multicast, mapped and compatible
	// addresses are outside.
	global6 = netip.MustParsePrefix("2000::/3")

	special6 = prefixes(
		"2001::/23",     // protocol assignments: Teredo, benchmarking, ORCHID
		"2001:db8::/32", // documentation
		"2002::/16",     // 6to4
		"3ffe::/16",     // the first test network, returned
		"3fff::/20",     // documentation
	)
	special4 = prefixes(
		"0.0.0.0/8",       // this host
		"10.0.0.0/8",      // private
		"100.64.0.0/10",   // carrier-grade NAT
		"127.0.0.0/8",     // loopback
		"169.254.0.0/16",  // link-local
		"172.16.0.0/12",   // private
		"192.0.0.0/24",    // protocol assignments
		"192.0.2.0/24",    // documentation
		"192.88.99.0/24",  // relays of 6to4
		"192.168.0.0/16",  // private
		"198.18.0.0/15",   // benchmarking
		"198.51.100.0/24", // documentation
		"203.0.113.0/24",  // documentation
		"224.0.0.0/4",     // multicast
		"240.0.0.0/4",     // reserved, broadcast
	)
)

func prefixes(all ...string) []netip.Prefix {
	parsed := make([]netip.Prefix, len(all))
	for i, p := range all {
		parsed[i] = netip.MustParsePrefix(p)
	}
	return parsed
}
