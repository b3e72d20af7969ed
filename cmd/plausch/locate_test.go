package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"plausch/internal/connect"
	"plausch/internal/server"
	"plausch/internal/service"
)

// newMachine makes a machine on which servers run on the given data folders.
func newMachine(t *testing.T, running ...string) hostPaths {
	t.Helper()
	m := hostPaths{processes: t.TempDir(), root: t.TempDir()}
	locks := "1: POSIX  ADVISORY  READ 1 fe:00:1 128 128\n"
	for n, folder := range running {
		unlock, err := server.Lock(folder)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = unlock() })
		pid := strconv.Itoa(100 + n)
		locks += fmt.Sprintf("%d: FLOCK  ADVISORY  WRITE %s fe:00:9 0 EOF\n", n+2, pid)
		makeFolder(t, filepath.Join(m.processes, pid, "fd"))
		if err := os.Symlink(filepath.Join(folder, server.LockName), filepath.Join(m.processes, pid, "fd", "5")); err != nil {
			t.Fatal(err)
		}
	}
	writeText(t, filepath.Join(m.processes, "locks"), locks)
	return m
}

func makeFolder(t *testing.T, path string) string {
	t.Helper()
	if err := os.MkdirAll(path, 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func writeText(t *testing.T, path, text string) {
	t.Helper()
	makeFolder(t, filepath.Dir(path))
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestLocate(t *testing.T) {
	for _, tt := range []struct {
		name              string
		installed         string   // the service's folder
		running, withData []string // folders
		want, note, err   string
	}{
		{"nothing at all", "", nil, nil, "home", "", ""},
		{"one runs elsewhere", "", []string{"srv"}, nil, "srv", "", ""},
		{"one runs elsewhere, and the default has data", "", []string{"srv"}, []string{"home"}, "srv", "home (the default)", ""},
		{"the default runs", "", []string{"home"}, []string{"home"}, "home", "", ""},
		{"the default runs beside another", "", []string{"srv", "home"}, nil, "home", "srv (where a server runs)", ""},
		{"two run elsewhere", "", []string{"a", "b"}, []string{"home"}, "", "", "a, or --data "},
		{"a service that does not run", "lib", nil, nil, "lib", "", ""},
		{"a service that does not run, and the default has data", "lib", nil, []string{"home"}, "lib", "home (the default)", ""},
		{"a service that runs", "lib", []string{"lib"}, nil, "lib", "", ""},
		{"a service that runs beside another", "lib", []string{"srv", "lib"}, nil, "lib", "srv (where a server runs)", ""},
		{"another runs, the service does not", "lib", []string{"srv"}, nil, "srv", "lib (the service's)", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			top := t.TempDir()
			at := func(name string) string { return makeFolder(t, filepath.Join(top, name)) }
			var running []string
			for _, name := range tt.running {
				running = append(running, at(name))
			}
			for _, name := range tt.withData {
				writeText(t, filepath.Join(at(name), "plausch.db"), "")
			}
			m := newMachine(t, running...)
			if tt.installed != "" {
				// The unit names folders as they are from /.
				m.root = top
				o := service.Options{Binary: "/usr/bin/plausch", User: "chat", Data: "/" + tt.installed}
				writeText(t, service.Host{Root: top}.UnitPath(), o.Unit())
			}
			got, note, err := m.locate(filepath.Join(top, "home"))
			switch {
			case tt.err != "":
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("the error is %v, want one with %q", err, tt.err)
				}
			case err != nil || got != filepath.Join(top, tt.want):
				t.Errorf("it is %s (%v), want %s", got, err, tt.want)
			case (note == "") != (tt.note == "") || !strings.Contains(note, tt.note):
				t.Errorf("it tells %q, want %q", note, tt.note)
			}
		})
	}
}

// Who is not told where the server is finds it, by its process.
func TestClaimFindsTheServerThatRuns(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	p := startServer(t, "--data", data)
	before := localHost
	t.Cleanup(func() { localHost = before })
	// Only ours: other tests may run servers, too.
	processes := t.TempDir()
	locks, err := os.ReadFile("/proc/locks")
	if err != nil {
		t.Fatal(err)
	}
	writeText(t, filepath.Join(processes, "locks"), string(locks))
	pid := strconv.Itoa(p.cmd.Process.Pid)
	if err := os.Symlink("/proc/"+pid, filepath.Join(processes, pid)); err != nil {
		t.Fatal(err)
	}
	localHost = hostPaths{processes: processes, root: "/nowhere"}
	plauschRun(t, "", "claim").want(t, connect.ExitOK, "http://"+p.addr+"/claim#")
	plauschRun(t, goodPassword, "user", "add", "anna", "--role=owner").want(t, connect.ExitOK, "owner anna to "+data)
	plauschRun(t, "", "invite").want(t, connect.ExitOK, "/invite#")
	plauschRun(t, "", "status").want(t, connect.ExitOK, data)
}

// No command makes an empty server where there is none.
func TestCommandsMakeNoServer(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "data")
	for _, args := range [][]string{
		{"claim"}, {"invite"}, {"invite", "list"}, {"user", "list"}, {"user", "add", "anna"}, {"user", "add", "bot", "--bot"}, {"user", "passwd", "anna"},
		{"user", "passwd", "anna", "--link"}, {"user", "role", "anna", "owner"}, {"room", "list"}, {"audit"}, {"webhook", "list"},
		{"webhook", "add", "public", "ci"}, {"status"}, {"backup", filepath.Join(t.TempDir(), "b")}, {"backup", "--keep=3", t.TempDir()},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			o := plauschRun(t, goodPassword, args...)
			o.want(t, connect.ExitFailure, "--data", "plausch serve")
			if left, _ := os.ReadDir(os.Getenv("HOME")); len(left) > 0 {
				t.Errorf("it has made %v", left)
			}
			if args[0] == "user" && args[1] == "add" {
				return // a folder that is named may become a server's, see TestUserAdd
			}
			plauschRun(t, goodPassword, append(args, "--data", missing)...).want(t, connect.ExitFailure, missing)
			if _, err := os.Stat(missing); err == nil {
				t.Error("it has made the folder that was named")
			}
		})
	}
	// A slip of the pen, or a disk that is not mounted.
	far := filepath.Join(missing, "deeper")
	plauschRun(t, goodPassword, "user", "add", "anna", "--data", far).want(t, connect.ExitFailure, far)
}

