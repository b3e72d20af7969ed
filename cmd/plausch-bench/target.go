package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// target is a server to put load on.
type target struct {
	way
	name    string
	raw     bool
	address string // HOST:PORT
	path    string // of the WebSocket
	pid     int    // 0 if it is not known
	metrics string // HOST:PORT, empty if there are none
	// collect has garbage collected and returns the bytes of heap and stacks in
	// use after it; nil if that cannot be had.
	collect func(context.Context) (int64, error)
	process *process // nil if it is not ours to end
	folder  string   // to be removed at the end, if not empty
}

// stop ends a target that was started for the run.
func (t *target) stop() error {
	if t == nil {
		return nil
	}
	var errs []error
	if t.process != nil {
		errs = append(errs, t.process.end())
	}
	if t.folder != "" {
		errs = append(errs, os.RemoveAll(t.folder))
	}
	return errors.Join(errs...)
}

// given is the target of a server that runs already.
func given(_ context.Context, l *lab, w way) (*target, error) {
	u, err := url.Parse(l.opts.Server)
	if err != nil || u.Port() == "" || !slices.Contains([]string{"tcp", "ws", "tls", "wss"}, u.Scheme) {
		return nil, fmt.Errorf("%q is no server to measure: write tcp://HOST:PORT or ws://HOST:PORT, or tls:// or wss:// for TLS", l.opts.Server)
	}
	t := &target{
		way: w, name: "ours", address: u.Host, path: u.Path,
		pid: l.opts.ServerPID, metrics: l.opts.ServerMetrics,
	}
	if t.path == "" || t.path == "/" {
		t.path = "/ws"
	}
	if t.metrics != "" {
		t.collect = t.collectByMetrics
	}
	return t, nil
}

// startOurs starts a server of our own on an empty folder, with every limit so
// high that none is met.
func startOurs(ctx context.Context, l *lab, w way) (*target, error) {
	ports, err := freePorts(2)
	if err != nil {
		return nil, err
	}
	folder, err := os.MkdirTemp(l.folder, "server-")
	if err != nil {
		return nil, err
	}
	t := &target{
		way: w, name: "ours", address: ports[0], path: "/ws", metrics: ports[1], folder: folder,
	}
	t.collect = t.collectByMetrics
	certificate := "off"
	if t.tls {
		certificate = "self-signed"
	}
	const many = "1000000000"
	t.process, err = launch(ctx, l.opts.Program, "serve", "--open", "--log-level", "warn", "--tls", certificate,
		"--config", os.DevNull, "--data", filepath.Join(folder, "data"),
		"--listen", t.address, "--metrics-listen", t.metrics,
		"--limits-sends-per-second", many, "--limits-send-burst", many,
		"--guests-address-accounts-per-hour", "0", "--guests-accounts-per-hour", "0",
		"--guests-address-rooms-per-hour", "0", "--guests-rooms-per-hour", "0",
		"--limits-connections-per-address", many, "--limits-connections-per-address-before-sign-in", many,
		"--limits-connections-private", many, "--limits-connections-private-before-sign-in", many,
		"--limits-connections-before-sign-in", many, "--limits-sign-in-deadline", "60s")
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	t.pid = t.process.pid()
	if _, err := t.process.line(); err != nil { // it greets when it listens
		return nil, fmt.Errorf("start a server: %w", errors.Join(err, t.stop()))
	}
	return t, nil
}

// freePorts returns addresses of the loopback that nobody listens on just now.
func freePorts(n int) ([]string, error) {
	var addresses []string
	for range n {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer ln.Close() // after the loop, so that no port is found twice
		addresses = append(addresses, ln.Addr().String())
	}
	return addresses, nil
}

// collections is how often garbage is collected before memory is measured: what
// pools hold survives once, and a stack that is too large is halved each time.
const collections = 5

// collectByMetrics has a server of ours collect garbage, by asking for a heap
// profile, which begins with that.
func (t *target) collectByMetrics(ctx context.Context) (int64, error) {
	for range collections {
		if _, err := t.fetch(ctx, "/debug/pprof/heap?gc=1"); err != nil {
			return 0, err
		}
	}
	text, err := t.fetch(ctx, "/metrics")
	if err != nil {
		return 0, err
	}
	heap, err := metric(text, "go_memstats_heap_inuse_bytes")
	if err != nil {
		return 0, err
	}
	stacks, err := metric(text, "go_memstats_stack_inuse_bytes")
	return int64(heap + stacks), err
}

// goroutines returns how many goroutines a server of ours has.
func (t *target) goroutines(ctx context.Context) (float64, error) {
	if t.metrics == "" {
		return 0, errors.New("the server's metrics are not known")
	}
	text, err := t.fetch(ctx, "/metrics")
	if err != nil {
		return 0, err
	}
	return metric(text, "go_goroutines")
}

func (t *target) fetch(ctx context.Context, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+t.metrics+path, nil)
	if err != nil {
		return nil, err
	}
	req.Close = true // an idle connection would be memory of the server's
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %s", req.URL, resp.Status)
	}
	return io.ReadAll(resp.Body)
}

// metric returns the value of a metric without labels.
func metric(text []byte, name string) (float64, error) {
	for line := range bytes.Lines(text) {
		if value, ok := bytes.CutPrefix(line, []byte(name+" ")); ok {
			return strconv.ParseFloat(string(bytes.TrimSpace(value)), 64)
		}
	}
	return 0, fmt.Errorf("the server has no metric %s", name)
}

// process is a server that was started for the run.
type process struct {
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stdout *bufio.Reader
	errors bytes.Buffer
}

// launch starts a program that has nothing of this process's settings.
func launch(ctx context.Context, executable string, args ...string) (*process, error) {
	p := &process{cmd: exec.CommandContext(ctx, executable, args...)}
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "PLAUSCH_") {
			p.cmd.Env = append(p.cmd.Env, v)
		}
	}
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGTERM) }
	p.cmd.WaitDelay = 10 * time.Second
	p.cmd.Stderr = &p.errors
	var err error
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	p.stdout = bufio.NewReader(stdout)
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	return p, nil
}

func (p *process) pid() int { return p.cmd.Process.Pid }

// line returns the next line of the process's output.
func (p *process) line() (string, error) {
	line, err := p.stdout.ReadString('\n')
	return strings.TrimSpace(line), err
}

// end ends the process and waits for that. It may take its time to close what it
// has open, but not for ever.
func (p *process) end() error {
	_ = p.stdin.Close()
	if p.cmd.Process.Signal(syscall.SIGTERM) != nil {
		_ = p.cmd.Process.Kill() // where there is no such signal
	}
	timer := time.AfterFunc(15*time.Second, func() { _ = p.cmd.Process.Kill() })
	defer timer.Stop()
	_, _ = io.Copy(io.Discard, p.stdout)
	err := p.cmd.Wait()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() < 0 || errors.Is(err, context.Canceled) {
		err = nil // ended by a signal, as was wanted
	}
	if text := strings.TrimSpace(p.errors.String()); text != "" {
		return fmt.Errorf("a server that ran for the measurement said: %s", text)
	}
	return err
}
