package media

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"image"
	"io"
)

// facts are what the elements of a picture tell of it beside its pixels.
type facts struct {
	up          byte        // orientation, from 1 to 8
	profile     []byte      // of its colours, nil if it has none or a very large one
	scans       int         // of a JPEG
	progressive bool        // of a JPEG
	canvas      image.Point // of a WebP that says it apart: its size
	frame       image.Point // of a WebP that is no animation: the size of its pixels, which the decoder goes by
	animated    bool        // of a WebP
	at          image.Point // of a WebP: where the first picture of an animation stands
}

// maxProfile is the largest colour profile that a small picture gets, in bytes.
const maxProfile = 16 << 10

// factsOf reads the elements of a picture, from its beginning. It takes no more
// time than to read the file. A damaged one is told of as far as it goes.
func factsOf(ctx context.Context, file io.ReadSeeker, format string) (f facts, err error) {
	f.up = 1
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return f, err
	}
	r := bufio.NewReaderSize(withContext{ctx, file}, 64<<10)
	switch format {
	case "jpeg":
		err = f.readJPEG(r)
	case "png":
		err = f.readPNG(r)
	case "webp":
		err = f.readWebP(r)
	}
	return f, endOfFile(ctx, err)
}

// readJPEG looks at the markers of a JPEG alone.
func (f *facts) readJPEG(r *bufio.Reader) error {
	var profile []byte
	defer func() { f.profile = usableProfile(profile) }()
	for {
		marker, err := nextMarker(r)
		if err != nil {
			return err
		}
		switch {
		case marker == 0xd9:
			return nil
		case marker >= 0xd0 && marker <= 0xd8 || marker == 1:
			continue
		case marker == 0xda:
			f.scans++
		case marker == 0xc2:
			f.progressive = true
		}
		var size [2]byte
		if _, err := io.ReadFull(r, size[:]); err != nil {
			return err
		}
		body := make([]byte, max(0, int(binary.BigEndian.Uint16(size[:]))-2))
		if _, err := io.ReadFull(r, body); err != nil {
			return err
		}
		if tiff, ok := bytes.CutPrefix(body, []byte(exifHead)); ok && marker == 0xe1 {
			f.up = orientation(tiff)
		}
		// Its number and how many there are follow the head (ICC.1, annex B.4).
		if part, ok := bytes.CutPrefix(body, []byte(iccHead)); ok && marker == 0xe2 && len(part) > 2 && len(profile) <= maxProfile {
			profile = append(profile, part[2:]...)
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

func (f *facts) readPNG(r *bufio.Reader) error {
	if _, err := r.Discard(len(pngMagic)); err != nil {
		return err
	}
	for {
		var h [8]byte
		if _, err := io.ReadFull(r, h[:]); err != nil {
			return err
		}
		kind, size := string(h[4:]), int64(binary.BigEndian.Uint32(h[:]))
		if (kind == "eXIf" || kind == "iCCP") && size <= maxSegment {
			body := make([]byte, size)
			if _, err := io.ReadFull(r, body); err != nil {
				return err
			}
			if size = 0; kind == "eXIf" {
				f.up = orientation(body)
			} else {
				f.profile = inflateProfile(body)
			}
		}
		if kind == "IEND" {
			return nil
		}
		if err := discard(r, size+4); err != nil { // and the checksum
			return err
		}
	}
}

// readWebP reads the chunks up to the first picture, and what stands behind it but
// for other pictures (RFC 9649, section 2.7).
func (f *facts) readWebP(r *bufio.Reader) error {
	if _, err := r.Discard(12); err != nil {
		return err
	}
	for {
		var h [8]byte
		if _, err := io.ReadFull(r, h[:]); err != nil {
			return err
		}
		kind, size := string(h[:4]), int64(binary.LittleEndian.Uint32(h[4:]))
		left := size + size&1
		switch kind {
		case "VP8X", "VP8 ", "VP8L", "ANMF":
			head, err := r.Peek(int(min(left, 64)))
			if ignoreEOF(err) != nil {
				return err
			}
			f.readWebPHead(kind, head)
		case "EXIF", "ICCP":
			if size > maxSegment {
				break
			}
			body := make([]byte, size)
			if _, err := io.ReadFull(r, body); err != nil {
				return err
			}
			if left -= size; kind == "EXIF" {
				f.up = orientation(bytes.TrimPrefix(body, []byte(exifHead)))
			} else {
				f.profile = usableProfile(body)
			}
		}
		if err := discard(r, left); err != nil {
			return err
		}
	}
}

// readWebPHead takes the sizes that the first bytes of a chunk tell.
func (f *facts) readWebPHead(kind string, head []byte) {
	switch {
	case kind == "ANMF" && len(head) >= 6 && !f.animated:
		f.animated, f.at = true, image.Pt(2*little24(head), 2*little24(head[3:]))
	case kind == "VP8X" && len(head) >= 10:
		f.canvas = image.Point{1 + little24(head[4:]), 1 + little24(head[7:])}
	case f.frame == (image.Point{}):
		f.frame = webpFrame(kind, head)
	}
}

// webpFrame returns the size of the pixels of a chunk (RFC 6386, section 9.1; RFC
// 9649, section 3.4).
func webpFrame(kind string, head []byte) image.Point {
	switch {
	case kind == "VP8 " && len(head) >= 10:
		return image.Point{int(binary.LittleEndian.Uint16(head[6:]) & 0x3fff), int(binary.LittleEndian.Uint16(head[8:]) & 0x3fff)}
	case kind == "VP8L" && len(head) >= 5:
		bits := binary.LittleEndian.Uint32(head[1:])
		return image.Point{1 + int(bits&0x3fff), 1 + int(bits>>14&0x3fff)}
	}
	return image.Point{}
}

func little24(b []byte) int { return int(b[0]) | int(b[1])<<8 | int(b[2])<<16 }

// discard skips n bytes.
func discard(r io.Reader, n int64) error {
	_, err := io.CopyN(io.Discard, r, n)
	return err
}

// endOfFile returns nil for the end of a file that is cut off.
func endOfFile(ctx context.Context, err error) error {
	if ctx.Err() == nil && (errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)) {
		return nil
	}
	return err
}
