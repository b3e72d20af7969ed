package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"plausch"
)

// openServer starts a server that lets guests in and has clients of this test
// find it.
func openServer(t *testing.T) *process {
	t.Helper()
	clearClientEnv(t)
	p := startServer(t, "--data", t.TempDir(), "--open")
	t.Setenv(serverEnv, "tcp://"+p.addr)
	return p
}

func TestSendAndTail(t *testing.T) {
	p := openServer(t)
	plauschRun(t, "", "send", "Hello", "you  all").want(t, exitOK)
	plauschRun(t, "one\n\ntwo\r\nthree\tx", "send", "--name=bob").want(t, exitOK)
	plauschRun(t, "", "send", "--server=ws://"+p.addr, "--to=@bob", "a\r\nb").want(t, exitOK)
	plauschRun(t, "", "send", "--to=@nobody", "x").want(t, exitRefused, "nobody")
	plauschRun(t, "", "send", "--to=nowhere", "x").want(t, exitRefused, "nowhere")
	plauschRun(t, "", "send", "").want(t, exitRefused, "empty")

	out := plauschRun(t, "", "tail", "public")
	out.want(t, exitOK, " tester: Hello you  all\n", " bob: one\n", " bob: three\tx\n")
	if n := strings.Count(out.stdout, "\n"); n != 4 {
		t.Errorf("tail prints %d lines:\n%s", n, out.stdout)
	}
	plauschRun(t, "", "tail", "@bob").want(t, exitOK, " tester: a\n    b\n")
	plauschRun(t, "", "tail", "@carl").want(t, exitRefused, "carl")
	plauschRun(t, "", "tail", "nowhere").want(t, exitRefused, "nowhere")
	plauschRun(t, "", "tail", "public", "--since=9").want(t, exitRefused, "ahead of the log", "--since 4")
	for _, tt := range []struct {
		args, want string
	}{
		{"public -n 2", "3 4"},
		{"public -n 0", ""},
		{"public --since 0", "1 2 3 4"},
		{"public --since 3", "4"},
		{"public --since 4", ""},
		{"public --since 1 -n 2", "3 4"},
		{"@tester --name bob", "3"},
	} {
		o := plauschRun(t, "", append([]string{"tail", "--json"}, strings.Fields(tt.args)...)...)
		if got := seqs(t, o.stdout); got != tt.want || o.code != exitOK {
			t.Errorf("tail --json %s prints the seqs %q (%d, %s), want %q", tt.args, got, o.code, o.stderr, tt.want)
		}
	}
}

// seqs returns the seqs of the objects that tail --json printed, after looking
// at their keys.
func seqs(t *testing.T, ndjson string) string {
	t.Helper()
	var all []string
	for line := range strings.Lines(ndjson) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		for _, key := range []string{"room", "seq", "time", "from", "text"} {
			if m[key] == nil {
				t.Errorf("%q has no %s", line, key)
			}
		}
		if at, err := time.Parse("2006-01-02T15:04:05.000Z", fmt.Sprint(m["time"])); err != nil || time.Since(at).Abs() > time.Hour || len(m) != 5 {
			t.Errorf("%q: %v", line, err)
		}
		all = append(all, fmt.Sprint(m["seq"]))
	}
	return strings.Join(all, " ")
}

func TestSendJoinsPublicRooms(t *testing.T) {
	openServer(t)
	// Chat is the way to make rooms.
	plauschRun(t, "/create dev\n/create den private\n", "chat", "--name=anna").want(t, exitOK)
	plauschRun(t, "", "send", "--to=dev", "hi").want(t, exitOK)
	plauschRun(t, "", "send", "--to=den", "hi").want(t, exitRefused, "private")
	plauschRun(t, "", "tail", "dev", "--name=carl").want(t, exitOK, "tester: hi")
}

func TestSendBadLines(t *testing.T) {
	openServer(t)
	most := strings.Repeat("x", plausch.MaxText)
	plauschRun(t, most+"\r\n"+most, "send").want(t, exitOK)
	for _, tt := range []struct {
		name, stdin string
		want        []string
	}{
		{"too long", "one\n\n" + most + "x\nfour\n", []string{"line 3: the text has 16385 bytes", "1 line is acknowledged; not sent: line 3 and what follows"}},
		{"endless", strings.Repeat(most, 100), []string{"line 1 is longer", "0 lines are acknowledged; not sent: line 1"}},
		{"control characters", "one\ntwo\x1b[2J\nthree\n", []string{"line 2: ", "U+001B", "not sent: line 2 and what follows"}},
		{"not UTF-8", "\xff\n", []string{"UTF-8"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plauschRun(t, tt.stdin, "send").want(t, exitRefused, tt.want...)
		})
	}
}

func TestSendRefusedLines(t *testing.T) {
	openServer(t)
	o := plauschRun(t, "one\ntwo\n", "send", "--to=@nobody")
	o.want(t, exitRefused, "0 lines are acknowledged", "refused: line", "nobody")
}

func TestClientExitCodes(t *testing.T) {
	p := openServer(t)
	plauschRun(t, "", "send", "--name=bob", "mine").want(t, exitOK)
	nobody := "tcp://" + freeAddress(t)
	for _, tt := range []struct {
		name string
		args []string
		code int
		want []string
	}{
		{"bad room", []string{"send", "--to=a b", "x"}, exitUsage, []string{"a b"}},
		{"bad timeout", []string{"send", "--timeout=-1s", "x"}, exitUsage, []string{"--timeout"}},
		{"bad number", []string{"tail", "public", "-n=-1"}, exitUsage, []string{"-n"}},
		{"no room", []string{"tail"}, exitUsage, []string{"tail --help"}},
		{"two servers", []string{"chat", "tcp://a", "--server=tcp://b"}, exitUsage, []string{"--server"}},
		{"offline", []string{"send", "--server=" + nobody, "--timeout=50ms", "x"}, exitOffline, []string{nobody, "plausch serve --open"}},
		{"tail offline", []string{"tail", "--server=" + nobody, "--timeout=50ms", "public"}, exitOffline, []string{nobody}},
		{"wrong password", []string{"send", "--server=tcp://" + p.addr, "--name=anna", "--password-file=" + passwordFile(t), "x"}, exitSignIn, []string{"anna"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plauschRun(t, "", tt.args...).want(t, tt.code, tt.want...)
		})
	}
	t.Setenv("XDG_STATE_HOME", t.TempDir()) // another person
	for _, args := range [][]string{{"send", "x"}, {"tail", "public"}, {"chat"}} {
		plauschRun(t, "", append(args, "--name=bob")...).want(t, exitSignIn, "bob belongs to somebody else", "--name")
	}
}

func TestLineNumbers(t *testing.T) {
	for want, in := range map[string][]int{"line 3": {3}, "lines 1, 3-5, 9": {9, 3, 1, 4, 5}, "lines 1-2": {2, 1}} {
		if got := lineNumbers(in); got != want {
			t.Errorf("%v are %q, want %q", in, got, want)
		}
	}
}

func TestSendWaitsForLines(t *testing.T) {
	openServer(t)
	// A pipe that is silent for longer than the timeout is no failure.
	in, w := io.Pipe()
	done := make(chan outcome)
	go func() {
		var stderr strings.Builder
		done <- outcome{code: run([]string{"send", "--timeout=300ms"}, in, io.Discard, &stderr), stderr: stderr.String()}
	}()
	fmt.Fprintln(w, "one")
	<-time.After(600 * time.Millisecond) // the silence that is tested
	fmt.Fprintln(w, "two")
	w.Close()
	(<-done).want(t, exitOK)
}
