// Package e2e holds the tests that drive the real binary as a process: crashes,
// faults, cut connections, hostile and slow ones, and the command line.
//
// The binary is built once, by the first test that needs it. Every server runs
// on the loopback in a temporary folder. Three variables of the environment
// change what runs:
//
//	PLAUSCH_LONG=1    the long versions (make check); without it the short ones
//	PLAUSCH_ROUNDS=n  how often TestKill kills the server: 20, or 100 if long
//	PLAUSCH_RACE=1    builds the server with the race detector, too
package e2e

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// buildDir holds the binaries.
var buildDir string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if buildDir, err = os.MkdirTemp("", "plausch-e2e-"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(buildDir)
		if err := noteSources(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		return m.Run()
	}())
}

// noteSources looks at all that the binary is built of, so that go test knows
// what a result depends on and does not repeat an old one.
func noteSources() error {
	return filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			if name := d.Name(); name == "node_modules" || len(name) > 2 && name[0] == '.' {
				return fs.SkipDir
			}
			return err
		}
		switch filepath.Ext(path) {
		case ".go", ".sql", ".txt", ".mod", ".sum", ".py":
			_, err = os.Stat(path)
		}
		return err
	})
}

// long reports whether the long versions of the tests are wanted.
func long() bool { return os.Getenv("PLAUSCH_LONG") != "" }

// raceBuild reports whether the server is to be built with the race detector.
func raceBuild() bool { return os.Getenv("PLAUSCH_RACE") != "" }

// pick returns short, or inLong if the long versions are wanted.
func pick[T any](short, inLong T) T {
	if long() {
		return inLong
	}
	return short
}

// rounds is how often a server is killed.
func rounds(t *testing.T) int {
	t.Helper()
	text := os.Getenv("PLAUSCH_ROUNDS")
	if text == "" {
		return pick(20, 100)
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		t.Fatalf("PLAUSCH_ROUNDS is %q; it takes a number from 1", text)
	}
	return n
}

// patience is how long a test waits for what should come soon. It is no
// expectation of speed: only a broken server lets it pass.
const patience = 30 * time.Second

var buildPlausch = sync.OnceValues(func() (string, error) { return build("plausch", nil) })

// program returns the path of the binary under test.
func program(t *testing.T) string {
	t.Helper()
	path, err := buildPlausch()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// change replaces a piece of a file of the repository.
type change struct{ file, old, new string }

// mutant returns the path of a binary with a defect that a test has to catch:
// it is built from changed copies of files, and the sources stay as they are.
func mutant(t *testing.T, name string, changes ...change) string {
	t.Helper()
	overlay := struct{ Replace map[string]string }{map[string]string{}}
	for i, c := range changes {
		path, err := filepath.Abs(filepath.Join("..", c.file))
		if err != nil {
			t.Fatal(err)
		}
		from := path
		if copied, ok := overlay.Replace[path]; ok {
			from = copied
		}
		source, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Count(string(source), c.old) != 1 {
			t.Fatalf("%s does not have the piece of code that %s changes, or not once:\n%s", c.file, name, c.old)
		}
		copied := filepath.Join(t.TempDir(), fmt.Sprintf("%d.go", i))
		if err := os.WriteFile(copied, []byte(strings.Replace(string(source), c.old, c.new, 1)), 0o600); err != nil {
			t.Fatal(err)
		}
		overlay.Replace[path] = copied
	}
	text, err := json.Marshal(overlay)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "overlay.json")
	if err := os.WriteFile(file, text, 0o600); err != nil {
		t.Fatal(err)
	}
	path, err := build(name, []string{"-overlay", file})
	if err != nil {
		t.Fatal(err)
	}
	return path
}

func build(name string, flags []string) (string, error) {
	path := filepath.Join(buildDir, name)
	if raceBuild() {
		flags = append(flags, "-race")
	}
	args := append([]string{"build", "-o", path}, flags...)
	out, err := exec.Command("go", append(args, "plausch/cmd/plausch")...).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", name, err, out)
	}
	return path, nil
}
