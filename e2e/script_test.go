package e2e

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"plausch/client/ktn/ktntest"
)

// TestScripts runs the scripts in testdata/script; the README there says how to
// write one.
func TestScripts(t *testing.T) {
	path := program(t)
	testscript.Run(t, testscript.Params{
		Dir: filepath.Join("testdata", "script"),
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", filepath.Dir(path)+string(filepath.ListSeparator)+env.Getenv("PATH"))
			for _, name := range []string{"HOME", "XDG_DATA_HOME", "XDG_STATE_HOME", "XDG_CONFIG_HOME"} {
				env.Setenv(name, filepath.Join(env.WorkDir, "home"))
			}
			t := env.T().(testing.TB)
			s := &serverProcess{
				t: t, binary: path, data: filepath.Join(env.WorkDir, "data"),
				address: freeAddress(t), metrics: freeAddress(t),
			}
			env.Values["server"] = s
			env.Values["ktn"] = new(*ktntest.Server)
			env.Setenv("USER", "tester") // who is root has to say --name
			env.Setenv("DATA", s.data)
			env.Setenv("ADDRESS", s.address)
			env.Setenv("SERVER", "tcp://"+s.address)
			env.Setenv("METRICS", s.metrics)
			env.Defer(func() {
				if s.running() {
					s.kill()
				}
			})
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"server": serverCommand, "ktn": ktnCommand, "exits": exitsCommand,
		},
	})
}

// serverCommand is the command "server" of scripts.
func serverCommand(ts *testscript.TestScript, neg bool, args []string) {
	s := ts.Value("server").(*serverProcess)
	if neg || len(args) == 0 {
		ts.Fatalf("usage: server start [FLAG...] | stop | kill")
	}
	switch args[0] {
	case "start":
		s.flags = args[1:]
		s.start()
	case "stop":
		s.signal(syscall.SIGTERM)
		if code := s.wait(); code != 0 {
			ts.Fatalf("the server ended with code %d:\n%s", code, s.output.tail())
		}
	case "kill":
		s.kill()
	default:
		ts.Fatalf("there is no server %s", args[0])
	}
	ts.Logf("%s", s.output)
}

// ktnCommand is the command "ktn" of scripts.
func ktnCommand(ts *testscript.TestScript, neg bool, args []string) {
	switch {
	case !neg && len(args) == 2 && args[0] == "start":
		i := slices.IndexFunc(ktntest.Kinds, func(k ktntest.Kind) bool { return k.Name == args[1] })
		if i < 0 {
			ts.Fatalf("there is no KTN server %q", args[1])
		}
		s := ktntest.New(ktntest.Kinds[i])
		address, err := s.Listen("127.0.0.1:0")
		ts.Check(err)
		ts.Defer(s.Close)
		ts.Setenv("KTN", "ktn://"+address)
		*ts.Value("ktn").(**ktntest.Server) = s
	case !neg && len(args) == 1 && args[0] == "texts":
		s := *ts.Value("ktn").(**ktntest.Server)
		if s == nil {
			ts.Fatalf("no KTN server runs")
		}
		if problems, _ := s.Problems(); len(problems) > 0 {
			ts.Fatalf("the KTN server had to bear %q", problems)
		}
		fmt.Fprintln(ts.Stdout(), strings.Join(s.Texts(), "\n"))
	default:
		ts.Fatalf("usage: ktn start KIND | texts")
	}
}

// exitsCommand is the command "exits" of scripts.
func exitsCommand(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARGUMENT...]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	code := 0
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		code = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if code != want {
		ts.Fatalf("the exit code is %d, want %d", code, want)
	}
}