// Who may not look into the service's folder is given the very command that may.
func TestCommandsOfTheServiceNeedSudo(t *testing.T) {
	top := t.TempDir()
	if err := os.Chmod(filepath.Dir(top), 0o755); err != nil { // nobody has to get through
		t.Fatal(err)
	}
	data := filepath.Join(top, "lib")
	startServer(t, "--data", data)
	unit := service.Options{Binary: "/usr/bin/plausch", User: "chat", Data: "/lib"}
	writeText(t, service.Host{Root: top}.UnitPath(), unit.Unit())
	for _, path := range []string{top, filepath.Join(top, "etc"), filepath.Join(top, "etc/systemd"), filepath.Join(top, "etc/systemd/system"), service.Host{Root: top}.UnitPath()} {
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	program := filepath.Join(top, "plausch")
	self, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(program, self, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"claim"}, {"invite", "--room", "class 7b"}, {"status"}, {"user", "add", "anna"}, {"backup", "--keep", "3", "/mnt"}, {"user", "list"}} {
		cmd := exec.Command(program, args...)
		cmd.Dir = "/"
		cmd.Env = []string{runAs + "=" + asPlausch, machineRoot + "=" + top, "HOME=/nowhere"}
		if os.Geteuid() == 0 {
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		} else if err := os.Chmod(data, 0); err != nil {
			t.Fatal(err)
		}
		var words []string
		for _, word := range args {
			words = append(words, shellQuote(word))
		}
		out, err := cmd.CombinedOutput()
		if want := "\n  sudo " + program + " " + strings.Join(words, " ") + "\n"; err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%v: it says\n%s(%v)\nwant%s", args, out, err, want)
		}
	}
}
