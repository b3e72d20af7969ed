package dial_test

import (
	"strings"
	"testing"

	"plausch/internal/dial"
)

func TestCheckURL(t *testing.T) {
	c := newClient(t, dial.Options{Allow: []string{"Ntfy.Home:8443", "printer:443", "192.168.1.5:443", "[fd00::5]:8443"}})
	for url, want := range map[string]string{ // what it is called by; empty if it is refused
		"https://push.example.org/a?b=c":   "https://push.example.org/a?b=c",
		"HTTPS://Push.Example.ORG:443/A#x": "https://push.example.org/A",
		"https://9.9.9.9/":                 "https://9.9.9.9/",
		"https://[2606:4700::1111]/x":      "https://[2606:4700::1111]/x",
		"https://xn--mnchen-3ya.example/":  "https://xn--mnchen-3ya.example/",
		"https://ntfy.home:8443/topic":     "https://ntfy.home:8443/topic",
		"https://printer/x":                "https://printer/x",
		"https://192.168.1.5/":             "https://192.168.1.5/",
		"https://[fd00::5]:8443/":          "https://[fd00::5]:8443/",
		"https://0x7f.example.org/":        "https://0x7f.example.org/",

		"":                                 "",
		"push.example.org":                 "",
		"//push.example.org/":              "",
		"http://push.example.org/":         "",
		"ftp://push.example.org/":          "",
		"file:///etc/passwd":               "",
		"https:push.example.org":           "",
		"https:///x":                       "",
		"https://:443/":                    "",
		"https://anna@push.example.org/":   "",
		"https://anna:pw@example.org/":     "",
		"https://example.org@127.0.0.1/":   "",
		"https://push.example.org:8443/":   "",
		"https://push.example.org:80/":     "",
		"https://push.example.org:/":       "",
		"https://push.example.org:0443/":   "",
		"https://push.example.org:65979/":  "", // 443 in 16 bits
		"https://push.example.org:-1/":     "",
		"https://push.example.org./":       "",
		"https://ntfy.home:443/":           "https://ntfy.home/", // a name like others at this port
		"https://192.168.1.5:8443/":        "",
		"https://printer:8443/":            "",
		"https://localhost/":               "",
		"https://LOCALHOST/":               "",
		"https://localhost./":              "",
		"https://x.localhost/":             "",
		"https://intranet/":                "",
		"https://127.0.0.1/":               "",
		"https://127.1/":                   "",
		"https://2130706433/":              "",
		"https://0x7f.1/":                  "",
		"https://0x7f000001/":              "",
		"https://0177.0.0.1/":              "",
		"https://127.0.0.1./":              "",
		"https://10.0.0.1/":                "",
		"https://0.0.0.0/":                 "",
		"https://0/":                       "",
		"https://9.9.9.9.9/":               "",
		"https://09.9.9.9/":                "",
		"https://169.254.169.254/latest":   "",
		"https://[::1]/":                   "",
		"https://[::]/":                    "",
		"https://[fe80::1%25eth0]/":        "",
		"https://[2606:4700::1111%25lo]/":  "",
		"https://[::ffff:127.0.0.1]/":      "",
		"https://[::ffff:9.9.9.9]/":        "",
		"https://[::127.0.0.1]/":           "",
		"https://[64:ff9b::7f00:1]/":       "",
		"https://[64:ff9b:1::7f00:1]/":     "",
		"https://[2002:7f00:1::1]/":        "",
		"https://[2001:0:1::1]/":           "",
		"https://[2606:4700::5efe:a00:1]/": "",
		"https://[fd00::5]/":               "",
		"https://１２７.０.０.１/":               "", // full-width digits
		"https://127。0。0。1/":               "",
		"https://ⓛocalhost/":               "",
		"https://münchen.example/":         "",
		"https://%31%32%37.0.0.1/":         "",
		"https://push.example.org%00/":     "",
		"https://push_.example..org/":      "",
		"https://-x.example.org/":          "",
		"https://exa mple.org/":            "",
		"https://example.org\\@127.0.0.1/": "",
		"https://example.org/\r\nX: y":     "",
	} {
		got, err := c.CheckURL(url)
		switch {
		case want == "" && err == nil:
			t.Errorf("%q is called, as %s", url, got)
		case want != "" && (err != nil || got.String() != want):
			t.Errorf("%q is called %v (%v), want %s", url, got, err, want)
		}
	}
	if _, err := c.CheckURL("https://push.example.org/" + strings.Repeat("x", dial.MaxURL)); err == nil {
		t.Error("an address may have any length")
	}
}

func TestCheckPlace(t *testing.T) {
	for place, want := range map[string]bool{
		"ntfy.home:8443": true, "printer:443": true, "127.0.0.1:8443": true, "[::1]:8443": true, "NTFY:1": true,
		"": false, "ntfy.home": false, ":8443": false, "ntfy.home:": false, "ntfy.home:0": false, "ntfy.home:70000": false,
		"0x7f.1:443": false, "https://ntfy.home:8443": false, "[fe80::1%eth0]:443": false, "ntfy home:1": false, "*:443": false,
	} {
		if err := dial.CheckPlace(place); (err == nil) != want {
			t.Errorf("CheckPlace(%q) = %v", place, err)
		}
	}
	if _, err := dial.New(dial.Options{Allow: []string{"*"}}); err == nil {
		t.Error("New takes any place")
	}
}

func FuzzCheckURL(f *testing.F) {
	for _, url := range []string{"https://push.example.org/a?b#c", "https://[::1]/", "https://0x7f.1", "https://a@b:443/"} {
		f.Add(url)
	}
	c, err := dial.New(dial.Options{})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, err := c.CheckURL(text)
		if err != nil {
			return
		}
		again, err := c.CheckURL(u.String())
		if err != nil || again.String() != u.String() {
			t.Errorf("%q is called %q, and that %v (%v)", text, u, again, err)
		}
		if u.Scheme != "https" || u.User != nil || u.Port() != "" || !strings.Contains(u.Host, ".") && !strings.Contains(u.Host, ":") {
			t.Errorf("%q is called %q", text, u)
		}
	})
}
