package backup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

const (
	lockName = "backup.lock"
	lastName = "last-backup.json"
)

// unfinished are folders of attachments that are not whole yet.
var unfinished = []string{blobsName + "/incoming", blobsName + "/partial"}

// leftOut are patterns of what a backup does not have, in the data folder itself.
// All else there is in it, known to this program or not: a file that a later
// feature adds must not be forgotten. The database is copied, not read as a file.
var leftOut = []string{
	databaseName + "*", // and its WAL, and the safety copies of upgrades
	"*.lock", "*.run",  // of the running server
	lastName,            // of this machine
	"downloads",         // of make release, which can make them again
	"thumbnails",        // which are made again when somebody looks at them
	".*", "*.tmp", "*~", // what is being written
	"lost+found", // of the file system
}

func isLeftOut(name string) bool {
	return slices.ContainsFunc(leftOut, func(pattern string) bool {
		ok, _ := path.Match(pattern, name)
		return ok
	})
}

// source is a file that goes into an archive.
type source struct {
	name string // in the archive, with slashes
	path string
	size int64 // it may only have become smaller when it is read
}

// contents lists the files of a data folder, the database aside, and says what it
// left out that somebody could miss.
func contents(data string) (list []source, problems []string, err error) {
	entries, err := os.ReadDir(data)
	if err != nil {
		return nil, nil, err
	}
	for _, e := range entries {
		if isLeftOut(e.Name()) {
			continue
		}
		// A folder of the data folder may be a link to a larger disk.
		at, err := filepath.EvalSymlinks(filepath.Join(data, e.Name()))
		if err != nil {
			return nil, nil, err
		}
		files, strange, err := walk(at, e.Name())
		if err != nil {
			return nil, nil, err
		}
		list, problems = append(list, files...), append(problems, strange...)
	}
	return list, problems, nil
}

// walk lists the regular files at and below a path.
func walk(at, name string) (list []source, problems []string, err error) {
	err = filepath.WalkDir(at, func(p string, d fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil // removed meanwhile: a temporary file, by our lock
		case err != nil:
			return err
		}
		below, err := filepath.Rel(at, p)
		if err != nil {
			return err
		}
		inside := path.Join(name, filepath.ToSlash(below))
		if base := path.Base(inside); strings.HasPrefix(base, ".") || strings.HasSuffix(base, ".tmp") || slices.Contains(unfinished, inside) {
			if d.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		if !d.Type().IsRegular() {
			problems = append(problems, fmt.Sprintf("%s is no regular file and was left out.", inside))
			return nil
		}
		if !goodName(inside) {
			problems = append(problems, fmt.Sprintf("%q was left out, since no backup can have such a name.", inside))
			return nil
		}
		info, err := d.Info()
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		list = append(list, source{name: inside, path: p, size: info.Size()})
		return nil
	})
	return list, problems, err
}

// blobHash returns the hash that a file of this name is to have, or "" if its name
// is none: the hash of blobs/2c/f2… is 2cf2….
func blobHash(name string) string {
	hash, ok := strings.CutPrefix(name, blobsName+"/")
	hash = strings.ReplaceAll(hash, "/", "")
	if !ok || len(hash) != 64 || strings.Trim(hash, "0123456789abcdef") != "" {
		return ""
	}
	return hash
}
