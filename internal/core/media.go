package core

import (
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"plausch"
	"plausch/internal/blob"
	"plausch/internal/media"
	"plausch/internal/store"
)

// thumbnailPatience is how long an upload waits for its turn to be decoded. After that it is
// answered without a hash, and its thumbnails are made when somebody asks for them.
const thumbnailPatience = 20 * time.Second

// describe looks at the bytes of a file: what it is, and what is known of it, which is
// nil if it is neither picture nor film nor sound. The thumbnails of a picture are made
// then, for the account by.
func (c *Core) describe(ctx context.Context, by plausch.AccountID, hash blob.Hash) (mediaType string, m *plausch.Media, film media.Film, err error) {
	r, _, err := c.opts.Blobs.Open(ctx, hash)
	if err != nil {
		return "", nil, film, fmt.Errorf("look at a file: %w", err)
	}
	defer r.Close()
	head := make([]byte, 512) // as much as DetectContentType looks at
	n, err := io.ReadFull(r, head)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		return "", nil, film, fmt.Errorf("look at a file: %w", err)
	}
	head = head[:n]
	found := http.DetectContentType(head)
	if (plausch.Attachment{Type: found}).Picture() {
		mediaType, m, err = c.describePicture(ctx, by, hash, r, found)
		return mediaType, m, film, err
	}
	if heif := media.HEIFType(head); heif != "" {
		return heif, nil, film, nil
	}
	if film, err = media.LookAtFilm(ctx, r); err != nil {
		return "", nil, film, fmt.Errorf("look at a file: %w", err)
	}
	if film.Type != "" {
		found = film.Type
	}
	if film.Duration > 0 {
		m = &plausch.Media{Duration: film.Duration.Truncate(time.Millisecond)}
	}
	return found, m, film, nil
}

// describePicture looks at what seems to be a picture. One that is none is a file of which nothing
// is known; so is one that is too large to be shown, but it may have thumbnails.
func (c *Core) describePicture(ctx context.Context, by plausch.AccountID, hash blob.Hash, r io.ReadSeeker, found string) (string, *plausch.Media, error) {
	looked, err := media.Look(ctx, r)
	switch {
	case ctx.Err() != nil:
		return "", nil, ctx.Err()
	case errors.Is(err, media.ErrTooLarge), err == nil && looked.Type == found:
	default:
		return plausch.TypeUnknown, nil, nil
	}
	if err != nil {
		found = plausch.TypeUnknown
	}
	m := &plausch.Media{Width: looked.Width, Height: looked.Height}
	if looked.Orientation > 1 {
		m.Orientation = looked.Orientation
	}
	made, err := c.makeThumbnails(ctx, by, hash, r)
	switch {
	case err == nil:
		m.Thumbnail, m.Thumbhash = true, base64.StdEncoding.EncodeToString(made.Hash)
	case errors.Is(err, errBusy):
		m.Thumbnail = true
	case ctx.Err() != nil:
		return "", nil, ctx.Err()
	case found == plausch.TypeUnknown:
		return found, nil, nil
	}
	return found, m, nil
}

// addSent adds what the sender of a file says of it, which it may not say of every file.
func (c *Core) addSent(ctx context.Context, by plausch.Account, f File, film media.Film, n *store.NewAttachment) error {
	if f.Duration == 0 && f.Waveform == "" && f.Thumbnail == "" {
		return nil
	}
	var m plausch.Media
	if n.Media != nil {
		m = *n.Media
	}
	if f.Duration != 0 || f.Waveform != "" {
		switch {
		case film.Type == "":
			return plausch.Errorf(plausch.Invalid, "the file is no film and no sound that is known here, so it has neither a duration nor a waveform")
		case f.Waveform != "" && !film.Voice:
			return plausch.Errorf(plausch.Invalid, "only voice messages have a waveform: sound alone, as Opus or AAC")
		case f.Duration != 0 && film.Duration != 0 && (f.Duration-film.Duration).Abs() > max(time.Second, film.Duration/20):
			return plausch.Errorf(plausch.Invalid, "the file lasts %s, not %s", film.Duration.Round(time.Millisecond), f.Duration)
		}
		if film.Duration == 0 {
			m.Duration = f.Duration
		}
		m.Waveform = f.Waveform
	}
	if f.Thumbnail != "" && !m.Thumbnail {
		if err := c.keepThumbnail(ctx, by, f.Thumbnail, n, &m); err != nil {
			return err
		}
	}
	n.Media = &m
	return nil
}

// keepThumbnail keeps a picture that by has uploaded, made small, as that of a file.
func (c *Core) keepThumbnail(ctx context.Context, by plausch.Account, id string, n *store.NewAttachment, m *plausch.Media) error {
	_, r, err := c.OpenAttachment(ctx, by, FileRef{ID: id})
	if err != nil {
		return err
	}
	defer r.Close()
	done, err := c.scalings.begin(ctx, by.ID, true)
	if err != nil {
		return err
	}
	made, err := media.MakeThumbnails(ctx, r, thumbnailSides...)
	done()
	if err != nil {
		return avatarError(err)
	}
	hash, _, err := c.opts.Blobs.Put(ctx, bytes.NewReader(made.Files[0]), int64(len(made.Files[0])))
	if err != nil {
		return err
	}
	c.keepThumbnails(ctx, hash, made)
	n.Thumbnail = store.ContentHash(hash)
	m.Thumbnail, m.Thumbhash = true, base64.StdEncoding.EncodeToString(made.Hash)
	m.Width, m.Height = made.Width, made.Height
	return nil
}

// checkSent checks what the sender of a file says of it as far as that goes without the
// file.
func (c *Core) checkSent(ctx context.Context, by plausch.Account, f File) error {
	if f.Duration < 0 || f.Duration > plausch.MaxDuration || f.Duration != f.Duration.Truncate(time.Millisecond) {
		return plausch.Errorf(plausch.Invalid, "a duration is in whole milliseconds, from 0 to %d", plausch.MaxDuration.Milliseconds())
	}
	if f.Waveform != "" {
		if err := plausch.CheckWaveform(f.Waveform); err != nil {
			return err
		}
	}
	if f.Thumbnail == "" {
		return nil
	}
	a, err := c.findAttachment(ctx, by, FileRef{ID: f.Thumbnail})
	if err == nil && !a.Picture() {
		err = plausch.Errorf(plausch.Invalid, "the thumbnail is no picture that can be shown: %s", a.Type)
	}
	return err
}
