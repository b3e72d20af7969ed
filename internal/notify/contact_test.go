package notify_test

import (
	"testing"

	"plausch/internal/notify"
)

func TestContact(t *testing.T) {
	const chat = "https://chat.plausch.org"
	for name, c := range map[string]struct{ wanted, email, base, want string }{ // empty: there is none
		"a domain":                      {"", "", chat, chat},
		"a domain and a port":           {"", "", chat + ":8443", chat + ":8443"},
		"a mail address":                {"", "host@plausch.org", chat, "mailto:host@plausch.org"},
		"a mail address that is none":   {"", "root@localhost", chat, chat},
		"wanted":                        {"mailto:me@plausch.org", "host@plausch.org", chat, "mailto:me@plausch.org"},
		"wanted, of another host":       {"https://plausch.org/me", "", chat, "https://plausch.org/me"},
		"wanted, but no scheme":         {"me@plausch.org", "", chat, ""},
		"wanted, but local":             {"mailto:root@localhost", "", chat, ""},
		"wanted, but local, https":      {"https://localhost", "", chat, ""},
		"wanted, with a name":           {"mailto:Me <me@plausch.org>", "", chat, ""},
		"wanted, plain http":            {"http://plausch.org", "", chat, ""},
		"no address":                    {"mailto:me@plausch.org", "", "", ""},
		"no TLS":                        {"mailto:me@plausch.org", "", "http://chat.plausch.org", ""},
		"this machine":                  {"", "", "https://localhost:7528", ""},
		"an address of digits":          {"", "", "https://192.168.1.5", ""},
		"IPv6":                          {"", "", "https://[2606:4700::1]", ""},
		"a name in the network":         {"", "", "https://printer", ""},
		"a name in the network, .local": {"", "", "https://chat.local", ""},
	} {
		got, err := notify.Contact(c.wanted, c.email, c.base)
		if (c.want == "") != (err != nil) || err == nil && got != c.want {
			t.Errorf("%s: %q (%v), want %q", name, got, err, c.want)
		}
	}
}
