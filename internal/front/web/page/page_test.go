package page_test

import (
	"context"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/auth/authtest"
	"plausch/internal/config"
	"plausch/internal/core"
	"plausch/internal/server"
	"plausch/internal/store/sqlite"
)

const password = "correct horse battery"

func TestMain(m *testing.M) {
	authtest.MakeCheap()
	os.Exit(m.Run())
}

// site is a running server.
type site struct {
	t      *testing.T
	origin string
	admin  *core.Admin // beside it, on its database
}

func newSite(t *testing.T, change ...func(*config.Config)) *site {
	t.Helper()
	data := t.TempDir()
	cfg := config.Default(data)
	cfg.Listen, cfg.MetricsListen, cfg.Open = []string{"127.0.0.1:0"}, config.Off, false
	for _, f := range change {
		f(cfg)
	}
	s, err := server.New(cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the server stopped with: %v", err)
		}
	})
	st, err := sqlite.Open(t.Context(), filepath.Join(data, "plausch.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	return &site{t, "http://" + s.Addrs()[0].String(), &core.Admin{Store: st, Passwords: auth.NewHasher()}}
}

// account makes an account with the usual password.
func (s *site) account(name string, role plausch.Role) {
	s.t.Helper()
	if _, err := s.admin.CreateAccount(s.t.Context(), name, password, role); err != nil {
		s.t.Fatal(err)
	}
}

// claimed is a site with an owner called olga.
func claimed(t *testing.T, change ...func(*config.Config)) *site {
	t.Helper()
	s := newSite(t, change...)
	s.account("olga", plausch.RoleOwner)
	return s
}

// visitor is a browser without script.
type visitor struct {
	*site
	http.Client
}

func (s *site) visitor() *visitor {
	jar, err := cookiejar.New(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	return &visitor{s, http.Client{Jar: jar, Transport: &http.Transport{DisableKeepAlives: true}}}
}

// as returns a visitor who has signed in.
func (s *site) as(name string) *visitor {
	s.t.Helper()
	v := s.visitor()
	v.post("/sign-in", "name", name, "password", password).expect(http.StatusOK, "/")
	v.get("/account").expect(http.StatusOK, "/account", "You are <strong>"+name)
	return v
}

// answer is what a visitor sees in the end.
type answer struct {
	t      *testing.T
	what   string
	status int
	path   string
	header http.Header
	body   string
}

func (v *visitor) do(r *http.Request) *answer {
	v.t.Helper()
	resp, err := v.Do(r)
	if err != nil {
		v.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		v.t.Fatal(err)
	}
	return &answer{v.t, r.Method + " " + r.URL.Path, resp.StatusCode, resp.Request.URL.Path, resp.Header, string(body)}
}

func (v *visitor) request(method, path, body string) *http.Request {
	v.t.Helper()
	r, err := http.NewRequestWithContext(v.t.Context(), method, v.origin+path, strings.NewReader(body))
	if err != nil {
		v.t.Fatal(err)
	}
	return r
}

func (v *visitor) get(path string) *answer {
	v.t.Helper()
	return v.do(v.request(http.MethodGet, path, ""))
}

// form makes the request of a form with fields in pairs.
func (v *visitor) form(path string, fields ...string) *http.Request {
	v.t.Helper()
	values := url.Values{}
	for i := 0; i < len(fields); i += 2 {
		values.Set(fields[i], fields[i+1])
	}
	r := v.request(http.MethodPost, path, values.Encode())
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", v.origin)
	return r
}

func (v *visitor) post(path string, fields ...string) *answer {
	v.t.Helper()
	return v.do(v.form(path, fields...))
}

// expect wants an answer of a status, at a path, with texts in it.
func (a *answer) expect(status int, path string, texts ...string) *answer {
	a.t.Helper()
	if a.status != status || a.path != path {
		a.t.Fatalf("%s ends at %s with %d, want %s with %d:\n%s", a.what, a.path, a.status, path, status, a.body)
	}
	for _, text := range texts {
		if !strings.Contains(html.UnescapeString(a.body), text) {
			a.t.Errorf("%s does not say %q:\n%s", a.what, text, a.body)
		}
	}
	return a
}

// find returns the first group of a pattern in the page.
func (a *answer) find(pattern string) string {
	a.t.Helper()
	m := regexp.MustCompile(pattern).FindStringSubmatch(html.UnescapeString(a.body))
	if m == nil {
		a.t.Fatalf("%s: nothing fits %s:\n%s", a.what, pattern, a.body)
	}
	return m[1]
}

// token returns what is in the visitor's cookie.
func (v *visitor) token() string {
	u, err := url.Parse(v.origin)
	if err != nil {
		v.t.Fatal(err)
	}
	for _, c := range v.Jar.Cookies(u) {
		if c.Name == "plausch" {
			return c.Value
		}
	}
	return ""
}

func (v *visitor) plant(token string) {
	u, err := url.Parse(v.origin)
	if err != nil {
		v.t.Fatal(err)
	}
	v.Jar.SetCookies(u, []*http.Cookie{{Name: "plausch", Value: token, Path: "/"}})
}

func TestANewServerIsClaimedAndPeopleAreInvited(t *testing.T) {
	s := newSite(t)
	owner := s.visitor()
	owner.get("/sign-in").expect(http.StatusServiceUnavailable, "/sign-in", "not set up yet", "plausch claim")
	code, err := s.admin.CreateClaim(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	owner.get("/claim").expect(http.StatusOK, "/claim", "Set up this server")
	// What was typed stays, but for the password.
	again := owner.post("/claim", "code", code.Text(), "server", "The Millers", "name", "Olga", "password", "short")
	again.expect(http.StatusBadRequest, "/claim", `value="The Millers"`, `value="Olga"`, `value="`+code.Text()+`"`)
	if strings.Contains(again.body, "short") {
		t.Error("the password came back")
	}
	// The whole link will do, since without script it is pasted.
	owner.post("/claim", "code", s.origin+"/claim#"+code.Text(), "server", "The Millers", "name", "Olga", "password", password).
		expect(http.StatusOK, "/")
	owner.get("/welcome").expect(http.StatusOK, "/welcome", "You are <strong>olga", "plausch chat ws://", "Invite people")
	owner.post("/claim", "code", code.Text(), "server", "x", "name", "eve", "password", password).
		expect(http.StatusNotFound, "/claim", "setup link does not work")

	link := owner.post("/admin/invites", "uses", "1", "days", "3", "role", "member", "rooms", "").
		expect(http.StatusOK, "/admin/invites", "An invite", "for one member").find(`value="([^"]*/invite#[^"]*)"`)
	owner.get("/admin/invites").expect(http.StatusOK, "/admin/invites", "For one member", "By Olga")
	bob := s.visitor()
	bob.get("/invite").expect(http.StatusOK, "/invite", "Join The Millers")
	bob.post("/invite/code", "code", link).expect(http.StatusOK, "/invite/code", "Join The Millers", `name="password"`)
	bob.post("/invite", "code", link, "name", "bob", "password", "").expect(http.StatusBadRequest, "/invite", "Choose a password")
	bob.post("/invite", "code", link, "name", "bob", "password", password).expect(http.StatusOK, "/")
	bob.get("/account").expect(http.StatusOK, "/account", "You are <strong>bob")
	s.visitor().post("/invite", "code", link, "name", "eve", "password", password).expect(http.StatusNotFound, "/invite", "ask for a new one")

	id := func() string {
		owner.post("/admin/invites", "uses", "0", "days", "7", "role", "guest", "rooms", "public").expect(http.StatusOK, "/admin/invites", "any number of guests")
		return owner.get("/admin/invites").find(`name="id" value="(\d+)"`)
	}()
	owner.post("/admin/invites/revoke", "id", id).expect(http.StatusOK, "/admin/invites/revoke", "Revoke this invite?", `value="`+id+`"`)
	owner.get("/admin/invites").expect(http.StatusOK, "/admin/invites", "For any number of guests")
	owner.post("/admin/invites/revoke", "id", id, "sure", "yes").expect(http.StatusOK, "/admin/invites", "has been revoked", "There are none")
	owner.post("/admin/invites", "uses", "1", "days", "7", "role", "member", "rooms", "nowhere").expect(http.StatusNotFound, "/admin/invites", "nowhere")
	owner.post("/admin/invites", "uses", "x", "days", "7").expect(http.StatusBadRequest, "/admin/invites", "1 to 365 days")
}

func TestAccount(t *testing.T) {
	s := claimed(t)
	s.account("bob", plausch.RoleMember)
	bob, other := s.as("bob"), s.as("bob")
	bob.post("/account/name", "display", "Bobby").expect(http.StatusOK, "/account", "Your name is changed", `value="Bobby"`)
	bob.post("/account/name", "display", "olga").expect(http.StatusConflict, "/account/name", "olga")

	id := bob.get("/account").expect(http.StatusOK, "/account", "this browser").find(`name="id" value="(\d+)"`)
	bob.post("/account/device/revoke", "id", id, "sure", "yes").expect(http.StatusOK, "/account", "The device is signed out")
	other.get("/account").expect(http.StatusOK, "/sign-in")
	bob.post("/account/device/revoke", "id", id, "sure", "yes").expect(http.StatusNotFound, "/account/device/revoke")

	other = s.as("bob")
	bob.post("/account/password", "old", "wrong", "password", "another good one").expect(http.StatusForbidden, "/account/password", "The password is wrong.")
	bob.post("/account/password", "old", password, "password", "another good one").expect(http.StatusOK, "/account", "password is changed")
	other.get("/account").expect(http.StatusOK, "/sign-in")
	bob.post("/sign-out").expect(http.StatusOK, "/sign-in", "You are signed out")
	if bob.token() != "" {
		t.Error("the cookie stayed")
	}
	bob.post("/sign-in", "name", "bob", "password", password).expect(http.StatusForbidden, "/sign-in")
	bob.post("/sign-in", "name", "bob", "password", "another good one").expect(http.StatusOK, "/")
}

func TestAdminsLookAfterAccounts(t *testing.T) {
	s := claimed(t)
	s.account("bob", plausch.RoleMember)
	s.account("anna", plausch.RoleAdmin)
	owner, admin, bob := s.as("olga"), s.as("anna"), s.as("bob")
	for _, path := range []string{"/admin/invites", "/admin/accounts", "/admin/audit"} {
		bob.get(path).expect(http.StatusForbidden, path, "That did not work")
	}
	admin.get("/admin/audit").expect(http.StatusForbidden, "/admin/audit")
	admin.post("/admin/accounts/role", "name", "bob", "role", "owner").expect(http.StatusForbidden, "/admin/accounts/role", "Only an owner")
	admin.post("/admin/accounts/deactivate", "name", "olga", "sure", "yes").expect(http.StatusForbidden, "/admin/accounts/deactivate")
	bob.post("/admin/accounts/deactivate", "name", "anna", "sure", "yes").expect(http.StatusForbidden, "/admin/accounts/deactivate")

	admin.post("/admin/accounts/deactivate", "name", "bob", "sure", "yes").expect(http.StatusOK, "/admin/accounts", "is deactivated")
	bob.get("/account").expect(http.StatusOK, "/sign-in")
	admin.post("/admin/accounts/activate", "name", "bob").expect(http.StatusOK, "/admin/accounts", "can sign in again")
	link := admin.post("/admin/accounts/reset", "name", "bob").expect(http.StatusOK, "/admin/accounts/reset", "for bob").find(`value="([^"]*/reset#[^"]*)"`)
	bob.post("/reset", "code", link, "password", "another good one").expect(http.StatusOK, "/")
	bob.post("/reset", "code", link, "password", "another good one").expect(http.StatusNotFound, "/reset", "ask an admin")

	owner.post("/admin/accounts/role", "name", "bob", "role", "admin").expect(http.StatusOK, "/admin/accounts", "new role")
	bob.get("/admin").expect(http.StatusOK, "/admin/invites")
	owner.get("/admin/audit").expect(http.StatusOK, "/admin/audit", "deactivate", "anna", "command line")
	owner.post("/admin/accounts/role", "name", "olga", "role", "member").expect(http.StatusForbidden, "/admin/accounts/role", "last owner")
}

func TestUntilItIsClaimedEveryPageSaysSo(t *testing.T) {
	s := newSite(t)
	v := s.visitor()
	for _, path := range []string{"/invite", "/reset", "/sign-in", "/account", "/admin/accounts"} {
		v.get(path).expect(http.StatusServiceUnavailable, path, "not set up yet", "plausch claim")
	}
	v.post("/sign-in", "name", "olga", "password", password).expect(http.StatusServiceUnavailable, "/sign-in", "not set up yet")
	v.get("/claim").expect(http.StatusOK, "/claim")

	open := newSite(t, func(c *config.Config) { c.Open = true }).visitor()
	open.get("/account").expect(http.StatusOK, "/sign-in")
}

// TestHeaders holds what every page promises: it loads from here only, is kept
// nowhere, and has no script or style in it.
func TestHeaders(t *testing.T) {
	s := claimed(t)
	owner := s.as("olga")
	inline := regexp.MustCompile(`(?i)<style|\sstyle=|\son[a-z]+=|javascript:|<script(?: [^>]*)?>[^<]`)
	for _, path := range []string{
		"/claim", "/invite", "/reset", "/sign-in", "/welcome", "/account", "/admin/invites", "/admin/accounts", "/admin/audit",
	} {
		a := owner.get(path).expect(http.StatusOK, path)
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
				"base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'",
			"Cache-Control": "no-store", "Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff",
		} {
			if got := a.header.Get(name); got != want {
				t.Errorf("%s has %s: %s", path, name, got)
			}
		}
		if found := inline.FindString(a.body); found != "" {
			t.Errorf("%s has %q in it", path, found)
		}
		if a.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s lets other sites read it", path)
		}
	}
	for _, path := range []string{"/page/style.css", "/page/script.js", "/page/icon.svg"} {
		a := owner.get(path).expect(http.StatusOK, path)
		r := owner.request(http.MethodGet, path, "")
		r.Header.Set("If-None-Match", a.header.Get("ETag"))
		owner.do(r).expect(http.StatusNotModified, path)
	}
}

func TestGuessingIsSlowedDown(t *testing.T) {
	v := claimed(t).visitor()
	wrong := func() *answer { return v.post("/sign-in", "name", "olga", "password", "wrong password") }
	a := wrong()
	// A slow machine may need longer for a hash than the first delays last; each is
	// twice as long as the one before.
	for tries := 1; a.status == http.StatusForbidden && tries < 20; tries++ {
		a.expect(http.StatusForbidden, "/sign-in", "wrong")
		a = wrong()
	}
	a.expect(http.StatusTooManyRequests, "/sign-in", "too many attempts")
	if a.header.Get("Retry-After") == "" {
		t.Error("nobody says when to try again")
	}
}

func TestLargeBodiesAreRefused(t *testing.T) {
	v := claimed(t).visitor()
	v.post("/sign-in", "name", "olga", "password", strings.Repeat("x", 16<<10)).expect(http.StatusRequestEntityTooLarge, "/sign-in", "too long")
	r := v.form("/sign-in/passkey/begin")
	r.Header.Set("Content-Type", "application/json")
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(`{"a":"`+strings.Repeat("x", 16<<10))), -1
	v.do(r).expect(http.StatusRequestEntityTooLarge, "/sign-in/passkey/begin")
}

