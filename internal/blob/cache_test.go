package blob_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"plausch"
	"plausch/internal/blob"
)

// TestCache: what was kept comes back, or nothing, but never something else.
func TestCache(t *testing.T) {
	dir := t.TempDir()
	full := false
	c, err := blob.OpenCache(dir, blob.FolderOptions{Floor: 1, Free: func() (int64, error) {
		if full {
			return 0, nil
		}
		return 1 << 30, nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	h, other := blob.Hash{1, 2}, blob.Hash{1, 3}
	for _, kind := range []string{"large", "small"} {
		if err := c.Put(h, kind, []byte(kind+" one")); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(c.Put(h, "small", []byte("another")), c.Put(other, "small", nil)); err != nil {
		t.Fatal(err)
	}
	expect := func(of blob.Hash, kind, want string, code plausch.Code) {
		t.Helper()
		if got, err := c.Get(of, kind); string(got) != want || plausch.CodeOf(err) != code {
			t.Errorf("%s: %q, %v", kind, got, err)
		}
	}
	expect(h, "large", "large one", "")
	expect(h, "small", "another", "")
	expect(other, "small", "", "")
	expect(other, "large", "", plausch.NotFound)
	found := map[blob.Hash]int{}
	if err := c.Each(t.Context(), func(of blob.Hash) error { found[of]++; return nil }); err != nil || len(found) != 2 || found[h] != 2 {
		t.Errorf("there are %v, %v", found, err)
	}

	full = true
	if err := c.Put(other, "large", []byte("x")); plausch.CodeOf(err) != plausch.StorageFull {
		t.Errorf("on a full disk: %v", err)
	}
	for _, name := range files(t, dir) {
		if err := os.Truncate(filepath.Join(dir, name), 20); err != nil {
			t.Fatal(err)
		}
	}
	expect(h, "large", "", plausch.NotFound) // a crash left a part of it
	if err := c.Remove(h, "large", "small", "none"); err != nil {
		t.Fatal(err)
	}
	if left := files(t, dir); len(left) != 1 {
		t.Errorf("left are %q", left)
	}
}
