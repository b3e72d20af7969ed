// Package media knows pictures: what they are, how large, which way is up, and
// what cameras write into them beside the pixels. It reads streams piece by piece,
// so nothing in it may depend on how large the pieces are.
//
// It knows no accounts, rooms or stores, and imports nothing of this module.
package media

import (
	"context"
	"errors"
	"fmt"
	_ "image/gif"  // the types of pictures that are known
	_ "image/jpeg" // …
	_ "image/png"  // …
	"io"

	_ "golang.org/x/image/webp" // …
)

// MaxPixels is the largest picture, width times height, that is one: a few bytes
// can say that they are more pixels than a client has memory for.
const MaxPixels = 32_000_000

// MaxJPEGPixels is the same for JPEG: telephones take photos of 50 million pixels,
// and programs can decode a JPEG at an eighth of its size.
const MaxJPEGPixels = 64_000_000

var (
	// ErrNoPicture is of bytes that are no picture of a known type.
	ErrNoPicture = errors.New("the file is no picture; png, jpeg, gif and webp are")
	// ErrTooLarge is wrapped by the errors of pictures with too many pixels, or that
	// would take too long to decode.
	ErrTooLarge = errors.New("too large")
	// ErrDamaged is wrapped by the errors of pictures that cannot be decoded.
	ErrDamaged = errors.New("the picture is damaged")
)

// tooLargeError says how a picture is too large.
type tooLargeError string

func (e tooLargeError) Error() string { return string(e) }
func (e tooLargeError) Unwrap() error { return ErrTooLarge }

// Picture is what is known of a picture without decoding it.
type Picture struct {
	Type string // media type, such as "image/png"
	// Width and Height are in pixels, as it is shown, upright.
	Width, Height int
	// Orientation says which way is up in the file, as Exif has it: 1, the usual one, to 8.
	Orientation int
}

// Look returns what a file is, by its elements and not its pixels. The error is
// ErrNoPicture, wraps ErrTooLarge, with what it is beside it, if it has more than
// MaxPixels, or MaxJPEGPixels, or is the context's or the reader's.
func Look(ctx context.Context, file io.ReadSeeker) (Picture, error) {
	config, format, f, err := inspect(ctx, file)
	if err != nil {
		return Picture{}, err
	}
	most := int64(MaxPixels)
	if format == "jpeg" {
		most = MaxJPEGPixels
	}
	p := Picture{Type: "image/" + format, Width: config.Width, Height: config.Height, Orientation: int(f.up)}
	if f.up >= 5 {
		p.Width, p.Height = p.Height, p.Width
	}
	return p, checkSize(config, f, most)
}

func checkPixels(width, height int, most int64) error {
	if int64(width)*int64(height) > most {
		return tooLargeError(fmt.Sprintf("the picture has %d × %d pixels; %d million are allowed", width, height, most/1_000_000))
	}
	return nil
}
