package config

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"
)

// given is all that can change a server's settings. In its texts, TMP stands
// for a new folder.
type given struct {
	args []string
	env  []string
	file string // content of TMP/FILE
}

// load loads the settings of g and returns them with the folder.
func (g given) load(t *testing.T) (*Config, string, error) {
	t.Helper()
	dir := t.TempDir()
	in := func(texts []string) []string {
		var replaced []string
		for _, s := range texts {
			replaced = append(replaced, strings.ReplaceAll(s, "TMP", dir))
		}
		return replaced
	}
	if g.file != "" {
		write(t, filepath.Join(dir, "FILE"), strings.ReplaceAll(g.file, "TMP", dir))
	}
	flags := pflag.NewFlagSet("test", pflag.ContinueOnError)
	Flags(flags)
	if err := flags.Parse(in(g.args)); err != nil {
		t.Fatal(err)
	}
	c, err := Load(flags, func() []string { return in(append([]string{"HOME=TMP/home"}, g.env...)) })
	return c, dir, err
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestDefaults(t *testing.T) {
	c, dir, err := given{}.load(t)
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{
		Data:   filepath.Join(dir, "home/.local/share/plausch"),
		Listen: []string{"127.0.0.1:7528"},
		TLS:    "auto", HTTPListen: ":80", Plaintext: "loopback", BehindProxy: []string{}, ProxyHeaders: "x-forwarded", Hosts: []string{}, OutgoingAllow: []string{},
		Access:        "invite",
		MetricsListen: "127.0.0.1:7529",
		LogLevel:      "info",
		LogFormat:     "text",
		Limits: Limits{
			SendsPerSecond:                    5,
			SendBurst:                         30,
			ConnectionsPerAccount:             128,
			ConnectionsPerAddress:             256,
			ConnectionsPerAddressBeforeSignIn: 64,
			ConnectionsPrivate:                16384,
			ConnectionsPrivateBeforeSignIn:    1024,
			ConnectionsBeforeSignIn:           4096,
			SignInDeadline:                    10 * time.Second,
			WriteDeadline:                     10 * time.Second,
			DeadPeerTimeout:                   45 * time.Second,
			OutboxBytes:                       262144,
			FileBytes:                         26214400,
			AccountFileBytes:                  1073741824,
			FreeDiskBytes:                     536870912,
		},
		Guests: GuestLimits{
			Address: GuestRates{AccountsPerHour: 300, RoomsPerHour: 60, SendsPerSecond: 50, SendBurst: 1200, BytesPerDay: 256 << 20},
			All:     GuestRates{AccountsPerHour: 2000, RoomsPerHour: 300, SendsPerSecond: 200, SendBurst: 4000, BytesPerDay: 1 << 30},
		},
		KTN: KTNOptions{
			Pace: 20 * time.Millisecond, History: "replay", HistoryMessages: 50, Echo: true, SignInDeadline: 5 * time.Minute,
		},
		HTL:  HTLOptions{Pace: 20 * time.Millisecond, HistoryMessages: 50, SignInDeadline: 5 * time.Minute},
		from: c.from,
	}
	if !reflect.DeepEqual(c, want) {
		t.Errorf("the defaults are %+v, want %+v", c, want)
	}
	for _, s := range Settings() {
		if c.From(s.Key) != "default" {
			t.Errorf("%s comes from %q", s.Key, c.From(s.Key))
		}
	}
	if want := filepath.Join(c.Data, "plausch.db"); c.DatabasePath() != want {
		t.Errorf("the database is %s, want %s", c.DatabasePath(), want)
	}
}

func TestDataFolder(t *testing.T) {
	for _, tt := range []struct {
		name string
		given
		want string
	}{
		{"home", given{}, "TMP/home/.local/share/plausch"},
		{"XDG", given{env: []string{"XDG_DATA_HOME=TMP/xdg"}}, "TMP/xdg/plausch"},
		{"a relative XDG is ignored", given{env: []string{"XDG_DATA_HOME=xdg"}}, "TMP/home/.local/share/plausch"},
		{"systemd", given{env: []string{"STATE_DIRECTORY=TMP/state", "XDG_DATA_HOME=TMP/xdg"}}, "TMP/state"},
		{"the first of systemd's several", given{env: []string{"STATE_DIRECTORY=TMP/one:TMP/two"}}, "TMP/one"},
		{"file", given{file: "data = 'TMP/file'", args: []string{"--config", "TMP/FILE"}, env: []string{"STATE_DIRECTORY=TMP/state"}}, "TMP/file"},
		{"relative in a file", given{file: "data = 'chat'", args: []string{"--config", "TMP/FILE"}}, "TMP/chat"},
		{"environment over file", given{file: "data = 'TMP/file'", env: []string{"PLAUSCH_CONFIG=TMP/FILE", "PLAUSCH_DATA=TMP/env"}}, "TMP/env"},
		{"flag over environment", given{args: []string{"--data=TMP/flag"}, env: []string{"PLAUSCH_DATA=TMP/env"}}, "TMP/flag"},
		{"an empty variable is none", given{env: []string{"PLAUSCH_DATA="}}, "TMP/home/.local/share/plausch"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c, dir, err := tt.load(t)
			if err != nil {
				t.Fatal(err)
			}
			if want := strings.ReplaceAll(tt.want, "TMP", dir); c.Data != want {
				t.Errorf("the data folder is %s, want %s", c.Data, want)
			}
		})
	}
}

