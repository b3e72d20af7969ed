package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"plausch"
	"plausch/protocol"
)

// The systemd unit forbids most system calls, and memory that can be written and
// run. A server whose every call is written down says whether it can live with
// that: start, talk, a restart on what is there, and the end.
func TestServerKeepsWithinItsUnit(t *testing.T) {
	trace := filepath.Join(t.TempDir(), "trace")
	s := newServer(t, "--open")
	// The process that we wait for is strace, which has then written everything down
	// and ends with the server's code. The one that we signal is the server.
	s.wrapper = []string{needStrace(t), "-f", "-qq", "-A", "-o", trace}
	t.Cleanup(func() {
		if s.running() {
			_ = syscall.Kill(childOf(t, s.cmd.Process.Pid), syscall.SIGKILL)
		}
	})
	for range 2 {
		s.start()
		w := dialWire(t, s.address, protocol.Format{}).enterAnew()
		for range 20 {
			w.must(protocol.MethodMessageSend, &protocol.MessageSend{Room: 1, Text: strings.Repeat("x", plausch.MaxText)}, &protocol.MessageSent{})
		}
		if err := syscall.Kill(childOf(t, s.cmd.Process.Pid), syscall.SIGTERM); err != nil {
			t.Fatal(err)
		}
		if code := s.wait(); code != 0 {
			t.Fatalf("the server ended with code %d:\n%s", code, s.output.tail())
		}
	}
	text, err := os.ReadFile(trace)
	if err != nil {
		t.Fatal(err)
	}
	calls := map[string]bool{}
	for _, m := range regexp.MustCompile(`(?m)^\d+ +(\w+)\(`).FindAllSubmatch(text, -1) {
		calls[string(m[1])] = true
	}
	if !calls["fsync"] && !calls["fdatasync"] || !calls["accept4"] {
		t.Fatalf("the trace is not that of a server: %v", calls)
	}
	allowed := syscallSet(t, "@system-service")
	for _, name := range []string{"@privileged", "@resources"} {
		for call := range syscallSet(t, name) {
			delete(allowed, call)
		}
	}
	// systemd allows execve, which begins the service, before all else. Raising
	// the limit of open files is refused; the unit has set it already. Only as
	// root does SQLite give its files to the database's owner, and does not mind
	// if it cannot.
	for _, call := range []string{"execve", "prlimit64", "fchown"} {
		allowed[call] = true
	}
	var forbidden []string
	for call := range calls {
		if !allowed[call] {
			forbidden = append(forbidden, call)
		}
	}
	slices.Sort(forbidden)
	if forbidden != nil {
		t.Errorf("the unit forbids %v", forbidden)
	}
	if m := regexp.MustCompile(`(?m)^.*(mmap|mprotect)\(.*PROT_WRITE\|PROT_EXEC.*$`).Find(text); m != nil {
		t.Errorf("the unit's MemoryDenyWriteExecute forbids %s", m)
	}
}

// childOf returns the id of the one process that the process pid has started.
func childOf(t *testing.T, pid int) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/task/%d/children", pid, pid))
	if err != nil {
		t.Fatal(err)
	}
	child, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		t.Fatalf("process %d has the children %q, want one", pid, text)
	}
	return child
}

// syscallSet returns the calls of one of systemd's sets.
func syscallSet(t *testing.T, name string) map[string]bool {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "systemd-analyze", "syscall-filter", name).Output()
	if err != nil {
		t.Fatalf("systemd-analyze syscall-filter: %v (apt-get install systemd; make deps does it)", err)
	}
	all := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		call := strings.TrimSpace(line)
		switch {
		case call == name || call == "" || strings.HasPrefix(call, "#"):
		case strings.HasPrefix(call, "@"):
			for inner := range syscallSet(t, call) {
				all[inner] = true
			}
		default:
			all[call] = true
		}
	}
	return all
}
