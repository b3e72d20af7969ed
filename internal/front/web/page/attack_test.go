package page_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/front/web/page"
	"plausch/protocol"
)

// TestFixedSessions plants tokens that somebody else knows: whoever signs in gets
// one that nobody knows.
func TestFixedSessions(t *testing.T) {
	s := claimed(t)
	s.account("eve", plausch.RoleMember)
	eve := s.as("eve")
	for what, planted := range map[string]string{
		"of an account":      eve.token(),
		"that is not in use": auth.NewToken().Text(),
		"that is none":       "x",
	} {
		victim := s.visitor()
		victim.plant(planted)
		victim.post("/sign-in", "name", "olga", "password", password, "token", planted, "new_token", planted).
			expect(http.StatusOK, "/")
		victim.get("/account").expect(http.StatusOK, "/account", "You are <strong>olga")
		if victim.token() == planted || victim.token() == "" {
			t.Errorf("a token %s stays in the cookie", what)
		}
		attacker := s.visitor()
		attacker.plant(planted)
		attacker.get("/account").expect(http.StatusOK, "/sign-in")
	}
}

// TestSecretsInAddressesAreNotRead since addresses stand in logs.
func TestSecretsInAddressesAreNotRead(t *testing.T) {
	s := claimed(t)
	token := s.as("olga").token()
	v := s.visitor()
	v.get("/account?token="+token+"&plausch="+token).expect(http.StatusOK, "/sign-in")
	r := v.request(http.MethodGet, "/account", "")
	r.Header.Set("Authorization", "Bearer "+token)
	v.do(r).expect(http.StatusOK, "/sign-in")
	v.post("/sign-in?name=olga&password="+url.QueryEscape(password), "x", "y").expect(http.StatusBadRequest, "/sign-in")
	account, err := s.admin.GetAccount(t.Context(), "olga")
	if err != nil {
		t.Fatal(err)
	}
	code, _, err := s.admin.CreateReset(t.Context(), account.Name)
	if err != nil {
		t.Fatal(err)
	}
	v.post("/reset?code="+code.Text(), "password", "another good one").expect(http.StatusNotFound, "/reset")
	v.get("/reset?code="+code.Text()).expect(http.StatusOK, "/reset", `name="code" required`)
	v.post("/reset", "code", code.Text(), "password", "another good one").expect(http.StatusOK, "/")
}

// TestOtherSitesCannotPost whatever they say of themselves, with the cookie or
// without.
func TestOtherSitesCannotPost(t *testing.T) {
	s := claimed(t)
	s.account("bob", plausch.RoleMember)
	owner := s.as("olga")
	port := s.origin[strings.LastIndexByte(s.origin, ':'):]
	for name, h := range map[string]http.Header{
		"another site":                  {"Origin": {"https://evil.example"}},
		"another site, and its browser": {"Origin": {"https://evil.example"}, "Sec-Fetch-Site": {"cross-site"}},
		"a site that hides":             {"Origin": {"null"}},
		"a site that hides altogether":  {},
		"another port":                  {"Origin": {"http://127.0.0.1:1"}},
		"another scheme":                {"Origin": {"https://127.0.0.1" + port}},
		"a name that begins the same":   {"Origin": {s.origin + ".evil.example"}},
		"a browser that knows better":   {"Origin": {s.origin}, "Sec-Fetch-Site": {"same-site"}},
	} {
		for _, route := range []struct {
			path   string
			fields []string
		}{
			{"/admin/accounts/deactivate", []string{"name", "bob", "sure", "yes"}},
			{"/account/name", []string{"display", "Fool"}},
			{"/sign-out", nil},
			{"/sign-in", []string{"name", "bob", "password", password}},
			{"/account/passkey/begin", nil},
		} {
			r := owner.form(route.path, route.fields...)
			r.Header.Del("Origin")
			for key, value := range h {
				r.Header[key] = value
			}
			if a := owner.do(r); a.status != http.StatusForbidden {
				t.Errorf("%s posts to %s: %d", name, route.path, a.status)
			}
		}
	}
	// A form that is no form, but JSON in a text, needs no leave of ours.
	r := owner.request(http.MethodPost, "/account/passkey/begin", "{}")
	r.Header.Set("Content-Type", "text/plain")
	r.Header.Set("Origin", s.origin)
	owner.do(r).expect(http.StatusBadRequest, "/account/passkey/begin")
	// Nothing has happened.
	owner.get("/account").expect(http.StatusOK, "/account", "You are <strong>olga", `name="display" value=""`)
	s.as("bob")
}

