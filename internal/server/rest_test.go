package server_test

import (
	"bufio"
	"io"
	"net/http"
	"strings"
	"testing"

	"plausch/internal/config"
	"plausch/protocol"
)

// askHTTP sends a request on a connection of its own.
func askHTTP(t *testing.T, address, token, method, path, body string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+address+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	transport := &http.Transport{DisableKeepAlives: method != http.MethodGet}
	t.Cleanup(transport.CloseIdleConnections)
	response, err := transport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { response.Body.Close() })
	return response
}

// TestHTTPOnTheOnePort talks over HTTP with those who are there by the native
// protocol. Streams do not take the places of strangers, and end with a word when
// the server stops.
func TestHTTPOnTheOnePort(t *testing.T) {
	address, stop := start(t, t.TempDir(), func(cfg *config.Config) { cfg.Limits.ConnectionsPrivateBeforeSignIn = 2 })
	native := dial(t, address, protocol.Format{})
	token := native.enter("ann").Token
	var streams []*bufio.Reader
	for range 6 {
		response := askHTTP(t, address, token, "GET", "/api/rooms/public/stream?since=0", "")
		if response.StatusCode != http.StatusOK {
			t.Fatalf("the stream answers %s", response.Status)
		}
		streams = append(streams, bufio.NewReader(response.Body))
	}
	if response := askHTTP(t, address, token, "POST", "/api/rooms/public/messages", "over HTTP"); response.StatusCode != http.StatusCreated {
		t.Fatalf("sending answers %s", response.Status)
	}
	if e := native.event(); e.Text != "over HTTP" || e.Actor.Name != "ann" {
		t.Errorf("the native client hears %+v", e)
	}
	for _, stream := range streams {
		if line, err := stream.ReadString('\n'); err != nil || !strings.Contains(line, `"over HTTP"`) {
			t.Errorf("the stream has %q, %v", line, err)
		}
	}
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	for _, stream := range streams {
		if rest, err := io.ReadAll(stream); err != nil || !strings.Contains(string(rest), `"unavailable"`) {
			t.Errorf("the stream ends with %q, %v", rest, err)
		}
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}
