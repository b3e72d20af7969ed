package page_test

import (
	"net/http"
	"strings"
	"testing"

	"plausch/internal/config"
)

// An invite that was made on the server's own machine is of use on others, or says
// that it is not.
func TestInviteLinksAreForOthers(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*config.Config)
		host   string // that the browser asks for, empty for the loopback
		begins string // of the link, empty for the loopback's
	}{
		{"the loopback alone", func(*config.Config) {}, "", ""},
		{"the host has said it", func(c *config.Config) { c.PublicURL = "https://chat.example.org" }, "", "https://chat.example.org/invite#"},
		{"a name of the home network", func(*config.Config) {}, "pi", "http://pi/invite#"},
		{"the usual port", func(*config.Config) {}, "pi:80", "http://pi/invite#"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := claimed(t, tt.change)
			owner := s.as("olga")
			r := owner.request(http.MethodPost, "/admin/invites", "uses=1&days=3&role=member")
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
			r.Header.Set("Origin", s.origin)
			if tt.host != "" {
				for _, cookie := range owner.Jar.Cookies(r.URL) { // kept by name
					r.AddCookie(cookie)
				}
				r.Host = tt.host
				r.Header.Set("Origin", "http://"+strings.TrimSuffix(tt.host, ":80"))
			}
			a := owner.do(r)
			others := tt.begins != ""
			if !others {
				tt.begins = s.origin + "/invite#"
			}
			if !strings.Contains(a.body, `value="`+tt.begins) || strings.Contains(a.body, "<svg") != others || strings.Contains(a.body, "own machine only") == others {
				t.Errorf("the page is\n%s", a.body)
			}
		})
	}
}

// The web client gets the link of the code of an invite with a QR code, if it is of use on other machines.
func TestLinkOfAnInvite(t *testing.T) {
	s := claimed(t, func(c *config.Config) { c.PublicURL = "https://chat.example.org" })
	owner := s.as("olga")
	r := owner.request(http.MethodPost, "/invite/link", `{"code":"abc"}`)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Origin", s.origin)
	a := owner.do(r)
	for _, want := range []string{`"url":"https://chat.example.org/invite#abc"`, `"size":`, `"path":"M`} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the answer is %s; it lacks %s", a.body, want)
		}
	}
}
