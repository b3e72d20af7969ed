package page_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"plausch/internal/config"
)

// Who has joined is offered the program for the computer that asks.
func TestDownloads(t *testing.T) {
	var data string
	s := claimed(t, func(c *config.Config) { data = c.Data })
	folder := filepath.Join(data, "downloads")
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"plausch_0.1.0_linux_amd64", "plausch_0.1.0_linux_amd64.deb", "plausch_0.1.0_windows_amd64.exe", "plausch_0.1.0_darwin_arm64", "SHA256SUMS", "notes.txt"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte("the bytes of "+name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/etc/passwd", filepath.Join(folder, "plausch_0.1.0_linux_arm64")); err != nil {
		t.Fatal(err)
	}
	olga := s.as("olga")
	for agent, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0":              "plausch_0.1.0_linux_amd64",
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/140.0":    "plausch_0.1.0_windows_amd64.exe",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Safari/605": "plausch_0.1.0_darwin_arm64",
		"Mozilla/5.0 (Linux; Android 16) Chrome/140":                 "",
	} {
		r := olga.request(http.MethodGet, "/welcome", "")
		r.Header.Set("User-Agent", agent)
		a := olga.do(r)
		offered := `this computer first: <a href="/downloads/` + want + `">`
		if strings.Contains(a.body, "this computer first") != (want != "") || want != "" && !strings.Contains(a.body, offered) ||
			!strings.Contains(a.body, "plausch_0.1.0_linux_amd64.deb") || strings.Contains(a.body, "notes") || strings.Contains(a.body, "linux_arm64") {
			t.Errorf("%s is offered\n%s", agent, a.body)
		}
	}
	a := olga.get("/downloads/plausch_0.1.0_linux_amd64").expect(http.StatusOK, "/downloads/plausch_0.1.0_linux_amd64", "the bytes of")
	if h := a.header; h.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") {
		t.Errorf("the headers are %v", h)
	}
	for _, name := range []string{"notes.txt", "plausch_0.1.0_linux_mips", "..%2Fplausch.db"} {
		if a := olga.get("/downloads/" + name); a.status != http.StatusNotFound {
			t.Errorf("%s: status %d", name, a.status)
		}
	}
	if a := s.visitor().get("/downloads/plausch_0.1.0_linux_amd64"); a.path != "/sign-in" {
		t.Errorf("a stranger comes to %s", a.path)
	}
}
