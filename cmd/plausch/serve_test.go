package main

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"

	"plausch/internal/config"
	"plausch/internal/connect"
)

// process is plausch serve in a process of its own.
type process struct {
	cmd    *exec.Cmd
	stdout *bufio.Reader
	addr   string // where it listens
	greet  string // what it said until then
}

// startServer starts a server and returns when it says that it listens.
func startServer(t *testing.T, args ...string) *process {
	t.Helper()
	command := []string{"serve", "--metrics-listen=off"}
	if !slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(arg, "--listen=") }) {
		command = append(command, "--listen="+freeAddress(t)) // it may be started again at the same place
	}
	p := &process{cmd: exec.Command(os.Args[0], append(command, args...)...)}
	p.cmd.Env = append(os.Environ(), runAs+"="+asPlausch)
	p.cmd.Stderr = os.Stderr
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	// Waited for, since it must not write any more when its folder is removed.
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
	})
	p.stdout = bufio.NewReader(stdout)
	for !strings.Contains(p.greet, "Talk:") {
		line, err := p.stdout.ReadString('\n')
		if err != nil {
			t.Fatalf("the server said only %q: %v", p.greet, err)
		}
		p.greet += line
	}
	p.addr = regexp.MustCompile(`127\.0\.0\.1:\d+`).FindString(p.greet)
	return p
}

func (p *process) signal(t *testing.T, sig os.Signal) {
	t.Helper()
	if err := p.cmd.Process.Signal(sig); err != nil {
		t.Fatal(err)
	}
}

func TestServeUntilSignal(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGINT} {
		t.Run(sig.String(), func(t *testing.T) {
			p := startServer(t, "--data", filepath.Join(t.TempDir(), "data"), "--open")
			resp, err := http.Get("http://" + p.addr + "/readyz")
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if resp.StatusCode != http.StatusOK {
				t.Errorf("/readyz says %s", resp.Status)
			}
			p.signal(t, sig)
			if _, err := io.Copy(io.Discard, p.stdout); err != nil {
				t.Fatal(err)
			}
			if err := p.cmd.Wait(); err != nil {
				t.Errorf("the server ended with %v, want exit code 0", err)
			}
		})
	}
}

func TestSecondSignalEndsAtOnce(t *testing.T) {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), runAs+"="+asStuck)
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	lines := bufio.NewReader(stdout)
	for _, want := range []string{"running\n", "stopping\n"} {
		if line, err := lines.ReadString('\n'); line != want {
			t.Fatalf("it says %q (%v), want %q", line, err, want)
		}
		if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
	}
	_ = cmd.Wait()
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); !ok || status.Signal() != syscall.SIGTERM {
		t.Errorf("it ended with %v, want the signal's effect", cmd.ProcessState)
	}
}

func TestServeGreeting(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		want string // a regular expression
	}{
		{"open", []string{"--open"},
			`^Plausch 0\.1\.0 listens on 127\.0\.0\.1:\d+ \(data in DIR\)\nBrowse: http://127\.0\.0\.1:\d+/\nTalk:   plausch chat tcp://127\.0\.0\.1:\d+ --name YOU\n$`},
		{"accounts only", nil,
			`(?m)^Nobody gets in but accounts.*plausch user add NAME --data DIR$`},
		{"self-signed", []string{"--open", "--tls=self-signed"},
			`\nCertificate, for others to compare \(SHA-256\):  [0-9a-f]{64}\nBrowse: https://127\.0\.0\.1:\d+/\nTalk:   plausch chat tls://127\.0\.0\.1:\d+ --name YOU\n$`},
		{"several places", []string{"--listen=127.0.0.1:0", "--listen=[::]:0"},
			`listens on 127\.0\.0\.1:\d+ and \[::\]:\d+ `},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "data")
			p := startServer(t, append(tt.args, "--data", dir)...)
			want := strings.ReplaceAll(tt.want, "DIR", regexp.QuoteMeta(dir))
			if !regexp.MustCompile(want).MatchString(p.greet) {
				t.Errorf("the greeting is\n%s\nwant\n%s", p.greet, want)
			}
		})
	}
}

func TestServeBesideUserAdd(t *testing.T) {
	dir := t.TempDir()
	startServer(t, "--data", dir)
	plauschRun(t, goodPassword, "user", "add", "anna", "--data", dir).want(t, connect.ExitOK, "anna")
}

func TestServeCannotStart(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer taken.Close()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(free.Addr().String())
	free.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		args []string
		want []string
	}{
		{"port taken", []string{"--listen", taken.Addr().String()}, []string{taken.Addr().String(), "in use", "--listen"}},
		{"places that overlap", []string{"--listen=127.0.0.1:" + port, "--listen=:" + port, "--metrics-listen=off"}, []string{"127.0.0.1:" + port, "overlap", "remove one"}},
		{"address of another machine", []string{"--listen=203.0.113.9:7528"}, []string{"203.0.113.9:7528", "--listen"}},
		{"no certificate", []string{"--listen=127.0.0.1:0", "--metrics-listen=off", "--tls-cert=/nowhere/c.pem", "--tls-key=/nowhere/k.pem"}, []string{"/nowhere/c.pem", "PEM"}},
		{"no roots", []string{"chat.example.org", "--listen=127.0.0.1:0", "--http-listen=off", "--metrics-listen=off", "--acme-ca-root", file}, []string{"acme_ca_root", file, "PEM"}},
		{"data folder is a file", []string{"--data", file}, []string{"data folder", file, "--data"}},
		{"data folder cannot be made", []string{"--data", filepath.Join(file, "data")}, []string{"data folder", file, "--data"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			o := plauschRun(t, "", append([]string{"serve"}, tt.args...)...)
			o.want(t, connect.ExitFailure, tt.want...)
			if o.stdout != "" {
				t.Errorf("it said %q although it does not run", o.stdout)
			}
		})
	}
}

func TestReachable(t *testing.T) {
	for _, tt := range []struct{ addr, want string }{
		{"127.0.0.1:7528", "127.0.0.1:7528"},
		{"192.168.1.5:7528", "192.168.1.5:7528"},
		{"[::1]:7528", "[::1]:7528"},
		{"0.0.0.0:7528", "127.0.0.1:7528"},
		{"[::]:7528", "127.0.0.1:7528"},
	} {
		addr, err := net.ResolveTCPAddr("tcp", tt.addr)
		if err != nil {
			t.Fatal(err)
		}
		if got := localAddress(addr); got != tt.want {
			t.Errorf("%s is reached as %s, want %s", tt.addr, got, tt.want)
		}
	}
}

func TestShellQuote(t *testing.T) {
	for in, want := range map[string]string{
		"/srv/chat":  "/srv/chat",
		"":           "''",
		"/my chat":   "'/my chat'",
		"it's $HOME": `'it'\''s $HOME'`,
	} {
		if got := shellQuote(in); got != want {
			t.Errorf("%q is quoted as %s, want %s", in, got, want)
		}
	}
}

func TestLogger(t *testing.T) {
	cfg := config.Default(t.TempDir())
	cfg.LogLevel, cfg.LogFormat = "warn", "json"
	var b strings.Builder
	log, _ := newLogger(cfg, &b)
	log.Info("not this")
	log.Warn("but this", "key", 1)
	if got := b.String(); strings.Contains(got, "not this") || !strings.Contains(got, `"msg":"but this","key":1`) {
		t.Errorf("the log is %s", got)
	}
}
