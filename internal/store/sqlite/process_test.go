package sqlite

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"plausch"
	"plausch/internal/store"
)

// childPath tells the test binary to be a second process that writes to the
// database there; it prints each send that was acknowledged.
const childPath = "PLAUSCH_TEST_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(childPath); path != "" {
		if err := child(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if path := os.Getenv(upgradePath); path != "" {
		if err := upgradeChild(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// childBatches is how often a child sends. Each time writes two pages at least,
// so it comes past a checkpoint.
const childBatches = checkpointBytes/(2*pageSize) + 100

// child sends batches of three until it has sent them all or is killed.
func child(path string) error {
	ctx := context.Background()
	s, err := Open(ctx, path, Options{})
	if err != nil {
		return err
	}
	name := fmt.Sprint("child-", os.Getpid())
	a, err := s.CreateAccount(ctx, store.NewAccount{Name: name, Role: plausch.RoleMember})
	if err != nil {
		return err
	}
	for n := range childBatches {
		var drafts []store.Draft
		for i := range 3 {
			text := fmt.Sprint(name, " ", 3*n+i)
			drafts = append(drafts, store.Draft{
				Room: plausch.PublicRoom, Kind: plausch.EventMessage, Actor: a.Ref(), Text: text, ClientID: text[len(name)+1:],
			})
		}
		got, err := s.Append(ctx, drafts)
		if err != nil {
			return err
		}
		var lines strings.Builder
		for _, r := range got {
			fmt.Fprintln(&lines, r.Events[0].Seq, r.Events[0].Text)
		}
		fmt.Print(lines.String())
	}
	return s.Close()
}

// startChild runs a child and returns what it acknowledges, line by line.
func startChild(t *testing.T, path string) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childPath+"="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd, bufio.NewScanner(out)
}

// checkAcknowledged holds that each line, a seq and a text, is in the log there.
func checkAcknowledged(t *testing.T, log, lines []string) {
	t.Helper()
	for _, line := range lines {
		number, text, _ := strings.Cut(line, " ")
		seq, err := strconv.Atoi(number)
		if err != nil || seq < 1 || seq > len(log) || log[seq-1] != text {
			t.Fatalf("acknowledged %q is not in the log of %d", line, len(log))
		}
	}
}

// TestTwoProcesses has this process and another write at the same time.
func TestTwoProcesses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	s := open(t, path)
	ann := newAccount(t, s, "ann")
	cmd, out := startChild(t, path)
	var lines []string
	mine := 0
	for out.Scan() {
		lines = append(lines, out.Text())
		if len(lines)%10 == 0 {
			if err := say(t, s, ann, plausch.PublicRoom, fmt.Sprint("mine ", mine)); err != nil {
				t.Fatal(err)
			}
			mine++
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	log := heard(t, s, plausch.PublicRoom)
	if len(lines) != 3*childBatches || len(log) != 3*childBatches+mine {
		t.Errorf("%d acknowledged and %d more make a log of %d", len(lines), mine, len(log))
	}
	checkAcknowledged(t, log, lines)
}

// TestKilled kills a writing process again and again: nothing acknowledged is
// lost, nothing is there twice, and no batch is there in part.
func TestKilled(t *testing.T) {
	path := filepath.Join(t.TempDir(), "test.db")
	open(t, path).Close()
	var lines []string
	for round := range 5 {
		cmd, out := startChild(t, path)
		for n := 0; n < 40+17*round && out.Scan(); n++ {
			lines = append(lines, out.Text())
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		for out.Scan() { // acknowledged before the kill
			if strings.Count(out.Text(), " ") == 2 {
				lines = append(lines, out.Text())
			}
		}
		_ = cmd.Wait() // it was killed
		s := open(t, path)
		log := heard(t, s, plausch.PublicRoom)
		checkAcknowledged(t, log, lines)
		times := map[string]int{}
		for _, text := range log {
			if times[text]++; times[text] > 1 {
				t.Fatalf("%q is there twice", text)
			}
		}
		if len(log)%3 != 0 {
			t.Fatalf("%d texts of batches of three", len(log))
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestSyncFails has every sync of a file fail, from the nth on of each of the
// process's threads: nothing is acknowledged any more, and what was is there.
func TestSyncFails(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatalf("the test needs strace, which make deps installs: %v", err)
	}
	for name, c := range map[string]struct {
		suffix string
		when   int
	}{
		"of the first commits":    {"-wal", 1},
		"of later commits":        {"-wal", 8},
		"of the first checkpoint": {"", 1},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "test.db")
			open(t, path).Close()
			var stderr strings.Builder
			cmd := exec.Command(strace, "-f", "-qq", "-o", os.DevNull, "-P", path+c.suffix,
				"-e", fmt.Sprintf("inject=fsync,fdatasync:error=EIO:when=%d+", c.when), os.Args[0])
			cmd.Env = append(os.Environ(), childPath+"="+path)
			cmd.Stderr = &stderr
			out, err := cmd.Output()
			if err == nil || !strings.Contains(stderr.String(), store.ErrBroken.Error()) {
				t.Errorf("the writer ended with %v and said %q", err, &stderr)
			}
			s := open(t, path)
			log := heard(t, s, plausch.PublicRoom)
			lines := strings.Split(strings.TrimSpace(string(out)), "\n")
			if lines[0] != "" {
				checkAcknowledged(t, log, lines)
			}
		})
	}
}
