package link

import (
	"net/netip"
	"strings"
	"testing"
)

func TestBase(t *testing.T) {
	home, rented := netip.MustParseAddr("192.168.1.5"), netip.MustParseAddr("203.0.113.7")
	for _, tt := range []struct {
		name   string
		server Server
		own    netip.Addr
		url    string
		scope  Scope
		todo   string // part of it
	}{
		{"as it comes", Server{Places: []string{"127.0.0.1:7528"}}, home, "http://127.0.0.1:7528", ThisMachine, "own machine only"},
		{"all addresses without TLS", Server{Places: []string{"[::]:7528"}}, home, "http://127.0.0.1:7528", ThisMachine, "--tls self-signed"},
		{"an address without TLS", Server{Places: []string{"192.168.1.5:7528"}}, home, "", Nowhere, "No browser is answered"},
		{"an address and the loopback without TLS", Server{Places: []string{"192.168.1.5:7528", "127.0.0.1:7528"}}, home, "http://127.0.0.1:7528", ThisMachine, "own machine"},
		{"a trusted network", Server{Places: []string{":7528"}, Plaintext: "lan"}, home, "http://192.168.1.5:7528", Network, ""},
		{"a trusted network on a rented machine", Server{Places: []string{":7528"}, Plaintext: "lan"}, rented, "http://127.0.0.1:7528", ThisMachine, "own machine"},
		{"everybody", Server{Places: []string{":80"}, Plaintext: "any"}, rented, "http://203.0.113.7", Network, ""},
		{"self-signed", Server{Places: []string{"[::]:7528"}, TLS: true}, home, "https://192.168.1.5:7528", Network, ""},
		{"self-signed at the usual port", Server{Places: []string{"0.0.0.0:443"}, TLS: true}, home, "https://192.168.1.5", Network, ""},
		{"self-signed by IPv6", Server{Places: []string{"[2001:db8::5]:443"}, TLS: true}, home, "https://[2001:db8::5]", Network, ""},
		{"self-signed on the loopback", Server{Places: []string{"127.0.0.1:7528"}, TLS: true}, home, "https://127.0.0.1:7528", ThisMachine, "--listen :7528"},
		{"no network", Server{Places: []string{":7528"}, TLS: true}, netip.Addr{}, "https://127.0.0.1:7528", ThisMachine, "--listen"},
		{"a domain", Server{Places: []string{":443"}, TLS: true, Domain: "chat.example.org"}, home, "https://chat.example.org", Anywhere, ""},
		{"a domain at another port", Server{Places: []string{":7528"}, TLS: true, Domain: "chat.example.org", Port: 8443}, home, "https://chat.example.org:8443", Anywhere, ""},
		{"a proxy", Server{Places: []string{"127.0.0.1:7528"}, Proxied: true}, home, "http://127.0.0.1:7528", ThisMachine, "--public-url"},
		{"a proxy on another machine", Server{Places: []string{":7528"}, Proxied: true, Plaintext: "lan"}, home, "http://192.168.1.5:7528", ThisMachine, "--public-url"},
		{"a proxy that is known", Server{Places: []string{"127.0.0.1:7528"}, Proxied: true, PublicURL: "https://chat.example.org/"}, home, "https://chat.example.org", Anywhere, ""},
		{"a proxy for the domain", Server{Places: []string{"127.0.0.1:7528"}, Proxied: true, Domain: "chat.example.org"}, home, "https://chat.example.org", Anywhere, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.server.Own = func() netip.Addr { return tt.own }
			if tt.server.Plaintext == "" {
				tt.server.Plaintext = "loopback"
			}
			b := tt.server.Base()
			if b.URL != tt.url || b.Scope != tt.scope || !strings.Contains(b.Todo, tt.todo) || (b.Todo == "") != (tt.todo == "") {
				t.Errorf("links begin with %q (%s: %q), want %q (%s: %q)", b.URL, b.Scope, b.Todo, tt.url, tt.scope, tt.todo)
			}
			if b.ForOthers() == (tt.todo != "") {
				t.Errorf("for others is %v, and yet it says %q", b.ForOthers(), b.Todo)
			}
		})
	}
}

func TestOrigin(t *testing.T) {
	for _, tt := range []struct {
		encrypted   bool
		place, want string
	}{
		{true, "chat.example.org:443", "https://chat.example.org"},
		{true, "chat.example.org", "https://chat.example.org"},
		{false, "chat.example.org:443", "http://chat.example.org:443"},
		{false, "chat.example.org:80", "http://chat.example.org"},
		{true, "[2001:db8::1]:443", "https://[2001:db8::1]"},
		{true, "192.168.1.5:7528", "https://192.168.1.5:7528"},
	} {
		if got := Origin(tt.encrypted, tt.place); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.place, got, tt.want)
		}
	}
}

func TestAt(t *testing.T) {
	for place, others := range map[string]bool{
		"127.0.0.1:7528": false, "[::1]:7528": false, "localhost:7528": false, "127.3.4.5": false, "[::1]": false,
		"192.168.1.5:7528": true, "chat.example.org": true, "pi:7528": true,
	} {
		if b := At(false, place); b.ForOthers() != others || (b.Todo == "") != others {
			t.Errorf("%s: for others is %v (%q)", place, b.ForOthers(), b.Todo)
		}
	}
}
