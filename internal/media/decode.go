package media

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/draw"
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
// transparent, with at most side pixels a side. It is encoded anew: nothing but
// pixels is left. Of an animation it takes the first picture.
//
// The error is ErrNoPicture, wraps ErrTooLarge or ErrDamaged, or is the context's
// or the reader's. The context ends it between two reads of at most 4 KiB.
func Square(ctx context.Context, file io.ReadSeeker, side int) ([]byte, error) {
	whole, up, err := decode(ctx, file)
	if err != nil {
		return nil, err
	}
	within := middle(whole.Bounds())
	side = min(within.Dx(), side)
	small := image.NewNRGBA(image.Rect(0, 0, side, side))
	draw.CatmullRom.Scale(small, small.Bounds(), whole, within, draw.Src, nil)
	small = upright(small, up)
	var out bytes.Buffer
	if small.Opaque() {
		err = jpeg.Encode(&out, small, &jpeg.Options{Quality: jpegQuality})
	} else {
		err = png.Encode(&out, small)
	}
	return out.Bytes(), err
}

// decode returns a picture and its orientation.
func decode(ctx context.Context, file io.ReadSeeker) (image.Image, byte, error) {
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, 0, err
	}
	config, format, err := image.DecodeConfig(withContext{ctx, file})
	if err != nil || config.Width <= 0 || config.Height <= 0 {
		return nil, 0, errors.Join(ctx.Err(), ErrNoPicture)
	}
	most, up := int64(MaxPixels), byte(1)
	if format == "jpeg" {
		j, err := scanJPEG(ctx, file)
		if err != nil {
			return nil, 0, err
		}
		up = j.up
		if !j.progressive {
			most = maxPhotoPixels
		}
		if j.scans > maxScans || int64(j.scans)*int64(config.Width)*int64(config.Height) > maxScanned {
			return nil, 0, tooLargeError(fmt.Sprintf("the picture comes in %d passes over %d × %d pixels, which takes too long; save it as an ordinary JPEG",
				j.scans, config.Width, config.Height))
		}
	}
	if err := checkPixels(config, most); err != nil {
		return nil, 0, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, 0, err
	}
	var from io.Reader = file
	if format == "webp" {
		if from, err = firstFrame(file); err != nil {
			return nil, 0, err
		}
	}
	whole, _, err := image.Decode(withContext{ctx, from})
	switch {
	case ctx.Err() != nil:
		return nil, 0, ctx.Err()
	case err != nil:
		return nil, 0, fmt.Errorf("%w: %v", ErrDamaged, err)
	}
	return whole, up, nil
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

// jpegInfo is what the markers of a JPEG tell.
type jpegInfo struct {
	scans       int
	progressive bool
	up          byte // its orientation
}

// scanJPEG looks at the markers of a JPEG alone, so it takes no more time than to
// read the file. A damaged one is told of as far as it goes.
func scanJPEG(ctx context.Context, file io.ReadSeeker) (jpegInfo, error) {
	j := jpegInfo{up: 1}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return j, err
	}
	r := bufio.NewReaderSize(withContext{ctx, file}, 64<<10)
	for {
		marker, err := nextMarker(r)
		if err != nil {
			return j, endOfFile(ctx, err)
		}
		switch {
		case marker == 0xd9:
			return j, nil
		case marker >= 0xd0 && marker <= 0xd8 || marker == 1:
			continue
		case marker == 0xda:
			j.scans++
		case marker == 0xc2:
			j.progressive = true
		}
		var size [2]byte
		if _, err := io.ReadFull(r, size[:]); err != nil {
			return j, endOfFile(ctx, err)
		}
		body := make([]byte, max(0, int(binary.BigEndian.Uint16(size[:]))-2))
		if _, err := io.ReadFull(r, body); err != nil {
			return j, endOfFile(ctx, err)
		}
		if tiff, ok := bytes.CutPrefix(body, []byte(exifHead)); ok && marker == 0xe1 {
			j.up = orientation(tiff)
		}
	}
}

// nextMarker reads up to and with the next marker, past pixels and padding.
func nextMarker(r *bufio.Reader) (byte, error) {
	for {
		b, err := r.ReadByte()
		for err == nil && b == 0xff {
			if b, err = r.ReadByte(); err == nil && b != 0 && b != 0xff {
				return b, nil
			}
		}
		if err != nil {
			return 0, err
		}
	}
}

// endOfFile returns nil for the end of a file that is cut off.
func endOfFile(ctx context.Context, err error) error {
	if ctx.Err() == nil && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)) {
		return nil
	}
	return err
}

// middle returns the largest square in the middle of r.
func middle(r image.Rectangle) image.Rectangle {
	side := min(r.Dx(), r.Dy())
	from := r.Min.Add(image.Pt((r.Dx()-side)/2, (r.Dy()-side)/2))
	return image.Rectangle{Min: from, Max: from.Add(image.Pt(side, side))}
}

// upright turns a square picture so that its orientation becomes 1 (Exif 3.0,
// section 4.6.5.1.5).
func upright(m *image.NRGBA, up byte) *image.NRGBA {
	if up <= 1 || up > 8 {
		return m
	}
	side := m.Bounds().Dx()
	turned := image.NewNRGBA(m.Bounds())
	for y := range side {
		for x := range side {
			fromX, fromY := x, y
			if up >= 5 { // rows and columns are exchanged
				fromX, fromY = y, x
			}
			if up == 2 || up == 3 || up == 7 || up == 8 {
				fromX = side - 1 - fromX
			}
			if up == 3 || up == 4 || up == 6 || up == 7 {
				fromY = side - 1 - fromY
			}
			turned.SetNRGBA(x, y, m.NRGBAAt(fromX, fromY))
		}
	}
	return turned
}
