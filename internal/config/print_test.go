package config

import (
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

func TestPrintedFileGivesTheSameSettings(t *testing.T) {
	for _, tt := range []struct {
		name string
		given
	}{
		{"defaults", given{}},
		{"everything changed", given{args: []string{
			"--data=TMP/it's a \"folder\"\t# ü", "--listen=:1,tcp://[::1]:2", "--open", "--map-port", "--outside-port=443", "--metrics-listen=off", "--log-level=debug", "--log-format=json",
			"--limits-sends-per-second=0.25", "--limits-send-burst=2", "--limits-connections-per-address=3",
			"--limits-connections-per-address-before-sign-in=4", "--limits-connections-private=5",
			"--limits-connections-private-before-sign-in=6", "--limits-connections-before-sign-in=7",
			"--limits-sign-in-deadline=1h2m3.5s", "--limits-write-deadline=1500ms", "--limits-outbox-bytes=1000000"}}},
		{"a file with a strange name", given{file: "open = true", args: []string{"--config=TMP/./FILE"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, _, err := tt.load(t)
			if err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "printed\n.toml")
			printed := print(t, c)
			write(t, path, printed)
			again, err := Load(nil, func() []string { return []string{"PLAUSCH_CONFIG=" + path} })
			if err != nil {
				t.Fatalf("%v in\n%s", err, printed)
			}
			for _, s := range Settings() {
				if strings.ContainsAny(again.From(s.Key), "\n") {
					t.Errorf("%s comes from %q, which breaks its line", s.Key, again.From(s.Key))
				}
			}
			third := print(t, again)
			write(t, path, third)
			if again, err = Load(nil, func() []string { return []string{"PLAUSCH_CONFIG=" + path} }); err != nil {
				t.Fatalf("printed from a file: %v in\n%s", err, third)
			}
			again.from = c.from
			if !reflect.DeepEqual(again, c) {
				t.Errorf("the printed file gives %+v, want %+v", again, c)
			}
		})
	}
}

func print(t *testing.T, c *Config) string {
	t.Helper()
	var b strings.Builder
	if err := c.Print(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestPrintSaysWhereFrom(t *testing.T) {
	c, _, err := given{args: []string{"--open"}, env: []string{"PLAUSCH_LOG_LEVEL=warn"}}.load(t)
	if err != nil {
		t.Fatal(err)
	}
	printed := print(t, c)
	for _, want := range []string{
		"# from: flag --open\nopen = true\n",
		"# from: environment PLAUSCH_LOG_LEVEL\nlog_level = 'warn'\n",
		"# from: default\nlisten = ['127.0.0.1:7528']\n",
		"\n[limits]\n",
	} {
		if !strings.Contains(printed, want) {
			t.Errorf("%q is not in\n%s", want, printed)
		}
	}
}

func TestEverySettingIsDocumented(t *testing.T) {
	var table strings.Builder
	if err := WriteMarkdown(&table); err != nil {
		t.Fatal(err)
	}
	printed := print(t, Default("/data"))
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	Flags(flags)
	for _, s := range Settings() {
		if !strings.HasSuffix(s.Comment, ".") || strings.Contains(s.Comment, "`") || strings.Contains(s.Comment, "|") {
			t.Errorf("%s: the comment has to be whole sentences without ` and |: %q", s.Key, s.Comment)
		}
		if s.Default == "" || s.Type == "" {
			t.Errorf("%s has no default or no type", s.Key)
		}
		if !strings.Contains(table.String(), "| `"+s.Key+"` |") || !strings.Contains(printed, s.Env+", --"+s.Flag) {
			t.Errorf("%s is missing in the documentation", s.Key)
		}
		if f := flags.Lookup(s.Flag); f == nil || f.Usage == "" {
			t.Errorf("%s has no flag --%s with a text", s.Key, s.Flag)
		}
	}
}

func TestFlagsOfSomeSettings(t *testing.T) {
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	Flags(flags, "data")
	if flags.Lookup("data") == nil || flags.Lookup("config") == nil || flags.Lookup("listen") != nil {
		t.Errorf("the flags are\n%s", flags.FlagUsages())
	}
	if _, err := Load(flags, func() []string { return []string{"HOME=/home"} }); err != nil {
		t.Error(err)
	}
}
