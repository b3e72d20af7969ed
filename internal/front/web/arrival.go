package web

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"plausch/internal/front/port"
	"plausch/internal/front/web/page"
)

// arrival is where and how a request came in. A trusted proxy reports it for the client
// that it serves.
type arrival struct {
	client    net.Addr
	encrypted bool   // TLS, with us or with the proxy
	host      string // that was asked for, in small letters, with its port unless it is that of the scheme
	answered  bool   // encrypted, or from where plain text is answered
}

// remoteOf returns the address that r comes from, zero if it has none.
func remoteOf(r *http.Request) netip.Addr {
	tcp, ok := arrivalOf(r).client.(*net.TCPAddr)
	if !ok {
		return netip.Addr{}
	}
	return tcp.AddrPort().Addr()
}

// scheme returns the scheme of the address that was asked for.
func (a arrival) scheme() string {
	if a.encrypted {
		return "https"
	}
	return "http"
}

type connKey struct{}

type forwardedKey struct{}

// withConn makes the connection of a request known to its handlers, and which
// headers its proxy sends.
func withConn(forwarded bool) func(context.Context, net.Conn) context.Context {
	return func(ctx context.Context, c net.Conn) context.Context {
		if forwarded {
			ctx = context.WithValue(ctx, forwardedKey{}, true)
		}
		return context.WithValue(ctx, connKey{}, c.(*conn).Conn)
	}
}

func connOf(r *http.Request) *port.Conn { return r.Context().Value(connKey{}).(*port.Conn) }

// arrivalOf tells how r came.
func arrivalOf(r *http.Request) arrival {
	c := connOf(r)
	a := arrival{client: c.RemoteAddr(), encrypted: c.TLS(), host: r.Host}
	if c.Proxied() {
		if r.Context().Value(forwardedKey{}) != nil {
			a.applyForwarded(c, r.Header)
		} else {
			a.applyXForwarded(c, r.Header)
		}
	}
	a.host = page.CanonicalHost(a.scheme(), a.host)
	a.answered = a.encrypted || c.Answers(a.client)
	return a
}

// arrivalAtPage tells the pages how r came.
func arrivalAtPage(r *http.Request) page.Arrival {
	a := arrivalOf(r)
	at := page.Arrival{Encrypted: a.encrypted, Host: a.host}
	if tcp, ok := a.client.(*net.TCPAddr); ok {
		at.Remote = tcp.AddrPort().Addr()
	}
	return at
}

// Each proxy appends to a list. An entry before that of the last trusted proxy may be
// forged by a stranger, and is not read.

// applyForwarded applies the header Forwarded of a trusted proxy (RFC 7239).
func (a *arrival) applyForwarded(c *port.Conn, h http.Header) {
	hops := elements(h, "Forwarded")
	for i := len(hops) - 1; i >= 0; i-- {
		hop := forwardedPairs(hops[i])
		ip := parseIP(hop["for"])
		if ip.IsValid() && c.TrustsIP(ip) && i > 0 {
			continue
		}
		a.override(ip, hop["proto"], hop["host"])
		return
	}
}

// applyXForwarded applies its headers X-Forwarded-For, -Proto, -Host and -Port.
func (a *arrival) applyXForwarded(c *port.Conn, h http.Header) {
	var client netip.Addr
	for hops := elements(h, "X-Forwarded-For"); len(hops) > 0; hops = hops[:len(hops)-1] {
		client = parseIP(hops[len(hops)-1])
		if !client.IsValid() || !c.TrustsIP(client) {
			break
		}
	}
	a.override(client, lastOf(elements(h, "X-Forwarded-Proto")), lastOf(elements(h, "X-Forwarded-Host")))
	// Some proxies pass the name without its port, and the port beside it.
	number := lastOf(elements(h, "X-Forwarded-Port"))
	if n, err := strconv.ParseUint(number, 10, 16); err == nil && n > 0 && !page.HasPort(a.host) {
		a.host += ":" + number
	}
}

func (a *arrival) override(client netip.Addr, scheme, host string) {
	if client.IsValid() {
		a.client = net.TCPAddrFromAddrPort(netip.AddrPortFrom(client, 0))
	}
	if scheme != "" {
		a.encrypted = strings.EqualFold(scheme, "https") || strings.EqualFold(scheme, "wss")
	}
	if host != "" {
		a.host = host
	}
}

// elements returns the elements of a header that is a list, of all its lines.
func elements(h http.Header, name string) []string {
	var all []string
	for _, line := range h.Values(name) {
		for element := range strings.SplitSeq(line, ",") {
			if element = strings.TrimSpace(element); element != "" {
				all = append(all, element)
			}
		}
	}
	return all
}

func lastOf(list []string) string {
	if len(list) == 0 {
		return ""
	}
	return list[len(list)-1]
}

// forwardedPairs reads one element of Forwarded. A comma in quotes, which no
// address, host or scheme has, is not understood.
func forwardedPairs(element string) map[string]string {
	pairs := make(map[string]string)
	for pair := range strings.SplitSeq(element, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		pairs[strings.ToLower(name)] = strings.Trim(value, `"`)
	}
	return pairs
}

// parseIP reads an IP address, with or without a port, invalid if it is none:
// proxies also write unknown, or a name of their own.
func parseIP(s string) netip.Addr {
	if with, err := netip.ParseAddrPort(s); err == nil {
		return with.Addr().Unmap()
	}
	ip, err := netip.ParseAddr(strings.Trim(s, "[]"))
	if err != nil {
		return netip.Addr{}
	}
	return ip.Unmap()
}
