package e2e

import (
	"encoding/json"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// TestExamplesTalk has programs of all three protocols hold a conversation:
// everybody sees the same texts in the same order.
func TestExamplesTalk(t *testing.T) {
	s := startServer(t)
	state := t.TempDir()
	start := func(file, name string) *example {
		return startClient(t, name, state, exec.Command(python, filepath.Join("..", "examples", file), "--server", s.address, "--name", name))
	}
	carol := start("chat.py", "carol")
	carol.awaitNotice("connected; rooms: #public")
	tail := startClient(t, "tail", state, exec.Command(s.binary, "tail", "public", "--follow", "--json", "--name", "tom", "--server", "tcp://"+s.address))
	kari, hans := start("ktn.py", "Kari"), start("htl.py", "Hans")
	kari.awaitNotice("Login successful")
	hans.awaitNotice("Hans logged in")

	everybody := []talker{
		{carol, regexp.MustCompile(`^\d\d:\d\d #public `)},
		{kari, regexp.MustCompile(`^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d `)},
		{hans, regexp.MustCompile(`^\d\d:\d\d `)},
		{tail, nil},
	}
	var said []string
	hears := func(line string) {
		t.Helper()
		said = append(said, line)
		for _, one := range everybody {
			one.awaitHeard(line)
		}
	}
	kari.say("Hei, alle! Blåbærsyltetøy 🫐\n")
	hears("kari: Hei, alle! Blåbærsyltetøy 🫐")
	hans.say("Grüß euch \x1b[2J!\n") // which is no sequence without its first byte
	hears("hans: Grüß euch [2J!")
	carol.say("Hello\n")
	hears("carol: Hello")
	send := exec.Command(s.binary, "send", "--name", "ben", "--server", "tcp://"+s.address, "the backup", "is done")
	send.Env = append(send.Environ(), "XDG_STATE_HOME="+state)
	if out, err := send.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	hears("ben: the backup is done")

	// What is private stays so, whichever way it takes.
	kari.say("@hans for Hans alone\n")
	everybody[1].awaitHeard("kari: (private to Hans) for Hans alone")
	everybody[2].awaitHeard("kari to hans: for Hans alone")
	hans.say("@carol for Carol alone\n")
	carol.await("@hans hans: for Carol alone")
	carol.say("/msg kari for Kari alone\n")
	everybody[1].awaitHeard("carol: (private) for Kari alone")
	kari.say("@dave are you there?\n")
	kari.awaitNotice("There is nobody called dave.")
	hans.say("@dave are you there?\n")
	hans.awaitNotice("user unavailable")
	kari.say("/names\n")
	kari.awaitNotice("carol, Hans, Kari, tom")
	kari.say("that is all\n")
	hears("kari: that is all")

	for _, one := range everybody {
		public := slices.DeleteFunc(one.heard(), func(line string) bool { return strings.Contains(line, "alone") })
		if !slices.Equal(public, said) {
			t.Errorf("%s has heard\n%s\ninstead of\n%s", one.name, strings.Join(public, "\n"), strings.Join(said, "\n"))
		}
		for _, line := range one.heard() {
			if one.before == nil && strings.Contains(line, "alone") {
				t.Errorf("%s has heard %q", one.name, line)
			}
		}
	}

	// Who comes later hears it, too, and a name that is taken is so everywhere.
	late := start("ktn.py", "late")
	talker{late, everybody[1].before}.awaitHeard(said...)
	late.end(0)
	for file, reason := range map[string]string{"ktn.py": "Username taken", "htl.py": "already taken"} {
		thief := start(file, "carol")
		thief.awaitNotice(reason)
		thief.end(1)
	}

	hans.end(0)
	s.signal(syscall.SIGTERM)
	kari.awaitNotice("The server is stopping; connect again in a moment.")
	kari.end(1)
}

// talker is a client whose lines begin with something before the name, or whose
// lines are JSON.
type talker struct {
	*example
	before *regexp.Regexp
}

// heard is what was printed: who said what. The old programs show names as their
// owners write them, the others as they count.
func (e talker) heard() (all []string) {
	printed := e.out.String()
	for line := range strings.Lines(printed[:strings.LastIndexByte(printed, '\n')+1]) {
		line = strings.TrimSuffix(line, "\n")
		if e.before == nil {
			var m struct{ From, Text string }
			if err := json.Unmarshal([]byte(line), &m); err != nil {
				e.t.Fatalf("%s printed %q: %v", e.name, line, err)
			}
			all = append(all, m.From+": "+m.Text)
		} else if before := e.before.FindString(line); before != "" {
			who, text, _ := strings.Cut(line[len(before):], ": ")
			all = append(all, strings.ToLower(who)+": "+text)
		}
	}
	return all
}

// awaitHeard waits until all the lines have been heard.
func (e talker) awaitHeard(lines ...string) {
	e.t.Helper()
	await(e.t, func() bool {
		heard := e.heard()
		return !slices.ContainsFunc(lines, func(line string) bool { return !slices.Contains(heard, line) })
	}, func() string { return e.name + " does not hear " + strings.Join(lines, ", ") })
}