func TestRelativeDataStartsHere(t *testing.T) {
	here := t.TempDir()
	t.Chdir(here)
	c, _, err := given{args: []string{"--data=chat"}}.load(t)
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(here, "chat"); c.Data != want {
		t.Errorf("the data folder is %s, want %s", c.Data, want)
	}
}

func TestNoHome(t *testing.T) {
	_, err := Load(nil, func() []string { return nil })
	wantErr(t, err, "--data", "PLAUSCH_DATA")
}

func TestLaterSourcesWin(t *testing.T) {
	const file = "open = false\nlog_level = 'warn'\n[limits]\nsend_burst = 1\n"
	c, _, err := given{
		file: file,
		env:  []string{"PLAUSCH_CONFIG=TMP/FILE", "PLAUSCH_LIMITS_SEND_BURST=2", "PLAUSCH_LOG_LEVEL=error", "PLAUSCH_NAME=eve"},
		args: []string{"--limits-send-burst=3", "--open"},
	}.load(t)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		key       string
		got, want any
		from      string
	}{
		{"open", c.Open, true, "flag --open"},
		{"limits.send_burst", c.Limits.SendBurst, 3, "flag --limits-send-burst"},
		{"log_level", c.LogLevel, "error", "environment PLAUSCH_LOG_LEVEL"},
		{"log_format", c.LogFormat, "text", "default"},
	} {
		if tt.got != tt.want || c.From(tt.key) != tt.from {
			t.Errorf("%s is %v from %q, want %v from %q", tt.key, tt.got, c.From(tt.key), tt.want, tt.from)
		}
	}

	c, dir, err := given{file: file, args: []string{"--config=TMP/FILE"}, env: []string{"PLAUSCH_CONFIG=TMP/other"}}.load(t)
	if err != nil {
		t.Fatal(err)
	}
	if want := filepath.Join(dir, "FILE"); c.Limits.SendBurst != 1 || c.From("limits.send_burst") != want {
		t.Errorf("limits.send_burst is %d from %q, want 1 from %q", c.Limits.SendBurst, c.From("limits.send_burst"), want)
	}
}

