package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"plausch/internal/connect"
)

func TestConfigPrintsAFileThatGivesTheSame(t *testing.T) {
	dir := t.TempDir()
	args := []string{"config", "--data", dir, "--open", "--listen", ":1,:2", "--limits-sign-in-deadline=3s"}
	first := plauschRun(t, "", args...)
	first.want(t, connect.ExitOK, "# from: flag --open\nopen = true\n", "sign_in_deadline = '3s'\n")

	// Found in the data folder, although it names that folder itself.
	path := filepath.Join(dir, "plausch.toml")
	if err := os.WriteFile(path, []byte(first.stdout), 0o600); err != nil {
		t.Fatal(err)
	}
	second := plauschRun(t, "", "config", "--data", dir)
	second.want(t, connect.ExitOK, "# from: "+path+"\nopen = true\n")
	if got, want := settingLines(second.stdout), settingLines(first.stdout); got != want {
		t.Errorf("the printed file gives\n%s\nwant\n%s", got, want)
	}
}

// settingLines returns printed settings without their comments.
func settingLines(printed string) string {
	var lines []string
	for line := range strings.Lines(printed) {
		if !strings.HasPrefix(line, "#") && line != "\n" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "")
}

func TestConfigMarkdown(t *testing.T) {
	plauschRun(t, "", "config", "--markdown").want(t, connect.ExitOK, "| `limits.send_burst` | whole number | `30` |")
}
