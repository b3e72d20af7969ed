package network_test

import (
	"net/netip"
	"strings"
	"testing"

	"plausch/internal/network"
)

func TestIsGlobal(t *testing.T) {
	for what, addresses := range map[string]struct {
		want bool
		list string
	}{
		"ordinary": {true, "1.1.1.1 9.9.9.9 99.255.255.255 100.63.255.255 100.128.0.0 172.15.255.255 172.32.0.0 169.253.0.1 " +
			"192.0.1.1 192.167.1.1 198.17.255.255 198.20.0.0 223.255.255.255 2001:200::1 2003::1 2606:4700::1111 2a00:1450:4001:81b::200e 3ffd::1"},
		"this host":                 {false, "0.0.0.0 0.1.2.3 ::"},
		"loopback":                  {false, "127.0.0.1 127.255.0.1 ::1"},
		"private":                   {false, "10.0.0.1 172.16.0.1 172.31.255.255 192.168.1.1 fc00::1 fd12:3456::1"},
		"link-local":                {false, "169.254.169.254 fe80::1 fe80::1%eth0 febf::1"},
		"site-local":                {false, "fec0::1"},
		"carrier-grade NAT":         {false, "100.64.0.1 100.127.255.255"},
		"multicast":                 {false, "224.0.0.1 239.1.2.3 ff02::1 ff0e::1"},
		"reserved and broadcast":    {false, "240.0.0.1 255.255.255.255 4000::1 e000::1"},
		"documentation":             {false, "192.0.2.1 198.51.100.1 203.0.113.1 2001:db8::1 3fff::1 3fff:fff::1"},
		"benchmarking":              {false, "198.18.0.1 198.19.255.255 2001:2::1"},
		"protocol assignments":      {false, "192.0.0.1 192.0.0.170 2001:1::1 2001:10::1 2001:20::1 2001:1ff::1"},
		"discard":                   {false, "100::1"},
		"6to4":                      {false, "2002:7f00:1::1 2002:808:808::1 192.88.99.1"},
		"Teredo":                    {false, "2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2"},
		"NAT64":                     {false, "64:ff9b::127.0.0.1 64:ff9b::8.8.8.8 64:ff9b:1::10.0.0.1 64:ff9b:1:ffff::1"},
		"IPv4-mapped":               {false, "::ffff:127.0.0.1 ::ffff:9.9.9.9"},
		"IPv4-compatible":           {false, "::127.0.0.1 ::9.9.9.9"},
		"IPv4-translated":           {false, "::ffff:0:127.0.0.1 ::ffff:0:9.9.9.9"},
		"ISATAP":                    {false, "2606:4700::5efe:10.0.0.1 2606:4700::200:5efe:9.9.9.9"},
		"the first test network":    {false, "3ffe::1"},
		"segment routing":           {false, "5f00::1"},
		"an ordinary one with zone": {false, "2606:4700::1111%eth0"},
	} {
		for addr := range strings.FieldsSeq(addresses.list) {
			if got := network.IsGlobal(netip.MustParseAddr(addr)); got != addresses.want {
				t.Errorf("%s: IsGlobal(%s) = %v", what, addr, got)
			}
		}
	}
	if network.IsGlobal(netip.Addr{}) {
		t.Error("no address is a global one")
	}
}
