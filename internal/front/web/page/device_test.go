package page_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"plausch"
	"plausch/client"
)

// TestLinkBrowser signs a browser in by its code: the token stays in a cookie, and who knows
// the code alone has nothing.
func TestLinkBrowser(t *testing.T) {
	s := claimed(t)
	s.account("bob", plausch.RoleMember)
	v := s.visitor()
	post := func(v *visitor, path string) *answer {
		r := v.request(http.MethodPost, path, "{}")
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Origin", s.origin)
		return v.do(r)
	}
	post(v, "/sign-in/link").expect(http.StatusNotFound, "/sign-in/link")
	begun := post(v, "/sign-in/link/begin").expect(http.StatusOK, "/sign-in/link/begin")
	var code struct {
		Code    string `json:"code"`
		Expires int64  `json:"expires"`
	}
	if err := json.Unmarshal([]byte(begun.body), &code); err != nil || code.Code == "" || code.Expires == 0 {
		t.Fatalf("it begins with %s, %v", begun.body, err)
	}
	if strings.Contains(begun.body, "plausch_") {
		t.Errorf("a script sees the token: %s", begun.body)
	}
	post(v, "/sign-in/link/begin").expect(http.StatusOK, "/sign-in/link/begin", code.Code) // again
	post(v, "/sign-in/link").expect(http.StatusOK, "/sign-in/link", "{}")
	post(s.visitor(), "/sign-in/link").expect(http.StatusNotFound, "/sign-in/link")
	c, err := client.Open(client.Options{Address: strings.Replace(s.origin, "http://", "tcp://", 1), Token: s.as("bob").token()})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.LinkDevice(t.Context(), code.Code); err != nil {
		t.Fatal(err)
	}
	post(v, "/sign-in/link").expect(http.StatusOK, "/sign-in/link", `"linked":true`)
	v.get("/account").expect(http.StatusOK, "/account", "You are <strong>bob")
	post(v, "/sign-in/link").expect(http.StatusNotFound, "/sign-in/link")
}
