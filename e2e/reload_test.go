package e2e

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"plausch/protocol"
)

// awaitLine waits until the server has said part.
func (s *serverProcess) awaitLine(part string) {
	s.t.Helper()
	await(s.t, func() bool { return strings.Contains(s.output.String(), part) }, func() string { return "no line with " + part })
}

// TestSIGHUPReadsTheSettingsAnew, and nobody who is connected notices.
func TestSIGHUPReadsTheSettingsAnew(t *testing.T) {
	s := newServer(t)
	settings := filepath.Join(s.data, "plausch.toml")
	write := func(text string) {
		t.Helper()
		if err := os.MkdirAll(s.data, 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(settings, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("hosts = [\"old.example\"]\n")
	s.start()
	w := dialWire(t, s.address, wsJSON).enterAnew()
	ask := func(host string) int {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.address+"/healthz", nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Host, req.Close = host, true
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		return resp.StatusCode
	}
	if ask("old.example") != 200 || ask("new.example") != 421 {
		t.Error("the names are not those of the file")
	}

	write("hosts = [\"new.example\"]\nlog_level = \"debug\"\naccess = \"closed\"\n[limits]\nconnections_private = 1\n")
	s.signal(syscall.SIGHUP)
	s.awaitLine("some changed settings need a restart")
	if log := s.output.String(); !strings.Contains(log, "settings=access") || !strings.Contains(log, "hosts, ") && !strings.Contains(log, "log_level") {
		t.Errorf("it does not say what has changed: %s", log)
	}
	if refusedNow := refused(t, s.address); !refusedNow {
		t.Error("the new limit of connections does not count")
	}

	write("hosts = [\"new.example\"]\n")
	s.signal(syscall.SIGHUP)
	await(t, func() bool { return strings.Count(s.output.String(), "settings read anew") == 2 }, s.output.tail)
	if ask("old.example") != 421 || ask("new.example") != 200 {
		t.Error("the new names do not count")
	}

	write("hots = [\"new.example\"]\n")
	s.signal(syscall.SIGHUP)
	s.awaitLine("settings not read anew; the old ones stay")
	if !strings.Contains(s.output.String(), "hots") || ask("new.example") != 200 {
		t.Error("a mistake in the file is not said, or changes something")
	}
	w.must(protocol.MethodPing, &protocol.Empty{}, &protocol.Empty{})
}

// TestNobodyReadsTheLog: the reader of all that the server says ends, or stops
// to read; the server goes on.
func TestNobodyReadsTheLog(t *testing.T) {
	for name, quit := range map[string]bool{"it ends": true, "it stops": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			address, metrics := freeAddress(t), freeAddress(t)
			cmd := exec.Command(program(t), "serve", "--open", "--data", filepath.Join(t.TempDir(), "data"), "--listen", address,
				"--metrics-listen", metrics, "--log-level", "debug", "--behind-proxy", "127.0.0.1")
			cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
			cmd.Stdout, cmd.Stderr = w, w
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			w.Close()
			ended := make(chan error, 1)
			go func() { ended <- cmd.Wait() }()
			t.Cleanup(func() { _ = cmd.Process.Kill() })
			greeting := make([]byte, 1)
			if _, err := io.ReadFull(r, greeting); err != nil {
				t.Fatal(err)
			}
			if quit {
				r.Close()
			}
			await(t, func() bool {
				conn, err := net.Dial("tcp", address)
				if err != nil {
					return false
				}
				return conn.Close() == nil
			}, func() string { return "it does not listen" })
			for i := range 3000 { // each is a line of the log, more than a pipe holds
				if status, _ := httpGet(t, fmt.Sprintf("http://%s/healthz?%d", address, i)); status != 200 {
					t.Fatalf("request %d is answered with %d", i, status)
				}
			}
			if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
				t.Fatal(err)
			}
			if err := <-ended; err != nil {
				t.Errorf("the server ended with %v", err)
			}
		})
	}
}

// TestBothFamilies listens on all addresses of IPv4 and of IPv6.
func TestBothFamilies(t *testing.T) {
	_, port, _ := net.SplitHostPort(freeAddress(t))
	for _, places := range [][]string{{"0.0.0.0:" + port, "[::]:" + port}, {"[::]:" + port, "0.0.0.0:" + port}} {
		s := newServer(t, "--listen", places[1], "--plaintext", "any")
		s.address = places[0]
		s.launch()
		await(t, func() bool { return strings.Contains(s.output.String(), " listens on ") }, s.output.tail)
		for _, address := range []string{"127.0.0.1:" + port, "[::1]:" + port} {
			if status, _ := httpGet(t, "http://"+address+"/healthz"); status != 200 {
				t.Errorf("at %s the answer is %d", address, status)
			}
		}
		s.kill()
	}
}

// TestTwoServersOnOneMachine both start with the same place for their metrics.
func TestTwoServersOnOneMachine(t *testing.T) {
	first := startServer(t)
	second := newServer(t)
	second.metrics = first.metrics
	second.launch()
	second.awaitLine("metrics are elsewhere")
	if status, _ := httpGet(t, "http://"+second.address+"/readyz"); status != 200 {
		t.Errorf("the second one answers %d", status)
	}
}

// TestAnExpiredCertificateIsSaid at the start, in the status and by doctor.
func TestAnExpiredCertificateIsSaid(t *testing.T) {
	certificate, key := writeCertificate(t, t.TempDir(), time.Date(2024, 5, 17, 12, 0, 0, 0, time.UTC))
	s := startServer(t, "--tls-cert", certificate, "--tls-key", key)
	s.awaitLine("certificate has expired")
	status, err := exec.Command(s.binary, "status", "--data", s.data).CombinedOutput()
	if err != nil || !strings.Contains(string(status), "EXPIRED on 2024-05-17") {
		t.Errorf("the status is %s (%v)", status, err)
	}
	said, _ := exec.Command(s.binary, "doctor", "--offline", "--data", s.data).CombinedOutput() // it has found a problem
	if text := strings.Join(strings.Fields(string(said)), " "); !strings.Contains(text, "ended on 2024-05-17") || !strings.Contains(text, "replace the files of tls_cert") {
		t.Errorf("doctor says %s", said)
	}
}
