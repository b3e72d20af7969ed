package blob

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"runtime"
	"strings"
	"sync"
	"time"

	"plausch"
)

// Folder keeps blobs as files of a folder: that of hash 2cf24d… is 2c/f24d….
// What is not whole yet is in the folder "incoming", which is emptied when a
// Folder is opened, so one process at a time may have it open.
//
// A file gets its name only after its bytes are synced, and counts only after
// the folders that name it are, too: a crash at any moment leaves a whole blob or
// none. It is never written to afterwards. Its modification time is when it was put
// last.
type Folder struct {
	root *os.Root
	opts FolderOptions
	// naming is held while a blob gets its name, until that is on disk, and while
	// it is removed: no Put relies on a name that somebody is about to take away.
	naming sync.Mutex
}

var _ Store = (*Folder)(nil)

// FolderOptions tunes a [Folder]. The zero value keeps no room free.
type FolderOptions struct {
	// Floor is how many bytes the disk must have free after a blob was put.
	// Nothing is kept that would go below: the database needs room, too.
	Floor int64
	// Free says how many bytes the disk has free; nil asks the system about the
	// disk that the folder is on.
	Free func() (int64, error)
	// Now is the clock; nil takes time.Now.
	Now func() time.Time
}

const (
	incoming = "incoming"
	// chunk is the most that is written between two looks at the disk's free
	// room, and how much of one upload is in memory.
	chunk = 64 << 10
)

// OpenFolder opens the folder at path, and makes it if there is none.
func OpenFolder(path string, opts FolderOptions) (*Folder, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of attachments: %w", err)
	}
	root, err := os.OpenRoot(path)
	if err != nil {
		return nil, fmt.Errorf("open the folder of attachments: %w", err)
	}
	if opts.Free == nil {
		opts.Free = func() (int64, error) { return freeBytes(path) }
	}
	if opts.Now == nil {
		opts.Now = time.Now
	}
	f := &Folder{root: root, opts: opts}
	if err := f.clean(); err != nil {
		_ = root.Close() // the error that matters is the first
		return nil, fmt.Errorf("empty the folder %s: %w", path, err)
	}
	return f, nil
}

// clean drops what an earlier process did not finish.
func (f *Folder) clean() error {
	if err := f.root.RemoveAll(incoming); err != nil {
		return err
	}
	return f.root.Mkdir(incoming, 0o700)
}

// Close ends the use of the folder. What was opened may be read on.
func (f *Folder) Close() error { return f.root.Close() }

// nameOf returns the folder of a blob and its path.
func nameOf(h Hash) (dir, file string) {
	text := h.String()
	return text[:2], path.Join(text[:2], text[2:])
}

// Put implements [Store].
func (f *Folder) Put(ctx context.Context, r io.Reader, limit int64) (Hash, int64, error) {
	temporary, err := f.create()
	if err != nil {
		return Hash{}, 0, failed("make a file for", err)
	}
	defer func() {
		// It has another name by now, unless something failed or the blob was
		// there already; what cannot be removed goes at the next start.
		_ = temporary.Close()
		_ = f.root.Remove(temporary.path)
	}()
	h, size, err := f.write(ctx, temporary, r, limit)
	if err != nil {
		return Hash{}, 0, err
	}
	if err := f.settle(temporary, h, size); err != nil {
		return Hash{}, 0, failed("keep", err)
	}
	return h, size, nil
}

// temporary is a file in the folder incoming.
type temporary struct {
	*os.File
	path string
}

func (f *Folder) create() (temporary, error) {
	name := path.Join(incoming, rand.Text())
	file, err := f.root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	return temporary{file, name}, err
}

// write copies r and returns its hash and size.
func (f *Folder) write(ctx context.Context, to io.Writer, r io.Reader, limit int64) (h Hash, size int64, err error) {
	hash := sha256.New()
	buf := make([]byte, chunk)
	for {
		if err := ctx.Err(); err != nil {
			return Hash{}, 0, err
		}
		// Not io.ReadFull: its word for a short last chunk is that of a body which
		// broke off.
		n, readErr := r.Read(buf)
		if size += int64(n); size > limit {
			return Hash{}, 0, plausch.Errorf(plausch.TooLarge, "the file is larger than the %d bytes that are allowed", limit)
		}
		if err := f.room(int64(n)); err != nil {
			return Hash{}, 0, err
		}
		hash.Write(buf[:n])
		if _, err := to.Write(buf[:n]); err != nil {
			return Hash{}, 0, failed("write", err)
		}
		switch {
		case readErr == io.EOF:
			return Hash(hash.Sum(nil)), size, nil
		case readErr != nil:
			return Hash{}, 0, readErr
		}
	}
}

// CheckRoom implements [Store].
func (f *Folder) CheckRoom(size int64) error { return f.room(size) }

