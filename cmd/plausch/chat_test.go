package main

import (
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"

	"plausch/internal/connect"
)

func TestChatInPipes(t *testing.T) {
	p := openServer(t)
	t.Chdir(t.TempDir())
	if err := os.WriteFile("rose.txt", []byte("a rose"), 0o600); err != nil {
		t.Fatal(err)
	}
	anna := startCommand(t, "chat", "--name=anna")
	bob := startCommand(t, "chat", "ws://"+p.addr, "--name=bob")
	anna.await("— public —")
	bob.await("— public —")

	for _, step := range []struct {
		who    *started
		writes string
		shows  map[*started]string
	}{
		{anna, "Hello", map[*started]string{anna: " anna: Hello", bob: " anna: Hello"}},
		{bob, "//slash", map[*started]string{anna: " bob: /slash", bob: " bob: /slash"}},
		{anna, "/msg bob  psst, bob", map[*started]string{anna: " [@bob] anna: psst, bob", bob: " [@anna] anna: psst, bob"}},
		{bob, "/rooms", map[*started]string{bob: "@anna: 1 new"}},
		{bob, "/join @anna", map[*started]string{bob: "— @anna —"}},
		{bob, "/names", map[*started]string{bob: "online: anna, bob"}},
		{bob, "I hear you", map[*started]string{bob: " bob: I hear you", anna: " [@bob] bob: I hear you"}},
		{bob, "/create dev", map[*started]string{bob: "— dev —"}},
		{anna, "/rooms", map[*started]string{anna: "To join: dev"}},
		{anna, "/join dev", map[*started]string{anna: "— dev —", bob: " anna joined"}},
		{anna, "to dev", map[*started]string{anna: " anna: to dev", bob: " anna: to dev"}},
		{bob, "/reply to the point", map[*started]string{anna: "      > anna: to dev", bob: " bob: to the point"}},
		{bob, "/edit to a point", map[*started]string{anna: " * bob changed 4: to a point", bob: " * bob changed 4: to a point"}},
		{anna, "/react 👍", map[*started]string{anna: " + 👍 by anna on #4", bob: " + 👍 by anna on #4"}},
		{anna, "/react 👍", map[*started]string{anna: "You have done so already."}},
		{anna, "/unreact 👍", map[*started]string{bob: " - 👍 by anna on #4"}},
		{anna, "/react #4 point", map[*started]string{anna: "a reaction is an emoji"}},
		{bob, "/pin #3", map[*started]string{anna: " * bob pinned 3"}},
		{anna, "/unpin #3", map[*started]string{anna: "those who run"}},
		{bob, "/topic all of dev", map[*started]string{anna: " * bob set the topic: all of dev"}},
		{anna, "/topic", map[*started]string{anna: "dev: all of dev"}},
		{bob, "/history 2", map[*started]string{bob: "#4 bob: to a point (edited)"}},
		{anna, "/delete", map[*started]string{anna: " * anna deleted 3", bob: " * anna deleted 3"}},
		{anna, "/delete #3", map[*started]string{anna: "was deleted"}},
		{anna, "/edit #x", map[*started]string{anna: "number of a message"}},
		{anna, "/inbox", map[*started]string{anna: "@bob (1): bob: I hear you"}},
		{anna, "/search HÉAR", map[*started]string{anna: ": bob: I hear you"}},
		{anna, "/search in:dev point", map[*started]string{anna: "dev #4, "}},
		{anna, "/search tulip", map[*started]string{anna: "Nothing found."}},
		{anna, "/search has:cake", map[*started]string{anna: "has:cake is not known"}},
		{anna, "/upload nothing.txt", map[*started]string{anna: "nothing.txt"}},
		{anna, "/upload rose.txt", map[*started]string{bob: " anna: [file rose.txt"}},
		{bob, "/download", map[*started]string{bob: "Kept as rose (2).txt."}},
		{bob, "/download #1", map[*started]string{bob: "has no files"}},
		{bob, "/block anna", map[*started]string{bob: "anna is blocked."}},
		{anna, "unheard", map[*started]string{anna: " anna: unheard", bob: " * a message of anna, whom you block"}},
		{bob, "/unblock anna", map[*started]string{bob: "anna is not blocked any more."}},
		{bob, "/history 1", map[*started]string{bob: " anna: unheard"}},
		{anna, "/leave", map[*started]string{anna: "— public —", bob: " anna left"}},
		{bob, "/create den private", map[*started]string{bob: "— den —"}},
		{bob, "/add anna", map[*started]string{bob: " bob added anna", anna: " [den] bob added anna"}},
		{bob, "/remove anna", map[*started]string{bob: " bob removed anna", anna: " [den] bob removed anna"}},
		{anna, "/away", map[*started]string{anna: "You are away"}},
		{anna, "/names", map[*started]string{anna: "away: anna"}}, // by then the server knows
		{bob, "/join public", map[*started]string{bob: "— public —"}},
		{bob, "/names", map[*started]string{bob: "away: anna"}},
		{bob, "/history 1", map[*started]string{bob: " bob: /slash"}},
		{anna, "/hlep", map[*started]string{anna: "No command /hlep. Did you mean /help?"}},
		{anna, "/join nowhere", map[*started]string{anna: "/create nowhere makes one"}},
		{anna, "/msg", map[*started]string{anna: "/msg takes NAME TEXT"}},
		{anna, "/msg nobody hi", map[*started]string{anna: `Not sent to @nobody: "hi": there is nobody called`}},
		{anna, "/leave", map[*started]string{anna: "cannot be left"}},
		{anna, "/history many", map[*started]string{anna: "/history takes a number"}},
		{anna, "/name Anna B.", map[*started]string{anna: "You are Anna B. (anna)."}},
		{anna, "as Anna B.", map[*started]string{anna: " Anna B. (anna): as Anna B."}},
		{anna, "/name", map[*started]string{anna: "You are anna."}},
		{anna, "/name bob", map[*started]string{anna: "is the name of somebody else"}},
		{anna, "/devices", map[*started]string{anna: ", here"}},
		{anna, "/devices revoke x", map[*started]string{anna: "/devices revoke NUMBER ends one"}},
		{anna, "/devices revoke 123456", map[*started]string{anna: "here is no"}},
		{anna, "/invite soon", map[*started]string{anna: "/invite takes how many"}},
		{anna, "/invite 5 48h", map[*started]string{anna: "nly an admin"}},
		{anna, "/help", map[*started]string{anna: "/msg NAME TEXT"}},
	} {
		fmt.Fprintln(step.who.stdin, step.writes)
		for who, want := range step.shows {
			who.await(want)
		}
	}
	fmt.Fprintln(anna.stdin, "/quit")
	bob.stdin.Close()
	for _, s := range []*started{anna, bob} {
		if code := <-s.code; code != connect.ExitOK {
			t.Errorf("chat ends with %d", code)
		}
	}
}

