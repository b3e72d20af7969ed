package main

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"plausch/client/ktn/ktntest"
	"plausch/internal/connect"
)

// openKTN starts somebody else's server and has clients of this test find it.
func openKTN(t *testing.T, kind ktntest.Kind, lines ...ktntest.Line) *ktntest.Server {
	t.Helper()
	clearClientEnv(t)
	s := ktntest.New(kind, lines...)
	address, err := s.Listen("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv(connect.ServerEnv, "ktn://"+address)
	t.Cleanup(func() {
		s.Close()
		if problems, _ := s.Problems(); len(problems) > 0 {
			t.Errorf("the server had to bear %q", problems)
		}
	})
	return s
}

// longAgo is what was said before, with what a terminal must not see.
func longAgo() []ktntest.Line {
	at := time.Date(2016, 3, 4, 12, 0, 0, 0, time.Local)
	return []ktntest.Line{
		{Time: at, Sender: "bob", Text: "old 1"},
		{Time: at.Add(time.Second), Sender: "e\x1b[31mve", Text: "\x1b[2Jold\x1b]0;title\a 2"},
	}
}

// Scripts get along with servers of every kind. All are tried at once, since
// every request has its pause.
func TestKTNSendAndTail(t *testing.T) {
	clearClientEnv(t)
	var running sync.WaitGroup
	for _, kind := range ktntest.Kinds {
		running.Go(func() { sendAndTail(t, kind) })
	}
	running.Wait()
}

func sendAndTail(t *testing.T, kind ktntest.Kind) {
	s := ktntest.New(kind, longAgo()...)
	address, err := s.Listen("127.0.0.1:0")
	if err != nil {
		t.Error(err)
		return
	}
	defer s.Close()
	command := func(stdin string, args ...string) string {
		var stdout, stderr strings.Builder
		code := run(append(args, "--server=ktn://"+address), strings.NewReader(stdin), &stdout, &stderr)
		if code != connect.ExitOK {
			t.Errorf("%s: %s ends with %d: %s", kind.Name, args[0], code, &stderr)
		}
		return stdout.String()
	}
	command("", "send", "--name=anna", "one")
	command("two\nthree\n", "send", "--name=Bob7")
	if got := s.Texts()[2:]; !slices.Equal(got, []string{"anna: one", "Bob7: two", "Bob7: three"}) {
		t.Errorf("%s: the server has %q", kind.Name, got)
	}
	printed := command("", "tail", "public", "--name=anna")
	if strings.Contains(printed, "\x1b") {
		t.Errorf("%s: tail prints an escape: %q", kind.Name, printed)
	}
	want := []string{" bob: old 1\n", " eve: old 2\n", " anna: one\n", " Bob7: two\n", " Bob7: three\n"}
	if kind.History == "" {
		want = nil
	}
	if kind.Uppercase {
		printed = strings.ReplaceAll(strings.ToLower(printed), "bob7", "Bob7")
	}
	for _, line := range want {
		if strings.Count(printed, line) != 1 {
			t.Errorf("%s: %q is not there once:\n%s", kind.Name, line, printed)
		}
	}
	if problems, _ := s.Problems(); len(problems) > 0 {
		t.Errorf("%s: the server had to bear %q", kind.Name, problems)
	}
}

func TestKTNTailFollows(t *testing.T) {
	s := openKTN(t, ktntest.Kind{History: "messages"}, longAgo()...)
	tail := startCommand(t, "tail", "public", "--follow", "--name=anna")
	tail.await(" eve: old 2")
	s.Say("bob", "three")
	tail.await(" bob: three")
	s.Drop()
	s.Say("bob", "missed")
	if got := tail.await(" bob: missed"); len(got) != 1 {
		t.Errorf("before what was missed comes %q", got)
	}
}

func TestKTNRefusals(t *testing.T) {
	s := openKTN(t, ktntest.Kind{Forbids: "damn"})
	anna := startCommand(t, "chat", "--name=anna")
	anna.await("— public —")
	nobody := "ktn://" + freeAddress(t)
	for _, tt := range []struct {
		name string
		args []string
		code int
		want string
	}{
		{"name taken", []string{"send", "--name=anna", "x"}, connect.ExitSignIn, "the name anna belongs to somebody else; choose another with --name"},
		{"no name of theirs", []string{"send", "--name=an.na", "x"}, connect.ExitUsage, "letters A to Z and digits"},
		{"private message", []string{"send", "--to=@anna", "x"}, connect.ExitRefused, "a KTN server has no private messages"},
		{"another room", []string{"send", "--to=dev", "x"}, connect.ExitRefused, "a KTN server has one room, public"},
		{"tail of a person", []string{"tail", "@anna"}, connect.ExitRefused, "a KTN server has no private messages"},
		{"tail of another room", []string{"tail", "dev"}, connect.ExitRefused, "a KTN server has one room, public"},
		{"tail since", []string{"tail", "public", "--since=3"}, connect.ExitUsage, "--since"},
		{"refused message", []string{"send", "damn"}, connect.ExitRefused, "the server says: No such words here"},
		{"nobody there", []string{"send", "--server=" + nobody, "--timeout=1s", "x"}, connect.ExitOffline, "no server answers at " + nobody + ": is it running?\n"},
		{"a path", []string{"chat", "ktn://127.0.0.1/x", "--server="}, connect.ExitUsage, "path"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plauschRun(t, "", tt.args...).want(t, tt.code, tt.want)
		})
	}
	if got := s.Texts(); len(got) > 0 {
		t.Errorf("the server has %q", got)
	}
}