func TestEveryTypeFromEverySource(t *testing.T) {
	var want Config
	check := func(t *testing.T, g given) {
		t.Helper()
		c, _, err := g.load(t)
		if err != nil {
			t.Fatal(err)
		}
		got := Config{Listen: c.Listen, Open: c.Open, LogFormat: c.LogFormat,
			Limits: Limits{SendsPerSecond: c.Limits.SendsPerSecond, SendBurst: c.Limits.SendBurst, SignInDeadline: c.Limits.SignInDeadline}}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("the settings are %+v, want %+v", got, want)
		}
	}
	want = Config{Listen: []string{":1", "tcp://[::1]:2"}, Open: true, LogFormat: "json",
		Limits: Limits{SendsPerSecond: 0.5, SendBurst: 7, SignInDeadline: 90 * time.Second}}
	t.Run("file", func(t *testing.T) {
		check(t, given{args: []string{"--config=TMP/FILE"}, file: `
			listen = [":1", "tcp://[::1]:2"]
			open = true
			log_format = "json"
			limits = { sends_per_second = 0.5, send_burst = 7, sign_in_deadline = "1m30s" }`})
	})
	t.Run("environment", func(t *testing.T) {
		check(t, given{env: []string{"PLAUSCH_LISTEN=:1, tcp://[::1]:2", "PLAUSCH_OPEN=true", "PLAUSCH_LOG_FORMAT=json",
			"PLAUSCH_LIMITS_SENDS_PER_SECOND=0.5", "PLAUSCH_LIMITS_SEND_BURST=7", "PLAUSCH_LIMITS_SIGN_IN_DEADLINE=90s"}})
	})
	t.Run("flags", func(t *testing.T) {
		check(t, given{args: []string{"--listen=:1", "--listen=tcp://[::1]:2", "--open", "--log-format=json",
			"--limits-sends-per-second=0.5", "--limits-send-burst=7", "--limits-sign-in-deadline=90s"}})
	})
}

func TestFileInDataFolder(t *testing.T) {
	for _, tt := range []struct {
		name, file string
		wantErr    []string
	}{
		{"settings", "open = true", nil},
		{"the folder itself", "data = 'TMP/data/'\nopen = true", nil},
		{"the folder itself, relative", "data = '.'\nopen = true", nil},
		{"another folder", "data = 'TMP/other'", []string{"TMP/data/plausch.toml", "data", "--config"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			dir := t.TempDir()
			path := filepath.Join(dir, "data", FileName)
			write(t, path, strings.ReplaceAll(tt.file, "TMP", dir))
			c, err := Load(nil, func() []string { return []string{"PLAUSCH_DATA=" + filepath.Join(dir, "data")} })
			if tt.wantErr != nil {
				tt.wantErr[0] = strings.ReplaceAll(tt.wantErr[0], "TMP", dir)
				wantErr(t, err, tt.wantErr...)
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if !c.Open || c.From("open") != path {
				t.Errorf("open is %v from %q, want true from %q", c.Open, c.From("open"), path)
			}
		})
	}
}

func wantErr(t *testing.T, err error, parts ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("the error %q does not say %q", err, part)
		}
	}
}

