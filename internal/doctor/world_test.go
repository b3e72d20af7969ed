package doctor

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestMeasureSync(t *testing.T) {
	dir := t.TempDir()
	if took, err := measureSync(dir); took <= 0 || err != nil {
		t.Errorf("it took %s, %v", took, err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%v was left behind", left)
	}
	if _, err := measureSync(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("in no folder: %v", err)
	}
}

func TestLookAtFolder(t *testing.T) {
	dir := t.TempDir()
	if err := os.Chmod(dir, 0o750); err != nil {
		t.Fatal(err)
	}
	f, err := lookAtFolder(dir)
	if err != nil || f.Mode.Perm() != 0o750 || f.Me != os.Geteuid() {
		t.Errorf("it is %+v, %v", f, err)
	}
	if _, err := lookAtFolder(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
}

func serve(t *testing.T, start func(http.Handler) *httptest.Server, body string) string {
	t.Helper()
	s := start(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, body) }))
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

func TestWhoListens(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			conn, err := silent.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	t.Cleanup(func() { silent.Close() })
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	for _, tt := range []struct {
		name, address string
		want          Listener
	}{
		{"ours", serve(t, httptest.NewServer, "ok\n"), Us},
		{"ours by TLS", serve(t, httptest.NewTLSServer, "ok\n"), Us},
		{"another web server", serve(t, httptest.NewServer, "<html>"), Stranger},
		{"another program", silent.Addr().String(), Stranger},
		{"nobody", gone.Addr().String(), Nobody},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if who, err := whoListens(t.Context(), tt.address); who != tt.want || err != nil {
				t.Errorf("it is %v, %v, want %v", who, err, tt.want)
			}
		})
	}
}

func TestReachable(t *testing.T) {
	for place, want := range map[string]string{
		":7528": "127.0.0.1:7528", "0.0.0.0:1": "127.0.0.1:1", "[::]:1": "127.0.0.1:1", "192.0.2.1:1": "192.0.2.1:1", "localhost:1": "localhost:1",
	} {
		if got := reachable(place); got != want {
			t.Errorf("%s is reached at %s, want %s", place, got, want)
		}
	}
}

func TestShownCertificate(t *testing.T) {
	shown, err := shownCertificate(t.Context(), serve(t, httptest.NewTLSServer, "ok"), "example.com")
	if err != nil || shown.VerifyHostname("example.com") != nil {
		t.Errorf("it is %v, %v", shown, err)
	}
	if _, err := shownCertificate(t.Context(), serve(t, httptest.NewServer, "ok"), "example.com"); !errors.Is(err, errNoTLS) {
		t.Errorf("of a server without TLS: %v", err)
	}
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	gone.Close()
	if _, err := shownCertificate(t.Context(), gone.Addr().String(), "example.com"); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("of nobody: %v", err)
	}
}

func TestKeptCertificate(t *testing.T) {
	dir := t.TempDir()
	keep := func(file, name string, until time.Time) {
		t.Helper()
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			t.Fatal(err)
		}
		template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{name}, NotAfter: until}
		der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, file)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	late := noon.Add(time.Hour)
	keep("certificates/acme/chat.example/chat.example.crt", "chat.example", noon)
	keep("certificates/other/chat.example/chat.example.crt", "chat.example", late)
	keep("certificates/acme/no.example/no.example.crt", "no.example", late.Add(time.Hour))
	if err := os.WriteFile(filepath.Join(dir, "broken.crt"), []byte("broken"), 0o600); err != nil {
		t.Fatal(err)
	}
	if best, err := keptCertificate(dir, "chat.example"); err != nil || best == nil || !best.NotAfter.Equal(late) {
		t.Errorf("it is %v, %v", best, err)
	}
	if best, err := keptCertificate(filepath.Join(dir, "none"), "chat.example"); best != nil || err != nil {
		t.Errorf("in no folder: %v, %v", best, err)
	}
}

func TestAskHelper(t *testing.T) {
	for _, tt := range []struct {
		answer string
		ok     bool
		reason string
		err    string
	}{
		{`{"reachable": true}`, true, "", ""},
		{`{"reachable": false, "reason": "timeout"}`, false, "timeout", ""},
		{`{}`, false, "", "reachable"},
		{`<html>`, false, "", "JSON"},
	} {
		ok, reason, err := askHelper(t.Context(), "http://"+serve(t, httptest.NewServer, tt.answer))
		if ok != tt.ok || reason != tt.reason || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s: %v, %q, %v", tt.answer, ok, reason, err)
		}
	}
}

// The helper is told where to connect, and what its address says already stays.
func TestProbeAsksForHostAndPort(t *testing.T) {
	var query string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query = r.URL.RawQuery
		fmt.Fprint(w, `{"reachable": true}`)
	}))
	defer s.Close()
	f := probe{s.URL + "?key=k", "chat.example", "443", askHelper}.Run(t.Context())
	if f[0].State != OK || query != "host=chat.example&key=k&port=443" {
		t.Errorf("%+v after the question %s", f, query)
	}
}

func TestHTTPDate(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Date", noon.Format(http.TimeFormat))
	}))
	defer s.Close()
	if got, err := httpDate(t.Context(), s.URL); err != nil || !got.Equal(noon) {
		t.Errorf("it is %s, %v", got, err)
	}
}
