package blob

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
)

// Cache keeps small files that are made of blobs and can be made again, such as
// thumbnails, by the hash of the blob and a kind: a folder beside that of the blobs,
// which no backup needs. Nothing is synced: each file has its hash before it, and one
// that a crash or a disk has damaged is not there. All methods are safe for concurrent
// use.
type Cache struct {
	root *os.Root
	opts FolderOptions
}

// maxCached is the largest file of a Cache, in bytes.
const maxCached = 16 << 20

// OpenCache opens the folder at path, and makes it if there is none.
func OpenCache(path string, opts FolderOptions) (*Cache, error) {
	f, err := OpenFolder(path, opts)
	if err != nil {
		return nil, err
	}
	return &Cache{root: f.root, opts: f.opts}, nil
}

// Close ends the use of the folder.
func (c *Cache) Close() error { return c.root.Close() }

func cacheName(of Hash, kind string) (dir, file string) {
	dir, file = nameOf(of)
	return dir, file + "." + kind
}

// Get returns what is kept, or NotFound.
func (c *Cache) Get(of Hash, kind string) ([]byte, error) {
	_, file := cacheName(of, kind)
	b, err := c.root.ReadFile(file)
	sum := sha256.Size
	if errors.Is(err, fs.ErrNotExist) || err == nil && (len(b) < sum || sha256.Sum256(b[sum:]) != [sha256.Size]byte(b[:sum])) {
		return nil, errNoBlob()
	}
	if err != nil {
		return nil, failed("read", err)
	}
	return b[sum:], nil
}

// Put keeps data. The error may be StorageFull.
func (c *Cache) Put(of Hash, kind string, data []byte) error {
	if len(data) > maxCached {
		return fmt.Errorf("a file made of a blob has %d bytes", len(data))
	}
	if err := (&Folder{opts: c.opts}).room(int64(len(data))); err != nil {
		return err
	}
	dir, file := cacheName(of, kind)
	if err := c.root.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return failed("keep", err)
	}
	sum := sha256.Sum256(data)
	temporary := path.Join(incoming, rand.Text())
	err := c.root.WriteFile(temporary, bytes.Join([][]byte{sum[:], data}, nil), 0o600)
	if err == nil {
		err = c.root.Rename(temporary, file)
	}
	if err != nil {
		_ = c.root.Remove(temporary)
		return failed("keep", err)
	}
	return nil
}

// Remove forgets all that was made of a blob.
func (c *Cache) Remove(of Hash, kinds ...string) error {
	for _, kind := range kinds {
		_, file := cacheName(of, kind)
		if err := c.root.Remove(file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return failed("remove", err)
		}
	}
	return nil
}

// Each calls do with the hash of the blob of each file, until do fails, and returns that error.
func (c *Cache) Each(ctx context.Context, do func(of Hash) error) error {
	return walkNames(ctx, c.root, func(name string) error {
		dir, rest := path.Split(name)
		rest, _, _ = strings.Cut(rest, ".")
		h, err := ParseHash(strings.TrimSuffix(dir, "/") + rest)
		if err != nil {
			return nil // not ours
		}
		return do(h)
	})
}
