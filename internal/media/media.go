// Package media knows pictures: what they are, how large, which way is up, and
// what cameras write into them beside the pixels. It reads streams piece by piece,
// so nothing in it may depend on how large the pieces are.
//
// It knows no accounts, rooms or stores, and imports nothing of this module.
package media

import (
	"errors"
	"fmt"
	"image"
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

// Type returns the media type of a picture, such as "image/png", by its first
// bytes. The error is ErrNoPicture, or wraps ErrTooLarge if it has more than
// MaxPixels, or MaxJPEGPixels.
func Type(r io.Reader) (string, error) {
	config, format, err := image.DecodeConfig(r)
	if err != nil || config.Width <= 0 || config.Height <= 0 {
		return "", ErrNoPicture
	}
	most := int64(MaxPixels)
	if format == "jpeg" {
		most = MaxJPEGPixels
	}
	return "image/" + format, checkPixels(config, most)
}

func checkPixels(c image.Config, most int64) error {
	if width, height := int64(c.Width), int64(c.Height); width > most/height {
		return tooLargeError(fmt.Sprintf("the picture has %d × %d pixels; %d million are allowed", width, height, most/1_000_000))
	}
	return nil
}
