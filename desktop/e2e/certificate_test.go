package e2e

import (
	"regexp"
	"strings"
	"testing"
)

// The first time the fingerprint is shown and asked about; later it is known.
func TestCertificateIsTrustedOnFirstUse(t *testing.T) {
	s := startServer(t, "--tls", "self-signed")
	address := "tls://" + s.address
	w := openWindow(t, "")
	w.fillSignIn(address, "anna", password)
	w.await("the fingerprint", func() bool { return w.text("fingerprint") != "" })
	shown := strings.ToLower(regexp.MustCompile(`[^0-9A-F]`).ReplaceAllString(w.text("fingerprint"), ""))
	printed := strings.ToLower(strings.ReplaceAll(s.log.String(), ":", ""))
	if len(shown) != 64 || !strings.Contains(printed, shown) {
		t.Errorf("the window shows %q, the server printed:\n%s", shown, s.log.String())
	}
	w.do(say{"do": "click", "object": "trust"})
	w.shows("rooms", "Public")
	w.kill()
	w = openWindow(t, w.home)
	w.await("the connection without a question", func() bool { return strings.HasSuffix(w.text("state"), " ms") })
}
