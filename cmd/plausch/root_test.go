package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"plausch/internal/auth/authtest"
	"plausch/internal/connect"
)

// runAs is the environment variable that makes this test binary another
// program, for the tests that need a process of its own.
const (
	runAs     = "TEST_RUN_AS"
	asPlausch = "plausch" // the program itself
	asStuck   = "stuck"   // a server that never ends its drain
	asQuiet   = "quiet"   // a server that becomes quiet

	machineRoot = "TEST_ROOT" // where its service is installed
)

func TestMain(m *testing.M) {
	authtest.MakeCheap()
	localHost = hostPaths{processes: "/nowhere", root: "/nowhere"}
	if root := os.Getenv(machineRoot); root != "" {
		localHost.root = root
	}
	switch os.Getenv(runAs) {
	case asPlausch:
		main()
	case asStuck:
		ctx, _ := untilSignal(context.Background())
		fmt.Println("running")
		<-ctx.Done()
		fmt.Println("stopping")
		time.Sleep(time.Hour)
	case asQuiet:
		if err := becomeQuiet(); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

// outcome is what a command line leaves behind.
type outcome struct {
	code           int
	stdout, stderr string
}

// plauschRun runs a command line with an empty home.
func plauschRun(t *testing.T, stdin string, args ...string) outcome {
	t.Helper()
	home := t.TempDir()
	for _, name := range []string{"STATE_DIRECTORY", "XDG_DATA_HOME", "PLAUSCH_CONFIG", "PLAUSCH_DATA"} {
		t.Setenv(name, "")
	}
	t.Setenv("HOME", home)
	var stdout, stderr strings.Builder
	code := run(args, strings.NewReader(stdin), &stdout, &stderr)
	return outcome{code, stdout.String(), stderr.String()}
}

// want checks the exit code and that each part is in the output: in stdout
// after success, in stderr otherwise.
func (o outcome) want(t *testing.T, code int, parts ...string) {
	t.Helper()
	if o.code != code {
		t.Errorf("exit code %d, want %d; stderr: %s", o.code, code, o.stderr)
	}
	text := o.stdout
	if code != connect.ExitOK {
		text = o.stderr
	}
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is not in the output:\n%s", part, text)
		}
	}
}

func TestCommandLine(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		code int
		want []string
	}{
		{"nothing", nil, connect.ExitOK, []string{"serve", "user", "config", "completion"}},
		{"help", []string{"--help"}, connect.ExitOK, []string{"serve", "user", "config"}},
		{"version", []string{"--version"}, connect.ExitOK, []string{"0.1.0"}},
		{"group without a command", []string{"user"}, connect.ExitOK, []string{"add"}},
		{"help of a command", []string{"serve", "--help"}, connect.ExitOK, []string{"--listen", "127.0.0.1:7528", "plausch serve --help-all"}},
		{"completion", []string{"completion", "bash"}, connect.ExitOK, []string{"plausch"}},
		{"misspelt command", []string{"srve"}, connect.ExitUsage, []string{`"srve"`, "serve", "plausch --help"}},
		{"unknown command of a group", []string{"user", "frob"}, connect.ExitUsage, []string{`"frob"`, "plausch user --help"}},
		{"unknown flag", []string{"serve", "--lisn"}, connect.ExitUsage, []string{"--lisn", "plausch serve --help"}},
		{"flag of another type", []string{"serve", "--limits-send-burst=many"}, connect.ExitUsage, []string{"--limits-send-burst", "many"}},
		{"an argument too many", []string{"serve", "one.example", "two.example"}, connect.ExitUsage, []string{"plausch serve --help"}},
		{"an argument that is no domain", []string{"serve", "now"}, connect.ExitUsage, []string{`"now" is no domain`}},
		{"an argument too few", []string{"user", "add"}, connect.ExitUsage, []string{"plausch user add --help"}},
		{"bad setting", []string{"serve", "--metrics-listen=:7529"}, connect.ExitUsage, []string{"--metrics-listen", "other machines"}},
		{"missing settings file", []string{"serve", "--config=none.toml"}, connect.ExitUsage, []string{"none.toml"}},
		{"several servers without a window", []string{"chat", "a", "b"}, connect.ExitUsage, []string{"without one name one ADDRESS"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plauschRun(t, "", tt.args...).want(t, tt.code, tt.want...)
		})
	}
}

func TestCompletionOfChoices(t *testing.T) {
	plauschRun(t, "", "__complete", "serve", "--log-level", "").want(t, connect.ExitOK, "debug\ninfo\nwarn\nerror\n")
	plauschRun(t, "", "__complete", "user", "add", "--role", "").want(t, connect.ExitOK, "member\nadmin\nowner\n")
}

// clearClientEnv has nothing of this machine matter to a client.
func clearClientEnv(t *testing.T) {
	t.Helper()
	for _, name := range []string{connect.ServerEnv, connect.NameEnv, connect.PasswordEnv, connect.TokenEnv} {
		t.Setenv(name, "")
	}
	t.Setenv("USER", "tester")
	t.Setenv("XDG_STATE_HOME", t.TempDir())
}
