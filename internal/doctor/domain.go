package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"plausch/internal/portmap"
)

// Addresses are those by which this machine may be reached.
type Addresses struct {
	Own    []netip.Addr // of the machine's interfaces
	Router netip.Addr   // of the router's outer side; not valid if it did not tell
	NoTell error        // why not
}

// domain checks that a name leads here.
type domain struct {
	name      string
	resolve   func(ctx context.Context, name string) ([]netip.Addr, error)
	addresses func(context.Context) (Addresses, error)
}

func (domain) Name() string { return "domain" }

func (c domain) Run(ctx context.Context) []Finding {
	const todo = "correct the records where you bought the domain; a change can take an hour"
	found, err := c.resolve(ctx, c.name)
	if dns, ok := errors.AsType[*net.DNSError](err); ok && dns.IsNotFound {
		return one(Problem, "make an A record, and an AAAA record if you have IPv6, where you bought the domain", "%s has no address", c.name)
	}
	if err != nil {
		return one(Unknown, "try again later", "%s cannot be looked up: %v", c.name, err)
	}
	here, err := c.addresses(ctx)
	if err != nil {
		return one(Unknown, "", "this machine's addresses are not known: %v", err)
	}
	var all []Finding
	for _, addr := range found {
		record := "A"
		if addr.Is6() {
			record = "AAAA"
		}
		switch why := notPublic(addr); {
		case why != "":
			all = append(all, one(Problem, todo, "the %s record of %s is %s, where nobody on the internet gets to: %s", record, c.name, addr, why)...)
		case slices.Contains(here.Own, addr):
			all = append(all, one(OK, "", "the %s record of %s is this machine's %s", record, c.name, addr)...)
		case addr == here.Router:
			all = append(all, one(OK, "", "the %s record of %s is the router's %s", record, c.name, addr)...)
		case addr.Is6(), here.Router.IsValid():
			all = append(all, one(Problem, todo, "the %s record of %s is %s, which is neither this machine nor its router", record, c.name, addr)...)
		default:
			all = append(all, one(Unknown, "compare it with the outside address on the router's page",
				"the A record of %s is %s, not this machine's; the router does not tell whether it is its own", c.name, addr)...)
		}
	}
	return all
}

// outside checks that the internet can reach the router or this machine at all.
type outside struct {
	addresses func(context.Context) (Addresses, error)
}

func (outside) Name() string { return "internet" }

func (c outside) Run(ctx context.Context) []Finding {
	here, err := c.addresses(ctx)
	if err != nil {
		return one(Unknown, "", "this machine's addresses are not known: %v", err)
	}
	for _, addr := range here.Own {
		if addr.Is4() && notPublic(addr) == "" {
			return one(OK, "", "this machine has the public address %s", addr)
		}
	}
	if !here.Router.IsValid() {
		return one(Unknown, "look at the outside address on the router's page: those that begin with 10., 192.168. or 100.64. to 100.127. cannot be reached",
			"the router does not tell its outside address: %v", short(here.NoTell))
	}
	if why := notPublic(here.Router); why != "" {
		return one(Problem, "ask the provider for a public IPv4 address, or use IPv6 or a machine with a public address",
			"nobody on the internet can reach the router's outside address %s: %s", here.Router, why)
	}
	return one(OK, "", "the router has the public address %s", here.Router)
}

// reserved are networks for examples and tests (RFC 5737, 3849, 9637, 2544), and
// others that lead nowhere (RFC 6890).
var reserved = []netip.Prefix{
	netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("198.51.100.0/24"), netip.MustParsePrefix("203.0.113.0/24"),
	netip.MustParsePrefix("2001:db8::/32"), netip.MustParsePrefix("3fff::/20"), netip.MustParsePrefix("198.18.0.0/15"),
	netip.MustParsePrefix("0.0.0.0/8"), netip.MustParsePrefix("192.0.0.0/24"), netip.MustParsePrefix("240.0.0.0/4"),
	netip.MustParsePrefix("100::/64"),
}

// notPublic returns why nobody on the internet gets to addr, "" if they do.
func notPublic(addr netip.Addr) string {
	if slices.ContainsFunc(reserved, func(p netip.Prefix) bool { return p.Contains(addr.Unmap()) }) {
		return "it is reserved, for examples and the like"
	}
	return portmap.NotPublic(addr)
}

// short is an error of several lines in one.
func short(err error) string { return strings.ReplaceAll(fmt.Sprint(err), "\n", "; ") }

// lookUp returns the addresses of a name.
func lookUp(ctx context.Context, name string) ([]netip.Addr, error) {
	addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", name)
	for i := range addrs {
		addrs[i] = addrs[i].Unmap()
	}
	return addrs, err
}

// ownAddresses asks the system and the router.
func ownAddresses(ctx context.Context) (Addresses, error) {
	all, err := net.InterfaceAddrs()
	if err != nil {
		return Addresses{}, err
	}
	var a Addresses
	for _, one := range all {
		if prefix, err := netip.ParsePrefix(one.String()); err == nil {
			a.Own = append(a.Own, prefix.Addr().Unmap())
		}
	}
	a.Router, a.NoTell = portmap.OutsideAddress(ctx, portmap.Network{})
	return a, nil
}

// probe asks a helper on the internet to connect to us.
type probe struct {
	url  string // "" if there is none
	host string
	port string
	ask  func(ctx context.Context, url string) (reachable bool, reason string, err error)
}

func (probe) Name() string { return "reachable" }

func (c probe) Run(ctx context.Context) []Finding {
	if c.url == "" || c.host == "" {
		return one(Unknown, "try it from a telephone without WLAN, or give DOMAIN and --probe-url",
			"whether others get in cannot be seen from inside")
	}
	full, err := url.Parse(c.url)
	if err != nil {
		return one(Unknown, "write a URL such as https://example.org/probe", "--probe-url: %v", err)
	}
	query := full.Query()
	query.Set("host", c.host)
	query.Set("port", c.port)
	full.RawQuery = query.Encode()
	ok, reason, err := c.ask(ctx, full.String())
	switch {
	case err != nil:
		return one(Unknown, "try again later or with another helper", "the helper gave no answer: %v", err)
	case !ok:
		return one(Problem, "forward the port on the router (or --map-port), and let it through the firewall",
			"from outside, %s cannot be reached: %s", net.JoinHostPort(c.host, c.port), reason)
	}
	return one(OK, "", "%s is reached from outside", net.JoinHostPort(c.host, c.port))
}

// askHelper gets the helper's answer, {"reachable": true} or {"reachable": false,
// "reason": "..."}.
func askHelper(ctx context.Context, url string) (reachable bool, reason string, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false, "", err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return false, "", err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return false, "", fmt.Errorf("it says %s", resp.Status)
	}
	var answer struct {
		Reachable *bool  `json:"reachable"`
		Reason    string `json:"reason"`
	}
	if err := json.NewDecoder(http.MaxBytesReader(nil, resp.Body, 64<<10)).Decode(&answer); err != nil {
		return false, "", fmt.Errorf("its answer is not JSON: %w", err)
	}
	if answer.Reachable == nil {
		return false, "", errors.New(`its answer has no "reachable"`)
	}
	return *answer.Reachable, strings.ToValidUTF8(answer.Reason, ""), nil
}
