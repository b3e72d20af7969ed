package media

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"go.n16f.net/thumbhash"
)

// Thumbnails are small pictures of one, upright, as JPEG, or PNG where it is
// transparent, with nothing in them but pixels and how their colours are meant.
type Thumbnails struct {
	// Width and Height are those of the picture as it is shown, upright.
	Width, Height int
	// Files are the small pictures, in the order that was asked for.
	Files [][]byte
	// Hash is a ThumbHash of it: about 25 bytes that stand for it until it is loaded.
	Hash []byte
}

// hashSide is the longest side of what a ThumbHash is made of, in pixels.
const hashSide = 100

// MakeThumbnails decodes a picture and returns it in sizes whose longer sides have
// at most so many pixels, which descend. None is larger than the picture. Of an animation it takes
// the first picture. It takes up to 300 MB.
//
// Errors are those of [Square].
func MakeThumbnails(ctx context.Context, file io.ReadSeeker, sides ...int) (t Thumbnails, err error) {
	whole, f, err := decode(ctx, file)
	if err != nil {
		return t, err
	}
	within := whole.Bounds()
	t.Width, t.Height = within.Dx(), within.Dy()
	if f.up >= 5 {
		t.Width, t.Height = t.Height, t.Width
	}
	from := whole
	up := f.up
	for _, side := range sides {
		width, height := fit(within.Dx(), within.Dy(), side)
		small := upright(scale(from, within, width, height), up)
		b, err := encode(small, f.profile)
		if err != nil {
			return t, err
		}
		t.Files = append(t.Files, b)
		from, within, up = small, small.Rect, 1 // the next is made of this one
	}
	width, height := fit(within.Dx(), within.Dy(), hashSide)
	t.Hash = thumbhash.EncodeImage(upright(scale(from, within, width, height), up))
	return t, ctx.Err()
}

// encode returns a picture as a file.
func encode(m *image.RGBA, profile []byte) ([]byte, error) {
	var out bytes.Buffer
	var err error
	if m.Opaque() {
		err = jpeg.Encode(&out, m, &jpeg.Options{Quality: jpegQuality})
	} else {
		err = png.Encode(&out, m)
	}
	return withProfile(out.Bytes(), profile), err
}
