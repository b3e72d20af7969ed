// Package blob keeps the bytes of files by their content: a blob's name is the
// SHA-256 of its bytes, so the same file sent twice is kept once, and a blob
// never changes. Who may read what is not its business; the core knows.
//
// [Folder] keeps them in a folder. Every implementation passes the suite in
// blobtest.
package blob

import (
	"context"
	"encoding/hex"
	"io"
)

// Hash is the SHA-256 of a blob.
type Hash [32]byte

func (h Hash) String() string { return hex.EncodeToString(h[:]) }

// Store keeps blobs. All methods are safe for concurrent use.
//
// Errors: [plausch.TooLarge], [plausch.StorageFull] and [plausch.NotFound] where
// a method says so, the context's error, and anything else for a defect.
type Store interface {
	// Put reads r to its end and keeps what it gives, whole or not at all: when
	// Put returns a hash the blob is on disk, and after any error, r's own
	// included, there is none of it. It fails with TooLarge once r has given
	// more than limit bytes, and with StorageFull if there is no room.
	//
	// The context is looked at between reads; it cannot end one that waits.
	Put(ctx context.Context, r io.Reader, limit int64) (h Hash, size int64, err error)
	// Open returns a blob for reading, and its size in bytes, or NotFound.
	// Whoever opens it closes it.
	Open(ctx context.Context, h Hash) (r io.ReadSeekCloser, size int64, err error)
	// Each calls f with every blob that is there all the time, in any order, until
	// f fails, and returns that error.
	Each(ctx context.Context, f func(Hash) error) error
	// Remove forgets a blob; one that there is not is no error. What was opened
	// before may be read on. A Put of the same bytes that has returned before may
	// have nothing left, so whoever removes has to know that nobody relies on it.
	Remove(ctx context.Context, h Hash) error
}
