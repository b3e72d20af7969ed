package core

import (
	"context"
	"encoding/hex"
	"errors"
	"io"

	"plausch"
	"plausch/internal/blob"
	"plausch/internal/media"
	"plausch/internal/store"
)

const (
	// AvatarSide is the width and height of a picture of an account, in pixels,
	// at most.
	AvatarSide = 256
	// maxAvatarBytes is more than PNG makes of that many pixels.
	maxAvatarBytes = 512 << 10
)

// Avatar is the picture of an account: square, with at most AvatarSide pixels a
// side, and with nothing in it but its pixels.
type Avatar struct {
	Type string // image/jpeg, or image/png where it is transparent
	Size int64
	Hash string // of its bytes: another picture has another
}

// SetAvatar makes a file, by its id, the picture of by, which has to be able to
// read it; with an empty id by has none any more. It returns the account as it is
// now. Two pictures are decoded at a time, and one of an account, which takes up to
// 300 MB each.
func (c *Core) SetAvatar(ctx context.Context, by plausch.Account, id string) (plausch.Account, error) {
	if by.Uninvited() {
		return by, plausch.Errorf(plausch.Forbidden, "only permanent accounts have pictures")
	}
	if err := c.checkFilesEnabled(); err != nil {
		return by, err
	}
	if err := c.takeSend(ctx, by); err != nil {
		return by, err
	}
	var hash store.ContentHash
	if id != "" {
		defer c.puts.begin(c.opts.Now())()
		var err error
		if hash, err = c.keepPicture(ctx, by, id); err != nil {
			return by, err
		}
	}
	account, err := c.store.UpdateAccount(ctx, store.AccountUpdate{Account: by.ID, At: c.now(), If: []store.Judged{{Account: by.ID}}, Avatar: &hash})
	if err != nil {
		return by, conflictError(err)
	}
	return account, c.recheck(ctx, by.ID)
}

// scaleAvatar returns the bytes of a picture that is made of a file.
func (c *Core) scaleAvatar(ctx context.Context, by plausch.Account, id string) ([]byte, error) {
	_, file, err := c.OpenAttachment(ctx, by, FileRef{ID: id})
	if err != nil {
		return nil, err
	}
	defer file.Close()
	done, err := c.scalings.begin(ctx, by.ID, false)
	if err != nil {
		return nil, err
	}
	defer done()
	picture, err := media.Square(ctx, file, AvatarSide)
	return picture, avatarError(err)
}

// OpenAvatar returns the picture of the account called name, and its bytes. It is
// for everyone who has signed in, as names are. The error is NotFound if there is
// no such account, or it has no picture.
func (c *Core) OpenAvatar(ctx context.Context, name string) (Avatar, io.ReadSeekCloser, error) {
	if err := c.checkFilesEnabled(); err != nil {
		return Avatar{}, nil, err
	}
	account, err := c.accountByName(ctx, name)
	if err != nil {
		return Avatar{}, nil, err
	}
	return c.openPicture(ctx, account.Avatar, account.Name)
}

// openPicture opens the picture with a hash, in hexadecimal, which is empty if who
// has none.
func (c *Core) openPicture(ctx context.Context, hexHash, who string) (Avatar, io.ReadSeekCloser, error) {
	var hash blob.Hash
	if n, err := hex.Decode(hash[:], []byte(hexHash)); err != nil || n != len(hash) {
		return Avatar{}, nil, plausch.Errorf(plausch.NotFound, "%s has no picture", who)
	}
	r, size, err := c.opts.Blobs.Open(ctx, hash)
	if err != nil {
		return Avatar{}, nil, err
	}
	if c.scrub.isDamaged(hash) {
		return Avatar{}, nil, errors.Join(errDamaged("damaged on"), r.Close())
	}
	found, err := media.Look(ctx, r)
	if err == nil {
		_, err = r.Seek(0, io.SeekStart)
	}
	if err != nil {
		r.Close()
		return Avatar{}, nil, err
	}
	return Avatar{Type: found.Type, Size: size, Hash: hexHash}, r, nil
}

// avatarError gives an error of package media the code that its reader knows.
func avatarError(err error) error {
	switch {
	case errors.Is(err, media.ErrTooLarge):
		return plausch.Errorf(plausch.TooLarge, "%v", err)
	case errors.Is(err, media.ErrNoPicture), errors.Is(err, media.ErrDamaged):
		return plausch.Errorf(plausch.Invalid, "%v", err)
	}
	return err
}
