package rest_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"testing"

	"plausch"
	"plausch/internal/core"
	"plausch/internal/front/web/rest"
)

// wantWord holds an answer to what Slack's would be: nothing but a word.
func (a answer) wantWord(status int, word string) answer {
	a.t.Helper()
	a.want(status)
	if got, _, _ := strings.Cut(a.body, ":"); got != word || !strings.HasPrefix(a.header.Get("Content-Type"), "text/plain") {
		a.t.Errorf("%s answers %q (%s), want %q", a.what, a.body, a.header.Get("Content-Type"), word)
	}
	return a
}

func TestHook(t *testing.T) {
	w := newWorld(t)
	admin := w.account("admin", plausch.RoleAdmin)
	made := w.call(admin, "POST", "/api/rooms/public/webhooks", `{"name":"alerts"}`).want(201)
	path := made.read("path")

	w.call("", "POST", path, `{"text":"1"}`).wantWord(200, "ok")
	w.call("", "POST", path, url.Values{"payload": {`{"text":"2"}`}}.Encode(), "Content-Type", "application/x-www-form-urlencoded").wantWord(200, "ok")
	w.call("", "POST", path+"?wait=true", `{"text":"3","channel":"#x","username":"eve"}`).wantWord(200, "ok")
	w.call("", "POST", path, "hello").wantWord(400, "invalid_payload")
	w.call("", "POST", path, `{"texts":"x"}`).wantWord(400, "no_text")
	w.call("", "POST", path, `{"text":"`+strings.Repeat("x", 1<<20)+`"}`).wantWord(413, "invalid_payload")
	w.call("", "POST", path[:len(path)-1]+"_", `{"text":"x"}`).wantWord(404, "no_service")
	w.call("", "POST", "/api/hooks/x", `{"text":"x"}`).wantWord(404, "no_service")
	w.call("", "GET", path, "").want(405)
	w.call(made.read("token"), "GET", "/api/me", "").want(401) // it is no token of an account

	h := w.call(admin, "GET", "/api/rooms/public/messages", "").want(200)
	h.has(`"text":"1"`, `"text":"2"`, `"text":"3"`, `"name":"alerts"`)
	if strings.Count(h.body, `"seq"`) != 3 || strings.Contains(h.body, `"eve"`) {
		t.Errorf("the room has %s", h.body)
	}
	w.call(admin, "DELETE", "/api/webhooks/"+made.read("webhook", "id"), "").want(204)
	w.call("", "POST", path, `{"text":"x"}`).wantWord(404, "no_service")
	if log := w.log.String(); strings.Contains(log, "ERROR") {
		t.Errorf("what senders did wrong is logged as an error of the server:\n%s", log)
	}
	if secret := made.read("token"); strings.Contains(w.log.String(), secret) {
		t.Errorf("the address was logged:\n%s", w.log)
	}
}

func TestHookOfGitHub(t *testing.T) {
	w := newWorld(t)
	admin := w.account("admin", plausch.RoleAdmin)
	made := w.call(admin, "POST", "/api/rooms/public/webhooks", `{"name":"github","signed":true}`).want(201)
	path, secret := made.read("path"), made.read("secret")
	body, err := os.ReadFile("../hook/testdata/github-push.json")
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	headers := []string{"X-GitHub-Event", "push", "X-GitHub-Delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958",
		"X-Hub-Signature-256", "sha256=" + hex.EncodeToString(mac.Sum(nil))}
	for range 2 { // delivered again
		w.call("", "POST", path, string(body), headers...).wantWord(200, "ok")
	}
	w.call("", "POST", path, string(body)+" ", headers...).wantWord(403, "invalid_token")
	w.call("", "POST", path, string(body), headers[:4]...).wantWord(403, "invalid_token")
	w.call("", "POST", path, `{"text":"not signed"}`).wantWord(403, "invalid_token")
	h := w.call(admin, "GET", "/api/rooms/public/messages", "").want(200).has("pushed 2 commits to main")
	if strings.Count(h.body, `"seq"`) != 1 {
		t.Errorf("the room has %s", h.body)
	}
	if l := w.call(admin, "GET", "/api/rooms/public/webhooks", "").want(200).has(`"signed":true`); strings.Contains(l.body, secret) {
		t.Error("the list has the secret")
	}
}

