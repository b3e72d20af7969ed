package dial

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"plausch/internal/network"
)

const (
	httpsPort = 443
	// MaxURL is how long an address may be, in bytes.
	MaxURL = 2048
)

// CheckURL returns an address as it will be called, or why it will not be: a sentence
// for the one who gave it. It does not resolve names; what they stand for is checked
// when they are dialled.
func (c *Client) CheckURL(text string) (*url.URL, error) {
	if len(text) > MaxURL {
		return nil, fmt.Errorf("the address is too long: at most %d bytes", MaxURL)
	}
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Opaque != "" || u.Host == "":
		return nil, errors.New("this is no address; it begins with https:// and a host")
	case u.Scheme != "https":
		return nil, errors.New("the address has to begin with https://")
	case u.User != nil:
		return nil, errors.New("the address must not have a user or password before its host")
	case strings.HasSuffix(u.Host, ":"):
		return nil, errors.New("the address has a colon without a port")
	}
	host, port := strings.ToLower(u.Hostname()), u.Port()
	if port == "" {
		port = strconv.Itoa(httpsPort)
	}
	if err := checkPort(port); err != nil {
		return nil, err
	}
	allowed := c.allowed[net.JoinHostPort(host, port)]
	if err := checkHost(host, allowed); err != nil {
		return nil, err
	}
	if port != strconv.Itoa(httpsPort) && !allowed {
		return nil, fmt.Errorf("the address has to have the port %d, unless the host of the server allows another", httpsPort)
	}
	u.Fragment, u.RawFragment = "", ""
	u.Host = host
	if strings.Contains(host, ":") {
		u.Host = "[" + host + "]"
	}
	if port != strconv.Itoa(httpsPort) {
		u.Host = net.JoinHostPort(host, port)
	}
	return u, nil
}

// checkHost reports why host, in small letters, is not called, if so. Only an allowed
// one may be a name without a dot, or a local address.
func checkHost(host string, allowed bool) error {
	if strings.Contains(host, ":") || endsInNumber(host) {
		// An address, or what some resolvers take for one: 2130706433, 0x7f.1.
		ip, err := netip.ParseAddr(host)
		switch {
		case err != nil:
			return fmt.Errorf("%q is neither a name nor an address", host)
		case ip.Zone() != "":
			return errors.New("the address must not have a zone")
		case !allowed && !network.IsGlobal(ip):
			return fmt.Errorf("%w, and the host of the server does not allow it: %s", ErrNotGlobal, ip)
		}
		return nil
	}
	if !isName(host) {
		return fmt.Errorf("%q is no name of a host: it has letters, digits and hyphens, with dots between; others as in punycode", host)
	}
	if !allowed && (!strings.Contains(host, ".") || host == "localhost" || strings.HasSuffix(host, ".localhost")) {
		return fmt.Errorf("%q is a name of this machine or its network, which the host of the server does not allow", host)
	}
	return nil
}

// endsInNumber reports whether the last part of host is a number, by the URL
// standard's "ends in a number checker": such a host is an IPv4 address or nothing.
func endsInNumber(host string) bool {
	last := host[strings.LastIndexByte(strings.TrimSuffix(host, "."), '.')+1:]
	last = strings.TrimSuffix(last, ".")
	if last == "" {
		return false
	}
	if strings.Trim(last, "0123456789") == "" {
		return true
	}
	hex, ok := strings.CutPrefix(last, "0x")
	return ok && strings.Trim(hex, "0123456789abcdef") == ""
}

// isName reports whether host has the form of a name in DNS. A dot at the end is none
// of it: certificates do not have it, and rules about hosts are written without.
func isName(host string) bool {
	if len(host) == 0 || len(host) > 253 {
		return false
	}
	for label := range strings.SplitSeq(host, ".") {
		if label == "" || len(label) > 63 || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	return true
}

func checkPort(port string) error {
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 || strconv.FormatUint(n, 10) != port {
		return fmt.Errorf("%q is no port", port)
	}
	return nil
}

// CheckPlace reports why place is not one for [Options.Allow], if so: HOST:PORT, with a
// name or an address.
func CheckPlace(place string) error {
	_, err := normalPlace(place)
	return err
}

// normalPlace returns a place as the host and port of an URL are compared with it.
func normalPlace(place string) (string, error) {
	host, port, err := net.SplitHostPort(strings.ToLower(place))
	if err == nil {
		err = checkPort(port)
	}
	if err == nil {
		err = checkHost(host, true)
	}
	if err != nil {
		return "", fmt.Errorf("%q is not a HOST:PORT that may be called: %w", place, err)
	}
	return net.JoinHostPort(host, port), nil
}
