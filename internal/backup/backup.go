// Package backup writes a data folder into one file, checks such a file, and makes
// a data folder of it again.
//
// The file is a tar archive, compressed with zstd; tar --zstd -xf opens it. Its
// entries are
//
//	manifest.json   first: the version of this format and of the schema, when and by
//	                whom it was made, and how much follows at most
//	plausch.db      the database as it was at one moment
//	...             the other files of the data folder, see contents.go
//	SHA256SUMS      last: the hash of every entry before it; sha256sum -c reads it
//
// After the archive stands a frame that zstd programs skip, with the SHA-256 of all
// bytes before it. So one flipped bit anywhere, and a file that was cut, are seen.
//
// Everything is written and read in one pass, so a pipe is as good as a file.
//
// Nothing here has goroutines or locks of its own, but for [Lock].
package backup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"

	"plausch"
	"plausch/internal/store/sqlite"
)

// Format is the newest version of the archives that this program writes and reads.
const Format = 1

const (
	manifestName = "manifest.json"
	sumsName     = "SHA256SUMS"
	databaseName = "plausch.db"
	blobsName    = "blobs"
)

// Manifest is what an archive says of itself.
type Manifest struct {
	Format  int       `json:"format"`
	Program string    `json:"program"` // the version of Plausch that wrote it
	Schema  int       `json:"schema"`  // of the database
	Time    time.Time `json:"time"`    // when the database was copied
	// Files and Bytes are the most that follows, the manifest and the hashes aside.
	Files int   `json:"files"`
	Bytes int64 `json:"bytes"`
}

// Report is what became of a backup or a check.
type Report struct {
	Manifest Manifest       `json:"manifest"`
	Files    int            `json:"files"` // in the archive
	Bytes    int64          `json:"bytes"` // that these have together
	Blobs    int            `json:"blobs"` // how many of them are attachments
	Database sqlite.Summary `json:"-"`
	// Problems are defects of the data itself: whole sentences. The archive is as
	// good as the data were.
	Problems []string `json:"problems,omitempty"`
}

// Options says what is backed up.
type Options struct {
	Data string // the data folder
	// Scratch is a folder for the copy of the database, which is removed in the end.
	Scratch string
	// Now is the time; nil means time.Now.
	Now func() time.Time
}

// Lock keeps others from deleting attachments in the data folder, and from making
// a second backup of it, until unlock is called. It does not wait.
//
// Whoever deletes attachments has to hold it, and to leave them be while it cannot.
func Lock(data string) (unlock func() error, err error) {
	lock := flock.New(filepath.Join(data, lockName))
	ok, err := lock.TryLock()
	switch {
	case err != nil:
		return nil, fmt.Errorf("the data folder %s cannot be used; name another with --data: %w", data, err)
	case !ok:
		return nil, fmt.Errorf("another backup of %s is being made; wait until it has ended", data)
	}
	if err := giveToOwner(data, lock.Path()); err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	return lock.Unlock, nil
}

// Write writes a backup of a data folder to w, while a server may be using it.
//
// The order makes it whole. An attachment's bytes are on disk before the row that
// names them is committed, and under the lock none are deleted. So the database is
// copied first, and the attachments are listed after: all that the copy names are
// there. The other way round, one that came in between would have its row, but no
// bytes. What came after the copy does no harm.
func Write(ctx context.Context, w io.Writer, opts Options) (r Report, err error) {
	unlock, err := Lock(opts.Data)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if opts.Now == nil {
		opts.Now = time.Now
	}
	scratch, err := os.MkdirTemp(opts.Scratch, ".plausch-backup-*") // for its owner only
	if err != nil {
		return r, fmt.Errorf("there is no place for a copy of the database: %w", err)
	}
	defer os.RemoveAll(scratch)

	// The time is that before the copy: what was acknowledged until then is in it.
	r.Manifest = Manifest{Format: Format, Program: plausch.Version, Time: opts.Now().UTC().Truncate(time.Second)}
	copied := filepath.Join(scratch, databaseName)
	if r.Manifest.Schema, err = sqlite.Snapshot(ctx, filepath.Join(opts.Data, databaseName), copied); err != nil {
		return r, err
	}
	list, problems, err := contents(opts.Data)
	if err != nil {
		return r, err
	}
	r.Problems = problems
	info, err := os.Stat(copied)
	if err != nil {
		return r, err
	}
	list = append([]source{{name: databaseName, path: copied, size: info.Size()}}, list...)
	r.Manifest.Files = len(list)
	for _, f := range list {
		r.Manifest.Bytes += f.size
	}
	return r, writeArchive(ctx, w, list, &r)
}
