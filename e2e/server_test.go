package e2e

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// serverProcess is a server that can be ended and started again on the same
// folder and port.
type serverProcess struct {
	t       testing.TB
	binary  string
	wrapper []string // runs the binary, if any
	data    string
	address string
	metrics string
	flags   []string
	starts  atomic.Int64 // how often it has become ready

	cmd    *exec.Cmd
	output *output
	ended  chan struct{} // closed when cmd has ended
}

// noSendLimits lets accounts send as fast as they can, and any number of guests.
var noSendLimits = []string{
	"--limits-sends-per-second=1000000", "--limits-send-burst=1000000",
	"--guests-address-accounts-per-hour=0", "--guests-accounts-per-hour=0",
	"--guests-address-rooms-per-hour=0", "--guests-rooms-per-hour=0",
	"--guests-address-bytes-per-day=0", "--guests-bytes-per-day=0",
}

// newServer returns a server that lets guests in, on a new folder. It is not
// running yet, and ends with the test.
func newServer(t *testing.T, flags ...string) *serverProcess {
	t.Helper()
	s := &serverProcess{
		t: t, binary: program(t), data: filepath.Join(t.TempDir(), "data"),
		address: freeAddress(t), metrics: freeAddress(t), flags: append([]string{"--open"}, flags...),
	}
	t.Cleanup(func() {
		if s.running() {
			s.kill()
		}
		if t.Failed() && s.output != nil {
			t.Logf("the server said last:\n%s", s.output.tail())
		}
	})
	return s
}

// startServer returns a server that is ready.
func startServer(t *testing.T, flags ...string) *serverProcess {
	t.Helper()
	s := newServer(t, flags...)
	s.start()
	return s
}

// portCounter gives each address another port, from one by chance on: a server has two,
// and chance alone now and then chose the same.
var portCounter atomic.Int64

func init() { portCounter.Store(rand.Int64N(12000)) }

// freeAddress returns a place on the loopback to listen on. It is below the ports
// that connections are given, so that nobody takes it while a server is down,
// and no connection to it can meet itself.
func freeAddress(t testing.TB) string {
	t.Helper()
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", 20000+portCounter.Add(1)%12000)
		ln, err := net.Listen("tcp", address)
		if err != nil {
			continue
		}
		ln.Close()
		return address
	}
	t.Fatal("there is no free port")
	return ""
}

func (s *serverProcess) args() []string {
	return append([]string{"serve", "--data", s.data, "--listen", s.address, "--metrics-listen", s.metrics}, s.flags...)
}

// launch starts the process and does not wait for it to be ready.
func (s *serverProcess) launch() {
	s.t.Helper()
	command := append(append([]string{}, s.wrapper...), s.binary)
	command = append(command, s.args()...)
	s.cmd = exec.Command(command[0], command[1:]...)
	s.cmd.Env = append(os.Environ(), "HOME="+s.t.TempDir())
	s.output = &output{listens: make(chan struct{})}
	s.cmd.Stdout, s.cmd.Stderr = s.output, s.output
	if err := s.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	cmd, ended := s.cmd, make(chan struct{})
	s.ended = ended
	go func() {
		_ = cmd.Wait() // how it ended is in its state
		close(ended)
	}()
}

// start starts the process, waits until it is ready and returns how long that
// took.
func (s *serverProcess) start() time.Duration {
	s.t.Helper()
	began := time.Now()
	s.launch()
	select {
	case <-s.output.listens:
	case <-s.ended:
		s.t.Fatalf("the server ended with code %d:\n%s", s.cmd.ProcessState.ExitCode(), s.output.tail())
	case <-time.After(patience):
		s.t.Fatalf("the server does not listen:\n%s", s.output.tail())
	}
	if status, body := s.get("/readyz"); status != http.StatusOK {
		s.t.Fatalf("the server is not ready: %d %s", status, body)
	}
	s.starts.Add(1)
	return time.Since(began)
}

func (s *serverProcess) running() bool {
	if s.cmd == nil {
		return false
	}
	select {
	case <-s.ended:
		return false
	default:
		return true
	}
}

// kill ends the process with SIGKILL.
func (s *serverProcess) kill() {
	s.t.Helper()
	s.signal(syscall.SIGKILL)
	<-s.ended
	s.checkRaces()
}

// checkRaces fails the test if the race detector has found something.
func (s *serverProcess) checkRaces() {
	s.t.Helper()
	if text := s.output.String(); strings.Contains(text, "DATA RACE") {
		s.t.Errorf("the server has a data race:\n%s", text)
	}
}

func (s *serverProcess) signal(sig syscall.Signal) {
	s.t.Helper()
	if err := s.cmd.Process.Signal(sig); err != nil && !errors.Is(err, os.ErrProcessDone) {
		s.t.Fatal(err)
	}
}

// wait waits for the end of the process and returns its exit code.
func (s *serverProcess) wait() int {
	s.t.Helper()
	select {
	case <-s.ended:
		s.checkRaces()
		return s.cmd.ProcessState.ExitCode()
	case <-time.After(patience):
		s.t.Fatalf("the server does not end:\n%s", s.output.tail())
		return -1
	}
}

// get returns the answer to an HTTP request on the one port.
func (s *serverProcess) get(path string) (int, string) {
	s.t.Helper()
	return httpGet(s.t, "http://"+s.address+path)
}

func httpGet(t testing.TB, url string) (int, string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Close = true // it would count as a connection before sign-in
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

// metric returns a figure of the server.
func (s *serverProcess) metric(name string) float64 {
	s.t.Helper()
	_, body := httpGet(s.t, "http://"+s.metrics+"/metrics")
	for line := range strings.Lines(body) {
		var value float64
		if rest, ok := strings.CutPrefix(line, name+" "); ok {
			if _, err := fmt.Sscan(rest, &value); err != nil {
				s.t.Fatalf("the metric %s is %q", name, rest)
			}
			return value
		}
	}
	s.t.Fatalf("there is no metric %s", name)
	return 0
}

// awaitMetric waits until a figure is as wanted.
func (s *serverProcess) awaitMetric(name string, wanted func(float64) bool) float64 {
	s.t.Helper()
	var value float64
	await(s.t, func() bool {
		value = s.metric(name)
		return wanted(value)
	}, func() string { return fmt.Sprintf("the metric %s is still %v", name, value) })
	return value
}

func equals(want float64) func(float64) bool { return func(v float64) bool { return v == want } }

// await waits for what can only be asked for again and again.
func await(t testing.TB, done func() bool, otherwise func() string) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	end := time.After(patience)
	for !done() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatal(otherwise())
		}
	}
}

// output keeps what a process has said.
type output struct {
	mu      sync.Mutex
	text    []byte
	heard   bool
	listens chan struct{} // closed when a server has said where it listens
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.text = append(o.text, p...)
	if !o.heard && bytes.Contains(o.text, []byte(" listens on ")) {
		o.heard = true
		close(o.listens)
	}
	return len(p), nil
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return string(o.text)
}

// tail is the end of it.
func (o *output) tail() string {
	text := o.String()
	return text[max(0, len(text)-4<<10):]
}