// The last messages are there when a chat begins, and own ones are shown once,
// before a pipe ends.
func TestChatShowsEachMessageOnce(t *testing.T) {
	openServer(t)
	var lines strings.Builder
	for i := range 25 {
		fmt.Fprintf(&lines, "old %d\n", i+1)
	}
	plauschRun(t, lines.String(), "send", "--name=bob").want(t, connect.ExitOK)
	o := plauschRun(t, "mine\n", "chat", "--name=anna")
	o.want(t, connect.ExitOK, "old 6\n", "old 25\n", " anna: mine\n")
	if strings.Contains(o.stdout, "old 5\n") || strings.Count(o.stdout, "mine") != 1 {
		t.Errorf("chat prints\n%s", o.stdout)
	}
	o = plauschRun(t, "", "chat", "--name=anna")
	if o.want(t, connect.ExitOK); strings.Count(o.stdout, "mine") != 1 {
		t.Errorf("chat prints\n%s", o.stdout)
	}
}

func TestChatBadLines(t *testing.T) {
	openServer(t)
	o := plauschRun(t, "a\x1b[2Jb\n"+strings.Repeat("x", 100_000)+"\nthe rest\n", "chat")
	o.want(t, connect.ExitRefused, "line 2 is longer")
	for _, want := range []string{" tester: ab\n", "Not sent: line 2 is longer", " tester: the rest\n"} {
		if !strings.Contains(o.stdout, want) {
			t.Errorf("%q is not in the output:\n%s", want, o.stdout)
		}
	}
}

// What is written while the server is away goes out once when it is back, also
// from the next process.
func TestChatKeepsWhatIsNotSent(t *testing.T) {
	clearClientEnv(t)
	data, address := t.TempDir(), freeAddress(t)
	p := startServerAt(t, address, "--data", data, "--open")
	t.Setenv(connect.ServerEnv, "tcp://"+address)
	anna := startCommand(t, "chat", "--name=anna")
	anna.await("— public —")
	p.signal(t, syscall.SIGKILL)
	_ = p.cmd.Wait()
	anna.await("No connection: no server answers at tcp://" + address)
	fmt.Fprintln(anna.stdin, "first")
	anna.await(`Kept: "first"; goes out when the connection is back`)
	p = startServerAt(t, address, "--data", data, "--open")
	anna.await("Connected again")
	anna.await(" anna: first")

	p.signal(t, syscall.SIGKILL)
	_ = p.cmd.Wait()
	anna.await("No connection")
	fmt.Fprintln(anna.stdin, "second")
	anna.await(`Kept: "second"`)
	// A chat that ends in this state says what is kept. Its pipe would wait for
	// the server; a signal does not.
	self, err := os.FindProcess(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	if err := self.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	anna.await("1 message is not sent yet and kept: the next plausch chat as anna sends it")
	<-anna.code

	startServerAt(t, address, "--data", data, "--open")
	o := plauschRun(t, "", "chat", "--name=anna")
	o.want(t, connect.ExitOK, "1 message is kept from last time; sending.", " anna: second\n")
	plauschRun(t, "", "tail", "public", "--json", "--name=anna").want(t, connect.ExitOK, `"seq":1,`, `"seq":2,`)
	if got := seqs(t, plauschRun(t, "", "tail", "public", "--json").stdout); got != "1 2" {
		t.Errorf("the room has the seqs %s", got)
	}
}

func TestChatsUnderOneName(t *testing.T) {
	openServer(t)
	one := startCommand(t, "chat", "--name=anna")
	one.await("— public —")
	two := startCommand(t, "chat", "--name=anna")
	two.await("Another chat runs under this name")
	fmt.Fprintln(two.stdin, "from two")
	one.await(" anna: from two")
	plauschRun(t, "", "send", "--name=anna", "from send").want(t, connect.ExitOK)
	one.await(" anna: from send")
	two.await(" anna: from send")
}
