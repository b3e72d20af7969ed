package page

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"strings"

	"plausch"
)

// CanonicalHost returns host in small letters and without the port that the
// scheme has anyway, as browsers write it.
func CanonicalHost(scheme, host string) string {
	host = strings.ToLower(host)
	usual := ":80"
	if scheme == "https" {
		usual = ":443"
	}
	if HasPort(host) {
		host = strings.TrimSuffix(host, usual)
	}
	return host
}

// HasPort reports whether host names a port.
func HasPort(host string) bool {
	_, _, err := net.SplitHostPort(host)
	return err == nil
}

// CheckOrigin returns an error, which says what is missing, if origin, of a header
// of that name, is not that of the pages.
func (a Arrival) CheckOrigin(origin string) error {
	scheme, host, _ := strings.Cut(origin, "://")
	host = CanonicalHost(scheme, host)
	if strings.EqualFold(scheme, a.scheme()) && host == a.Host {
		return nil
	}
	return plausch.Errorf(plausch.Forbidden, "this was sent from a page of another site than %s; open that address, and try again there%s",
		a.Origin(), a.proxyAdvice(scheme, host))
}

// CheckSameOrigin returns an error if r may come from a page of another site. All browsers say where
// a request that changes something comes from.
func (a Arrival) CheckSameOrigin(r *http.Request) error {
	site := r.Header.Get("Sec-Fetch-Site")
	if err := a.CheckOrigin(r.Header.Get("Origin")); err != nil {
		return err
	}
	if site != "" && site != "same-origin" && site != "none" {
		return plausch.Errorf(plausch.Forbidden, "this was sent from a page of another site than %s; open that address, and try again there", a.Origin())
	}
	return nil
}

// proxyAdvice says what a proxy may have failed to pass on, if host is asked for
// by a name that it could have.
func (a Arrival) proxyAdvice(scheme, host string) string {
	theirs, ours := url.URL{Host: host}, url.URL{Host: a.Host}
	switch {
	case theirs.Hostname() != ours.Hostname():
		return " (if a proxy stands before the server, its host has to name it with --behind-proxy, and have it send X-Forwarded-Host)"
	case scheme == "https" && !a.Encrypted:
		return " (if a proxy stands before the server, it does not say that it was asked over TLS: " +
			"name it with --behind-proxy, and have it send X-Forwarded-Proto)"
	case theirs.Port() != "" && ours.Port() == "":
		return fmt.Sprintf(" (the port %s is missing: a proxy before the server has to send it in X-Forwarded-Host, or in X-Forwarded-Port)", theirs.Port())
	case theirs.Port() != ours.Port():
		return fmt.Sprintf(" (the port differs: a proxy before the server says %s in X-Forwarded-Host or X-Forwarded-Port)", a.Host)
	}
	return ""
}
