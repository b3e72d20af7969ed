package backup

import (
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"

	"plausch"
	"plausch/internal/store/sqlite"
)

// Verify reads a whole backup, and checks all that can be: every byte, the
// database's pages, indexes and references, and that each attachment it names is
// there. It needs room for the database in scratch, a folder or empty for that of
// the system.
//
// An error means that the backup cannot be restored. Report.Problems are what was
// wrong with the data before.
func Verify(ctx context.Context, r io.Reader, scratch string) (Report, error) {
	folder, err := os.MkdirTemp(scratch, "plausch-verify-*")
	if err != nil {
		return Report{}, err
	}
	defer os.RemoveAll(folder)
	database := filepath.Join(folder, databaseName)
	found := blobs{}
	report, err := readArchive(r, accept, func(name string, size int64, r io.Reader) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		found.note(name)
		if name != databaseName {
			_, err := io.Copy(io.Discard, r)
			return err
		}
		f, err := os.OpenFile(database, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		defer f.Close()
		if _, err := io.Copy(f, r); err != nil {
			return fmt.Errorf("there is no room to unpack the database in %s; name another folder with TMPDIR: %w", folder, err)
		}
		return f.Close()
	})
	if err != nil {
		return report, err
	}
	return report, checkDatabase(ctx, database, found, &report)
}

// accept refuses what this program cannot make a data folder of.
func accept(m Manifest) error {
	if m.Schema > sqlite.Schema() {
		return plausch.Errorf(plausch.Unsupported,
			"the backup was made by Plausch %s and has schema version %d, but this program knows only up to %d; use that version or a newer one",
			m.Program, m.Schema, sqlite.Schema())
	}
	return nil
}

// blobs are the attachments that are there, by hash.
type blobs map[string]bool

func (b blobs) note(name string) {
	if hash := blobHash(name); hash != "" {
		b[hash] = true
	}
}

// checkDatabase checks the copied database against what stands in the report, and
// completes that.
func checkDatabase(ctx context.Context, file string, found blobs, r *Report) error {
	summary, named, err := sqlite.Check(ctx, file)
	if err != nil {
		return fmt.Errorf("the backup is of no use: %w", err)
	}
	if summary.Schema != r.Manifest.Schema {
		return fmt.Errorf("%w (the schema is %d, not %d)", errDamaged, summary.Schema, r.Manifest.Schema)
	}
	r.Database = summary
	for _, hash := range named {
		if !found[hash] {
			r.Problems = append(r.Problems, fmt.Sprintf("The attachment %s is missing; it was so in the data folder.", path.Join(blobsName, hash)))
		}
	}
	return nil
}
