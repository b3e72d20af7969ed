package linechat

import (
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestPathsAreCompleted(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"pictures/rose.jpg", "pictures/road map.jpg", "notes.txt", ".hidden"} {
		if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for line, want := range map[string][]string{
		"/upload ":             {"notes.txt ", "pictures/"},
		"/upload pictures/ro":  {"pictures/rose.jpg "},
		"/upload .h":           {".hidden "},
		"/upload nothing/here": nil,
		"/download n":          nil,
	} {
		if _, got := new(completion).complete(line); !slices.Equal(got, want) {
			t.Errorf("%q becomes %q, want %q", line, got, want)
		}
	}
}

func TestADownloadTakesNoFilesPlace(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, want := range []string{"rose.jpg", "rose (2).jpg", "rose (3).jpg"} {
		f, err := createNew("rose.jpg")
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
		if f.Name() != want {
			t.Errorf("a file is kept as %q, want %q", f.Name(), want)
		}
	}
}
