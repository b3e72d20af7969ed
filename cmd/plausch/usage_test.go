package main

import (
	"slices"
	"strings"
	"testing"

	"plausch/internal/config"
	"plausch/internal/connect"
)

// What is wrong with a command line is told in our own words, with what to write.
func TestUsageErrors(t *testing.T) {
	for _, tt := range []struct {
		line string
		want string
	}{
		{"send --nmae anna hi", "there is no flag --nmae, but --name"},
		{"send --pasword-file x hi", "but --password-file"},
		{"send --token x hi", "but --token-file"},
		{"send --zzzzzz hi", "there is no flag --zzzzzz ("},
		{"send -x hi", "there is no flag -x; before text that begins with a -, write -- alone"},
		{"send --=x hi", "flags look like --name"},
		{"send --name", "--name needs a value: --name NAME"},
		{"send --server", "--server needs a value: --server ADDRESS"},
		{"send --timeout soon hi", `--timeout takes a time such as 30s, 5m or 1h30m, not "soon"`},
		{"tail public -n many", `--lines takes a whole number, not "many"`},
		{"tail public --json=perhaps", `--json takes true or false, not "perhaps"`},
		{"serve --limits-sends-per-second=x", "--limits-sends-per-second takes a number"},
		{"invite --for x", "7d"},
		{"tail", "ROOM|@NAME is missing: plausch tail ROOM|@NAME"},
		{"tail public private", `"private" is one word too many: plausch tail ROOM|@NAME`},
		{"room create", "NAME is missing: plausch room create NAME"},
		{"user role anna", "ROLE is missing: plausch user role NAME ROLE"},
		{"user role", "NAME and ROLE are missing"},
		{"claim now", `"now" is too much: plausch claim`},
		{"backup", "FILE is missing"},
		{"backup --keep 3 --verify x", "--keep and --verify exclude each other; give one of them"},
		{"completion zish", `there is no command "zish", but `},
		{"help nope", `there is no command "nope"`},
		{"help user nope", `there is no command "nope"`},
		{"service install --dry-run --binary=/usr/bin/plausch -- --lisen :1", "after --: there is no flag --lisen, but --listen"},
		{"frobnicate", `there is no command "frobnicate"`},
		{"tail --help-all=1", "--help-all here: --help shows all"},
	} {
		o := plauschRun(t, "", strings.Fields(tt.line)...)
		if o.code != connect.ExitUsage || !strings.Contains(o.stderr, tt.want) || !strings.Contains(o.stderr, "--help)") {
			t.Errorf("%s: code %d, %s; want %q", tt.line, o.code, o.stderr, tt.want)
		}
		for _, foreign := range []string{"shorthand", "arg(s)", "strconv", "unknown flag", "invalid argument", "needs an argument"} {
			if strings.Contains(o.stderr, foreign) {
				t.Errorf("%s: %q is a word of the library: %s", tt.line, foreign, o.stderr)
			}
		}
	}
}

func TestUnknownEnvironment(t *testing.T) {
	known := append(config.EnvNames(), connect.EnvNames...)
	environ := []string{
		"PLAUSCH_SEVRER=x", "PLAUSCH_LISTN=y", "PLAUSCH_EMPTY=", "PLAUSCH_SERVER=z", "PLAUSCH_LISTEN=:1", "PLAUSCH_CONFIG=c", "PLAUSCHER=x", "HOME=/",
		"PLAUSCH_SERVICE_HOST=10.0.0.1", "PLAUSCH_SERVICE_PORT=1", "PLAUSCH_PORT=tcp://10.0.0.1:7528", "PLAUSCH_PORT_7528_TCP_ADDR=10.0.0.1",
	}
	if got := unknownEnv(environ, known); !slices.Equal(got, []string{"PLAUSCH_LISTN", "PLAUSCH_SEVRER"}) {
		t.Errorf("unknown are %q", got)
	}

	t.Setenv("PLAUSCH_LISTN", ":1")
	for _, line := range []string{"version", "config"} {
		o := plauschRun(t, "", line)
		o.want(t, connect.ExitOK)
		if !strings.Contains(o.stderr, "warning: nothing reads PLAUSCH_LISTN, which the environment has; did you mean PLAUSCH_LISTEN?") {
			t.Errorf("%s warns of %q", line, o.stderr)
		}
	}
}

func TestEditDistance(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "ab", 2}, {"name", "name", 0}, {"nmae", "name", 1}, {"nam", "name", 1}, {"names", "name", 1}, {"nime", "name", 1}, {"kitten", "sitting", 3},
	} {
		if got := editDistance(tt.a, tt.b); got != tt.want {
			t.Errorf("%q is %d from %q, want %d", tt.a, got, tt.b, tt.want)
		}
	}
}
