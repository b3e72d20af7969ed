package client

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"plausch/client/ktn"
)

const schemeKTN = "ktn"

const (
	// DefaultPort is the port of tcp and ws addresses that name none: the one
	// that a server listens on unless told otherwise.
	DefaultPort = 7528
	// DefaultTLSPort is the port of tls and wss addresses that name none. A
	// server that got its certificate by itself can be reached at it, since the
	// certificate authority asks there.
	DefaultTLSPort = 443
	// DefaultKTNPort is the port of ktn addresses that name none.
	DefaultKTNPort = ktn.DefaultPort
	// DefaultPath is the path of ws and wss addresses that name none.
	DefaultPath = "/ws"
)

// Address says where a server is and how to talk to it.
type Address struct {
	// Scheme is tcp, tls, ws or wss, or ktn for somebody else's KTN server; see
	// package ktn.
	Scheme string
	Host   string // a name or an IP address, without brackets
	Port   int
	// Path is where the WebSocket is; empty for all others.
	Path string
}

// ParseAddress reads SCHEME://HOST[:PORT][/PATH] or HOST[:PORT]. Without a
// scheme it is tcp for the machine itself (localhost, 127.0.0.0/8, ::1) and tls
// for every other. An IPv6 address stands in brackets if a port follows it.
//
// What a browser takes is an address, too: https stands for wss and http for ws, with
// the ports of those schemes. The WebSocket is below the path, but for that of a page
// such as /invite; what is behind a # does not count.
func ParseAddress(s string) (Address, error) {
	bad := func(format string, args ...any) (Address, error) {
		return Address{}, fmt.Errorf("address %q: %s", s, fmt.Sprintf(format, args...))
	}
	scheme, rest, found := strings.Cut(s, "://")
	if !found {
		scheme, rest = "", s
	}
	a := Address{Scheme: strings.ToLower(scheme)}
	if i := strings.IndexByte(rest, '/'); i >= 0 {
		rest, a.Path = rest[:i], rest[i:]
	}
	if pages, ok := browserSchemes[a.Scheme]; ok {
		a.Scheme, a.Port = pages.scheme, pages.port
		rest, _, _ = strings.Cut(rest, "#")
		a.Path, _, _ = strings.Cut(a.Path, "#")
		a.Path = socketPath(a.Path)
	}
	if rest == "" {
		return bad("it names no host")
	}
	if strings.ContainsAny(rest, "@?#") || strings.ContainsAny(a.Path, "?#") {
		return bad("it may hold a host, a port and a path only")
	}
	var port string
	var err error
	if a.Host, port, err = splitHost(rest); err != nil {
		return bad("%v", err)
	}
	if port != "" {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil || n == 0 {
			return bad("the port %q is not a number from 1 to 65535", port)
		}
		a.Port = int(n)
	}
	switch a.Scheme {
	case "tcp", "tls", "ws", "wss", schemeKTN:
	case "":
		if found {
			return bad("the scheme is empty; use https, tls, wss, tcp, ws or ktn")
		}
		a.Scheme = "tls"
		if a.loopback() {
			a.Scheme = "tcp"
		}
	default:
		return bad("the scheme %q is unknown; use https, tls, wss, tcp, ws or ktn", scheme)
	}
	if a.Port == 0 {
		switch {
		case a.Secure():
			a.Port = DefaultTLSPort
		case a.KTN():
			a.Port = DefaultKTNPort
		default:
			a.Port = DefaultPort
		}
	}
	switch {
	case !a.webSocket() && a.Path != "" && a.Path != "/":
		return bad("a path is for ws and wss only")
	case !a.webSocket():
		a.Path = ""
	case a.Path == "" || a.Path == "/":
		a.Path = DefaultPath
	default:
		u, err := url.ParseRequestURI(a.Path)
		if err != nil || u.EscapedPath() != a.Path {
			return bad("the path is not written as in a URL")
		}
	}
	return a, nil
}

// browserSchemes are those of pages: how the server is spoken to, and the port of
// addresses that name none.
var browserSchemes = map[string]struct {
	scheme string
	port   int
}{
	"https": {"wss", 443},
	"http":  {"ws", 80},
}

// socketPath returns where the WebSocket is of a server whose pages are at path, or
// one of them.
func socketPath(path string) string {
	for _, page := range []string{"/invite", "/claim", "/reset", "/sign-in", "/account"} {
		if cut, ok := strings.CutSuffix(strings.TrimSuffix(path, "/"), page); ok {
			path = cut
		}
	}
	return strings.TrimSuffix(path, "/") + DefaultPath
}

// splitHost splits HOST[:PORT], where HOST may be an IPv6 address with or,
// without a port, without brackets.
func splitHost(s string) (host, port string, err error) {
	switch {
	case strings.HasPrefix(s, "["):
		var found bool
		if host, port, found = strings.Cut(s[1:], "]"); !found {
			return "", "", fmt.Errorf("a ] is missing")
		}
		if ip, err := netip.ParseAddr(host); err != nil || !ip.Is6() {
			return "", "", fmt.Errorf("%q is not an IPv6 address", host)
		}
		if port != "" && (port[0] != ':' || port == ":") {
			return "", "", fmt.Errorf("behind ] only :PORT may stand")
		}
		return host, strings.TrimPrefix(port, ":"), nil
	case strings.Count(s, ":") > 1:
		if _, err := netip.ParseAddr(s); err != nil {
			return "", "", fmt.Errorf("%q is neither HOST:PORT nor an IPv6 address", s)
		}
		return s, "", nil
	}
	host, port, found := strings.Cut(s, ":")
	if host == "" {
		return "", "", fmt.Errorf("it names no host")
	}
	if found && port == "" {
		return "", "", fmt.Errorf("the port is missing behind the colon")
	}
	for _, r := range host {
		if r <= ' ' || r > '~' || strings.ContainsRune(`\"<>^{}|[]%`, r) {
			return "", "", fmt.Errorf("the host %q has the character %q (write international names in their xn-- form)", host, r)
		}
	}
	return strings.ToLower(host), port, nil
}

// String returns a with every part written out.
func (a Address) String() string { return a.Scheme + "://" + a.HostPort() + a.Path }

// HostPort returns HOST:PORT, as net.Dial takes it.
func (a Address) HostPort() string { return net.JoinHostPort(a.Host, strconv.Itoa(a.Port)) }

// Secure reports whether a is reached over TLS.
func (a Address) Secure() bool { return a.Scheme == "tls" || a.Scheme == "wss" }

// KTN reports whether a is of a KTN server, which can do little: it has one
// room, and neither private messages nor history nor presence.
func (a Address) KTN() bool { return a.Scheme == schemeKTN }

func (a Address) webSocket() bool { return a.Scheme == "ws" || a.Scheme == "wss" }

func (a Address) loopback() bool {
	if a.Host == "localhost" || strings.HasSuffix(a.Host, ".localhost") {
		return true
	}
	ip, err := netip.ParseAddr(a.Host)
	return err == nil && ip.Unmap().IsLoopback()
}

// Key names the server in a [TokenStore]. Both ways of talking to a port share
// it, but what was given out over TLS is never sent without.
func (a Address) Key() string {
	switch {
	case a.Secure():
		return a.HostPort() + "+tls"
	case a.KTN():
		return a.HostPort() + "+ktn"
	}
	return a.HostPort()
}
