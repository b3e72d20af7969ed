package tui

import (
	"os"
	"strings"
	"testing"
)

// docs/terminal.md lists all commands, keys and settings.
func TestDocumentListsAll(t *testing.T) {
	data, err := os.ReadFile("../../docs/terminal.md")
	if err != nil {
		t.Fatal(err)
	}
	text := string(data)
	for _, cmd := range commands {
		line := "| `" + strings.TrimSpace("/"+cmd.name+" "+strings.ReplaceAll(cmd.args, "|", "\\|")) + "` | " + strings.ReplaceAll(cmd.help, "|", "\\|") + " |"
		if !strings.Contains(text, line) {
			t.Errorf("docs/terminal.md lacks\n%s", line)
		}
	}
	for _, b := range bindings {
		var keys []string
		for _, key := range b.keys {
			keys = append(keys, "`"+key+"`")
		}
		line := "| `" + string(b.action) + "` | " + strings.Join(keys, " ") + " | " + b.help + " |"
		if !strings.Contains(text, line) {
			t.Errorf("docs/terminal.md lacks\n%s", line)
		}
	}
	for name := range tokenNames {
		if !strings.Contains(text, "`"+name+"`") {
			t.Errorf("docs/terminal.md lacks the colour %s", name)
		}
	}
}

// Every key with Alt has another one beside it.
func TestAltKeysHaveAnother(t *testing.T) {
	for _, b := range bindings {
		others := 0
		for _, key := range b.keys {
			if !strings.Contains(key, "alt+") {
				others++
			}
		}
		if others == 0 {
			t.Errorf("%s has only keys with Alt: %v", b.action, b.keys)
		}
	}
}
