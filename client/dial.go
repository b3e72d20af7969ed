package client

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/gobwas/ws"

	"plausch"
	"plausch/client/ktn"
	"plausch/protocol"
)

// DialOptions say how to connect. The zero value works.
type DialOptions struct {
	// Codec is how bodies are written: protocol.Msgpack (the default) or JSON.
	Codec protocol.Codec
	// TLS is the configuration for tls and wss addresses, for example with
	// RootCAs. Nil means the system's certificates. It is not changed.
	TLS *tls.Config
	// Pins has the certificates that are known by their fingerprint. Nil means
	// that only vouched-for ones are good.
	Pins PinStore
	// Fingerprint is that of the one certificate that is good, whoever vouches
	// for another; Pins keeps it. Empty leaves it to Pins. See [ParseFingerprint].
	Fingerprint string
	// Program is the name and version that the server is told, at most 64 bytes;
	// "plausch-go/VERSION" if empty.
	Program string
	// Epoch is that of seqs that are remembered: see protocol.Hello.
	Epoch string
	// Capabilities are the protocol.Cap constants to ask for, none if empty.
	Capabilities []string
	// Origin is that of the web page that a ws or wss connection is for, such as
	// https://chat.example.org. Passkeys need it; others leave it empty.
	Origin string
	// OnPush is called with each push, in the order in which the server sent
	// them, on the connection's reading goroutine: while it runs, nothing else
	// is read, so it must not wait for a Call and must not Close. The frame's
	// parts may be kept. Nil drops pushes.
	OnPush func(*protocol.Frame)
	// NetDial connects instead of a net.Dialer.
	NetDial func(ctx context.Context, network, address string) (net.Conn, error)

	// bridge connects to a KTN server; nil makes a new one for the connection.
	bridge *ktn.Bridge
}

// Dial connects to a server (see [ParseAddress]) and says hello. The context
// bounds all of it, and nothing after it. An error of code Unsupported means
// that client and server have no version of the protocol in common. With Pins or
// a Fingerprint, one of type [*CertificateError] means that the server is not
// trusted.
func Dial(ctx context.Context, address string, o DialOptions) (*Conn, error) {
	a, err := ParseAddress(address)
	if err != nil {
		return nil, err
	}
	return dial(ctx, a, o)
}

func dial(ctx context.Context, a Address, o DialOptions) (*Conn, error) {
	alpn := protocol.ALPN
	if a.webSocket() {
		alpn = alpnHTTP
	}
	nc, err := connect(ctx, a, o, alpn)
	if err != nil {
		return nil, fmt.Errorf("connect to %s: %w", a, err)
	}
	c := &Conn{
		nc:      nc,
		codec:   o.Codec,
		onPush:  o.OnPush,
		in:      &frameReader{r: nc},
		pending: make(map[int64]call),
		ended:   make(chan struct{}),
	}
	if a.webSocket() {
		if c.ws, err = upgrade(ctx, a, o.Origin, c); err != nil {
			nc.Close()
			return nil, fmt.Errorf("connect to %s: %w", a, err)
		}
	}
	c.running.Add(1)
	go c.read()
	if err := c.hello(ctx, o); err != nil {
		c.Close()
		return nil, fmt.Errorf("hello to %s: %w", a, err)
	}
	return c, nil
}

// alpnHTTP is the name of HTTP in TLS handshakes, of the version that WebSockets need.
const alpnHTTP = "http/1.1"

// connect makes the stream of bytes; alpn names what is spoken on it.
func connect(ctx context.Context, a Address, o DialOptions, alpn string) (net.Conn, error) {
	netDial := o.NetDial
	switch {
	case a.KTN() && o.bridge == nil:
		netDial = ktn.NewBridge(netDial, nil).Dial
	case a.KTN():
		netDial = o.bridge.Dial
	case netDial == nil:
		netDial = new(net.Dialer).DialContext
	}
	nc, err := netDial(ctx, "tcp", a.HostPort())
	if err != nil || !a.Secure() {
		return nc, err
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if o.TLS != nil {
		config = o.TLS.Clone()
	}
	if config.ServerName == "" {
		config.ServerName = a.Host
	}
	if config.NextProtos == nil {
		config.NextProtos = []string{alpn}
	}
	if config, err = pinCertificate(config, a.HostPort(), o); err != nil {
		nc.Close()
		return nil, err
	}
	tc := tls.Client(nc, config)
	if err = tc.HandshakeContext(ctx); err == nil {
		err = savePin(a.HostPort(), o)
	}
	if err != nil {
		nc.Close()
		return nil, err
	}
	return tc, nil
}

// upgrade makes nc a WebSocket (RFC 6455, section 4.1).
func upgrade(ctx context.Context, a Address, origin string, c *Conn) (*webSocket, error) {
	// A deadline in the past ends reads and writes when the context is done.
	stop := context.AfterFunc(ctx, func() { c.nc.SetDeadline(time.Unix(1, 0)) })
	subprotocol := protocol.SubprotocolMsgpack
	if c.codec == protocol.JSON {
		subprotocol = protocol.SubprotocolJSON
	}
	d := ws.Dialer{Protocols: []string{subprotocol}}
	if origin != "" {
		d.Header = ws.HandshakeHeaderHTTP{"Origin": {origin}}
	}
	u, err := url.Parse(a.String())
	if err != nil {
		return nil, err
	}
	br, shake, err := d.Upgrade(c.nc, u)
	if !stop() {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("WebSocket: %w", err)
	}
	if shake.Protocol != subprotocol {
		return nil, fmt.Errorf("WebSocket: the server does not speak %s at %s", subprotocol, a.Path)
	}
	if br != nil { // it has read on, into the first frames
		early, _ := br.Peek(br.Buffered())
		c.in.buf = append(c.in.buf, early...)
		c.in.to = len(early)
	}
	return newWebSocket(c), nil
}

func (c *Conn) hello(ctx context.Context, o DialOptions) error {
	program := o.Program
	if program == "" {
		program = "plausch-go/" + plausch.Version
	}
	hello := protocol.Hello{Version: protocol.Version, Client: program, Capabilities: o.Capabilities, Epoch: o.Epoch}
	if err := c.Call(ctx, protocol.MethodHello, &hello, &c.welcome); err != nil {
		return err
	}
	if v := c.welcome.Version; v != protocol.Version {
		return plausch.Errorf(plausch.Unsupported, "the server speaks version %d of the protocol, this client version %d", v, protocol.Version)
	}
	return nil
}
