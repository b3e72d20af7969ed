// Package link says where browsers reach a server, and makes the links that it hands
// out: one that leads nowhere costs a newcomer the evening.
package link

import (
	"net"
	"net/netip"
	"strconv"
	"strings"
)

// The pages of links. What is behind the # never leaves the browser in a request, so
// it is in no log on the way.
const (
	Claim  = "/claim"
	Invite = "/invite"
	Reset  = "/reset"
)

// Scope is from where an address works.
type Scope string

const (
	Nowhere     Scope = "nowhere"      // no browser is answered
	ThisMachine Scope = "this machine" // a browser on the server's own machine
	Network     Scope = "network"      // others in the same network, at least
	Anywhere    Scope = "anywhere"     // the host says that it does
)

// Server is what decides where a server is reached.
type Server struct {
	PublicURL string   // that the host has set, empty for none
	Domain    string   // empty for none
	Port      int      // of the domain, outside; 0 is 443
	Places    []string // HOST:PORT, where all protocols are spoken
	TLS       bool
	Plaintext string // who is answered without TLS: loopback, lan or any
	Proxied   bool   // people come through a proxy
	// Own returns the address of this machine that others see, invalid if there is
	// none. Nil means [OwnAddress].
	Own func() netip.Addr
}

// Base is where a server's links begin.
type Base struct {
	URL   string `json:"url,omitempty"` // without a / at the end; empty if Scope is Nowhere
	Scope Scope  `json:"scope"`
	// Todo is a sentence that says what makes links work for others, empty if they do.
	Todo string `json:"todo,omitempty"`
}

const (
	openUp = "start it with a domain, or with --tls self-signed and --listen :7528, or, in a network that you trust, " +
		"with --plaintext lan and --listen :7528."
	localOnly   = "This works in a browser on the server's own machine only, since the server has no TLS. For others, " + openUp
	nobody      = "No browser is answered: the server has no TLS, and does not listen on its own loopback. For others, " + openUp
	behindProxy = "People come through your proxy: set public_url to its address (--public-url https://chat.example.org), or give it with --url."
	loopback    = "This works on the server's own machine only; let it listen on all addresses for others: --listen :7528."
)

// Base returns where the links of s begin.
func (s Server) Base() Base {
	switch {
	case s.PublicURL != "":
		return Base{URL: trim(s.PublicURL), Scope: Anywhere}
	case s.Domain != "" && (s.TLS || s.Proxied):
		host := s.Domain
		if s.Port != 0 && s.Port != 443 {
			host = net.JoinHostPort(host, strconv.Itoa(s.Port))
		}
		return Base{URL: "https://" + host, Scope: Anywhere}
	}
	place, scope := s.Place()
	b := Base{Scope: scope}
	if scope != Nowhere {
		b.URL = Origin(s.TLS, place)
	}
	switch {
	case s.Proxied:
		b.Todo = behindProxy
		if b.Scope == Network {
			b.Scope = ThisMachine // who comes past the proxy is not meant to
		}
	case scope == Nowhere:
		b.Todo = nobody
	case scope == ThisMachine && s.TLS:
		b.Todo = loopback
	case scope == ThisMachine:
		b.Todo = localOnly
	}
	return b
}

// Place returns the HOST:PORT at which most are answered without a name, and who
// that is.
func (s Server) Place() (place string, scope Scope) {
	scope = Nowhere
	for _, listen := range s.Places {
		host, port, err := net.SplitHostPort(listen)
		if err != nil {
			continue
		}
		for _, reached := range s.reached(host) {
			if rank[reached.scope] > rank[scope] {
				place, scope = net.JoinHostPort(reached.host, port), reached.scope
			}
		}
	}
	return place, scope
}

var rank = map[Scope]int{Nowhere: 0, ThisMachine: 1, Network: 2, Anywhere: 3}

type reached struct {
	host  string
	scope Scope
}

// reached returns under which hosts a server that listens at host is reached.
func (s Server) reached(host string) []reached {
	ip, err := netip.ParseAddr(host)
	switch {
	case host == "" || err == nil && ip.IsUnspecified():
		own := s.Own
		if own == nil {
			own = OwnAddress
		}
		all := []reached{{"127.0.0.1", ThisMachine}} // a server on [::] hears IPv4, too
		if ip := own(); ip.IsValid() && s.answers(ip) {
			all = append(all, reached{ip.String(), Network})
		}
		return all
	case host == "localhost" || err == nil && ip.Unmap().IsLoopback():
		return []reached{{host, ThisMachine}}
	case err != nil || s.answers(ip):
		return []reached{{host, Network}}
	}
	return nil
}

// answers reports whether somebody in the network of ip is answered.
func (s Server) answers(ip netip.Addr) bool {
	ip = ip.Unmap()
	near := ip.IsPrivate() || ip.IsLinkLocalUnicast()
	return s.TLS || s.Plaintext == "any" || s.Plaintext == "lan" && near
}

// To returns a link to a page, with a code. Without an address of the server it is
// only what stands behind that.
func (b Base) To(page, code string) string { return b.URL + page + "#" + code }

// ForOthers reports whether a link is of use on another machine, such as a telephone
// that reads a QR code of it.
func (b Base) ForOthers() bool { return b.Scope == Network || b.Scope == Anywhere }

// Origin returns the address of pages at place, a host with or without a port, which
// is left out if browsers know it.
func Origin(encrypted bool, place string) string {
	scheme, usual := "http", "80"
	if encrypted {
		scheme, usual = "https", "443"
	}
	if host, port, err := net.SplitHostPort(place); err == nil && port == usual {
		place = host
		if strings.Contains(host, ":") {
			place = "[" + host + "]"
		}
	}
	return scheme + "://" + place
}

// At returns the base of links for somebody who has reached a server at place: the
// others do so, too, unless it is this machine's loopback.
func At(encrypted bool, place string) Base {
	b := Base{URL: Origin(encrypted, place), Scope: Network}
	host, _, err := net.SplitHostPort(place)
	if err != nil {
		host = place
	}
	if isLoopback(strings.Trim(host, "[]")) {
		b.Scope, b.Todo = ThisMachine, "This works on this machine only, because the address is that of its loopback. For others, come by the server's own address."
	}
	return b
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || err == nil && ip.Unmap().IsLoopback()
}

// Given returns the base of links that somebody has named, such as
// chat.example.org.
func Given(url string) Base {
	if !strings.Contains(url, "://") {
		url = "https://" + url
	}
	return Base{URL: trim(url), Scope: Anywhere}
}

func trim(url string) string { return strings.TrimSuffix(url, "/") }

// OwnAddress returns the address of this machine that others of its network see,
// invalid if it has none. It asks nobody: the kernel knows by which address packets
// would leave, and none does.
func OwnAddress() netip.Addr {
	for _, somewhere := range []string{"192.0.2.1:9", "[2001:db8::1]:9"} { // of documentation
		conn, err := net.Dial("udp", somewhere)
		if err != nil {
			continue
		}
		defer conn.Close()
		if udp, ok := conn.LocalAddr().(*net.UDPAddr); ok && !udp.IP.IsLoopback() {
			return udp.AddrPort().Addr().Unmap()
		}
	}
	// Without a way out, a network of its own is left.
	all, _ := net.InterfaceAddrs()
	for _, a := range all {
		if network, ok := a.(*net.IPNet); ok && network.IP.To4() != nil && network.IP.IsPrivate() {
			ip, _ := netip.AddrFromSlice(network.IP.To4())
			return ip
		}
	}
	return netip.Addr{}
}
