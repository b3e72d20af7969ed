package main

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"pgregory.net/rapid"

	"plausch"
	"plausch/internal/connect"
)

// openServer starts a server that lets guests in and has clients of this test
// find it.
func openServer(t *testing.T, flags ...string) *process {
	t.Helper()
	clearClientEnv(t)
	p := startServer(t, append([]string{"--data", t.TempDir(), "--open"}, flags...)...)
	t.Setenv(connect.ServerEnv, "tcp://"+p.addr)
	return p
}

func TestSendAndTail(t *testing.T) {
	p := openServer(t)
	plauschRun(t, "", "send", "Hello", "you  all").want(t, connect.ExitOK)
	plauschRun(t, "one\n\ntwo\r\nthree\tx", "send", "--name=bob").want(t, connect.ExitOK)
	plauschRun(t, "", "send", "--server=ws://"+p.addr, "--to=@bob", "a\r\nb").want(t, connect.ExitOK)
	plauschRun(t, "", "send", "--to=@nobody", "x").want(t, connect.ExitRefused, "nobody")
	plauschRun(t, "", "send", "--to=nowhere", "x").want(t, connect.ExitRefused, "nowhere")
	plauschRun(t, "", "send", "").want(t, connect.ExitRefused, "empty")

	out := plauschRun(t, "", "tail", "public")
	out.want(t, connect.ExitOK, " tester: Hello you  all\n", " bob: one\n", " bob: three\tx\n")
	if n := strings.Count(out.stdout, "\n"); n != 4 {
		t.Errorf("tail prints %d lines:\n%s", n, out.stdout)
	}
	plauschRun(t, "", "tail", "@bob").want(t, connect.ExitOK, " tester: a\n    b\n")
	plauschRun(t, "", "tail", "@carl").want(t, connect.ExitRefused, "carl")
	plauschRun(t, "", "tail", "nowhere").want(t, connect.ExitRefused, "nowhere")
	plauschRun(t, "", "tail", "public", "--since=9").want(t, connect.ExitRefused, "ahead of the log", "--since 4")
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
		if got := seqs(t, o.stdout); got != tt.want || o.code != connect.ExitOK {
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
	plauschRun(t, "/create dev\n/create den private\n", "chat", "--name=anna").want(t, connect.ExitOK)
	plauschRun(t, "", "send", "--to=dev", "hi").want(t, connect.ExitOK)
	plauschRun(t, "", "send", "--to=den", "hi").want(t, connect.ExitRefused, "private")
	plauschRun(t, "", "tail", "dev", "--name=carl").want(t, connect.ExitOK, "tester: hi")
}

// texts returns the texts of the messages of public, as a script reads them.
func texts(t *testing.T) []string {
	t.Helper()
	o := plauschRun(t, "", "tail", "public", "--since=0", "--json")
	o.want(t, connect.ExitOK)
	var all []string
	for line := range strings.Lines(o.stdout) {
		var m struct{ Text string }
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		all = append(all, m.Text)
	}
	return all
}

// What programs write is no reason to stop: what of it can be read arrives.
func TestSendOutputOfPrograms(t *testing.T) {
	openServer(t, "--limits-sends-per-second=1000", "--limits-send-burst=1000")
	const family = "👨\u200d👩\u200d👧\u200d👦"
	most := strings.Repeat("x", plausch.MaxText)
	for _, tt := range []struct {
		name, stdin string
		want        []string
	}{
		{"colours", "a\n\x1b[31merror\x1b[0m\nb\n", []string{"a", "error", "b"}},
		{"links and titles", "\x1b]8;;https://x\x1b\\here\x1b]8;;\x1b\\\x1b]0;make\x07 it\n", []string{"here it"}},
		{"a sequence without an end", "a\x1b]0;title\nb\x1b[3\nc\x1b", []string{"a0;title", "b", "c"}},
		{"NUL and other controls", "a\x00b\x07\x0e\n\x00\n\x7f\u0085c\n", []string{"ab", "c"}},
		{"not UTF-8", "a\xffb\n\xc3\n", []string{"a\ufffdb", "\ufffd"}},
		{"not seen, but meant", "a\u00adb \u200d\ue0b0\n", []string{"a\u00adb \u200d\ue0b0"}},
		{"byte order mark, no end", "\ufeffa\r\nb", []string{"a", "b"}},
		{"a progress bar", "[#  ] 10%\r[## ] 50%\r[###] 100%\ndone\n", []string{"[###] 100%", "done"}},
		{"one that erases", "10 of 100 files\r\x1b[K\rdone\n", []string{"done"}},
		{"an error, and then a short line over it", "error: the disk is full\rok\r\n", []string{"error: the disk is full\nok"}},
		{"bold as on paper", "N\bNA\bA_\bM_\bE\b\n", []string{"NAME"}},
		{"the longest line", most + "\r\n" + most, []string{most, most}},
		{"a longer one", "one\n\n" + most + "y\nfour\n", []string{"one", most, "y", "four"}},
		{"not within a character", most[1:] + family + "z\n", []string{most[1:], family + "z"}},
		{"much longer", strings.Repeat("é", 500_000) + "!\n.\n", append(slices.Repeat([]string{strings.Repeat("é", plausch.MaxText/2)}, 61), strings.Repeat("é", 500_000-61*plausch.MaxText/2)+"!", ".")},
		{"a long progress bar", strings.Repeat("12 of 99 \x1b[32mfiles\x1b[0m\r", 30_000) + "99 of 99 files\n", []string{"99 of 99 files"}},
		{"no line at all", "\x1b[0m\n\n\x00", nil},
	} {
		before := len(texts(t))
		plauschRun(t, tt.stdin, "send").want(t, connect.ExitOK)
		if got := texts(t)[before:]; !slices.Equal(got, tt.want) {
			t.Errorf("%s: %d messages arrive, %.300q; want %d, %.300q", tt.name, len(got), got, len(tt.want), tt.want)
		}
	}
}

func TestSendWhole(t *testing.T) {
	openServer(t)
	lines := strings.Repeat("a line of a log\n", 3000) // 48,000 bytes: three messages
	plauschRun(t, "one\n\n\x1b[1mtwo\x1b[0m\r\n\n", "send", "--whole").want(t, connect.ExitOK)
	plauschRun(t, lines, "send", "--whole").want(t, connect.ExitOK)
	got := texts(t)
	if got[0] != "one\n\ntwo" || len(got) != 4 {
		t.Fatalf("%d messages arrive; the first is %q", len(got), got[0])
	}
	if strings.Join(got[1:], "\n")+"\n" != lines {
		t.Errorf("it arrives as %q", got[1:])
	}
	plauschRun(t, "", "send", "--whole").want(t, connect.ExitRefused, "empty")
	plauschRun(t, strings.Repeat("x\n", maxWhole/2+1), "send", "--whole").want(t, connect.ExitRefused, "1024 KiB", "nothing was sent")
	plauschRun(t, "x", "send", "--whole", "y").want(t, connect.ExitUsage, "--whole")
	if n := len(texts(t)); n != 4 {
		t.Errorf("there are %d messages", n)
	}
}

// However it is read, nothing of a line is lost, and nothing of it is refused.
func TestReadLinesLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		part := rapid.SampledFrom([]string{"word ", "é", "日本", "👨\u200d👩\u200d👧", "e\u0301", "x", strings.Repeat("y", 5000)})
		text := strings.Join(rapid.SliceOfN(part, 0, 400).Draw(t, "parts"), "")
		var got strings.Builder
		for line := range readLines(iotest.DataErrReader(strings.NewReader(text)))() {
			if err := plausch.CheckText(line.text); err != nil || line.err != nil {
				t.Fatalf("%v, %v", err, line.err)
			}
			got.WriteString(line.text)
		}
		if got.String() != text {
			t.Fatalf("%d bytes become %d", len(text), got.Len())
		}
	})
}

