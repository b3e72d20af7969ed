// Command generate bundles the web client: dist/ from src/. Run it by go generate ./web;
// npm ci has to have been run in web/ before.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	dist := flag.String("dist", "dist", "where the bundle goes")
	check := flag.Bool("check", false, "report whether the committed files are fresh, and change nothing")
	flag.Parse()
	if err := run(*dist, *check); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(dist string, check bool) error {
	files, err := bundle()
	if err != nil {
		return err
	}
	if err := checkBudget(files); err != nil {
		return err
	}
	if check {
		return checkFolder(dist, files)
	}
	return writeFolder(dist, files)
}

// writeFolder makes dir have these files and no others.
func writeFolder(dir string, files map[string][]byte) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	for name, body := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, body, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// checkFolder reports whether dir has these files and no others.
func checkFolder(dir string, files map[string][]byte) error {
	for name, body := range files {
		if err := checkFile(filepath.Join(dir, name), body); err != nil {
			return err
		}
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if files[e.Name()] == nil {
			return stale(filepath.Join(dir, e.Name()))
		}
	}
	return nil
}

func checkFile(path string, want []byte) error {
	if got, err := os.ReadFile(path); err != nil || string(got) != string(want) {
		return stale(path)
	}
	return nil
}

func stale(path string) error {
	return fmt.Errorf("%s is not what its sources make: run go generate ./web, and commit it", path)
}