func TestErrorsNameThePlaceAndWhatToDo(t *testing.T) {
	file := func(content string) given { return given{file: content, args: []string{"--config=TMP/FILE"}} }
	for _, tt := range []struct {
		name string
		given
		want []string
	}{
		{"unknown key", file("opne = true"), []string{"FILE: opne", "no such setting", "plausch config"}},
		{"unknown key in a table", file("[limits]\nburst = 3"), []string{"FILE: limits.burst", "no such setting"}},
		{"a dot in a name", file("'limits.send_burst' = 3"), []string{"FILE: \"limits.send_burst\"", "no such setting"}},
		{"a table's name as a key", file("limits = 3"), []string{"FILE: limits", "no such setting"}},
		{"key in capitals", file("Open = true"), []string{"FILE: Open", "no such setting"}},
		{"an unknown empty table", file("[extra]"), []string{"FILE: extra", "no such setting"}},
		{"not TOML", file("open = true\nlisten = ["), []string{"FILE:2:"}},
		{"a key twice", file("open = true\nopen = false"), []string{"FILE:"}},
		{"missing file", given{args: []string{"--config=TMP/none"}}, []string{"settings file", "TMP/none"}},
		{"missing file in the environment", given{env: []string{"PLAUSCH_CONFIG=TMP/none"}}, []string{"settings file", "TMP/none"}},
		{"text for a truth", file("open = 'yes'"), []string{"FILE: open: yes", "true or false"}},
		{"text for a number", file("[limits]\nsend_burst = '3'"), []string{"FILE: limits.send_burst: 3", "whole number"}},
		{"fraction for a whole number", file("[limits]\nsend_burst = 3.5"), []string{"limits.send_burst: 3.5", "whole number"}},
		{"number for a duration", file("[limits]\nwrite_deadline = 10"), []string{"limits.write_deadline: 10", "duration", "'10s'"}},
		{"number for a text", file("data = 3"), []string{"FILE: data: 3", "text"}},
		{"number in a list", file("listen = [':1', 2]"), []string{"FILE: listen", "list"}},
		{"a table for a text", file("[data]\nx = 1"), []string{"FILE: data"}},
		{"bad value that a flag replaces", given{file: "log_level = 'loud'", args: []string{"--config=TMP/FILE", "--log-level=info"}},
			[]string{"FILE: log_level", `"loud"`, "debug, info, warn, error"}},
		{"environment", given{env: []string{"PLAUSCH_OPEN=jo"}}, []string{"environment PLAUSCH_OPEN: jo", "true or false"}},
		{"flag", given{args: []string{"--log-format=xml"}}, []string{"flag --log-format", `"xml"`, "text, json"}},
		{"nothing to listen on", file("listen = []"), []string{"FILE: listen", "HOST:PORT"}},
		{"listen without a port", given{args: []string{"--listen=localhost"}}, []string{"flag --listen", `"localhost"`, "HOST:PORT"}},
		{"listen with a bad port", given{args: []string{"--listen=:99999"}}, []string{`"99999" is no port`, "65535"}},
		{"a port too high", file("outside_port = 70000"), []string{"FILE: outside_port", "70000 is no port"}},
		{"listen with a path", given{args: []string{"--listen=tcp://localhost:1/x"}}, []string{`"1/x" is no port`}},
		{"listen with an unknown scheme", given{args: []string{"--listen=ftp://:1"}}, []string{"ftp://", "tcp://HOST:PORT"}},
		{"second listen bad", given{args: []string{"--listen=:1", "--listen=x"}}, []string{`"x"`}},
		{"metrics for everybody", given{args: []string{"--metrics-listen=:7529"}}, []string{"flag --metrics-listen", "other machines", "127.0.0.1:PORT", "off"}},
		{"metrics on an address", given{args: []string{"--metrics-listen=192.168.1.5:7529"}}, []string{"other machines"}},
		{"metrics on a name", given{args: []string{"--metrics-listen=localhost.example.org:7529"}}, []string{"other machines"}},
		{"metrics nowhere", given{args: []string{"--metrics-listen=none"}}, []string{"HOST:PORT", "off"}},
		{"no burst", given{args: []string{"--limits-send-burst=0"}}, []string{"--limits-send-burst", "at least 1"}},
		{"no rate", given{args: []string{"--limits-sends-per-second=NaN"}}, []string{"greater than 0"}},
		{"no deadline", given{args: []string{"--limits-sign-in-deadline=0s"}}, []string{"at least"}},
		{"an outbox too small for a frame", given{args: []string{"--limits-outbox-bytes=1000"}}, []string{"at least 131072"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, dir, err := tt.load(t)
			var want []string
			for _, part := range tt.want {
				want = append(want, strings.ReplaceAll(part, "TMP", dir))
			}
			wantErr(t, err, want...)
		})
	}
}

func TestMetricsListen(t *testing.T) {
	for _, place := range []string{"off", "127.0.0.1:0", "127.8.8.8:7529", "[::1]:7529", "localhost:7529"} {
		if _, _, err := (given{args: []string{"--metrics-listen", place}}).load(t); err != nil {
			t.Errorf("%s is refused: %v", place, err)
		}
	}
}

func TestSplitListen(t *testing.T) {
	for _, tt := range []struct{ place, scheme, address string }{
		{"127.0.0.1:7528", "tcp", "127.0.0.1:7528"},
		{"tcp://127.0.0.1:7528", "tcp", "127.0.0.1:7528"},
		{":7528", "tcp", ":7528"},
		{"[::]:0", "tcp", "[::]:0"},
		{"chat.example.org:7528", "tcp", "chat.example.org:7528"},
		{"ktn://127.0.0.1:9998", "ktn", "127.0.0.1:9998"},
		{"htl://[::1]:9999", "htl", "[::1]:9999"},
	} {
		scheme, address, err := SplitListen(tt.place)
		if err != nil || scheme != tt.scheme || address != tt.address {
			t.Errorf("%s gives %s, %s, %v; want %s, %s", tt.place, scheme, address, err, tt.scheme, tt.address)
		}
	}
}
