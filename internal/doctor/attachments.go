package doctor

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"plausch/internal/store/sqlite"
)

// readTime is how long files are read again: some GiB on an ordinary disk.
const readTime = 10 * time.Second

// attachments checks that the bytes of all files are there, and, as far as the time
// goes, that they are those that were uploaded.
type attachments struct {
	folder string
	named  func(ctx context.Context) ([]sqlite.NamedBlob, error)
	now    func() time.Time
}

func (attachments) Name() string { return "attachments" }

func (c attachments) Run(ctx context.Context) []Finding {
	named, err := c.named(ctx)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil // the check of the database says so
	case err != nil:
		return one(Unknown, "see what is said of the database", "which files there should be cannot be read: %v", err)
	}
	const todo = "restore a backup (plausch restore FILE), or ask those who uploaded them to do so again"
	missing, damaged, read := 0, 0, 0
	until := c.now().Add(readTime)
	for _, b := range named {
		if ctx.Err() != nil {
			return one(Unknown, "run it again when the machine has less to do", "looking through the files takes longer than %s", patience)
		}
		path := filepath.Join(c.folder, b.Hash[:2], b.Hash[2:])
		info, err := os.Stat(path)
		switch {
		case errors.Is(err, fs.ErrPermission):
			return one(Unknown, "run plausch doctor as the server's user, or with sudo", "the files may not be read")
		case err != nil:
			missing++
		case b.Size >= 0 && info.Size() != b.Size:
			damaged++
		case c.now().Before(until):
			read++
			if whole, err := isWhole(path, b.Hash); err != nil || !whole {
				damaged++
			}
		}
	}
	switch {
	case missing > 0 || damaged > 0:
		return one(Problem, todo, "of %d files %d are missing and %d damaged", len(named), missing, damaged)
	case read < len(named):
		return one(OK, "", "all %d files are there; of those %d were read, and are whole", len(named), read)
	}
	return one(OK, "", "all %d files are there and whole", len(named))
}

func isWhole(path, hash string) (bool, error) {
	f, err := os.Open(path)
	if err != nil {
		return false, err
	}
	defer f.Close()
	sum := sha256.New()
	if _, err := io.Copy(sum, f); err != nil {
		return false, fmt.Errorf("read %s: %w", path, err)
	}
	return hex.EncodeToString(sum.Sum(nil)) == hash, nil
}
