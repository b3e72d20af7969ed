package backup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// WriteFile writes a backup to a file, readable by its owner only. The file is
// there with all of its bytes on disk, or not at all: until then they are in one
// with .tmp at the end of its name. With overwrite, it may take the place of one
// that is there.
func WriteFile(ctx context.Context, path string, overwrite bool, opts Options) (Report, error) {
	return writeFile(ctx, path, overwrite, opts, nil)
}

// writeFile is [WriteFile]. Before the file gets its name, check may refuse it; a
// nil check takes every one.
func writeFile(ctx context.Context, path string, overwrite bool, opts Options, check func(temporary string) error) (r Report, err error) {
	if err := checkPlace(path, opts.Data); err != nil {
		return r, err
	}
	free := func() error {
		info, err := os.Lstat(path)
		switch {
		case err == nil && info.IsDir():
			return fmt.Errorf("%s is a folder; name a file in it, or add --keep 14 for a backup with the time in its name", path)
		case err == nil && !overwrite:
			return fmt.Errorf("%s exists already; name another file, or overwrite it with --force", path)
		}
		return nil
	}
	if err := free(); err != nil {
		return r, err
	}
	opts.Scratch = filepath.Dir(path)
	temporary := path + ".tmp"
	if err := os.Remove(temporary); err != nil && !errors.Is(err, fs.ErrNotExist) { // of one that was killed
		return r, err
	}
	f, err := os.OpenFile(temporary, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return r, fmt.Errorf("the backup cannot be written; name another place: %w", err)
	}
	defer func() {
		if err != nil {
			_ = os.Remove(temporary) // the error that matters is the first
		}
	}()
	r, err = Write(ctx, f, opts)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return r, err
	}
	if check != nil {
		if err := check(temporary); err != nil {
			return r, err
		}
	}
	if err := free(); err != nil {
		return r, err
	}
	if err := os.Rename(temporary, path); err != nil {
		return r, err
	}
	return r, syncFolder(filepath.Dir(path))
}

// checkPlace refuses a file in the data folder: each backup would have the ones
// before it, and the disk that loses one loses all.
func checkPlace(path, data string) error {
	folder, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return fmt.Errorf("the folder for the backup is missing; make it first: %w", err)
	}
	if data, err = filepath.EvalSymlinks(data); err != nil {
		return fmt.Errorf("there is no data folder; name it with --data: %w", err)
	}
	below, err := filepath.Rel(data, folder)
	if err == nil && below != ".." && !strings.HasPrefix(below, ".."+string(filepath.Separator)) {
		return fmt.Errorf("the backup would be in the data folder %s; write it somewhere else, best to another disk", data)
	}
	return nil
}

// syncFolder has the names in a folder on disk. Where folders cannot be synced
// (Windows), the file system keeps them in order itself.
func syncFolder(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := f.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, fs.ErrInvalid) && !errors.Is(err, fs.ErrPermission) {
		return err
	}
	return nil
}