func TestSendRefusedLines(t *testing.T) {
	openServer(t)
	o := plauschRun(t, "one\ntwo\n", "send", "--to=@nobody")
	o.want(t, connect.ExitRefused, "0 lines are acknowledged", "refused: line", "nobody")
}

func TestClientExitCodes(t *testing.T) {
	p := openServer(t)
	plauschRun(t, "", "send", "--name=bob", "mine").want(t, connect.ExitOK)
	nobody := "tcp://" + freeAddress(t)
	for _, tt := range []struct {
		name string
		args []string
		code int
		want []string
	}{
		{"bad room", []string{"send", "--to=a b", "x"}, connect.ExitUsage, []string{"a b"}},
		{"bad timeout", []string{"send", "--timeout=-1s", "x"}, connect.ExitUsage, []string{"--timeout"}},
		{"bad number", []string{"tail", "public", "-n=-1"}, connect.ExitUsage, []string{"-n"}},
		{"no room", []string{"tail"}, connect.ExitUsage, []string{"tail --help"}},
		{"two servers", []string{"chat", "tcp://a", "--server=tcp://b"}, connect.ExitUsage, []string{"--server"}},
		{"offline", []string{"send", "--server=" + nobody, "--timeout=1s", "x"}, connect.ExitOffline, []string{nobody, "plausch serve --open"}},
		{"tail offline", []string{"tail", "--server=" + nobody, "--timeout=1s", "public"}, connect.ExitOffline, []string{nobody}},
		{"wrong password", []string{"send", "--server=tcp://" + p.addr, "--name=anna", "--password-file=" + passwordFile(t), "x"}, connect.ExitSignIn, []string{"anna"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plauschRun(t, "", tt.args...).want(t, tt.code, tt.want...)
		})
	}
	t.Setenv("XDG_STATE_HOME", t.TempDir()) // another person
	for _, args := range [][]string{{"send", "x"}, {"tail", "public"}, {"chat"}} {
		plauschRun(t, "", append(args, "--name=bob")...).want(t, connect.ExitSignIn, "bob belongs to somebody else", "--name")
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
	done := make(chan outcome, 1)
	go func() {
		var stderr strings.Builder
		code := run([]string{"send", "--timeout=1s"}, in, io.Discard, &stderr)
		in.Close() // so that no line waits for a command that has ended
		done <- outcome{code: code, stderr: stderr.String()}
	}()
	fmt.Fprintln(w, "one")
	<-time.After(1500 * time.Millisecond) // the silence that is tested
	fmt.Fprintln(w, "two")
	w.Close()
	(<-done).want(t, connect.ExitOK)
}
