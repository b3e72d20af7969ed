// Package dial calls addresses that a user has given: push services, webhooks. It is
// the only way from this server to such an address, so that nobody can have it call
// what only it can reach: itself, its network, the metadata service of a cloud.
//
// A call is https, to port 443 of an ordinary address of the Internet, without a
// proxy, without redirects, in [Timeout] at most, and of the answer at most [MaxAnswer]
// is read. What is checked is the address that is dialled, after its name was resolved:
// a name that resolves to another address the next time gains nothing.
// The host of the server can allow more: see [Options.Allow].
package dial

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"

	"plausch/internal/network"
)

const (
	// Timeout is how long a call may take: resolving, connecting, TLS, the request
	// and the whole answer.
	Timeout = 5 * time.Second
	// MaxAnswer is how many bytes the body of an answer may have.
	MaxAnswer = 64 << 10
	// maxHeader is how many bytes the header of an answer may have.
	maxHeader = 16 << 10
	// maxIdle is how many connections are kept for the next call.
	maxIdle = 128
)

var (
	// ErrNotGlobal is wrapped by the error of a call to an address that is not global
	// unicast.
	ErrNotGlobal = errors.New("the address is not one of the Internet")
	// ErrAnswerTooLong is the error of a call whose answer is longer than MaxAnswer.
	ErrAnswerTooLong = fmt.Errorf("the answer is longer than %d KiB", MaxAnswer>>10)
)

// Options says what a [Client] may call. The zero value works.
type Options struct {
	// Allow has places that may be called besides port 443 of global addresses, as
	// HOST:PORT, such as a push server in the same network: see [CheckPlace]. Calls to
	// them are https, too.
	Allow []string
	// Roots are the authorities whose certificates are good; nil means the system's.
	Roots *x509.CertPool
	// Resolver resolves names; nil means the system's.
	Resolver *net.Resolver
	// Timeout is for tests; 0 means [Timeout].
	Timeout time.Duration
	// ToBeDialled is for tests: it is called with each address that was found good,
	// before anything is sent to it. Its error ends the attempt. It may be nil.
	ToBeDialled func(netip.AddrPort) error
}

// Client calls addresses. It is safe for concurrent use.
type Client struct {
	allowed map[string]bool // HOST:PORT
	http    *http.Client
	hook    func(netip.AddrPort) error
}

// New returns a client, or an error about [Options.Allow].
func New(o Options) (*Client, error) {
	c := &Client{allowed: map[string]bool{}, hook: o.ToBeDialled}
	for _, place := range o.Allow {
		place, err := normalPlace(place)
		if err != nil {
			return nil, err
		}
		c.allowed[place] = true
	}
	timeout := o.Timeout
	if timeout == 0 {
		timeout = Timeout
	}
	anywhere := &net.Dialer{Timeout: timeout, Resolver: o.Resolver, Control: c.controlAllowed}
	guarded := &net.Dialer{Timeout: timeout, Resolver: o.Resolver, Control: c.control}
	c.http = &http.Client{
		Timeout:       timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy: nil, // not that of the environment: who dials for us does not check
			DialContext: func(ctx context.Context, netw, address string) (net.Conn, error) {
				if c.allowed[address] {
					return anywhere.DialContext(ctx, netw, address)
				}
				return guarded.DialContext(ctx, netw, address)
			},
			TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: o.Roots},
			TLSHandshakeTimeout:    timeout,
			ResponseHeaderTimeout:  timeout,
			MaxResponseHeaderBytes: maxHeader,
			DisableCompression:     true, // a small answer could become a large one
			ForceAttemptHTTP2:      true,
			MaxIdleConns:           maxIdle,
			MaxIdleConnsPerHost:    maxIdle / 8,
			IdleConnTimeout:        90 * time.Second,
		},
	}
	return c, nil
}

// Close closes the connections that no call uses.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Do makes a call. The request's URL has to pass [Client.CheckURL]. The answer has been
// read whole, so that its body need not be closed; a redirect is an answer like others.
func (c *Client) Do(r *http.Request) (*http.Response, error) {
	checked, err := c.CheckURL(r.URL.String())
	if err != nil {
		return nil, err
	}
	r = r.Clone(r.Context())
	r.URL, r.Host = checked, ""
	if r.Header.Get("User-Agent") == "" {
		r.Header.Set("User-Agent", "Plausch")
	}
	answer, err := c.http.Do(r)
	if err != nil {
		return nil, plain(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, MaxAnswer+1))
	if err != nil {
		return nil, fmt.Errorf("read the answer: %w", err)
	}
	if len(body) > MaxAnswer {
		return nil, ErrAnswerTooLong
	}
	answer.Body = io.NopCloser(bytes.NewReader(body))
	return answer, nil
}

// plain returns what went wrong for the one who gave the address: without the address,
// whose path is often a secret, and without what names in our network resolve to.
func plain(err error) error {
	var lookup *net.DNSError
	var about *url.Error
	switch {
	case errors.Is(err, ErrNotGlobal):
		return ErrNotGlobal
	case errors.As(err, &lookup) && lookup.IsNotFound:
		return fmt.Errorf("there is no host %q", lookup.Name)
	case errors.As(err, &lookup):
		return fmt.Errorf("the name of the host %q could not be resolved", lookup.Name)
	case errors.As(err, &about):
		return about.Err
	}
	return err
}

// control refuses to dial an address that is not global unicast. It is called with the
// address that will be dialled, for each that a name has.
func (c *Client) control(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if !network.IsGlobal(to.Addr()) || to.Port() != httpsPort {
		return ErrNotGlobal
	}
	return c.toBeDialled(to)
}

// controlAllowed lets an address be dialled for a place that the host of the server
// allows.
func (c *Client) controlAllowed(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return err
	}
	if to.Addr().IsMulticast() || to.Addr().IsUnspecified() {
		return ErrNotGlobal
	}
	return c.toBeDialled(to)
}

func (c *Client) toBeDialled(to netip.AddrPort) error {
	if c.hook == nil {
		return nil
	}
	return c.hook(to)
}
