package network_test

import (
	"net/netip"
	"strings"
	"testing"

	"plausch/internal/network"
)

func text(prefixes ...netip.Prefix) string {
	var words []string
	for _, p := range prefixes {
		if p == network.Local {
			words = append(words, "local")
		} else {
			words = append(words, p.String())
		}
	}
	return strings.Join(words, " ")
}

func TestGroups(t *testing.T) {
	for in, want := range map[string]struct{ groups, household, neighbourhood string }{
		"198.51.100.7":        {"198.51.100.7/32", "198.51.100.7/32", "198.51.100.0/24"},
		"::ffff:198.51.100.7": {"198.51.100.7/32", "198.51.100.7/32", "198.51.100.0/24"},
		"2001:db8:1:2345::9":  {"2001:db8:1:2345::/64 2001:db8:1:2300::/56 2001:db8:1::/48", "2001:db8:1:2345::/64", "2001:db8:1::/48"},
		"2001:db8:1:2345::a":  {"2001:db8:1:2345::/64 2001:db8:1:2300::/56 2001:db8:1::/48", "2001:db8:1:2345::/64", "2001:db8:1::/48"},
		"127.0.0.1":           {"local", "127.0.0.1/32", "127.0.0.1/32"},
		"::1":                 {"local", "::/64", "::/64"},
		"192.168.1.5":         {"local", "192.168.1.5/32", "192.168.1.5/32"},
		"::ffff:10.0.0.1":     {"local", "10.0.0.1/32", "10.0.0.1/32"},
		"fe80::1%eth0":        {"local", "fe80::/64", "fe80::/64"},
		"fd00:1:2:3::4":       {"local", "fd00:1:2:3::/64", "fd00:1:2:3::/64"},
		"":                    {"local", "local", "local"},
	} {
		var addr netip.Addr
		if in != "" {
			addr = netip.MustParseAddr(in)
		}
		if got := text(network.Groups(addr)...); got != want.groups {
			t.Errorf("%q counts for %s, want %s", in, got, want.groups)
		}
		if got := text(network.Source(addr)); got != strings.Fields(want.groups)[0] {
			t.Errorf("%q is of the source %s", in, got)
		}
		if got := text(network.Household(addr)); got != want.household {
			t.Errorf("%q is of the household %s, want %s", in, got, want.household)
		}
		if got := text(network.Neighbourhood(addr)); got != want.neighbourhood {
			t.Errorf("%q is of the neighbourhood %s, want %s", in, got, want.neighbourhood)
		}
	}
}

func TestIsLocal(t *testing.T) {
	for addr, want := range map[string]bool{
		"127.8.8.8": true, "::1": true, "10.1.2.3": true, "172.16.0.1": true, "::ffff:192.168.0.1": true, "fe80::1%eth0": true, "fd00::1": true,
		"169.254.1.1": true, "198.51.100.1": false, "172.32.0.1": false, "2001:db8::1": false, "100.64.0.1": false, "0.0.0.0": false, "::": false,
	} {
		if got := network.IsLocal(netip.MustParseAddr(addr)); got != want {
			t.Errorf("IsLocal(%s) = %v", addr, got)
		}
	}
	if network.IsLocal(netip.Addr{}) {
		t.Error("no address is a local one")
	}
}
