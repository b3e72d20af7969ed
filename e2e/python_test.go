package e2e

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// python is the interpreter that Debian's python3-msgpack is for.
const python = "/usr/bin/python3"

// TestPythonExample holds examples/chat.py, which was written from
// docs/protocol.md alone, against the server: two people talk in public and in
// their direct room while the server is killed, and both see every text once
// and in the same order.
func TestPythonExample(t *testing.T) {
	if out, err := exec.Command(python, "-c", "import msgpack").CombinedOutput(); err != nil {
		t.Fatalf("%s cannot import msgpack, which examples/chat.py needs: install python3-msgpack (make deps does it): %v\n%s", python, err, out)
	}
	s := startServer(t, noSendLimits...)
	state := t.TempDir()
	alice, bob := startExample(t, s.address, state, "Alice"), startExample(t, s.address, state, "bob")
	alice.awaitNotice("connected; rooms: #public")
	bob.awaitNotice("connected; rooms: #public")

	var said []string // who said what where, as alice's client prints it
	expect := func(lines ...string) {
		t.Helper()
		said = append(said, lines...)
		alice.await(lines...)
		bob.await(seenByBob(lines)...)
	}
	alice.say("Hello, everyone\n")
	expect("#public alice: Hello, everyone")
	bob.say("/msg Alice between you and me\n")
	expect("@bob bob: between you and me")
	alice.say("/msg bob turned \u202eround, with CR LF\r\n")
	expect("@bob alice: turned round, with CR LF")
	alice.say("/msg nobody-here are you there?\n")
	alice.awaitNotice("(not_found)")

	// Both write on and on while the server is killed.
	stop := make(chan struct{})
	fromAlice, fromBob := alice.keepSaying("bob", stop), bob.keepSaying("alice", stop)
	alice.await("@bob bob: "+text(20), "#public alice: "+text(21))
	s.kill()
	s.start()
	close(stop)
	expect(lines("alice", <-fromAlice)...)
	expect(lines("bob", <-fromBob)...)

	// One is away for longer than a page of history.
	bob.signal(syscall.SIGSTOP)
	s.kill()
	s.start()
	var missed []string
	for i := range 150 {
		alice.say(fmt.Sprintf("missed %d\n", i))
		missed = append(missed, fmt.Sprintf("#public alice: missed %d", i))
	}
	alice.await(missed...)
	bob.signal(syscall.SIGCONT)
	expect(missed...)

	// A script, and once more: its token makes it the same guest.
	for i := range 2 {
		carol := startExample(t, s.address, state, "carol")
		carol.say(fmt.Sprintf("script %d", i)) // the last line need not be complete
		carol.end(0)
		expect(fmt.Sprintf("#public carol: script %d", i))
	}
	thief := startExample(t, s.address, t.TempDir(), "alice")
	thief.awaitNotice("(taken)")
	thief.end(1)

	alice.end(0)
	bob.end(0)
	slices.Sort(said)
	if got := slices.Sorted(slices.Values(alice.messages())); !slices.Equal(got, said) {
		t.Errorf("alice saw %d texts, and not exactly the %d that were said:\n%s", len(got), len(said), differences(got, said))
	}
	inRoom := func(lines []string, room string) []string {
		return slices.DeleteFunc(slices.Clone(lines), func(l string) bool { return !strings.HasPrefix(l, room+" ") })
	}
	for _, room := range []string{"#public", "@bob"} {
		a := seenByBob(inRoom(alice.messages(), room))
		b := inRoom(bob.messages(), strings.Replace(room, "@bob", "@alice", 1))
		if !slices.Equal(a, b) {
			t.Errorf("in %s alice saw %d texts and bob %d, or in another order:\n%s", room, len(a), len(b), differences(b, a))
		}
		for _, who := range []string{"alice", "bob"} {
			if n := inOrder(a, who); n == 0 {
				t.Errorf("in %s no text of %s is numbered", room, who)
			} else if n < 0 {
				t.Errorf("in %s the texts of %s are not in the order in which they were written", room, who)
			}
		}
	}
	for _, name := range []string{"Alice", "bob", "carol"} {
		path := filepath.Join(state, "plausch-example", strings.Replace(s.address, ":", "-", 1)+"-"+name+".token")
		if info, err := os.Stat(path); err != nil {
			t.Error(err)
		} else if info.Mode() != 0o600 {
			t.Errorf("the token of %s has the mode %v", name, info.Mode())
		}
	}
}

// example is a running client, as a rule examples/chat.py.
type example struct {
	t            *testing.T
	name         string
	cmd          *exec.Cmd
	stdin        io.WriteCloser
	out, notices *output
	ended        chan struct{} // closed when cmd has ended
}

func startExample(t *testing.T, address, state, name string) *example {
	t.Helper()
	return startClient(t, name, state, exec.Command(python, filepath.Join("..", "examples", "chat.py"), "--server", address, "--name", name))
}