// TestNothingChangesByALink since those carry cookies from other sites in some
// browsers.
func TestNothingChangesByALink(t *testing.T) {
	s := claimed(t)
	owner := s.as("olga")
	for _, path := range []string{"/sign-out", "/account/name?display=Fool", "/account/password", "/admin/accounts/deactivate?name=olga"} {
		owner.get(path)
	}
	owner.get("/account").expect(http.StatusOK, "/account", "You are <strong>olga", `name="display" value=""`)
}

// TestNobodyIsSentElsewhere by anything that a link to us can have.
func TestNobodyIsSentElsewhere(t *testing.T) {
	s := claimed(t)
	v := s.visitor()
	v.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	for _, target := range []string{"https://evil.example/", "//evil.example/", `/\evil.example`} {
		q := url.QueryEscape(target)
		query := "?next=" + q + "&redirect=" + q + "&return=" + q + "&done=" + q
		for _, r := range []*http.Request{
			v.request(http.MethodGet, "/account"+query, ""),
			v.form("/sign-in"+query, "name", "olga", "password", password, "next", target),
			v.form("/sign-out" + query),
		} {
			a := v.do(r)
			if at := a.header.Get("Location"); !strings.HasPrefix(at, "/") || strings.HasPrefix(at, "//") || strings.Contains(at, "evil") {
				t.Errorf("%s sends to %q", a.what, at)
			}
		}
		if a := v.get("/sign-in" + query); strings.Contains(a.body, "evil") {
			t.Error("the page repeats what a link says")
		}
	}
}

// TestWhatPeopleWriteIsText in every place where it is shown.
func TestWhatPeopleWriteIsText(t *testing.T) {
	const evil = `<img src=x onerror=alert(1)>"'`
	s := claimed(t)
	owner := s.as("olga")
	for _, a := range []*answer{
		owner.post("/account/name", "display", evil),
		owner.post("/admin/invites", "uses", evil, "days", evil, "role", evil, "rooms", evil),
		owner.post("/admin/accounts/reset", "name", evil),
		s.visitor().post("/invite", "code", evil, "name", evil, "password", evil),
		s.visitor().post("/sign-in", "name", evil, "password", evil),
		owner.get("/admin/accounts"), owner.get("/"), owner.get("/account"),
	} {
		if strings.Contains(a.body, "<img") {
			t.Errorf("%s has the markup in it:\n%s", a.what, a.body)
		}
	}
}

