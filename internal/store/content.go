package store

import (
	"context"

	"plausch"
)

// Content is bytes that some attachments have.
type Content struct {
	Number int64 // of the newest attachment that has them; in the order of the uploads
	Hash   ContentHash
	// Described says that something is known of them: see DescribeContent.
	Described bool
}

// Contents is for work on the bytes of all files. It is done in steps, of which
// the store remembers how far they got.
type Contents interface {
	// ListContents returns the bytes of attachments whose number is above after, in
	// the order of their numbers, at most limit.
	ListContents(ctx context.Context, after int64, limit int) ([]Content, error)
	// ReplaceContent gives all attachments with the bytes old those of another hash
	// and size, and returns how many there were. What their accounts have together
	// follows. Avatars stay.
	ReplaceContent(ctx context.Context, old, replacement ContentHash, size int64) (int, error)
	// DescribeContent gives all attachments with some bytes, of which nothing is known,
	// a media type and what is known of them.
	DescribeContent(ctx context.Context, hash ContentHash, mediaType string, m *plausch.Media) error
	// ContentWork returns up to which number a work with a name and a version has
	// got: 0 if it has not begun.
	ContentWork(ctx context.Context, name string, version int) (number int64, err error)
	// SetContentWork remembers it.
	SetContentWork(ctx context.Context, name string, version int, number int64) error
}