func TestDevicesAreCalledByTheirBrowser(t *testing.T) {
	s := claimed(t)
	owner := s.as("olga")
	for agent, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0":                                                           "Firefox on Linux",
		"Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36":                     "Chrome on Android",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Mobile Safari/604.1": "Safari on iPhone",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0.0.0":    "Edge on Windows",
		"<script>alert(1)</script>": "Browser",
	} {
		r := s.visitor().form("/sign-in", "name", "olga", "password", password)
		r.Header.Set("User-Agent", agent)
		s.visitor().do(r).expect(http.StatusOK, "/")
		owner.get("/account").expect(http.StatusOK, "/account", fmt.Sprintf("<strong>%s</strong>", want))
	}
}

// TestUnknownAddressesGetAPage for everybody, and an invite leads on who has joined.
func TestUnknownAddressesGetAPage(t *testing.T) {
	s := claimed(t)
	for _, v := range []*visitor{s.visitor(), s.as("olga")} {
		a := v.get("/invites").expect(http.StatusNotFound, "/invites", "no page at this address", "Go to the start page")
		if kind := a.header.Get("Content-Type"); !strings.HasPrefix(kind, "text/html") {
			t.Errorf("it is %s", kind)
		}
	}
	v := s.as("olga")
	if a := v.get("/invite").expect(http.StatusOK, "/invite", "You are already in, as", `href="/"`); strings.Contains(a.body, `name="password"`) {
		t.Error("who is in is asked for a password")
	}
	v.get("/invite?another=yes").expect(http.StatusOK, "/invite", `name="code"`)
	s.visitor().get("/invite").expect(http.StatusOK, "/invite", `name="code"`)
}
