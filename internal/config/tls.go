package config

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
)

// Values of the setting tls, besides [Off].
const (
	TLSAuto       = "auto"
	TLSSelfSigned = "self-signed"
)

// Values of the setting proxy_headers.
const (
	XForwarded = "x-forwarded"
	Forwarded  = "forwarded"
)

// Certificates is where a server's TLS certificate comes from.
type Certificates uint8

const (
	NoCertificate   Certificates = iota // there is no TLS
	ACMECertificate                     // an authority gives one for the domain
	OwnCertificate                      // the host has files
	SelfSigned
)

// Certificates tells where the certificate comes from.
func (c *Config) Certificates() Certificates {
	switch {
	case c.TLS == Off:
		return NoCertificate
	case c.TLS == TLSSelfSigned:
		return SelfSigned
	case c.TLSCert != "":
		return OwnCertificate
	case c.Domain != "":
		return ACMECertificate
	}
	return NoCertificate
}

// CertificatesPath returns the folder of the certificates that the server got
// or made.
func (c *Config) CertificatesPath() string { return filepath.Join(c.Data, "certs") }

// Proxies returns the networks of the proxies that are believed.
func (c *Config) Proxies() []netip.Prefix {
	all, _ := parseProxies(c.BehindProxy) // checked when they were loaded
	return all
}

// finishTLS checks what belongs together, and has a server with a domain listen
// where people come if they know no more than that.
func (c *Config) finishTLS() error {
	if (c.TLSCert == "") != (c.TLSKey == "") {
		return errors.New("tls_cert and tls_key belong together: name both files, or none")
	}
	if c.TLSCert != "" && c.TLS != TLSAuto {
		return fmt.Errorf("tls_cert is not used with tls = %s; remove one of them", c.TLS)
	}
	if c.Domain != "" && c.TLS != Off && c.From("listen") == FromDefault {
		c.Listen = []string{":443"}
	}
	return nil
}

func checkDomain(v any) error {
	domain := v.(string)
	if domain == "" {
		return nil
	}
	if _, err := netip.ParseAddr(domain); err == nil {
		return fmt.Errorf("%s is an address; a certificate is for a name, such as chat.example.org (without one: --tls self-signed)", domain)
	}
	for label := range strings.SplitSeq(domain, ".") {
		ok := label != "" && len(label) <= 63 && label[0] != '-' && strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
		if !ok || len(domain) > 253 || !strings.Contains(domain, ".") {
			return fmt.Errorf("%q is no domain; write a name such as chat.example.org, in small letters, without https:// and port "+
				"(international names in their xn-- form)", domain)
		}
	}
	return nil
}

func checkPublicURL(v any) error {
	text := v.(string)
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return fmt.Errorf("%q is no address of a server; write one such as https://chat.example.org, without a path", text)
	}
	return nil
}

// checkHosts checks names as requests have them.
func checkHosts(v any) error {
	for _, name := range v.([]string) {
		if name == "" || strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.") != "" {
			return fmt.Errorf("%q is no name of a server; write one such as chat.example.org, in small letters, without http:// and port", name)
		}
	}
	return nil
}

func checkDirectory(v any) error {
	directory := v.(string)
	if directory == "" {
		return nil
	}
	if u, err := url.Parse(directory); err != nil || u.Scheme != "https" || u.Host == "" {
		return fmt.Errorf("%q is no directory of a certificate authority; write its https:// URL", directory)
	}
	return nil
}

// checkOutgoing checks places that may be called. Their hosts are looked at by who calls.
func checkOutgoing(v any) error {
	for _, place := range v.([]string) {
		host, port, err := net.SplitHostPort(place)
		if n, portErr := strconv.ParseUint(port, 10, 16); err != nil || portErr != nil || n == 0 || host == "" {
			return fmt.Errorf("%q is no place to call; write HOST:PORT, such as ntfy.home:8443", place)
		}
	}
	return nil
}

func checkPushContact(v any) error {
	text := v.(string)
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || !(u.Scheme == "https" && u.Host != "" || u.Scheme == "mailto" && strings.Contains(u.Opaque, "@")) {
		return fmt.Errorf("%q is no address for push services; write mailto:you@example.org, or one that begins with https://", text)
	}
	return nil
}

func checkHTTPListen(v any) error {
	place := v.(string)
	if place == Off {
		return nil
	}
	if err := checkHostPort(place); err != nil {
		return fmt.Errorf("%q is no place for HTTP: %w, or %s", place, err, Off)
	}
	return nil
}

func checkProxies(v any) error {
	_, err := parseProxies(v.([]string))
	return err
}

func parseProxies(list []string) ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, text := range list {
		network, err := netip.ParsePrefix(text)
		if err != nil {
			ip, ipErr := netip.ParseAddr(text)
			if ipErr != nil {
				return nil, fmt.Errorf("%q is no address of a proxy; write one such as 192.0.2.1, or a network such as 10.0.0.0/8", text)
			}
			ip = ip.Unmap().WithZone("")
			network = netip.PrefixFrom(ip, ip.BitLen())
		}
		all = append(all, network.Masked())
	}
	return all, nil
}
