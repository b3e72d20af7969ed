package media

import (
	"context"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"io"
)

const (
	// maxPhotoPixels is the largest JPEG that becomes a small picture: decoding it
	// takes up to 200 MB. One that comes in many scans needs the coefficients of
	// all its pixels beside them, so MaxPixels holds for those.
	maxPhotoPixels = 110_000_000
	// maxScanned bounds the pixels of a JPEG times its scans, each of which goes
	// through all of them, however few bytes it has: some seconds.
	maxScanned = 16 * MaxPixels
	maxScans   = 64

	jpegQuality = 85
)

// Square returns the middle of a picture, upright, as JPEG, or PNG where it is
// transparent, with at most side pixels a side. It is encoded anew: nothing is left but
// pixels, and how their colours are meant. Of an animation it takes the first picture.
//
// The error is ErrNoPicture, wraps ErrTooLarge or ErrDamaged, or is the context's
// or the reader's. The context ends it between two reads of at most 4 KiB.
func Square(ctx context.Context, file io.ReadSeeker, side int) ([]byte, error) {
	whole, f, err := decode(ctx, file)
	if err != nil {
		return nil, err
	}
	return encode(upright(scale(whole, middle(whole.Bounds()), side, side), f.up), f.profile)
}

// decode returns a picture, and what else is known of it.
func decode(ctx context.Context, file io.ReadSeeker) (image.Image, facts, error) {
	config, format, f, err := inspect(ctx, file)
	if err == nil {
		err = checkDecoding(config, format, f)
	}
	if err != nil {
		return nil, f, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, f, err
	}
	var from io.Reader = file
	if format == "webp" {
		if from, err = firstFrame(file); err != nil {
			return nil, f, err
		}
	}
	whole, _, err := image.Decode(withContext{ctx, from})
	switch {
	case ctx.Err() != nil:
		return nil, f, ctx.Err()
	case err != nil:
		return nil, f, fmt.Errorf("%w: %v", ErrDamaged, err)
	}
	return onCanvas(whole, config, format, f), f, nil
}

// inspect returns what a picture is, of which no pixels are decoded.
func inspect(ctx context.Context, file io.ReadSeeker) (config image.Config, format string, f facts, err error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return config, "", f, err
	}
	config, format, err = image.DecodeConfig(withContext{ctx, file})
	if err != nil || config.Width <= 0 || config.Height <= 0 {
		return config, format, f, errors.Join(ctx.Err(), ErrNoPicture)
	}
	f, err = factsOf(ctx, file, format)
	if f.canvas != (image.Point{}) {
		config.Width, config.Height = f.canvas.X, f.canvas.Y
	}
	return config, format, f, err
}

// checkDecoding reports, before memory is made for its pixels, whether a picture can be
// decoded.
func checkDecoding(config image.Config, format string, f facts) error {
	most := int64(MaxPixels)
	if format == "jpeg" {
		if !f.progressive {
			most = maxPhotoPixels
		}
		if f.scans > maxScans || int64(f.scans)*int64(config.Width)*int64(config.Height) > maxScanned {
			return tooLargeError(fmt.Sprintf("the picture comes in %d passes over %d × %d pixels, which takes too long; save it as an ordinary JPEG",
				f.scans, config.Width, config.Height))
		}
	}
	return checkSize(config, f, most)
}

// checkSize fails if a picture has more than most pixels. Those of a WebP say for
// themselves how large they are, whatever the file says of all.
func checkSize(config image.Config, f facts, most int64) error {
	if err := checkPixels(f.frame.X, f.frame.Y, most); err != nil {
		return err
	}
	return checkPixels(config.Width, config.Height, most)
}

// onCanvas returns the first picture of an animation where it stands in all of it.
func onCanvas(m image.Image, all image.Config, format string, f facts) image.Image {
	canvas := image.Rect(0, 0, all.Width, all.Height)
	if format != "gif" && format != "webp" || m.Bounds() == canvas {
		return m
	}
	at := m.Bounds().Add(f.at)
	whole := image.NewRGBA(canvas)
	draw.Draw(whole, at, m, m.Bounds().Min, draw.Src)
	return whole
}

// withContext is a reader that ends with a context.
type withContext struct {
	ctx  context.Context
	from io.Reader
}

func (r withContext) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.from.Read(p[:min(len(p), 4<<10)])
}

// middle returns the largest square in the middle of r.
func middle(r image.Rectangle) image.Rectangle {
	side := min(r.Dx(), r.Dy())
	from := r.Min.Add(image.Pt((r.Dx()-side)/2, (r.Dy()-side)/2))
	return image.Rectangle{Min: from, Max: from.Add(image.Pt(side, side))}
}
