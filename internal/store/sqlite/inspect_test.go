package sqlite

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestInspect(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plausch.db")
	if _, err := Inspect(t.Context(), path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	s := open(t, path)
	ann := newAccount(t, s, "ann")
	var texts []string
	for range 400 {
		texts = append(texts, strings.Repeat("much to be damaged ", 50))
	}
	if err := say(t, s, ann, 1, texts...); err != nil {
		t.Fatal(err)
	}
	whole := func(when string) {
		t.Helper()
		h, err := Inspect(t.Context(), path)
		if err != nil || h.Damage != nil || h.Version != len(migrations) || h.Newest != h.Version {
			t.Errorf("%s: %+v, %v", when, h, err)
		}
	}
	whole("beside a running server")
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	whole("alone")
	if left, _ := filepath.Glob(path + "*"); len(left) != 1 {
		t.Errorf("looking left %v behind", left)
	}

	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	damage(t, path, info.Size()/2, strings.Repeat("\xa5", 16<<10))
	if h, err := Inspect(t.Context(), path); err == nil && h.Damage == nil {
		t.Error("a damaged file is called whole")
	}
	damage(t, path, 0, "this is no database")
	if _, err := Inspect(t.Context(), path); err == nil {
		t.Error("what is no database is called one")
	}
}

func TestInspectOfANewerSchema(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plausch.db")
	s := open(t, path)
	if _, err := s.conn.ExecContext(t.Context(), "PRAGMA user_version = 9999"); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Inspect(t.Context(), path); err == nil || !strings.Contains(err.Error(), "newer program") {
		t.Errorf("the error is %v", err)
	}
}

func damage(t *testing.T, path string, at int64, with string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := f.WriteAt([]byte(with), at); err != nil {
		t.Fatal(err)
	}
}
