package e2e

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// curlExample is a command of docs/http.md and what it answers.
type curlExample struct {
	command string
	answer  []string
	goesOn  bool // it does not end by itself
}

// TestHTTPDocument runs the examples of docs/http.md, with the real curl.
func TestHTTPDocument(t *testing.T) {
	s := newServer(t)
	s.flags = nil // no guests
	s.start()
	const password = "mole tractor window"
	for _, name := range []string{"heating", "anna"} {
		add := exec.Command(s.binary, "user", "add", name, "--data", s.data)
		add.Stdin = strings.NewReader(password + "\n")
		if out, err := add.CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "oil.txt"), []byte("12 litres\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	env := append(os.Environ(), "HOST=http://"+s.address, "TOKEN="+tokenOf(t, s, "heating", password))
	examples := readExamples(t, "../docs/http.md")
	if len(examples) < 15 {
		t.Fatalf("there are only %d examples", len(examples))
	}
	for _, e := range examples {
		if name, _, ok := strings.Cut(e.command, "=$("); ok {
			value, err := shell(t, dir, env, e.command+`; printf %s "$`+name+`"`).Output()
			if err != nil || len(value) == 0 {
				t.Fatalf("%s: %q, %v", e.command, value, err)
			}
			env = append(env, name+"="+string(value))
			continue
		}
		runExample(t, dir, env, e)
	}
}

func shell(t *testing.T, dir string, env []string, command string) *exec.Cmd {
	cmd := exec.CommandContext(t.Context(), "bash", "-c", "set -o pipefail; "+command)
	cmd.Dir, cmd.Env = dir, env
	return cmd
}

// runExample compares what a command answers with what the page says. What only
// reads may need a moment, until the server has noticed that a stream has gone.
func runExample(t *testing.T, dir string, env []string, e curlExample) {
	t.Helper()
	reads := !strings.Contains(e.command, " -d ") && !strings.Contains(e.command, " -X ")
	for until := time.Now().Add(patience); ; {
		got := runLines(t, dir, env, e)
		if strings.Join(got, "\n") == strings.Join(e.answer, "\n") {
			return
		}
		if !reads || time.Now().After(until) {
			t.Errorf("%s\nanswers\n%s\nand the page says\n%s", e.command, strings.Join(got, "\n"), strings.Join(e.answer, "\n"))
			return
		}
	}
}

// runLines returns the lines of a command, as many as are wanted if it goes on.
func runLines(t *testing.T, dir string, env []string, e curlExample) (got []string) {
	t.Helper()
	command := e.command
	if e.goesOn {
		command = "exec " + command
	}
	cmd := shell(t, dir, env, command)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Wait() }()
	if e.goesOn {
		defer func() { _ = cmd.Process.Kill() }()
	}
	scanner := bufio.NewScanner(out)
	for scanner.Scan() {
		got = append(got, alike(scanner.Text()))
		if e.goesOn && len(got) == len(e.answer) {
			break
		}
	}
	return got
}

var (
	anyTime  = regexp.MustCompile(`"time":\d+`)
	anyToken = regexp.MustCompile(`plausch_[A-Za-z0-9_-]{43}`)
	// Of webhooks, as Standard Webhooks have it: base64.
	anySecret = regexp.MustCompile(`whsec_[A-Za-z0-9+/]{43}=`)
)

// alike replaces what differs each time.
func alike(line string) string {
	line = anyTime.ReplaceAllString(line, `"time":1790000000000`)
	line = anySecret.ReplaceAllString(line, "whsec_…")
	return anyToken.ReplaceAllString(line, "plausch_kT2…")
}

// readExamples reads the console blocks of a page.
func readExamples(t *testing.T, file string) (all []curlExample) {
	t.Helper()
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	inside := false
	for line := range strings.Lines(string(page)) {
		line = strings.TrimSuffix(line, "\n")
		command, isCommand := strings.CutPrefix(line, "$ ")
		switch {
		case strings.HasPrefix(line, "```"):
			inside = line == "```console"
		case inside && isCommand:
			all = append(all, curlExample{command: command})
		case inside && line == "…":
			all[len(all)-1].goesOn = true
		case inside:
			last := &all[len(all)-1]
			last.answer = append(last.answer, line)
		}
	}
	return all
}

// tokenOf signs in over HTTP.
func tokenOf(t *testing.T, s *serverProcess, name, password string) string {
	t.Helper()
	body, err := json.Marshal(map[string]string{"name": name, "password": password})
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Post("http://"+s.address+"/api/sign_in", "application/json", strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var in struct {
		Token string `json:"token"`
	}
	if err := json.NewDecoder(response.Body).Decode(&in); err != nil || in.Token == "" {
		t.Fatalf("signing in answers %s, %v", response.Status, err)
	}
	return in.Token
}