// TestTheCookieOpensAWebSocketOfOurPagesOnly is the way in of the web client.
func TestTheCookieOpensAWebSocketOfOurPagesOnly(t *testing.T) {
	s := claimed(t)
	cookie := "plausch=" + s.as("olga").token()
	host := strings.TrimPrefix(s.origin, "http://")
	dial := func(origin, cookie string) (name string, refused *protocol.Error, err error) {
		t.Helper()
		h := ws.HandshakeHeaderHTTP{}
		if origin != "" {
			h["Origin"] = []string{origin}
		}
		if cookie != "" {
			h["Cookie"] = []string{cookie}
		}
		conn, _, _, err := ws.Dialer{Protocols: []string{protocol.SubprotocolJSON}, Header: h}.Dial(t.Context(), "ws://"+host+"/ws")
		if err != nil {
			return "", nil, err
		}
		defer conn.Close()
		call := func(method string, params, result protocol.Body) *protocol.Error {
			t.Helper()
			if err := wsutil.WriteClientText(conn, protocol.JSON.AppendRequest(nil, 1, method, params)); err != nil {
				t.Fatal(err)
			}
			body, err := wsutil.ReadServerText(conn)
			if err != nil {
				t.Fatal(err)
			}
			f, err := protocol.JSON.DecodeFrame(body)
			if err != nil {
				t.Fatal(err)
			}
			if f.Error != nil {
				return f.Error
			}
			if err := protocol.JSON.Decode(f.Result, result); err != nil {
				t.Fatal(err)
			}
			return nil
		}
		if e := call(protocol.MethodHello, &protocol.Hello{Version: 1}, &protocol.Welcome{}); e != nil {
			t.Fatal(e)
		}
		var in protocol.SignedIn
		refused = call(protocol.MethodSignIn, &protocol.SignIn{}, &in)
		if in.Token != "" {
			t.Error("the script is told the token")
		}
		return in.Account.Name, refused, nil
	}
	if name, refused, err := dial(s.origin, cookie); name != "olga" {
		t.Errorf("our page is %q (%v, %v), want olga", name, refused, err)
	}
	if name, refused, err := dial("", cookie); refused == nil || err != nil {
		t.Errorf("what is no page is %q (%v)", name, err)
	}
	if name, refused, err := dial(s.origin, ""); refused == nil || err != nil {
		t.Errorf("a page without a cookie is %q (%v)", name, err)
	}
	for _, origin := range []string{"https://evil.example", "null", "https://" + host, "http://127.0.0.1:1", s.origin + ".evil.example"} {
		if name, refused, err := dial(origin, cookie); err == nil {
			t.Errorf("a page of %s is let in as %q (%v)", origin, name, refused)
		}
	}
}

// TestSlowBodiesAreCutOff since they hold a connection and a goroutine.
func TestSlowBodiesAreCutOff(t *testing.T) {
	s := newTable(t)
	mux := http.NewServeMux()
	page.New(page.Options{
		API: s.api, Log: s.log, BodyDeadline: 50 * time.Millisecond,
		Arrival: func(r *http.Request) page.Arrival { return page.Arrival{Host: r.Host} },
	}).Register(mux)
	server := httptest.NewServer(mux)
	defer server.Close()
	conn, err := net.Dial("tcp", server.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetReadDeadline(time.Now().Add(patience)) // no measure, but an end
	host := conn.RemoteAddr().String()
	fmt.Fprintf(conn, "POST /sign-in HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\nname=", host, host)
	if all, err := io.ReadAll(conn); err != nil || !strings.HasPrefix(string(all), "HTTP/1.1 400 ") {
		t.Errorf("the connection ends with %q (%v)", all, err)
	}
}

// TestTheCookieOverTLS is tested at the handler, since nothing else differs there.
func TestTheCookieOverTLS(t *testing.T) {
	s := newTable(t)
	mux := http.NewServeMux()
	page.New(page.Options{
		API: s.api, Log: s.log,
		Arrival: func(r *http.Request) page.Arrival {
			return page.Arrival{Remote: netip.MustParseAddr("192.0.2.1"), Encrypted: true, Host: r.Host}
		},
	}).Register(mux)
	serve := func(r *http.Request) *http.Response {
		w := httptest.NewRecorder()
		mux.ServeHTTP(recorder{w}, r)
		return w.Result()
	}
	r := httptest.NewRequest(http.MethodPost, "https://chat.example.org/sign-in", strings.NewReader(url.Values{"name": {"olga"}, "password": {password}}.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "https://chat.example.org")
	cookies := serve(r).Cookies()
	if len(cookies) != 1 {
		t.Fatalf("the cookies are %v", cookies)
	}
	c := cookies[0]
	if c.Name != "__Host-plausch" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" {
		t.Errorf("the cookie is %v", c)
	}
	for name, status := range map[string]int{"__Host-plausch": http.StatusOK, "plausch": http.StatusSeeOther} {
		r := httptest.NewRequest(http.MethodGet, "https://chat.example.org/account", nil)
		r.AddCookie(&http.Cookie{Name: name, Value: c.Value})
		if got := serve(r).StatusCode; got != status {
			t.Errorf("with the cookie %s: %d, want %d", name, got, status)
		}
	}
}
