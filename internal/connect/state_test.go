package connect

import (
	"os"
	"path/filepath"
	"testing"
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
