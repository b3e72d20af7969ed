package doctor

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"testing"
	"time"

	"plausch/internal/store/sqlite"
)

func TestAttachments(t *testing.T) {
	for name, test := range map[string]struct {
		change func(path string) error
		want   State
	}{
		"whole":     {func(string) error { return nil }, OK},
		"missing":   {os.Remove, Problem},
		"cut off":   {func(path string) error { return os.Truncate(path, 3) }, Problem},
		"other":     {func(path string) error { return os.WriteFile(path, []byte("a phot0"), 0o600) }, Problem},
		"no avatar": {func(string) error { return nil }, OK},
	} {
		t.Run(name, func(t *testing.T) {
			dir, content := t.TempDir(), []byte("a photo")
			sum := sha256.Sum256(content)
			b := sqlite.NamedBlob{Hash: hex.EncodeToString(sum[:]), Size: int64(len(content))}
			path := filepath.Join(dir, b.Hash[:2], b.Hash[2:])
			if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := test.change(path); err != nil {
				t.Fatal(err)
			}
			named := func(context.Context) ([]sqlite.NamedBlob, error) { return []sqlite.NamedBlob{b}, nil }
			got := attachments{dir, named, time.Now}.Run(t.Context())
			if len(got) != 1 || got[0].State != test.want {
				t.Errorf("it finds %+v, want %s", got, test.want)
			}
		})
	}
}
