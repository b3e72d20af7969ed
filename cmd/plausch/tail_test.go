package main

import (
	"bufio"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"plausch"
	"plausch/internal/connect"
)

// freeAddress returns a place on the loopback where nobody listens. It is below
// the ports that connections are given, so that none takes it while a server is
// down.
func freeAddress(t *testing.T) string {
	t.Helper()
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", 20000+rand.IntN(12000))
		if ln, err := net.Listen("tcp", address); err == nil {
			ln.Close()
			return address
		}
	}
	t.Fatal("there is no free port")
	return ""
}

// startServerAt starts a server on an address of its own, to which its clients
// find back when it is started again.
func startServerAt(t *testing.T, address string, args ...string) *process {
	t.Helper()
	return startServer(t, append([]string{"--listen=" + address}, args...)...)
}

func passwordFile(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(path, []byte(goodPassword+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// patience is how long a test waits for what should come soon. Only what is
// broken lets it pass.
const patience = time.Minute

// started is a command that runs beside the test.
type started struct {
	t     *testing.T
	stdin io.WriteCloser
	lines chan string // what it prints
	code  chan int
}

func startCommand(t *testing.T, args ...string) *started {
	t.Helper()
	in, stdin := io.Pipe()
	stdout, out := io.Pipe()
	s := &started{t: t, stdin: stdin, lines: make(chan string, 10000), code: make(chan int, 1)}
	go func() {
		code := run(args, in, out, io.Discard)
		out.Close()
		in.Close()
		s.code <- code
	}()
	go func() {
		for sc := bufio.NewScanner(stdout); sc.Scan(); {
			s.lines <- sc.Text()
		}
		close(s.lines)
	}()
	return s
}

// await returns the first line that has part in it, and those before it.
func (s *started) await(part string) (before []string) {
	s.t.Helper()
	end := time.After(patience)
	for {
		select {
		case line, ok := <-s.lines:
			if before = append(before, line); ok && strings.Contains(line, part) {
				return before
			}
			if !ok {
				s.t.Fatalf("the command ended without %q:\n%s", part, strings.Join(before, "\n"))
			}
		case <-end:
			s.t.Fatalf("the command does not print %q, but:\n%s", part, strings.Join(before, "\n"))
		}
	}
}

func TestTailPagesBack(t *testing.T) {
	p := openServer(t)
	p.signal(t, syscall.SIGKILL)
	_ = p.cmd.Wait()
	p = startServer(t, "--data", t.TempDir(), "--open", "--limits-sends-per-second=100000", "--limits-send-burst=100000")
	t.Setenv(connect.ServerEnv, "ws://"+p.addr)
	const n = 450
	var lines strings.Builder
	for i := range n {
		fmt.Fprintln(&lines, i)
	}
	plauschRun(t, lines.String(), "send").want(t, connect.ExitOK)
	// Large texts cut the pages.
	plauschRun(t, strings.Repeat(strings.Repeat("x", plausch.MaxText)+"\n", 8), "send", "--name=bob").want(t, connect.ExitOK)
	for args, want := range map[string]int{"--since 0": n + 8, "-n 1000": n + 8, "-n 300": 300, "--since 200": n - 192, "--since 200 -n 9": 9} {
		o := plauschRun(t, "", append([]string{"tail", "public", "--json"}, strings.Fields(args)...)...)
		got := strings.Fields(seqs(t, o.stdout))
		for i, seq := range got {
			if seq != fmt.Sprint(n+8-want+i+1) {
				t.Fatalf("tail %s: line %d has seq %s", args, i+1, seq)
			}
		}
		if len(got) != want {
			t.Errorf("tail %s prints %d lines, want %d", args, len(got), want)
		}
	}
}

// A follower sees everything once, whatever happens to the server.
func TestTailFollowsOverKill(t *testing.T) {
	clearClientEnv(t)
	data, address := t.TempDir(), freeAddress(t)
	start := func() *process {
		return startServerAt(t, address, "--data", data, "--open", "--limits-sends-per-second=100000", "--limits-send-burst=100000")
	}
	p := start()
	t.Setenv(connect.ServerEnv, "tcp://"+address)
	plauschRun(t, "", "send", "0").want(t, connect.ExitOK)
	tail := startCommand(t, "tail", "public", "--follow", "--json", "--name=anna")
	tail.await(`"text":"0"`)
	send := startCommand(t, "send", "--name=bob")
	const n = 300
	for i := range n {
		if i == n/3 || i == 2*n/3 {
			p.signal(t, syscall.SIGKILL)
			_ = p.cmd.Wait()
			p = start()
		}
		fmt.Fprintf(send.stdin, "%d\n", i+1)
	}
	send.stdin.Close()
	if code := <-send.code; code != connect.ExitOK {
		t.Fatalf("send ends with %d", code)
	}
	lines := tail.await(fmt.Sprintf(`"text":"%d"`, n))
	for i, line := range lines {
		if !strings.Contains(line, fmt.Sprintf(`"text":"%d"}`, i+1)) {
			t.Fatalf("line %d is %s", i+1, line)
		}
	}
}

func TestTailFollowsAPersonBeforeTheFirstMessage(t *testing.T) {
	openServer(t)
	plauschRun(t, "", "send", "--name=bob", "here I am").want(t, connect.ExitOK)
	// Both at once: they are the same guest nevertheless.
	tail := startCommand(t, "tail", "@bob", "--follow", "--name=anna")
	public := startCommand(t, "tail", "public", "-n", "1", "--follow", "--name=anna")
	public.await("bob: here I am")
	plauschRun(t, "", "send", "--name=bob", "--to=@anna", "psst").want(t, connect.ExitOK)
	tail.await("bob: psst")
	plauschRun(t, "", "send", "--name=bob", "all of you").want(t, connect.ExitOK)
	if lines := public.await("all of you"); len(lines) != 1 {
		t.Errorf("it prints %q", lines)
	}
}
