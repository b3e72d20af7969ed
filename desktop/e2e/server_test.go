package e2e

import (
	"bytes"
	"cmp"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const password = "correct horse battery"

// server is a running plausch serve.
type server struct {
	t       *testing.T
	folder  string
	address string
	args    []string
	process *exec.Cmd
	log     bytes.Buffer
	input   string // of commands, instead of the password
}

// startServer starts a server that lets guests in, with the accounts anna, the owner, and bo.
func startServer(t *testing.T, args ...string) *server {
	t.Helper()
	port, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &server{t: t, folder: filepath.Join(t.TempDir(), "data"), address: port.Addr().String(), args: args}
	_ = port.Close()
	s.start()
	t.Cleanup(s.kill)
	s.run("user", "add", "anna", "--role", "owner", "--data", s.folder)
	s.run("user", "add", "bo", "--data", s.folder)
	return s
}

// start starts it, again on the same port and folder after a kill.
func (s *server) start() {
	s.t.Helper()
	args := append([]string{"serve", "--open", "--data", s.folder, "--listen", s.address, "--metrics-listen", "off"}, s.args...)
	s.process = exec.Command(plauschBinary, args...)
	s.process.Stderr, s.process.Stdout = &s.log, &s.log
	if err := s.process.Start(); err != nil {
		s.t.Fatal(err)
	}
	deadline := time.Now().Add(waitTime)
	for {
		conn, err := net.Dial("tcp", s.address)
		if err == nil {
			_ = conn.Close()
			return
		}
		if time.Now().After(deadline) {
			s.t.Fatalf("the server does not listen: %v\n%s", err, s.log.String())
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// kill ends it at once, as a power cut does.
func (s *server) kill() {
	if s.process != nil {
		_ = s.process.Process.Kill()
		_ = s.process.Wait()
		s.process = nil
	}
}

// run runs a command of plausch and returns what it prints.
func (s *server) run(args ...string) string {
	s.t.Helper()
	c := exec.Command(plauschBinary, args...)
	home := filepath.Join(filepath.Dir(s.folder), "home")
	c.Env = append(os.Environ(), "HOME="+home, "XDG_STATE_HOME="+home, "PLAUSCH_PASSWORD="+password)
	c.Stdin = strings.NewReader(cmp.Or(s.input, password+"\n"))
	out, err := c.CombinedOutput()
	if err != nil {
		s.t.Fatalf("plausch %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// as runs a command that talks to the server as an account.
func (s *server) as(name string, args ...string) string {
	s.t.Helper()
	return s.run(append(args, "--server", s.address, "--name", name)...)
}
