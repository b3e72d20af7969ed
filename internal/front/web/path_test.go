package web_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"plausch/internal/config"
	"plausch/internal/server/servertest"
)

// ask sends a request with an address as it is written, closes its side of the
// connection if asked to, and returns the answer.
func ask(t *testing.T, address, token, method, target, body string, hangUp bool) (*http.Response, string) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	kind := "text/plain"
	if strings.HasPrefix(body, "{") {
		kind = "application/json"
	}
	fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s",
		method, target, token, kind, len(body), body)
	if hangUp {
		if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
			t.Fatal(err)
		}
	}
	response, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%s %s: %v", method, target, err)
	}
	defer response.Body.Close()
	got, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, target, err)
	}
	return response, string(got)
}

func guestToken(t *testing.T, address string) string {
	t.Helper()
	_, body := ask(t, address, "", "POST", "/api/sign_in", `{"name":"ann"}`, false)
	_, rest, _ := strings.Cut(body, `"token":"`)
	token, _, ok := strings.Cut(rest, `"`)
	if !ok {
		t.Fatal(body)
	}
	return token
}

// No POST is redirected: programs follow a redirect without the body, or not at
// all, and the message is lost.
func TestAddressesAreNotRedirected(t *testing.T) {
	s := servertest.Start(t, func(c *config.Config) { c.Access = "open" })
	token := guestToken(t, s.Address)
	for _, c := range []struct {
		method, target string
		status         int
		says           string
	}{
		{"POST", "//api/rooms/public/messages", 201, `"seq"`},
		{"POST", "///api//rooms/public///messages", 201, `"seq"`},
		{"POST", "/api/rooms/public/messages/", 201, `"seq"`},
		{"POST", "/api/rooms/public/messages//", 201, `"seq"`},
		{"POST", "/api/rooms/%70ublic/messages", 201, `"seq"`},
		{"POST", "/api/rooms/../messages", 404, `"not_found"`},
		{"POST", "/api/rooms/./public/messages", 404, `"not_found"`},
		{"POST", "/x/../api/rooms/public/messages", 404, ".."},
		{"POST", "/api/../api/rooms/public/messages", 404, `"not_found"`},
		{"POST", "/api/rooms/%2e%2e/messages", 404, `"not_found"`}, // the room called so
		{"POST", "/api/rooms/a%2Fb/messages", 400, `"invalid"`},
		{"POST", "/api", 405, `"unsupported"`},
		{"GET", "/api", 200, "curl"},
		{"GET", "//api", 200, "curl"},
		{"HEAD", "//api/rooms/", 200, ""},
		{"GET", "/api/nowhere", 404, `"not_found"`},
		{"PUT", "//api/rooms/public/messages", 405, `"unsupported"`},
		{"POST", "/API/rooms/public/messages", 404, ""},
		{"POST", "//sign-in", 403, "another site"},
		{"GET", "//healthz", 200, "ok"},
	} {
		response, body := ask(t, s.Address, token, c.method, c.target, "hi", false)
		if response.StatusCode != c.status || !strings.Contains(body, c.says) {
			t.Errorf("%s %s: %s, %s; want %d and %q", c.method, c.target, response.Status, body, c.status, c.says)
		}
	}
}

// Programs such as nc end their side of the connection after the request.
func TestWhoEndsItsSideIsAnswered(t *testing.T) {
	s := servertest.Start(t, func(c *config.Config) { c.Access = "open" })
	token := guestToken(t, s.Address)
	for range 10 {
		for _, c := range []struct {
			method, target string
			status         int
		}{
			{"POST", "/api/rooms/public/messages", 201},
			{"POST", "/api/attachments?name=x", 201},
			{"GET", "/api/rooms/public/messages", 200},
			{"GET", "/sign-in", 200},
			{"GET", "/readyz", 200},
		} {
			if response, body := ask(t, s.Address, token, c.method, c.target, "hi", true); response.StatusCode != c.status {
				t.Errorf("%s %s: %s, %s; want %d", c.method, c.target, response.Status, body, c.status)
			}
		}
	}
}
