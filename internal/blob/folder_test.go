package blob_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"plausch"
	"plausch/internal/blob"
	"plausch/internal/blob/blobtest"
)

// childPath tells the test binary to put blobs into the folder there until it is
// killed; it prints the hash of each.
const childPath = "PLAUSCH_TEST_CHILD"

func TestMain(m *testing.M) {
	if path := os.Getenv(childPath); path != "" {
		if err := child(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func open(t *testing.T, path string, opts blob.FolderOptions) *blob.Folder {
	t.Helper()
	f, err := blob.OpenFolder(path, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestFolder(t *testing.T) {
	blobtest.Run(t, func(t *testing.T) blob.Store { return open(t, t.TempDir(), blob.FolderOptions{}) })
}

func put(t *testing.T, f *blob.Folder, text string) blob.Hash {
	t.Helper()
	h, _, err := f.Put(t.Context(), strings.NewReader(text), 1<<30)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// files returns the paths of all files below a folder.
func files(t *testing.T, path string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(path, func(file string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			rel, _ := filepath.Rel(path, file)
			all = append(all, filepath.ToSlash(rel))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestFolderLayout(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "blobs")
	f := open(t, path, blob.FolderOptions{})
	put(t, f, "hello")
	put(t, f, "hello")
	want := "2c/f24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
	if got := files(t, path); len(got) != 1 || got[0] != want {
		t.Fatalf("the folder has %q, want %q", got, want)
	}
	for _, p := range []string{path, filepath.Join(path, "2c"), filepath.Join(path, want)} {
		info, err := os.Stat(p)
		if err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is open to others: %v, %v", p, info.Mode(), err)
		}
	}
}

// TestFolderStaysInside: the folder's owner could have been fooled into a link.
func TestFolderStaysInside(t *testing.T) {
	path, outside := t.TempDir(), t.TempDir()
	f := open(t, path, blob.FolderOptions{})
	if err := os.Symlink(outside, filepath.Join(path, "2c")); err != nil {
		t.Fatal(err)
	}
	if _, _, err := f.Put(t.Context(), strings.NewReader("hello"), 100); err == nil {
		t.Error("a blob was put behind a link that leads out of the folder")
	}
	if got := files(t, outside); len(got) != 0 {
		t.Errorf("%q was written outside", got)
	}
}

func TestFolderLeftovers(t *testing.T) {
	path := t.TempDir()
	f := open(t, path, blob.FolderOptions{})
	h := put(t, f, "kept")
	for _, name := range []string{"one", "two"} {
		if err := os.WriteFile(filepath.Join(path, "incoming", name), []byte("half a fi"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	f.Close()
	f = open(t, path, blob.FolderOptions{})
	if got := files(t, path); len(got) != 1 {
		t.Errorf("after a new start there is %q", got)
	}
	if r, _, err := f.Open(t.Context(), h); err != nil {
		t.Error(err)
	} else {
		r.Close()
	}
}

func TestFolderRepairs(t *testing.T) {
	path := t.TempDir()
	f := open(t, path, blob.FolderOptions{})
	put(t, f, "hello")
	if err := os.Truncate(filepath.Join(path, files(t, path)[0]), 2); err != nil {
		t.Fatal(err)
	}
	r, _, err := f.Open(t.Context(), put(t, f, "hello"))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if got, err := io.ReadAll(r); string(got) != "hello" {
		t.Errorf("a file that was cut reads %q after it was put again: %v", got, err)
	}
}

// TestFolderFloor has a disk whose free room shrinks by what is written.
func TestFolderFloor(t *testing.T) {
	path := t.TempDir()
	size := int64(1_000_000)
	f := open(t, path, blob.FolderOptions{Floor: 600_000, Free: func() (int64, error) { return size - used(t, path), nil }})
	first := put(t, f, strings.Repeat("x", 300_000))
	text := "y" + strings.Repeat("z", 100_000)
	_, _, err := f.Put(t.Context(), strings.NewReader(text), 1<<30)
	if plausch.CodeOf(err) != plausch.StorageFull {
		t.Errorf("a file that would leave less than the floor: %v", err)
	}
	if got := files(t, path); len(got) != 1 {
		t.Errorf("the folder has %q", got)
	}
	if r, _, err := f.Open(t.Context(), first); err != nil {
		t.Errorf("reading with a full disk: %v", err)
	} else {
		r.Close()
	}
	size += 1
	put(t, f, text)
}

// used is how many bytes the files below a folder have.
func used(t *testing.T, path string) (sum int64) {
	for _, file := range files(t, path) {
		info, err := os.Stat(filepath.Join(path, file))
		if err != nil {
			t.Fatal(err)
		}
		sum += info.Size()
	}
	return sum
}

func child(path string) error {
	f, err := blob.OpenFolder(path, blob.FolderOptions{})
	if err != nil {
		return err
	}
	for n := 0; ; n++ {
		content := bytes.Repeat(fmt.Appendf(nil, "%d %d ", os.Getpid(), n), 20_000)
		h, size, err := f.Put(context.Background(), bytes.NewReader(content), 1<<30)
		if err != nil {
			return err
		}
		fmt.Println(h, size)
	}
}

// TestFolderKilled kills a process that puts blobs: those that it told of are
// whole, those that it did not are whole or not there.
func TestFolderKilled(t *testing.T) {
	path := t.TempDir()
	told := map[string]bool{}
	for round := range 8 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childPath+"="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var lines strings.Builder
		for strings.Count(lines.String(), "\n") < 3+round {
			buf := make([]byte, 200)
			n, err := out.Read(buf)
			if err != nil {
				t.Fatal(err)
			}
			lines.Write(buf[:n])
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		rest, _ := io.ReadAll(out)
		_ = cmd.Wait() // it was killed
		lines.Write(rest)
		for line := range strings.Lines(lines.String()) {
			if hash, _, whole := strings.Cut(line, " "); whole && strings.HasSuffix(line, "\n") {
				told[hash[:2]+"/"+hash[2:]] = true
			}
		}
		open(t, path, blob.FolderOptions{}).Close()
		there := map[string]bool{}
		for _, file := range files(t, path) {
			there[file] = true
			content, err := os.ReadFile(filepath.Join(path, file))
			if err != nil {
				t.Fatal(err)
			}
			if hash := strings.Replace(file, "/", "", 1); hash != fmt.Sprintf("%x", sha256.Sum256(content)) {
				t.Fatalf("%s has %d bytes of another hash", file, len(content))
			}
		}
		for file := range told {
			if !there[file] {
				t.Fatalf("%s was told of, but is not there", file)
			}
		}
	}
}

// TestFolderSyncFails has the nth sync fail: nothing that was told of may
// depend on it.
func TestFolderSyncFails(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Fatalf("the test needs strace, which make deps installs: %v", err)
	}
	for when := 1; when <= 6; when++ { // three for each blob
		path := t.TempDir()
		var stderr strings.Builder
		cmd := exec.Command(strace, "-f", "-qq", "-o", os.DevNull,
			"-e", fmt.Sprintf("inject=fsync,fdatasync:error=EIO:when=%d", when), os.Args[0])
		cmd.Env = append(os.Environ(), childPath+"="+path, "GOMAXPROCS=1")
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		var exit *exec.ExitError
		if !errors.As(err, &exit) || !strings.Contains(stderr.String(), "input/output error") {
			t.Fatalf("sync %d: the child ended with %v and said %q", when, err, &stderr)
		}
		if got, told := len(files(t, path)), strings.Count(string(out), "\n"); got != told {
			t.Errorf("sync %d: %d blobs were told of, %d are there", when, told, got)
		}
	}
}
