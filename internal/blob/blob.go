// Package blob keeps the bytes of files by their content: a blob's name is the
// SHA-256 of its bytes, so the same file sent twice is kept once, and a blob
// never changes. Who may read what is not its business; the core knows.
//
// [Folder] keeps them in a folder. Every implementation passes the suite in
// blobtest.
package blob

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"time"
)

// Hash is the SHA-256 of a blob.
type Hash [32]byte

func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// ParseHash reads what [Hash.String] writes.
func ParseHash(text string) (h Hash, err error) {
	b, err := hex.DecodeString(text)
	if err == nil && len(b) != len(h) {
		err = fmt.Errorf("a hash has %d bytes, not %d", len(h), len(b))
	}
	copy(h[:], b)
	return h, err
}

// Store keeps blobs. All methods are safe for concurrent use.
//
// Errors: [plausch.TooLarge], [plausch.StorageFull] and [plausch.NotFound] where
// a method says so, the context's error, and anything else for a defect.
type Store interface {
	Partials
	// CheckRoom reports, with StorageFull, that there is no room for size bytes more.
	CheckRoom(size int64) error
	// Put reads r to its end and keeps what it gives, whole or not at all: when
	// Put returns a hash the blob is on disk, and after any error, r's own
	// included, there is none of it. It fails with TooLarge once r has given
	// more than limit bytes, and with StorageFull if there is no room.
	//
	// The context is looked at between reads; it cannot end one that waits.
	//
	// If there is a blob of that hash already, its bytes are read: one that was
	// damaged meanwhile is replaced. It is as new as if it were the first.
	Put(ctx context.Context, r io.Reader, limit int64) (h Hash, size int64, err error)
	// Open returns a blob for reading, and its size in bytes, or NotFound.
	// Whoever opens it closes it.
	Open(ctx context.Context, h Hash) (r io.ReadSeekCloser, size int64, err error)
	// Each calls f with every blob that is there all the time, in any order, until
	// f fails, and returns that error.
	Each(ctx context.Context, f func(Hash) error) error
	// Remove forgets a blob that was not put after a time, and reports whether there
	// was one. What was opened before may be read on. A Put of the same bytes makes
	// it new, or, if Remove was first, keeps it anew: what a Put has returned is
	// there until its time has passed.
	Remove(ctx context.Context, h Hash, notAfter time.Time) (removed bool, err error)
}

// Verify reads a blob to its end and reports whether its bytes are those of its
// hash. The error is Open's or the reader's. Pause, if not nil, is called after
// each piece of at most 64 KiB; its error ends the reading.
func Verify(ctx context.Context, s Store, h Hash, pause func(n int) error) (whole bool, err error) {
	r, _, err := s.Open(ctx, h)
	if err != nil {
		return false, err
	}
	defer r.Close()
	return matches(r, h, pause)
}

func matches(r io.Reader, h Hash, pause func(n int) error) (bool, error) {
	sum := sha256.New()
	buf := make([]byte, 64<<10)
	for {
		n, err := r.Read(buf)
		sum.Write(buf[:n])
		if err == io.EOF {
			return Hash(sum.Sum(nil)) == h, nil
		}
		if err == nil && pause != nil {
			err = pause(n)
		}
		if err != nil {
			return false, err
		}
	}
}
