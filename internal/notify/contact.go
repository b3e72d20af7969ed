package notify

import (
	"errors"
	"net/mail"
	"net/netip"
	"net/url"
	"strings"
)

// Contact returns the "sub" by which push services can reach whoever runs this server
// (RFC 8292, section 2.1), or why there is none, and so no Web Push. Wanted is what the
// host has set: an https: or mailto: address; email is an address of theirs that is
// known otherwise, base where this server's links begin. Some services refuse what is
// made up, such as localhost.
func Contact(wanted, email, base string) (string, error) {
	if err := CheckBase(base); err != nil {
		return "", err
	}
	if wanted != "" {
		return wanted, CheckContact(wanted)
	}
	if email != "" && CheckContact("mailto:"+email) == nil {
		return "mailto:" + email, nil
	}
	return base, CheckContact(base)
}

// CheckBase reports why browsers cannot have Web Push from a server whose links begin
// with base, if so: they want https, and a name that leads here from everywhere.
func CheckBase(base string) error {
	u, err := url.Parse(base)
	switch {
	case base == "" || err != nil || u.Host == "":
		return errors.New("the server has no address that browsers reach from elsewhere: set domain or public_url")
	case u.Scheme != "https":
		return errors.New("the server has no TLS: browsers subscribe to what comes by https alone. Set domain, or public_url to the https address of your proxy")
	case !isPublicName(u.Hostname()):
		return errors.New("the server has no name of the Internet: set domain or public_url")
	}
	return nil
}

// CheckContact reports why push services would refuse contact, if so.
func CheckContact(contact string) error {
	if address, ok := strings.CutPrefix(contact, "mailto:"); ok {
		parsed, err := mail.ParseAddress(address)
		if err != nil || parsed.Address != address || !isPublicName(address[strings.LastIndexByte(address, '@')+1:]) {
			return errors.New("the contact is no mail address that others could write to: mailto:you@example.org")
		}
		return nil
	}
	u, err := url.Parse(contact)
	if err != nil || u.Scheme != "https" || u.User != nil || !isPublicName(u.Hostname()) {
		return errors.New("the contact has to be an address that others can reach: https://chat.example.org, or mailto:you@example.org")
	}
	return nil
}

// isPublicName reports whether host looks like a name that the Internet knows.
func isPublicName(host string) bool {
	host = strings.ToLower(host)
	if _, err := netip.ParseAddr(host); err == nil {
		return false
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	switch last {
	case host, "", "localhost", "local", "internal", "lan", "home", "arpa", "invalid", "test", "example", "onion":
		return false
	}
	return true
}