// room reports, with StorageFull, that n bytes more would be too many.
func (f *Folder) room(n int64) error {
	if f.opts.Floor <= 0 {
		return nil
	}
	free, err := f.opts.Free()
	if err != nil {
		return failed("find room for", err)
	}
	if free-n < f.opts.Floor {
		return full(fmt.Errorf("%d bytes are free, %d are to stay free", free, f.opts.Floor))
	}
	return nil
}

// settle gives a file its name for good.
func (f *Folder) settle(from temporary, h Hash, size int64) error {
	if err := from.Sync(); err != nil {
		return err
	}
	if err := from.Close(); err != nil { // some systems rename no open file
		return err
	}
	dir, file := nameOf(h)
	f.naming.Lock()
	defer f.naming.Unlock()
	if err := f.root.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	// What a disk has damaged is replaced by what is known to be right.
	known := f.isWhole(file, h, size)
	if !known {
		if err := f.root.Rename(from.path, file); err != nil {
			return err
		}
	}
	now := f.opts.Now()
	if err := f.root.Chtimes(file, now, now); err != nil {
		return err
	}
	// Also if it was known: a process that was killed may not have come so far.
	err := errors.Join(f.syncDir(dir), f.syncDir("."))
	if err != nil && !known {
		// A second sync could succeed without what the first one lost, so the
		// name must not stay for the next Put to find.
		_ = f.root.Remove(file)
	}
	return err
}

// isWhole reports whether the file has the bytes of a hash.
func (f *Folder) isWhole(file string, h Hash, size int64) bool {
	old, err := f.root.Open(file)
	if err != nil {
		return false
	}
	defer old.Close()
	if info, err := old.Stat(); err != nil || info.Size() != size {
		return false
	}
	same, err := matches(old, h, nil)
	return err == nil && same
}

// HasFiles reports whether there is a blob in the folder at path, which need not
// exist.
func HasFiles(path string) (bool, error) {
	root, err := os.OpenRoot(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("look into the folder of attachments: %w", err)
	}
	defer root.Close()
	found := errors.New("found")
	err = (&Folder{root: root}).Each(context.Background(), func(Hash) error { return found })
	if errors.Is(err, found) {
		return true, nil
	}
	return false, err
}

// syncDir puts the names in a folder on disk.
func (f *Folder) syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil // it cannot be asked to, and journals its names
	}
	d, err := f.root.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	return errors.Join(err, d.Close())
}

// Open implements [Store].
func (f *Folder) Open(ctx context.Context, h Hash) (io.ReadSeekCloser, int64, error) {
	if err := ctx.Err(); err != nil {
		return nil, 0, err
	}
	_, file := nameOf(h)
	r, err := f.root.Open(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, 0, errNoBlob()
	case err != nil:
		return nil, 0, failed("open", err)
	}
	info, err := r.Stat()
	if err != nil {
		_ = r.Close()
		return nil, 0, failed("open", err)
	}
	return r, info.Size(), nil
}

// Each implements [Store].
func (f *Folder) Each(ctx context.Context, do func(Hash) error) error {
	return walkNames(ctx, f.root, func(name string) error {
		dir, rest := path.Split(name)
		h, err := ParseHash(strings.TrimSuffix(dir, "/") + rest)
		if err != nil {
			return nil // not ours
		}
		if _, file := nameOf(h); file != name {
			return nil
		}
		return do(h)
	})
}

// walkNames calls do with the path of each file that is whole.
func walkNames(ctx context.Context, root *os.Root, do func(name string) error) error {
	return fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case errors.Is(err, fs.ErrNotExist):
			return nil // removed meanwhile
		case err != nil:
			return failed("look for", err)
		case d.IsDir() && name == incoming:
			return fs.SkipDir
		case d.IsDir():
			return nil
		}
		return do(name)
	})
}

// Remove implements [Store].
func (f *Folder) Remove(ctx context.Context, h Hash, notAfter time.Time) (removed bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	_, file := nameOf(h)
	f.naming.Lock()
	defer f.naming.Unlock()
	info, err := f.root.Stat(file)
	if err == nil && info.ModTime().After(notAfter) {
		return false, nil
	}
	if err == nil {
		err = f.root.Remove(file)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		return false, failed("remove", err)
	}
	return true, nil
}

// failed makes of what went wrong the error that the contract asks for.
func failed(what string, err error) error {
	if isFull(err) {
		return full(err)
	}
	return fmt.Errorf("%s an attachment: %w", what, err)
}

func full(err error) error {
	return &plausch.Error{
		Code:    plausch.StorageFull,
		Message: "the server's disk has no room for the file; nothing was kept",
		Err:     err,
	}
}

func errNoBlob() error { return plausch.Errorf(plausch.NotFound, "there is no such file") }
