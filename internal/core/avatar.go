package core

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/draw"

	"plausch"
	"plausch/internal/blob"
	"plausch/internal/store"
)

const (
	// AvatarSide is the width and height of a picture of an account, in pixels,
	// at most.
	AvatarSide = 256
	// maxAvatarBytes is more than PNG makes of that many pixels.
	maxAvatarBytes = 512 << 10
	jpegQuality    = 85
)

// Avatar is the picture of an account: square, with at most AvatarSide pixels a
// side, and with nothing in it but its pixels.
type Avatar struct {
	Type string // image/jpeg, or image/png where it is transparent
	Size int64
	Hash string // of its bytes: another picture has another
}

// SetAvatar makes of a file, by its id, the picture of by, who has to be able to
// read it; with an empty id by has none any more. It returns the account as it is
// now. One picture is decoded at a time, which takes up to 300 MB.
func (c *Core) SetAvatar(ctx context.Context, by plausch.Account, id string) (plausch.Account, error) {
	if by.Role == plausch.RoleGuest && !by.Invited {
		return by, plausch.Errorf(plausch.Forbidden, "only accounts that last have pictures")
	}
	if err := c.keepsFiles(); err != nil {
		return by, err
	}
	if err := c.sends.take(ctx, by.ID); err != nil {
		return by, err
	}
	var hash store.ContentHash
	if id != "" {
		picture, err := c.drawAvatar(ctx, by, id)
		if err != nil {
			return by, err
		}
		body := &settling{Reader: bytes.NewReader(picture), core: c}
		defer body.settled() // until the account names it, nobody does
		kept, _, err := c.opts.Blobs.Put(ctx, body, maxAvatarBytes)
		if err != nil {
			return by, err
		}
		hash = store.ContentHash(kept)
	}
	account, err := c.store.ChangeAccount(ctx, store.AccountChange{Account: by.ID, At: c.now(), Avatar: &hash})
	if err != nil {
		return by, err
	}
	return account, c.recheck(ctx, by.ID, nil)
}

// drawAvatar returns the bytes of a picture that is made of a file.
func (c *Core) drawAvatar(ctx context.Context, by plausch.Account, id string) ([]byte, error) {
	_, file, err := c.OpenAttachment(ctx, by, FileRef{ID: id})
	if err != nil {
		return nil, err
	}
	defer file.Close()
	select {
	case c.drawing <- struct{}{}:
		defer func() { <-c.drawing }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return avatarOf(file)
}

// avatarOf returns a picture as that of an account: the middle of it, scaled and
// encoded anew, so that what a camera has written beside the pixels is gone.
func avatarOf(file io.ReadSeeker) ([]byte, error) {
	if _, err := pictureType(file); err != nil {
		return nil, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("read a picture: %w", err)
	}
	whole, _, err := image.Decode(file)
	if err != nil {
		return nil, plausch.Errorf(plausch.Invalid, "the picture is damaged: %v", err)
	}
	within := middle(whole.Bounds())
	side := min(within.Dx(), AvatarSide)
	small := image.NewNRGBA(image.Rect(0, 0, side, side))
	draw.CatmullRom.Scale(small, small.Bounds(), whole, within, draw.Src, nil)
	var out bytes.Buffer
	if small.Opaque() {
		err = jpeg.Encode(&out, small, &jpeg.Options{Quality: jpegQuality})
	} else {
		err = png.Encode(&out, small)
	}
	return out.Bytes(), err
}

// middle returns the largest square in the middle of r.
func middle(r image.Rectangle) image.Rectangle {
	side := min(r.Dx(), r.Dy())
	from := r.Min.Add(image.Pt((r.Dx()-side)/2, (r.Dy()-side)/2))
	return image.Rectangle{Min: from, Max: from.Add(image.Pt(side, side))}
}

// OpenAvatar returns the picture of the account called name, and its bytes. It is
// for everyone who has signed in, as names are. The error is NotFound if there is
// no such account, or it has no picture.
func (c *Core) OpenAvatar(ctx context.Context, name string) (Avatar, io.ReadSeekCloser, error) {
	if err := c.keepsFiles(); err != nil {
		return Avatar{}, nil, err
	}
	account, err := c.accountNamed(ctx, name)
	if err != nil {
		return Avatar{}, nil, err
	}
	var hash blob.Hash
	if n, err := hex.Decode(hash[:], []byte(account.Avatar)); err != nil || n != len(hash) {
		return Avatar{}, nil, plausch.Errorf(plausch.NotFound, "%s has no picture", account.Name)
	}
	r, size, err := c.opts.Blobs.Open(ctx, hash)
	if err != nil {
		return Avatar{}, nil, err
	}
	found, err := pictureType(r)
	if err == nil {
		_, err = r.Seek(0, io.SeekStart)
	}
	if err != nil {
		r.Close()
		return Avatar{}, nil, err
	}
	return Avatar{Type: found, Size: size, Hash: account.Avatar}, r, nil
}
