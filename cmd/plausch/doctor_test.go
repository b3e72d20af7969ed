package main

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"plausch/internal/connect"
)

func TestDoctorBesideAServer(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	p := startServer(t, "--data", dir)
	o := plauschRun(t, "", "doctor", "--offline", "--data", dir, "--listen", p.addr)
	o.want(t, connect.ExitOK, "the server answers on "+p.addr, "the database is whole", "(mode 0700)")
	for line := range strings.Lines(o.stdout) {
		if len([]rune(line)) > 81 && !strings.Contains(line, dir) {
			t.Errorf("the line is too long: %q", line)
		}
	}
}

func TestDoctorFindsProblems(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "plausch.db"), []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			conn.Close()
		}
	}()
	defer ln.Close()
	o := plauschRun(t, "", "doctor", "--offline", "--json", "--data", dir, "--listen", ln.Addr().String())
	o.want(t, connect.ExitFailure, "problems need fixing")
	var document struct {
		OK     *bool
		Checks []struct{ Check, State, Text, Todo string }
	}
	if err := json.Unmarshal([]byte(o.stdout), &document); err != nil || document.OK == nil || *document.OK {
		t.Fatalf("%v in\n%s", err, o.stdout)
	}
	problems := map[string]bool{}
	for _, c := range document.Checks {
		if c.State == "problem" {
			problems[c.Check] = true
		}
	}
	if !problems["database"] || !problems["port"] {
		t.Errorf("the problems are %v in\n%s", problems, o.stdout)
	}
}

// Wrong settings are a finding, and the rest is looked at all the same.
func TestDoctorOfWrongSettings(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "plausch.toml"), []byte("opne = true\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	o := plauschRun(t, "", "doctor", "--offline", "--data", dir)
	o.want(t, connect.ExitFailure, "needs fixing")
	for _, want := range []string{"problem  settings", "opne", "GiB are free"} {
		if !strings.Contains(o.stdout, want) {
			t.Errorf("%q is not in\n%s", want, o.stdout)
		}
	}
}

func TestDoctorUsage(t *testing.T) {
	plauschRun(t, "", "doctor", "a.example", "b.example").want(t, connect.ExitUsage, "plausch doctor --help")
	plauschRun(t, "", "doctor", "--probe-url=https://helper.example").want(t, connect.ExitUsage, "DOMAIN")
}
