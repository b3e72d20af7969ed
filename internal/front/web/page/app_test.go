package page_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// TestTheWebClientIsServed at its addresses, with a policy that lets it load from here only,
// and so that a browser keeps what has a hash in its name and asks for the page itself.
func TestTheWebClientIsServed(t *testing.T) {
	s := claimed(t)
	page := s.visitor().get("/").expect(http.StatusOK, "/", `<div id="app">`)
	for _, path := range []string{"/r/public", "/r/id:1", "/r/public/12", "/r/1/12"} {
		a := s.visitor().get(path).expect(http.StatusOK, path)
		if a.body != page.body {
			t.Errorf("%s is another page than /", path)
		}
	}
	policy := page.header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'",
		"require-trusted-types-for 'script'", "trusted-types plausch"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy has no %s: %s", want, policy)
		}
	}
	if regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|<script[^>]*>[^<]`).MatchString(page.body) {
		t.Errorf("the page has script or style in it:\n%s", page.body)
	}
	if got := page.header.Get("Cache-Control"); got != "no-cache" {
		t.Errorf("the page is kept as %q", got)
	}
	loads := regexp.MustCompile(`(?:href|src)="(/app/[^"]+)"`).FindAllStringSubmatch(page.body, -1)
	if len(loads) != 2 {
		t.Fatalf("the page loads %v", loads)
	}
	for _, load := range loads {
		a := s.visitor().get(load[1]).expect(http.StatusOK, load[1])
		if got := a.header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("%s is kept as %q", load[1], got)
		}
		again := s.visitor().request(http.MethodGet, load[1], "")
		again.Header.Set("If-None-Match", a.header.Get("ETag"))
		s.visitor().do(again).expect(http.StatusNotModified, load[1])
	}
	s.visitor().get("/app/other.js").expect(http.StatusNotFound, "/app/other.js")
}

// TestScriptsSignInWithJSON and learn the code of an error; a name alone makes a guest only where guests are let in.
func TestScriptsSignInWithJSON(t *testing.T) {
	s := claimed(t)
	send := func(v *visitor, path, body string) *answer {
		r := v.request(http.MethodPost, path, body)
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Origin", s.origin)
		return v.do(r)
	}
	v := s.visitor()
	send(v, "/sign-in", `{"name":"olga","password":"wrong one"}`).expect(http.StatusForbidden, "/sign-in", `"code":"sign_in_failed"`)
	send(v, "/sign-in", `{"name":"olga"}`).expect(http.StatusBadRequest, "/sign-in", `"code":"invalid"`)
	send(v, "/sign-in", `{"name":"eve","guest":true}`).expect(http.StatusForbidden, "/sign-in", `"code":"sign_in_failed"`)
	send(v, "/sign-in", `{"name":"olga","password":"`+password+`"}`).expect(http.StatusOK, "/sign-in", "{}")
	v.get("/account").expect(http.StatusOK, "/account", "You are <strong>olga")
	send(v, "/sign-out", `{}`).expect(http.StatusOK, "/sign-out", "{}")
	v.get("/account").expect(http.StatusOK, "/sign-in")
}