func TestKTNHangsUp(t *testing.T) {
	openKTN(t, ktntest.Kind{Hangs: true})
	plauschRun(t, "", "send", "--timeout=2s", "x").want(t, connect.ExitOffline, "the server closed the connection without a word")
}

func TestKTNChatInPipes(t *testing.T) {
	s := openKTN(t, ktntest.Kind{History: "strings", NoEcho: true}, longAgo()...)
	anna := startCommand(t, "chat", "--name=anna")
	anna.await(" bob: old 1")
	anna.await(" eve: old 2")
	for _, step := range []struct{ writes, shows string }{
		{"Hello", " anna: Hello"},
		{"//slash", " anna: /slash"},
		{"/names", "online: anna"},
		{"/rooms", "> public"},
		{"/msg bob psst", "Not sent to @bob: \"psst\": a KTN server has no private messages"},
		{"/join @bob", "a KTN server has no private messages"},
		{"/join dev", "a KTN server has one room, public"},
		{"/create dev", "a KTN server has one room, public"},
		{"/add bob", "a KTN server has one room, and everybody is in it"},
		{"/remove bob", "a KTN server has one room, and everybody is in it"},
		{"/away", "a KTN server knows who is there, and not who is away"},
		{"/leave", "cannot be left"},
		{"/history 1", " anna: /slash"},
	} {
		fmt.Fprintln(anna.stdin, step.writes)
		anna.await(step.shows)
	}
	s.Say("bob", "\x1b[31mred")
	if got := anna.await(" bob: red"); strings.Contains(strings.Join(got, ""), "\x1b") {
		t.Errorf("it prints an escape: %q", got)
	}
	fmt.Fprintln(anna.stdin, "last")
	anna.stdin.Close()
	anna.await(" anna: last")
	if code := <-anna.code; code != connect.ExitOK {
		t.Errorf("chat ends with %d", code)
	}
	if got := s.Requests(); !slices.Equal(got, []string{"login", "msg", "msg", "names", "msg", "logout"}) {
		t.Errorf("it sent %q", got)
	}
}

// In a terminal: what others say, what one says oneself, and what was missed
// while the server was away is there once, and what waited goes out once.
func TestTmuxKTN(t *testing.T) {
	for _, kind := range []ktntest.Kind{
		{Name: "echo", History: "messages", Glued: true},
		{Name: "no echo", History: "string", NoEcho: true, HistoryFirst: true},
	} {
		t.Run(kind.Name, func(t *testing.T) {
			s := openKTN(t, kind, longAgo()...)
			address := strings.TrimPrefix(os.Getenv(connect.ServerEnv), "ktn://")
			anna := newPane(t, 80, 24, "chat", "--plain", "ktn://"+address, "--name=anna")
			anna.awaitText(" eve: old 2")
			anna.lastLine("public>")
			anna.write("one")
			anna.press("Enter")
			anna.awaitText(" anna: one")
			anna.write("half a ")
			s.Say("bob", "two")
			anna.awaitText(" bob: two")
			anna.write("line")
			anna.lastLine("public> half a line")
			anna.press("Enter")
			anna.awaitText(" anna: half a line")

			s.Close()
			anna.awaitText("No connection: ")
			anna.write("three")
			anna.press("Enter")
			anna.awaitText(`Kept: "three"; goes out when the connection is back.`)
			s.Say("bob", "missed")
			if _, err := s.Listen(address); err != nil {
				t.Fatal(err)
			}
			anna.awaitText("Connected again")
			anna.awaitText(" anna: three")
			anna.awaitText(" bob: missed")
			anna.write("/quit")
			anna.press("Enter")
			anna.awaitText("ended with 0")
			screen := anna.screen()
			for _, once := range []string{" bob: old 1", " eve: old 2", " anna: one", " bob: two", " anna: half a line", " bob: missed", " anna: three"} {
				if n := strings.Count(screen, once); n != 1 {
					t.Errorf("%q is there %d times:\n%s", once, n, screen)
				}
			}
			if got := s.Texts()[2:]; !slices.Equal(got, []string{"anna: one", "bob: two", "anna: half a line", "bob: missed", "anna: three"}) {
				t.Errorf("the server has %q", got)
			}
		})
	}
}
