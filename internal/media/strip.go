package media

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"io"
)

// Cameras write into pictures where and when they were taken, with what, and
// often a small picture of what was there before it was cut. None of it is for
// the readers of a chat. The pixels, and what tells how they are shown, stay as
// they are, byte for byte: colours, animation, and which way is up.

// WithoutMetadata returns r, without its metadata if it is a JPEG, PNG, GIF, WebP,
// HEIC or AVIF picture. From where a picture is damaged on, it is left as it is. It holds up to
// 128 KiB.
func WithoutMetadata(r io.Reader) io.Reader {
	s := &stripper{from: bufio.NewReaderSize(r, maxSegment+8)}
	s.next = s.begin
	return s
}

// begin tells by the first bytes what it is.
func (s *stripper) begin() error {
	head, err := s.from.Peek(FirstLook)
	if ignoreEOF(err) != nil {
		return err
	}
	switch formatOf(head) {
	case isJPEG:
		s.pass, s.next = 2, s.jpegSegment
	case isPNG:
		s.pass, s.next = int64(len(pngMagic)), s.pngChunk
	case isWebP:
		// What is behind the picture is not counted in its size.
		s.pass, s.riff, s.next = 12, int64(binary.LittleEndian.Uint32(head[4:]))-4, s.webpChunk
	case isGIF:
		s.next = s.gifScreen
	case isHEIF:
		s.next = (&heif{stripper: s}).heifBox
	default:
		s.next = nil
	}
	return nil
}

// Version counts up whenever more metadata is taken out than before, or more is told of files, so that what
// was kept meanwhile is looked at again.
const Version = 3

// FirstLook is as many bytes as it takes to tell what a file is.
const FirstLook = 64

// MayHaveMetadata reports whether a file is of a kind from which WithoutMetadata
// takes something, by its first FirstLook bytes, or all if it has less.
func MayHaveMetadata(head []byte) bool { return formatOf(head) != isOther }

// format is what kind of picture something is.
type format int

const (
	isOther format = iota
	isJPEG
	isPNG
	isGIF
	isWebP
	isHEIF
)

func formatOf(head []byte) format {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		return isJPEG
	case bytes.HasPrefix(head, []byte(pngMagic)):
		return isPNG
	case bytes.HasPrefix(head, []byte("GIF87a")), bytes.HasPrefix(head, []byte("GIF89a")):
		return isGIF
	case len(head) >= 12 && string(head[:4]) == "RIFF" && string(head[8:12]) == "WEBP":
		return isWebP
	case hasHEIFBrand(head):
		return isHEIF
	}
	return isOther
}

// stripper reads a picture element by element.
type stripper struct {
	from *bufio.Reader
	put  []byte // is read first
	pass int64  // bytes that are read as they are then
	drop int64  // bytes that are left out then
	rest bool   // everything that follows is left out
	riff int64  // bytes of a WebP that follow
	// next looks at the next element and says in the fields above what becomes of
	// it. It leaves next nil if it does not understand it.
	next func() error
}

// Read implements io.Reader. It fills p if it can: elements may be tiny, and each
// read costs its caller a look at the disk.
func (s *stripper) Read(p []byte) (n int, err error) {
	for n < len(p) && err == nil {
		var m int
		m, err = s.some(p[n:])
		n += m
	}
	return n, err
}

// some reads a part of one element, or looks at the next.
func (s *stripper) some(p []byte) (int, error) {
	switch {
	case len(s.put) > 0:
		n := copy(p, s.put)
		s.put = s.put[n:]
		return n, nil
	case s.pass > 0:
		n, err := s.from.Read(p[:min(int64(len(p)), s.pass)])
		s.pass -= int64(n)
		return n, err
	case s.drop > 0:
		n, err := io.CopyN(io.Discard, s.from, s.drop)
		s.drop -= n
		return 0, err
	case s.rest:
		_, err := io.Copy(io.Discard, s.from)
		if err == nil {
			err = io.EOF
		}
		return 0, err
	case s.next == nil:
		return s.from.Read(p)
	default:
		return 0, s.next()
	}
}

// head is the first bytes of an element: a copy, since a look at more of it may
// move what the first look returned.
type head [12]byte

// peekHead returns a copy of the next n bytes, at most 12. ok is false, and s.next
// nil, if they are not there.
func (s *stripper) peekHead(n int) (h head, ok bool, err error) {
	b, err := s.peek(n)
	copy(h[:], b)
	return h, b != nil, err
}

// peek returns the next n bytes, or nil and no error, with s.next nil, if they
// are not there. They are good until the next look or read: what has to last
// longer comes from peekHead.
func (s *stripper) peek(n int) ([]byte, error) {
	b, err := s.from.Peek(n)
	if err == nil {
		return b, nil
	}
	s.next = nil
	return nil, ignoreEOF(err)
}

// ignoreEOF returns err, or nil for the end of the file, which the next read gives.
func ignoreEOF(err error) error {
	if err == io.EOF {
		return nil
	}
	return err
}