// startClient runs a program that chats on standard input and output, and keeps
// what it remembers in the folder state.
func startClient(t *testing.T, name, state string, cmd *exec.Cmd) *example {
	t.Helper()
	e := &example{
		t: t, name: name, cmd: cmd, ended: make(chan struct{}),
		out: &output{listens: make(chan struct{})}, notices: &output{listens: make(chan struct{})},
	}
	e.cmd.Env = append(os.Environ(), "XDG_STATE_HOME="+state)
	e.cmd.Stdout, e.cmd.Stderr = e.out, e.notices
	var err error
	if e.stdin, err = e.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	if err := e.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = e.cmd.Wait() // how it ended is in its state
		close(e.ended)
	}()
	t.Cleanup(func() {
		_ = e.cmd.Process.Kill() // in most cases it has ended
		<-e.ended
		if t.Failed() {
			t.Logf("%s printed last:\n%s\nand noted:\n%s", name, e.out.tail(), e.notices.tail())
		}
	})
	return e
}

func (e *example) signal(sig syscall.Signal) {
	e.t.Helper()
	if err := e.cmd.Process.Signal(sig); err != nil {
		e.t.Fatal(err)
	}
}

func (e *example) say(line string) {
	e.t.Helper()
	if _, err := io.WriteString(e.stdin, line); err != nil {
		e.t.Fatalf("%s reads no more: %v", e.name, err)
	}
}

// text is the i-th text of somebody who keeps writing. It is so long that few
// fit into a pipe: most are written when the program has sent others.
func text(i int) string { return fmt.Sprintf("text %d %s", i, strings.Repeat("·", 400)) }

// keepSaying writes text 0, 1, 2 and so on until stop is closed, the even ones to
// the direct room with peer. Then it says how many they were. It also ends with
// the program; whoever waits for the texts says so.
func (e *example) keepSaying(peer string, stop <-chan struct{}) <-chan int {
	count := make(chan int, 1)
	go func() {
		for i := 0; ; i++ {
			line := text(i) + "\n"
			if i%2 == 0 {
				line = "/msg " + peer + " " + line
			}
			select {
			case <-stop:
				count <- i
				return
			default:
			}
			if _, err := io.WriteString(e.stdin, line); err != nil {
				count <- i
				return
			}
		}
	}()
	return count
}

// lines are the first n texts of keepSaying, as alice's client prints them.
func lines(who string, n int) []string {
	var all []string
	for i := range n {
		room := "#public"
		if i%2 == 0 {
			room = "@bob"
		}
		all = append(all, room+" "+who+": "+text(i))
	}
	return all
}

// seenByBob turns what alice's client prints into what bob's does.
func seenByBob(lines []string) []string {
	var all []string
	for _, line := range lines {
		if rest, direct := strings.CutPrefix(line, "@bob "); direct {
			line = "@alice " + rest
		}
		all = append(all, line)
	}
	return all
}

// await waits until all the lines have been printed.
func (e *example) await(lines ...string) {
	e.t.Helper()
	missing := lines
	await(e.t, func() bool {
		seen := map[string]bool{}
		for _, m := range e.messages() {
			seen[m] = true
		}
		missing = slices.DeleteFunc(slices.Clone(missing), func(l string) bool { return seen[l] })
		return len(missing) == 0
	}, func() string {
		return fmt.Sprintf("%s does not print %.60q and %d others", e.name, missing[0], len(missing)-1)
	})
}

// awaitNotice waits until there is text on standard error.
func (e *example) awaitNotice(text string) {
	e.t.Helper()
	await(e.t, func() bool { return strings.Contains(e.notices.String(), text) },
		func() string { return fmt.Sprintf("%s does not note %q", e.name, text) })
}

// messages is what was printed, without the times and without joins.
func (e *example) messages() []string {
	var all []string
	text := []byte(e.out.String())
	for line := range bytes.Lines(text[:bytes.LastIndexByte(text, '\n')+1]) {
		_, what, ok := strings.Cut(strings.TrimSuffix(string(line), "\n"), " ") // the time
		if ok && !strings.HasSuffix(what, " joins") {
			all = append(all, what)
		}
	}
	return all
}

// end ends the input and waits for the end of the program.
func (e *example) end(code int) {
	e.t.Helper()
	_ = e.stdin.Close() // it may be closed already, with the program
	select {
	case <-e.ended:
	case <-time.After(patience):
		e.t.Fatalf("%s does not end", e.name)
	}
	if got := e.cmd.ProcessState.ExitCode(); got != code {
		e.t.Fatalf("%s ended with code %d; want %d:\n%s", e.name, got, code, e.notices.tail())
	}
}

// inOrder counts the texts of keepSaying from who; the result is -1 if they are
// not in the order in which they were written.
func inOrder(lines []string, who string) int {
	count, last := 0, -1
	for _, line := range lines {
		var room, from, pad string
		var i int
		if n, _ := fmt.Sscanf(line, "%s %s text %d %s", &room, &from, &i, &pad); n != 4 || from != who+":" {
			continue
		}
		if i <= last {
			return -1
		}
		count, last = count+1, i
	}
	return count
}

// differences lists what is not as often in got as in want, up to ten lines.
func differences(got, want []string) string {
	count := map[string]int{}
	for _, line := range got {
		count[line]++
	}
	for _, line := range want {
		count[line]--
	}
	var all []string
	for line, n := range count {
		if n != 0 {
			all = append(all, fmt.Sprintf("%+d %.60q", n, line))
		}
	}
	slices.Sort(all)
	return strings.Join(all[:min(len(all), 10)], "\n")
}
