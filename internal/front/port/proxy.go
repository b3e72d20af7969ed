package port

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/netip"

	"github.com/pires/go-proxyproto"
	"github.com/pires/go-proxyproto/tlvparse"
)

// trusts reports whether what comes from addr is a proxy whose word counts.
func (p *Port) trusts(addr net.Addr) bool {
	ip := ipOf(addr)
	for _, proxies := range p.opts.Proxies {
		if proxies.Contains(ip) {
			return true
		}
	}
	return false
}

// TrustsIP reports whether ip is one of a proxy whose word counts.
func (c *Conn) TrustsIP(ip netip.Addr) bool {
	return c.port.trusts(net.TCPAddrFromAddrPort(netip.AddrPortFrom(ip.Unmap().WithZone(""), 0)))
}

// Proxied reports whether a proxy whose word counts may still say, in a header,
// for whom it speaks. It is false if the proxy has said so already.
func (c *Conn) Proxied() bool { return c.proxied }

// CountFor counts the connection of a trusted proxy for somebody at client from
// now on. It returns false, and has changed nothing, if there are too many
// connections from there.
func (c *Conn) CountFor(client net.Addr) bool {
	if c.ticket != nil && !c.ticket.move(client) {
		c.port.logBusy(client)
		return false
	}
	return true
}

// Assume tells that a trusted proxy speaks for somebody at client on the whole of
// the connection, over TLS if secure. Nobody may use the connection meanwhile.
func (c *Conn) Assume(client net.Addr, secure bool) {
	c.Conn = forwarded{c.Conn, client}
	c.tls, c.proxied = secure, false
}

// forwarded is a connection as the one for whom a proxy holds it.
type forwarded struct {
	net.Conn
	client net.Addr
}

// RemoteAddr implements net.Conn.
func (c forwarded) RemoteAddr() net.Addr { return c.client }

// NetConn returns the connection beneath.
func (c forwarded) NetConn() net.Conn { return c.Conn }

// CloseWrite ends our half of the connection.
func (c forwarded) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return errors.ErrUnsupported
}

// readProxyHeader reads what a trusted proxy says in the PROXY protocol of
// HAProxy, version 1 or 2, before anything else; it need not say it. It returns
// what was read behind.
func (c *Conn) readProxyHeader() (prefix []byte, err error) {
	// Its size is that of the longest header that is taken.
	r := bufio.NewReaderSize(c.Conn, maxPeek)
	if err := awaitTextHeader(r); err != nil {
		return nil, err
	}
	header, err := proxyproto.Read(r)
	switch {
	case errors.Is(err, proxyproto.ErrNoProxyProtocol):
	case err != nil:
		return nil, fmt.Errorf("the header of a proxy: %w", err)
	default:
		if err := c.believe(header); err != nil {
			return nil, err
		}
	}
	return r.Peek(r.Buffered())
}

// awaitTextHeader waits until a header of version 1, which is a line of text, is
// there whole: the library takes it only out of what has been read already. It
// returns at once for all else.
func awaitTextHeader(r *bufio.Reader) error {
	const begin, longest = "PROXY ", 107
	for n := 1; n <= longest; n++ {
		b, err := r.Peek(n)
		if err != nil {
			return err
		}
		if n <= len(begin) && b[n-1] != begin[n-1] || b[n-1] == '\n' {
			return nil
		}
	}
	return nil
}

// believe takes over for whom a proxy speaks. A proxy that checks our health
// speaks for itself.
func (c *Conn) believe(header *proxyproto.Header) error {
	client, ok := header.SourceAddr.(*net.TCPAddr)
	if header.Command != proxyproto.PROXY || !ok {
		return nil
	}
	secure := false
	if tlvs, err := header.TLVs(); err == nil {
		ssl, found := tlvparse.FindSSL(tlvs)
		secure = found && ssl.ClientSSL()
	}
	c.busy = !c.CountFor(client) // it is told so once its protocol is known
	c.Assume(client, secure)
	return nil
}
