package core

import (
	"context"
	"crypto/sha256"
	"io"
	"time"

	"plausch"
	"plausch/internal/blob"
	"plausch/internal/media"
	"plausch/internal/store"
)

const (
	// photoBytes is how many bytes of kept files are looked at a second, at most.
	photoBytes = 8 << 20
	// photoRetry is how long it takes until work that failed is tried again.
	photoRetry = 10 * time.Minute
	photoWork  = "photos"
)

// stripLoop takes metadata out of the pictures that a server before this one
// has kept with them, and notes what is known of pictures and films. It is done once for each media.Version.
func (c *Core) stripLoop(ctx context.Context) {
	for {
		began := time.Now()
		n, err := c.stripStored(ctx, func(bytes int64) error {
			return wait(ctx, time.Duration(bytes)*time.Second/photoBytes)
		})
		if n > 0 {
			c.opts.Log.Info("took metadata out of pictures that were kept with it", "pictures", n, "took", time.Since(began).Round(time.Second))
		}
		if err == nil || ctx.Err() != nil {
			return
		}
		c.logBackgroundError("metadata may still be in pictures that are kept", err)
		if wait(ctx, photoRetry) != nil {
			return
		}
	}
}

// wait waits for a time, or returns the context's error when that ends.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// StripStored takes metadata out of the pictures that are kept with it, and returns
// how many there were. What is done already, by an earlier call or server, is not
// looked at again. The core calls it when it starts, slowly.
//
// A picture without its metadata is another blob. The rows that name the old one
// are changed in one transaction when the new one is on disk, so a crash leaves
// either; the next Sweep removes the old one.
func (c *Core) StripStored(ctx context.Context) (int, error) {
	return c.stripStored(ctx, func(int64) error { return nil })
}

func (c *Core) stripStored(ctx context.Context, pause func(bytes int64) error) (pictures int, err error) {
	at, err := c.store.ContentWork(ctx, photoWork, media.Version)
	if err != nil {
		return 0, err
	}
	for {
		contents, err := c.store.ListContents(ctx, at, 50)
		if err != nil || len(contents) == 0 {
			return pictures, err
		}
		for _, content := range contents {
			now, read, err := c.stripOne(ctx, content.Hash)
			if now != content.Hash {
				pictures++
			}
			if err == nil && !content.Described {
				err = c.describeStored(ctx, now)
			}
			if err == nil {
				err = pause(read)
			}
			if err != nil {
				return pictures, err
			}
			at = content.Number
		}
		if err := c.store.SetContentWork(ctx, photoWork, media.Version, at); err != nil {
			return pictures, err
		}
	}
}

// describeStored notes what is known of the attachments with some bytes.
func (c *Core) describeStored(ctx context.Context, hash store.ContentHash) error {
	const nobody = 0
	mediaType, m, _, err := c.describe(ctx, nobody, blob.Hash(hash))
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case plausch.CodeOf(err) == plausch.NotFound || m == nil && err == nil:
		return nil
	case err != nil:
		return err
	}
	return c.store.DescribeContent(ctx, hash, mediaType, m)
}

// stripOne gives the attachments with some bytes the same without metadata, and
// returns which they are now and how many it has read. Damaged bytes are left: under a hash of their
// own they would look whole.
func (c *Core) stripOne(ctx context.Context, old store.ContentHash) (now store.ContentHash, read int64, err error) {
	r, size, err := c.opts.Blobs.Open(ctx, blob.Hash(old))
	if plausch.CodeOf(err) == plausch.NotFound {
		c.opts.Log.Error("the bytes of an attachment are missing", "hash", blob.Hash(old))
		return old, 0, nil
	}
	if err != nil {
		return old, 0, err
	}
	defer r.Close()
	head := make([]byte, media.FirstLook)
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return old, 0, err
	}
	if !media.MayHaveMetadata(head[:n]) {
		return old, int64(n), nil
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return old, 0, err
	}
	before, after := sha256.New(), sha256.New()
	if _, err := io.Copy(after, media.WithoutMetadata(io.TeeReader(r, before))); err != nil {
		return old, size, err
	}
	switch {
	case store.ContentHash(before.Sum(nil)) != old:
		c.opts.Log.Error("the bytes of an attachment are damaged", "hash", blob.Hash(old))
		return old, size, nil
	case store.ContentHash(after.Sum(nil)) == old:
		return old, size, nil
	}
	if _, err := r.Seek(0, io.SeekStart); err != nil {
		return old, size, err
	}
	defer c.puts.begin(c.opts.Now())()
	hash, stripped, err := c.opts.Blobs.Put(ctx, media.WithoutMetadata(r), size+size/4+1)
	if err != nil {
		return old, 2 * size, err
	}
	rows, err := c.store.ReplaceContent(ctx, old, store.ContentHash(hash), stripped)
	if err != nil || rows == 0 {
		return old, 2 * size, err
	}
	return store.ContentHash(hash), 2 * size, nil
}
