package connect

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"plausch/client"
)

func TestOutboxFile(t *testing.T) {
	clearEnv(t)
	dir := os.Getenv("XDG_STATE_HOME")
	for address, want := range map[string]string{
		"tcp://127.0.0.1:7528":  "127.0.0.1_7528/anna.jsonl",
		"ws://127.0.0.1:7528/x": "127.0.0.1_7528/anna.jsonl",
		"wss://h":               "h_443_tls/anna.jsonl",
		"tls://[::1]:7":         "%5B__1%5D_7_tls/anna.jsonl",
		"ktn://h":               "h_9998_ktn/Anna.jsonl",
	} {
		l, err := Flags{Server: address, Name: "Anna"}.Login()
		if err != nil {
			t.Fatal(err)
		}
		got := l.OutboxFile()
		if want := filepath.Join(dir, "plausch", "outbox", filepath.FromSlash(want)); got != want {
			t.Errorf("%s: %s, want %s", address, got, want)
		}
	}
}

// Where nothing can be kept everything else goes on, and says why.
func TestNothingKept(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct{ home, state, want string }{
		"no home":     {"", "", "HOME"},
		"no folder":   {"", file, file},
		"a bad home":  {file, "", file},
		"a good home": {t.TempDir(), "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			clearEnv(t)
			t.Setenv("HOME", tt.home)
			t.Setenv("XDG_STATE_HOME", tt.state)
			l, err := Flags{Name: "anna", Server: "tls://h", Fingerprint: strings.Repeat("ab", 32)}.Login()
			if err != nil {
				t.Fatal(err)
			}
			kept := tt.want == ""
			if err := l.StateError(); kept != (err == nil) || !kept && !strings.Contains(err.Error(), tt.want) {
				t.Errorf("not kept: %v, want %q", err, tt.want)
			}
			if l.Options().Transient == kept || (l.OutboxFile() != "") != kept {
				t.Errorf("the options are %+v, the outbox %q", l.Options(), l.OutboxFile())
			}
			var out strings.Builder
			for range 2 { // as after a second try to sign in
				l.NewProgress(&out).Close()
			}
			if got := strings.Count(out.String(), "not kept"); (got == 1) == kept {
				t.Errorf("it is told %d times: %s", got, out.String())
			}
		})
	}
}

// A folder that can only be read still signs in and knows certificates.
func TestReadOnlyFolder(t *testing.T) {
	dir := t.TempDir()
	anna := client.Credential{Token: "plausch_x"}
	if err := client.NewTokenFile(filepath.Join(dir, tokensName)).Save("h", "Anna", anna); err != nil {
		t.Fatal(err)
	}
	if err := client.NewPinFile(filepath.Join(dir, pinsName)).SavePin("h", "aa"); err != nil {
		t.Fatal(err)
	}
	m := newMemory(dir)
	if got, err := m.Load("h", "anna"); got != anna || err != nil || !m.hasTokens() || m.hasNew() {
		t.Errorf("the sign-in is %v, %v", got, err)
	}
	newer := client.Credential{Token: "plausch_y"}
	if got, err := m.Swap("h", "anna", newer, newer); got != anna || err != nil {
		t.Errorf("a wrong swap gives %v, %v", got, err)
	}
	if got, err := m.Swap("h", "anna", anna, newer); got != newer || err != nil || !m.hasNew() {
		t.Errorf("the swap gives %v, %v", got, err)
	}
	if got, err := m.Load("h", "anna"); got != newer || err != nil {
		t.Errorf("the sign-in is %v, %v afterwards", got, err)
	}
	if err := m.Delete("h", "anna"); err != nil || m.hasNew() {
		t.Errorf("delete: %v", err)
	}
	if pin, err := m.LoadPin("h"); pin != "aa" || err != nil {
		t.Errorf("the pin is %q, %v", pin, err)
	}
	if err := m.SavePin("h", "bb"); err != nil {
		t.Error(err)
	}
	if pin, err := m.LoadPin("h"); pin != "bb" || err != nil {
		t.Errorf("the pin is %q, %v afterwards", pin, err)
	}
}
