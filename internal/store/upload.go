package store

import (
	"context"
	"time"

	"plausch"
)

// Upload is a file that comes in parts.
type Upload struct {
	ID       string // which becomes that of the attachment
	Account  plausch.AccountID
	Name     string
	Size     int64  // when it is complete
	ClientID string // empty if its uploader gave none; else unique in the account
	// What its sender says of it: the id of a picture of it, or "", and as in plausch.Media.
	Thumbnail string
	Duration  time.Duration
	Waveform  string
	At        time.Time
}

// Uploads keeps what is known of uploads that are not complete; their bytes are elsewhere.
type Uploads interface {
	// CreateUpload adds one. It returns TooLarge if all files of its account and its
	// uploads would have more than quota bytes, RateLimited if it has most uploads already,
	// and Taken if it has one with its client id.
	CreateUpload(ctx context.Context, u Upload, quota int64, most int) error
	// Upload returns one by id, or NotFound.
	Upload(ctx context.Context, id string) (Upload, error)
	// UploadByClientID returns that of an account with a client id, or NotFound.
	UploadByClientID(ctx context.Context, account plausch.AccountID, clientID string) (Upload, error)
	// DeleteUpload forgets one, and reports whether there was one.
	DeleteUpload(ctx context.Context, id string) (bool, error)
	// DeleteUploads forgets those that were created before a time, and returns their ids.
	DeleteUploads(ctx context.Context, before time.Time) ([]string, error)
}
