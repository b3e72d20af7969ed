package port

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"slices"
	"time"
)

// recordHandshake is the first byte of every TLS connection (RFC 8446, section
// 5.1). No protocol that is spoken here in plain text begins with it.
const recordHandshake = 0x16

// closeNotifyTimeout is how long a connection tries to tell that it is closed. What waited
// was written before; who closes a connection may hold a lock.
const closeNotifyTimeout = 10 * time.Millisecond

// suites are those of TLS 1.2 that are spoken: the key is new for each
// connection, and what is encrypted is authenticated. TLS 1.3 has no others.
var suites = []uint16{
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
	tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
	tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
}

// curves are those that keys are agreed on over; the first is safe from a later
// quantum computer, too. P-521, which crypto/tls would speak, takes a stranger
// nothing to ask for and this machine many times the work of the others.
var curves = []tls.CurveID{tls.X25519MLKEM768, tls.X25519, tls.CurveP256, tls.CurveP384}

// tlsConfig completes what the certificates need with what is spoken here. With
// no name in common, crypto/tls ends a handshake (RFC 7301, section 3.2).
func tlsConfig(certificates *tls.Config, protocols []Protocol) *tls.Config {
	if certificates == nil {
		return nil
	}
	c := certificates.Clone()
	c.MinVersion = tls.VersionTLS12
	c.CipherSuites = suites
	c.CurvePreferences = curves
	// A ticket of TLS 1.2 is as secret as all that was said on its connection, and
	// its key would be kept for days. Connections here last: there is little to save.
	c.SessionTicketsDisabled = true
	var names []string
	for _, p := range protocols {
		names = append(names, p.ALPN...)
	}
	c.NextProtos = append(names, certificates.NextProtos...)
	return c
}

// encrypt makes c a TLS connection, of which prefix has been read, and returns
// the protocols that may be spoken inside: those of the name that was agreed on
// (ALPN), or all if the other side named none.
func (p *Port) encrypt(c *Conn, prefix []byte) ([]Protocol, error) {
	inner := tls.Server(&prefixed{c.Conn, prefix}, p.tls)
	if err := c.SetDeadline(c.Until); err != nil {
		return nil, err
	}
	if err := inner.HandshakeContext(context.Background()); err != nil {
		return nil, fmt.Errorf("TLS handshake: %w", err)
	}
	if err := c.SetWriteDeadline(time.Time{}); err != nil {
		return nil, err
	}
	c.Conn, c.tls = tlsConn{inner}, true
	name := inner.ConnectionState().NegotiatedProtocol
	if name == "" {
		return p.protocols, nil
	}
	return slices.DeleteFunc(slices.Clone(p.protocols), func(p Protocol) bool {
		return !slices.Contains(p.ALPN, name)
	}), nil
}

// tlsConn is a TLS connection that is closed without waiting for the other side.
type tlsConn struct{ *tls.Conn }

// Close implements net.Conn. Without the timer, crypto/tls would try for 5 s to
// tell somebody who does not read.
func (c tlsConn) Close() error {
	impatient := time.AfterFunc(closeNotifyTimeout, func() { _ = c.NetConn().Close() })
	defer impatient.Stop()
	return c.Conn.Close()
}

// prefixed is a connection of which something has been read.
type prefixed struct {
	net.Conn
	prefix []byte
}

// NetConn returns the connection beneath.
func (c *prefixed) NetConn() net.Conn { return c.Conn }

// Read implements net.Conn: the prefix first.
func (c *prefixed) Read(p []byte) (int, error) {
	if len(c.prefix) == 0 {
		return c.Conn.Read(p)
	}
	n := copy(p, c.prefix)
	if c.prefix = c.prefix[n:]; len(c.prefix) == 0 {
		c.prefix = nil // its array is not kept
	}
	return n, nil
}
