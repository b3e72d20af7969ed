// Package e2e uses the built program as a person does: its window by key strokes and
// clicks, against a real server. The window is built with the tag drive, and what its C++
// does is watched by the sanitizers of the compiler if PLAUSCH_SANITIZE is set.
package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// The programs under test.
var plauschBinary, desktopBinary string

func TestMain(m *testing.M) {
	code, err := build(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

func build(m *testing.M) (int, error) {
	folder, err := os.MkdirTemp("", "plausch-desktop-test-")
	if err != nil {
		return 1, err
	}
	defer os.RemoveAll(folder)
	if plauschBinary, desktopBinary = os.Getenv("PLAUSCH_BINARY"), os.Getenv("PLAUSCH_DESKTOP_BINARY"); plauschBinary != "" && desktopBinary != "" {
		return m.Run(), nil
	}
	plauschBinary, desktopBinary = filepath.Join(folder, "plausch"), filepath.Join(folder, "plausch-desktop")
	desktop := command("..", "go", "build", "-tags", "drive", "-o", desktopBinary, ".")
	if os.Getenv("PLAUSCH_SANITIZE") != "" {
		desktop.Env = append(os.Environ(), "CGO_CXXFLAGS=-O1 -g1 -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize=vptr", "CGO_LDFLAGS=-fsanitize=address,undefined")
	}
	for _, c := range []*exec.Cmd{desktop, command("../..", "go", "build", "-o", plauschBinary, "./cmd/plausch")} {
		if err := c.Run(); err != nil {
			return 1, fmt.Errorf("%s: %w", c, err)
		}
	}
	return m.Run(), nil
}

func command(folder, name string, args ...string) *exec.Cmd {
	c := exec.Command(name, args...)
	c.Dir, c.Stdout, c.Stderr = folder, os.Stderr, os.Stderr
	return c
}
