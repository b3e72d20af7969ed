package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"plausch/internal/store/sqlite"
)

const (
	stagingPattern = ".restore-*"
	runLockName    = "plausch.lock"
	asidePrefix    = ".old-" // of the folder that old data are moved to
)

// RestoreOptions says where a backup goes.
type RestoreOptions struct {
	Data string // the data folder; made if it is missing
	// MoveAside lets a data folder that is not empty be replaced. What was in it
	// is then in the folder Restored.Aside.
	MoveAside bool
	Now       func() time.Time // nil means time.Now
}

// Restored is what became of a restoration.
type Restored struct {
	Report
	Aside string // where the old data are now, empty if there were none
}

// Restore makes a data folder of a backup. Everything is unpacked into a new
// folder below the data folder and checked there, as by [Verify]; only then it
// takes its place, the database last. Until then nothing has changed, and what was
// there before is never deleted.
//
// The caller has locked the data folder, so that no server runs on it.
func Restore(ctx context.Context, r io.Reader, opts RestoreOptions) (done Restored, err error) {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	old, err := occupants(opts.Data)
	if err != nil {
		return done, err
	}
	if len(old) > 0 && !opts.MoveAside {
		return done, fmt.Errorf("the data folder %s is not empty; name another with --data, or have its files moved aside with --force", opts.Data)
	}
	staging, err := os.MkdirTemp(opts.Data, stagingPattern)
	if err != nil {
		return done, fmt.Errorf("the data folder cannot be written; name another with --data, or let this user write there: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(staging)) }()
	if done.Report, err = unpack(ctx, r, staging); err != nil {
		return done, err
	}
	// Clients that know more than the backup has learn by it that this is another state.
	if err := sqlite.BeginEpoch(ctx, filepath.Join(staging, databaseName)); err != nil {
		return done, err
	}
	if err := giveToOwner(opts.Data, staging); err != nil {
		return done, fmt.Errorf("the files cannot be given to the owner of %s; run this as that user: %w", opts.Data, err)
	}
	for _, name := range []string{runLockName, lockName} {
		if err := giveToOwner(opts.Data, filepath.Join(opts.Data, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return done, err
		}
	}
	if len(old) > 0 {
		if done.Aside, err = moveAside(opts.Data, old, opts.Now()); err != nil {
			return done, err
		}
	}
	return done, moveIn(staging, opts.Data)
}

// occupants lists what is in the data folder, but for locks, which say nothing of
// data, and what earlier restorations left: one that was killed, or old data that
// could not be moved out.
func occupants(data string) (names []string, err error) {
	entries, err := os.ReadDir(data)
	for _, e := range entries {
		staging, _ := path.Match(stagingPattern, e.Name())
		locks := e.Name() == runLockName || e.Name() == lockName
		if !staging && !locks && e.Name() != "lost+found" && !strings.HasPrefix(e.Name(), asidePrefix) {
			names = append(names, e.Name())
		}
	}
	return names, err
}

// unpack unpacks a backup into an empty folder and checks it.
func unpack(ctx context.Context, r io.Reader, folder string) (Report, error) {
	root, err := os.OpenRoot(folder) // no name and no link leads out of it
	if err != nil {
		return Report{}, err
	}
	defer root.Close()
	found := blobs{}
	report, err := readArchive(r, accept, func(name string, size int64, r io.Reader) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		found.note(name)
		err := root.MkdirAll(path.Dir(name), 0o700)
		if err == nil {
			err = unpackFile(root, name, r)
		}
		if err != nil {
			return fmt.Errorf("unpack %s: %w", name, err)
		}
		return nil
	})
	if err != nil {
		return report, err
	}
	if err := checkDatabase(ctx, filepath.Join(folder, databaseName), found, &report); err != nil {
		return report, err
	}
	return report, syncFolders(root)
}

func unpackFile(root *os.Root, name string, r io.Reader) error {
	f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.Copy(f, r); err != nil { // no more than the manifest's bytes
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	return f.Close()
}

func syncFolders(root *os.Root) error {
	return fs.WalkDir(root.FS(), ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() {
			return err
		}
		return syncFolder(filepath.Join(root.Name(), p))
	})
}

// moveAside moves what is in the data folder to a new one beside it. The data
// folder itself stays: its owner and mode are right. If it is a mount point, or
// nothing can be written beside it, the new folder is in the data folder, with a
// name that neither the server nor a backup looks at.
func moveAside(data string, names []string, now time.Time) (aside string, err error) {
	// A link to the folder stays, too.
	if data, err = filepath.EvalSymlinks(data); err != nil {
		return "", err
	}
	end := freeAside(data, now)
	if err = moveAll(data, names, data+end); err == nil {
		return data + end, nil
	}
	inside := filepath.Join(data, end)
	if err2 := moveAll(data, names, inside); err2 != nil {
		return "", fmt.Errorf("the old data cannot be moved aside, and nothing was changed; move them away yourself: %w", errors.Join(err, err2))
	}
	return inside, nil
}

// freeAside returns an end of a name that is free, beside the data folder and in it.
func freeAside(data string, at time.Time) string {
	for ; ; at = at.Add(time.Second) {
		end := asidePrefix + at.UTC().Format("20060102T150405Z")
		_, beside := os.Lstat(data + end)
		_, inside := os.Lstat(filepath.Join(data, end))
		if errors.Is(beside, fs.ErrNotExist) && errors.Is(inside, fs.ErrNotExist) {
			return end
		}
	}
}

// moveAll moves what is called names in the folder data into the new folder aside:
// all of it, or nothing.
func moveAll(data string, names []string, aside string) error {
	if err := os.Mkdir(aside, 0o700); err != nil {
		return err
	}
	if err := giveToOwner(data, aside); err != nil {
		return errors.Join(err, os.Remove(aside))
	}
	for i, name := range names {
		err := os.Rename(filepath.Join(data, name), filepath.Join(aside, name))
		if err == nil {
			continue
		}
		for _, name := range names[:i] {
			err = errors.Join(err, os.Rename(filepath.Join(aside, name), filepath.Join(data, name)))
		}
		return errors.Join(err, os.Remove(aside))
	}
	return errors.Join(syncFolder(aside), syncFolder(filepath.Dir(aside)))
}

// moveIn moves everything from staging into the data folder, the database last:
// without it, what is there cannot be taken for all.
func moveIn(staging, data string) error {
	entries, err := os.ReadDir(staging)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Name() == databaseName {
			continue
		}
		if err := os.Rename(filepath.Join(staging, e.Name()), filepath.Join(data, e.Name())); err != nil {
			return err
		}
	}
	if err := syncFolder(data); err != nil {
		return err
	}
	if err := os.Rename(filepath.Join(staging, databaseName), filepath.Join(data, databaseName)); err != nil {
		return err
	}
	return syncFolder(data)
}
