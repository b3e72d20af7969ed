package doctor

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"syscall"
	"time"
)

// Listener is who listens at an address of this machine.
type Listener int

const (
	Nobody   Listener = iota
	Us                // a Plausch server
	Stranger          // another program
)

// port checks each place to listen.
type port struct {
	places []string // HOST:PORT
	who    func(ctx context.Context, address string) (Listener, error)
	public bool // people come to these places by a domain
}

func (port) Name() string { return "port" }

func (c port) Run(ctx context.Context) []Finding {
	var all []Finding
	if c.public && len(c.places) > 0 && !slices.ContainsFunc(c.places, func(place string) bool { return !onLoopback(place) }) {
		all = one(Problem, "listen on an address of the network (--listen :443), or name the reverse proxy before it with --behind-proxy",
			"the server listens on %s, where only this machine itself gets in", strings.Join(c.places, " and "))
	}
	for _, place := range c.places {
		who, err := c.who(ctx, reachable(place))
		switch {
		case err != nil:
			all = append(all, one(Unknown, "", "it is not known who listens on %s: %v", place, err)...)
		case who == Nobody:
			all = append(all, one(Warning, "start the server: plausch serve, or systemctl start plausch", "nobody listens on %s", place)...)
		case who == Stranger:
			all = append(all, one(Problem, "stop that program, or choose another place with --listen",
				"another program listens on %s, so the server cannot", place)...)
		default:
			all = append(all, one(OK, "", "the server answers on %s", place)...)
		}
	}
	return all
}

// onLoopback reports whether only this machine reaches a place.
func onLoopback(place string) bool {
	host, _, err := net.SplitHostPort(place)
	if err != nil {
		return false
	}
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}

// reachable returns where a place to listen is reached from this machine.
func reachable(place string) string {
	host, port, err := net.SplitHostPort(place)
	if err != nil {
		return place
	}
	addr, err := netip.ParseAddr(host)
	if host == "" || err == nil && addr.IsUnspecified() {
		host = "127.0.0.1" // a server on [::] hears IPv4, too
	}
	return net.JoinHostPort(host, port)
}

// whoListens asks /healthz, in plain text and then by TLS. Whom the certificate
// is for is another check's concern.
func whoListens(ctx context.Context, address string) (Listener, error) {
	conn, err := (&net.Dialer{Timeout: 5 * time.Second}).DialContext(ctx, "tcp", address)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return Nobody, nil
	}
	if err != nil {
		return Nobody, err
	}
	conn.Close()
	client := &http.Client{
		Timeout:       5 * time.Second,
		Transport:     &http.Transport{DisableKeepAlives: true, TLSClientConfig: &tls.Config{InsecureSkipVerify: true}},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	for _, scheme := range []string{"http", "https"} {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, scheme+"://"+address+"/healthz", nil)
		if err != nil {
			return Nobody, err
		}
		resp, err := client.Do(req)
		if err != nil {
			continue
		}
		body, _ := io.ReadAll(io.LimitReader(resp.Body, 100))
		resp.Body.Close()
		if resp.StatusCode == http.StatusOK && strings.TrimSpace(string(body)) == "ok" {
			return Us, nil
		}
	}
	return Stranger, nil
}
