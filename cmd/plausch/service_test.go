package main

import (
	"bufio"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"plausch/internal/connect"
)

func TestServiceInstallInAnImage(t *testing.T) {
	root := t.TempDir()
	install := []string{"service", "install", "--root", root, "--binary", "/usr/local/bin/plausch"}
	o := plauschRun(t, "", append(install, "--", "--listen", ":443", "--open")...)
	unit := filepath.Join(root, "etc/systemd/system/plausch.service")
	o.want(t, connect.ExitOK, "wrote    "+unit, "systemctl --root="+root+" enable plausch.service", "sudo plausch claim", "every night in /var/backups/plausch", filepath.Join(root, "etc/systemd/system/plausch-backup.timer"))
	text, err := os.ReadFile(unit)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"\nExecStart=/usr/local/bin/plausch serve --listen :443 --open\n", "\nAmbientCapabilities=CAP_NET_BIND_SERVICE\n"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("%q is not in\n%s", want, text)
		}
	}
	plauschRun(t, "", "service", "status", "--root", root).want(t, connect.ExitOK, unit, "--listen :443 --open", "systemd does not run")

	if err := os.WriteFile(unit, append(text, "Nice=5\n"...), 0o644); err != nil {
		t.Fatal(err)
	}
	plauschRun(t, "", "service", "status", "--root", root).want(t, connect.ExitFailure, "install again")
	plauschRun(t, "", "service", "uninstall", "--root", root).want(t, connect.ExitOK, "removed  "+unit, "The data is still")
	plauschRun(t, "", "service", "status", "--root", root).want(t, connect.ExitFailure, "plausch service install")
	plauschRun(t, "", "service", "uninstall", "--root", root).want(t, connect.ExitFailure, "no service")
}

// What stands in the settings file of the service counts, what stands in the
// environment of the person who installs does not.
func TestServiceInstallReadsTheServicesSettings(t *testing.T) {
	root := t.TempDir()
	state := filepath.Join(root, "var/lib/plausch")
	if err := os.MkdirAll(state, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(state, "plausch.toml"), []byte("listen = ':80'\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PLAUSCH_LISTEN", ":7777")
	o := plauschRun(t, "", "service", "install", "--root", root, "--binary", "/usr/bin/plausch", "--socket", "--dry-run")
	o.want(t, connect.ExitOK, "\nListenStream=80\n")
	if _, err := os.Stat(filepath.Join(root, "etc")); err == nil {
		t.Error("a dry run wrote something")
	}
}

func TestServiceInstallUsage(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"an argument before --", []string{"now"}, connect.ExitUsage, "after --"},
		{"a wrong flag after --", []string{"--", "--lisn"}, connect.ExitUsage, "--lisn"},
		{"a wrong setting after --", []string{"--", "--metrics-listen=:7529"}, connect.ExitUsage, "other machines"},
		{"an argument after --", []string{"--", "now"}, connect.ExitUsage, `"now"`},
		{"a relative folder", []string{"--", "--data", "chat"}, connect.ExitUsage, "begin with /"},
		{"a folder of nobody", []string{"--binary=/usr/bin/plausch", "--", "--data", "/srv/chat"}, connect.ExitFailure, "--user"},
		{"a program in a home", []string{"--binary=/home/anna/plausch"}, connect.ExitFailure, "/usr/local/bin"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plauschRun(t, "", append([]string{"service", "install", "--root", t.TempDir()}, tt.args...)...).want(t, tt.code, tt.want)
		})
	}
}

// A parent, as systemd does, opens the port and passes it on: the server answers
// there, and tells when it is ready and when it stops.
func TestServeOnAPassedSocket(t *testing.T) {
	ln, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	address := ln.Addr().String()
	file, err := ln.File()
	if err != nil {
		t.Fatal(err)
	}
	ln.Close() // from now on only the child has it
	notify := &net.UnixAddr{Net: "unixgram", Name: filepath.Join(t.TempDir(), "notify")}
	systemd, err := net.ListenUnixgram("unixgram", notify)
	if err != nil {
		t.Fatal(err)
	}
	defer systemd.Close()

	// The shell knows its process id before the program that it becomes begins.
	cmd := exec.Command("sh", "-c", `LISTEN_PID=$$ exec "$0" "$@"`, os.Args[0], "serve", "--data", filepath.Join(t.TempDir(), "data"),
		"--metrics-listen=off", "--listen=203.0.113.9:1")
	cmd.Env = append(os.Environ(), runAs+"="+asPlausch, "LISTEN_FDS=1", "NOTIFY_SOCKET="+notify.Name)
	cmd.ExtraFiles = []*os.File{file}
	cmd.Stderr = os.Stderr
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	file.Close()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	if line, err := bufio.NewReader(stdout).ReadString('\n'); !strings.Contains(line, address) {
		t.Fatalf("it says %q (%v), want that it listens on %s", line, err, address)
	}
	told := func() string {
		b := make([]byte, 100)
		n, err := systemd.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		return string(b[:n])
	}
	if got := told(); got != "READY=1" {
		t.Errorf("it tells %q first", got)
	}
	resp, err := http.Get("http://" + address + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Errorf("/readyz says %s", resp.Status)
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if got := told(); got != "STOPPING=1" {
		t.Errorf("it tells %q in the end", got)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
}
