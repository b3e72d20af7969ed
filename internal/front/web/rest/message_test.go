package rest_test

import (
	"net/http"
	"strings"
	"testing"

	"plausch"
	"plausch/internal/auth"
	"plausch/internal/core"
	"plausch/internal/front/web/rest"
)

func TestSendTwiceOnce(t *testing.T) {
	w := newWorld(t)
	ann := w.account("ann", plausch.RoleMember)
	for range 3 {
		w.call(ann, "POST", "/api/rooms/public/messages", "once", "Idempotency-Key", "k-1").want(201).has(`"seq":1,`)
		w.call(ann, "POST", "/api/rooms/public/messages", `{"text":"once","client_id":"k-1"}`, "Idempotency-Key", "k-1").want(201).has(`"seq":1,`)
	}
	w.call(ann, "POST", "/api/rooms/public/messages", "twice").want(201).has(`"seq":2,`)
}

// TestSealed: a body that the server cannot read comes as it was sent, by each read.
func TestSealed(t *testing.T) {
	w := newWorld(t)
	ann := w.account("ann", plausch.RoleMember)
	l := w.stream(ann, "public", "")
	defer l.close()
	w.call(ann, "POST", "/api/rooms/public/messages", `{"details":{"scheme":"test","sealed":"AAAA"}}`).want(201)
	sealed := `"details":{"scheme":"test","sealed":"AAAA"}`
	w.call(ann, "GET", "/api/rooms/public/messages", "").want(200).has(sealed)
	if e := l.event(); e.Details == nil || e.Details.Scheme != "test" || e.Details.Sealed != "AAAA" {
		t.Errorf("the stream has %+v", e)
	}
}

// TestRequestsAreNotPresent sees somebody only while a stream lasts.
func TestRequestsAreNotPresent(t *testing.T) {
	w := newWorld(t)
	ann, bob := w.account("ann", plausch.RoleMember), w.account("bob", plausch.RoleMember)
	w.say(bob, "hi")
	w.call(ann, "GET", "/api/presence", "").want(200).has(`"presence":[]`)
	l := w.stream(bob, "public", "")
	w.call(ann, "GET", "/api/presence", "").want(200).has(`"name":"bob"`, `"online"`)
	w.call(ann, "GET", "/api/rooms/public/members", "").want(200).has(`"presence":"offline"`, `"presence":"online"`)
	l.close()
	for !strings.Contains(w.call(ann, "GET", "/api/presence", "").body, `"presence":[]`) {
	} // as soon as the server has noticed
}

func TestTooFast(t *testing.T) {
	w := newWorld(t, func(o *core.Options, _ *rest.Options) { o.SendsPerSecond, o.SendBurst = 0.001, 1 })
	ann := w.account("ann", plausch.RoleMember)
	w.say(ann, "hi")
	a := w.call(ann, "POST", "/api/rooms/public/messages", "ho").want(429).has(`"rate_limited"`, `"retry_after"`)
	if a.header.Get("Retry-After") == "" {
		t.Error("there is no Retry-After")
	}
}

// TestOtherSites holds that a page of another site can do nothing: there are no
// cookies that a browser would send along, and nothing that lets it set the header.
func TestOtherSites(t *testing.T) {
	w := newWorld(t)
	ann := w.account("ann", plausch.RoleMember)
	cookie := []string{"Origin", "https://evil.example", "Cookie", "token=" + ann + "; session=" + ann}
	for _, media := range []string{"text/plain", "application/x-www-form-urlencoded"} {
		a := w.call("", "POST", "/api/rooms/public/messages", "spam", append(cookie, "Content-Type", media)...).want(401)
		wantNoCORS(t, a)
	}
	wantNoCORS(t, w.call("", "OPTIONS", "/api/rooms/public/messages", "", "Origin", "https://evil.example",
		"Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization").want(405))
	wantNoCORS(t, w.call(ann, "GET", "/api/rooms", "", "Origin", "https://evil.example").want(200))
	w.call(ann, "GET", "/api/rooms/public/messages", "").want(200).has(`"events":[]`)
}

func wantNoCORS(t *testing.T, a answer) {
	t.Helper()
	for name, values := range a.header {
		if strings.HasPrefix(name, "Access-Control-") || name == "Set-Cookie" {
			t.Errorf("%s: %s: %v", a.what, name, values)
		}
	}
	if a.header.Get("X-Content-Type-Options") != "nosniff" || a.header.Get("Cross-Origin-Resource-Policy") != "same-origin" {
		t.Errorf("%s: the headers are %v", a.what, a.header)
	}
}

func TestGoodTokensAreNoStrangers(t *testing.T) {
	w := newWorld(t)
	ann := w.account("ann", plausch.RoleMember)
	for range 3 {
		w.call("", "GET", "/api/me", "").want(http.StatusUnauthorized)
		w.call("plausch_x", "GET", "/api/me", "").want(http.StatusUnauthorized)
	}
	if w.signed != 0 {
		t.Error("a stranger counts as signed in")
	}
	w.call(ann, "GET", "/api/me", "").want(200)
	if w.signed != 1 {
		t.Error("somebody signed in counts as a stranger")
	}
	w.refuse = true
	if a := w.call(ann, "GET", "/api/me", ""); a.status != http.StatusTooManyRequests || !strings.Contains(a.body, "too many connections") {
		t.Errorf("with too many connections of the account the answer is %d %s", a.status, a.body)
	}
}

// A request whose token is revoked while it waits hears that, not that the server
// is stopping.
func TestARequestHearsThatItsTokenWasRevoked(t *testing.T) {
	in := make(chan struct{}, 2)
	w := newWorld(t, func(o *core.Options, r *rest.Options) {
		o.SendsPerSecond, o.SendBurst = 0.2, 1
		r.Admit = func(*http.Request, plausch.AccountID, bool) bool { in <- struct{}{}; return true }
	})
	token := w.account("bob", plausch.RoleMember)
	const path = "/api/rooms/public/messages"
	w.call(token, "POST", path, `{"text": "first"}`).want(http.StatusCreated)
	<-in
	held := make(chan answer, 1)
	go func() { held <- w.call(token, "POST", path, `{"text": "held back"}`) }()
	parsed, err := auth.ParseToken(token)
	if err != nil {
		t.Fatal(err)
	}
	account, device, err := w.store.AccountByToken(t.Context(), parsed.Hash())
	if err != nil {
		t.Fatal(err)
	}
	<-in
	if err := w.store.RevokeDevice(t.Context(), account.ID, device.ID); err != nil {
		t.Fatal(err)
	}
	(<-held).want(http.StatusUnauthorized)
}
