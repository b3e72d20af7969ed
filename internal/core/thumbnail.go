package core

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"plausch"
	"plausch/internal/blob"
	"plausch/internal/media"
)

// ThumbnailSize is one of the sizes in which there are thumbnails.
type ThumbnailSize string

const (
	// ThumbnailSmall has 400 pixels at most on its longer side, for a list.
	ThumbnailSmall ThumbnailSize = "small"
	// ThumbnailLarge has 1280, for a screen.
	ThumbnailLarge ThumbnailSize = "large"
)

// The sizes from the largest one, and their longer sides.
var (
	thumbnailSizes = []ThumbnailSize{ThumbnailLarge, ThumbnailSmall}
	thumbnailSides = []int{1280, 400}
)

// thumbnailKind is the kind under which a size is kept: thumbnails that would be made in
// another way now are not found.
func thumbnailKind(size ThumbnailSize) string { return fmt.Sprintf("%s-1", size) }

var thumbnailKinds = []string{thumbnailKind(ThumbnailLarge), thumbnailKind(ThumbnailSmall)}

// Thumbnail is a small picture of a file.
type Thumbnail struct {
	Type string // image/jpeg, or image/png where it is transparent
	Data []byte
}

// errBusy is why thumbnails were not made now: others were.
var errBusy = errors.New("other pictures are being made small")

// OpenThumbnail returns a small picture of a file, for whom [Core.OpenAttachment] opens
// the file. It is made when it is asked for, if it is not kept: a backup, for example, has none. The error is
// NotFound if the file has none.
func (c *Core) OpenThumbnail(ctx context.Context, by plausch.Account, id string, size ThumbnailSize) (Thumbnail, error) {
	if err := c.checkFilesEnabled(); err != nil {
		return Thumbnail{}, err
	}
	if size != ThumbnailSmall && size != ThumbnailLarge {
		return Thumbnail{}, plausch.Errorf(plausch.Invalid, "there are the sizes %s and %s, not %q", ThumbnailSmall, ThumbnailLarge, size)
	}
	a, err := c.findAttachment(ctx, by, FileRef{ID: id})
	if err != nil {
		return Thumbnail{}, err
	}
	if a.Media == nil || !a.Media.Thumbnail {
		return Thumbnail{}, errNoThumbnail()
	}
	source := blob.Hash(a.Hash)
	if a.Thumbnail != [32]byte{} {
		source = blob.Hash(a.Thumbnail)
	}
	data, err := c.thumbnail(ctx, by.ID, source, size)
	if err != nil {
		return Thumbnail{}, err
	}
	t := Thumbnail{Type: "image/jpeg", Data: data}
	if bytes.HasPrefix(data, []byte("\x89PNG")) {
		t.Type = "image/png"
	}
	return t, nil
}

func (c *Core) thumbnail(ctx context.Context, by plausch.AccountID, source blob.Hash, size ThumbnailSize) ([]byte, error) {
	if data := c.keptThumbnail(source, size); data != nil {
		return data, nil
	}
	r, _, err := c.opts.Blobs.Open(ctx, source)
	if err != nil {
		if plausch.CodeOf(err) == plausch.NotFound {
			err = errDamaged("missing on")
		}
		return nil, err
	}
	defer r.Close()
	if c.scrub.isDamaged(source) {
		return nil, errDamaged("damaged on")
	}
	made, err := c.makeThumbnails(ctx, by, source, r)
	switch {
	case errors.Is(err, errBusy):
		return nil, plausch.Errorf(plausch.Unavailable, "many pictures are being made small; ask again in a moment")
	case errors.Is(err, media.ErrNoPicture), errors.Is(err, media.ErrDamaged), errors.Is(err, media.ErrTooLarge):
		return nil, errNoThumbnail()
	case err != nil:
		return nil, err
	}
	for i, s := range thumbnailSizes {
		if s == size {
			return made.Files[i], nil
		}
	}
	return nil, errNoThumbnail()
}

func (c *Core) keptThumbnail(source blob.Hash, size ThumbnailSize) []byte {
	if c.opts.Thumbnails == nil {
		return nil
	}
	data, err := c.opts.Thumbnails.Get(source, thumbnailKind(size))
	if err != nil && plausch.CodeOf(err) != plausch.NotFound {
		c.opts.Log.Warn("a thumbnail cannot be read", "hash", source, "err", err)
	}
	return data
}

// makeThumbnails makes the thumbnails of a blob, which is open as r, and keeps them. It
// waits for a place to do so, at most for thumbnailPatience: errBusy.
func (c *Core) makeThumbnails(ctx context.Context, by plausch.AccountID, source blob.Hash, r io.ReadSeeker) (media.Thumbnails, error) {
	waiting, stop := context.WithTimeout(ctx, thumbnailPatience)
	done, err := c.scalings.begin(waiting, by, true)
	stop()
	if err != nil {
		if ctx.Err() == nil {
			err = errBusy
		}
		return media.Thumbnails{}, err
	}
	defer done()
	made, err := media.MakeThumbnails(ctx, r, thumbnailSides...)
	if err == nil {
		c.keepThumbnails(ctx, source, made)
	}
	return made, err
}

// keepThumbnails keeps thumbnails, if there is room, as long as their blob is there.
func (c *Core) keepThumbnails(ctx context.Context, source blob.Hash, made media.Thumbnails) {
	if c.opts.Thumbnails == nil {
		return
	}
	for i, size := range thumbnailSizes {
		if err := c.opts.Thumbnails.Put(source, thumbnailKind(size), made.Files[i]); err != nil {
			if plausch.CodeOf(err) != plausch.StorageFull {
				c.opts.Log.Warn("a thumbnail cannot be kept", "hash", source, "err", err)
			}
			break
		}
	}
	// Whoever removes a blob removes its thumbnails after it, but may have done so before
	// these were there.
	if !c.hasBlob(ctx, source) {
		c.logBackgroundError("the thumbnails of a removed picture are left", c.removeThumbnails(source))
	}
}

// removeThumbnails removes the thumbnails of a blob that is not there any more.
func (c *Core) removeThumbnails(source blob.Hash) error {
	if c.opts.Thumbnails == nil {
		return nil
	}
	return c.opts.Thumbnails.Remove(source, thumbnailKinds...)
}

// sweepThumbnails removes those of blobs that are not there any more.
func (c *Core) sweepThumbnails(ctx context.Context) error {
	if c.opts.Thumbnails == nil {
		return nil
	}
	return c.opts.Thumbnails.Each(ctx, func(of blob.Hash) error {
		if c.hasBlob(ctx, of) {
			return nil
		}
		return c.removeThumbnails(of)
	})
}

func errNoThumbnail() error {
	return plausch.Errorf(plausch.NotFound, "there is no thumbnail of this file")
}