// TestHookDeliversToEveryRoom posts one delivery to webhooks that share an account.
func TestHookDeliversToEveryRoom(t *testing.T) {
	w := newWorld(t)
	admin := w.account("admin", plausch.RoleAdmin)
	w.call(admin, "POST", "/api/rooms", `{"name":"attic"}`).want(201)
	for _, room := range []string{"public", "attic"} {
		path := w.call(admin, "POST", "/api/rooms/"+room+"/webhooks", `{"name":"github"}`).want(201).read("path")
		for range 2 {
			w.call("", "POST", path, `{"text":"deployed"}`, "Idempotency-Key", strings.Repeat("k", plausch.MaxClientID)).wantWord(200, "ok")
		}
		h := w.call(admin, "GET", "/api/rooms/"+room+"/messages", "").want(200)
		if strings.Count(h.body, `"text":"deployed"`) != 1 {
			t.Errorf("the room %s has %s", room, h.body)
		}
	}
}

func TestHookTooFast(t *testing.T) {
	w := newWorld(t, func(o *core.Options, _ *rest.Options) { o.SendsPerSecond, o.SendBurst = 0.001, 1 })
	admin := w.account("admin", plausch.RoleAdmin)
	path := w.call(admin, "POST", "/api/rooms/public/webhooks", `{"name":"alerts"}`).want(201).read("path")
	w.call("", "POST", path, `{"text":"1"}`).wantWord(200, "ok")
	if a := w.call("", "POST", path, `{"text":"2"}`).wantWord(429, "rate_limited"); a.header.Get("Retry-After") == "" {
		t.Error("there is no Retry-After")
	}
}

// TestRefusedPostsAreLimited: whoever guesses addresses of webhooks or posts what
// nobody understands hears that it is too much, and nobody else does. Right posts get
// through, also from the same place.
func TestRefusedPostsAreLimited(t *testing.T) {
	w := newWorld(t, func(_ *core.Options, o *rest.Options) {
		o.Remote = func(r *http.Request) netip.Addr { return netip.MustParseAddr(r.Header.Get("From")) }
	})
	admin := w.account("admin", plausch.RoleAdmin)
	const home = "192.168.1.2"
	hook := func(name, body string) string {
		return w.call(admin, "POST", "/api/rooms/public/webhooks", body, "From", home).want(201).read("path")
	}
	path, signed := hook("alerts", `{"name":"alerts"}`), hook("code", `{"name":"code","signed":true}`)
	for from, post := range map[string]struct {
		path, body string
		status     int
	}{
		"198.51.100.1": {"/api/hooks/x", `{"text":"x"}`, http.StatusNotFound},
		"198.51.100.2": {path, `no JSON`, http.StatusBadRequest},
		"198.51.100.3": {path, `{"nothing":"said"}`, http.StatusBadRequest},
		"198.51.100.4": {signed, `{"text":"x"}`, http.StatusForbidden},
		"2001:db8::1":  {path, `no JSON`, http.StatusBadRequest},
		home:           {path, `no JSON`, http.StatusBadRequest},
	} {
		w.call("", "POST", post.path, post.body, "From", from).want(post.status)
		var last answer
		for range 1000 {
			if last = w.call("", "POST", post.path, post.body, "From", from); last.status != post.status {
				break
			}
		}
		last.wantWord(http.StatusTooManyRequests, "rate_limited")
		if last.header.Get("Retry-After") == "" {
			t.Errorf("%s does not hear when it may try again", from)
		}
		w.call("", "POST", path, `{"text":"right"}`, "From", from).wantWord(200, "ok")
	}
	w.call("", "POST", path, `no JSON`, "From", "203.0.113.1").want(http.StatusBadRequest)
	w.call("", "POST", path, `no JSON`, "From", "192.168.1.3").want(http.StatusBadRequest)
}
