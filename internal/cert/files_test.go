package cert_test

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"plausch/internal/cert"
)

// shown returns the fingerprint of the certificate that a visitor of s is shown.
func shown(t *testing.T, s cert.Provider) string {
	t.Helper()
	ours, theirs := net.Pipe()
	defer ours.Close()
	defer theirs.Close()
	go func() { _ = tls.Server(theirs, s.Config()).Handshake() }()
	conn := tls.Client(ours, &tls.Config{InsecureSkipVerify: true})
	if err := conn.Handshake(); err != nil {
		t.Fatal(err)
	}
	return cert.Fingerprint(conn.ConnectionState().PeerCertificates[0].Raw)
}

// newFiles makes a certificate and its key, and returns its fingerprint.
func newFiles(t *testing.T, certPath, keyPath string) string {
	t.Helper()
	folder := t.TempDir()
	s, err := cert.NewSelfSigned(folder, "test")
	if err != nil {
		t.Fatal(err)
	}
	both, err := os.ReadFile(filepath.Join(folder, "self-signed.pem"))
	if err != nil {
		t.Fatal(err)
	}
	_, key := pem.Decode(both)
	write(t, certPath, string(both[:len(both)-len(key)]))
	write(t, keyPath, string(key))
	return s.Status().Fingerprint
}

// write replaces a file, of which the time differs from before.
func write(t *testing.T, path, content string) {
	t.Helper()
	var before time.Time
	if info, err := os.Stat(path); err == nil {
		before = info.ModTime()
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	if !before.IsZero() {
		if err := os.Chtimes(path, time.Time{}, before.Add(time.Second)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestFilesAreReadAgain(t *testing.T) {
	dir := t.TempDir()
	certPath, keyPath := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	first := newFiles(t, certPath, keyPath)
	log := new(logged)
	f, err := cert.NewFiles(certPath, keyPath, slog.New(slog.NewTextHandler(log, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if got := shown(t, f); got != first {
		t.Errorf("at first %s is shown, want %s", got, first)
	}

	// A renewal in progress: the key does not fit yet.
	otherCert, otherKey := filepath.Join(dir, "c"), filepath.Join(dir, "k")
	second := newFiles(t, otherCert, otherKey)
	content, _ := os.ReadFile(otherCert)
	write(t, certPath, string(content))
	for range 3 {
		if got := shown(t, f); got != first {
			t.Errorf("with half of the new files %s is shown, want %s", got, first)
		}
	}
	if s := f.Status(); s.Failed == nil || s.FailedAt.IsZero() || s.Fingerprint != first {
		t.Errorf("the status is %+v", s)
	}
	if n := strings.Count(log.String(), "old one stays"); n != 1 {
		t.Errorf("it was logged %d times", n)
	}

	content, _ = os.ReadFile(otherKey)
	write(t, keyPath, string(content))
	if got := shown(t, f); got != second {
		t.Errorf("with the new files %s is shown, want %s", got, second)
	}
	if s := f.Status(); s.Failed != nil || s.Fingerprint != second || s.NotAfter.IsZero() {
		t.Errorf("the status is %+v", s)
	}

	if err := os.Remove(certPath); err != nil {
		t.Fatal(err)
	}
	if got := shown(t, f); got != second {
		t.Errorf("without files %s is shown, want %s", got, second)
	}
}

func TestFilesHaveToFit(t *testing.T) {
	dir := t.TempDir()
	certPath, keyPath := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	for name, make := range map[string]func(){
		"missing":  func() {},
		"not PEM":  func() { write(t, certPath, "x"); write(t, keyPath, "x") },
		"a misfit": func() { newFiles(t, certPath, filepath.Join(dir, "k")); newFiles(t, filepath.Join(dir, "c"), keyPath) },
	} {
		make()
		if _, err := cert.NewFiles(certPath, keyPath, slog.New(slog.DiscardHandler)); err == nil ||
			!strings.Contains(err.Error(), certPath) || !strings.Contains(err.Error(), "PEM") {
			t.Errorf("%s: the error is %v", name, err)
		}
	}
}

func TestSelfSignedIsMadeOnce(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data", "certs")
	first, err := cert.NewSelfSigned(folder, "chat.example.org")
	if err != nil {
		t.Fatal(err)
	}
	second, err := cert.NewSelfSigned(folder, "another")
	if err != nil {
		t.Fatal(err)
	}
	s := first.Status()
	if got := shown(t, second); got != s.Fingerprint || len(got) != 64 {
		t.Errorf("the second time %s is shown, want %s", got, s.Fingerprint)
	}
	if time.Until(s.NotAfter) < 20*365*24*time.Hour {
		t.Errorf("it is good until %v only", s.NotAfter)
	}
	file := filepath.Join(folder, "self-signed.pem")
	for path, want := range map[string]fs.FileMode{folder: 0o700, file: 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s has mode %v, %v", path, info.Mode(), err)
		}
	}
	leaf, err := x509.ParseCertificate(first.Config().Certificates[0].Certificate[0])
	if err != nil || leaf.VerifyHostname("chat.example.org") != nil {
		t.Errorf("the certificate is for %v, %v", leaf.DNSNames, err)
	}

	write(t, file, "x")
	if _, err := cert.NewSelfSigned(folder, "x"); err == nil || !strings.Contains(err.Error(), file) || !strings.Contains(err.Error(), "removed") {
		t.Errorf("of a broken file the error is %v", err)
	}
}
