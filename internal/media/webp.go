package media

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// webpKept are the chunks that are the picture (RFC 9649, section 2.7).
var webpKept = []string{"VP8 ", "VP8L", "ALPH", "ANIM", "ANMF", "ICCP"}

// webpChunk is a type, a length and as many bytes, padded to an even number. The
// size of all stands at the beginning, so nothing is left out: other bytes stand
// in its place.
func (s *stripper) webpChunk() error {
	if s.riff <= 0 {
		s.rest = true
		return nil
	}
	h, ok, err := s.peekHead(8)
	if !ok {
		return err
	}
	kind, size := string(h[:4]), int64(binary.LittleEndian.Uint32(h[4:]))
	padded := size + size&1
	if s.riff -= 8 + padded; s.riff < 0 {
		s.next = nil
		return nil
	}
	switch {
	case slices.Contains(webpKept, kind):
		s.pass = 8 + padded
		return nil
	case kind == "VP8X" && size == 10:
		if h, ok, err = s.peekHead(9); !ok {
			return err
		}
		s.put = bytes.Clone(h[:9])
		s.put[8] &^= 0x04 // there is no XMP
		s.drop, s.next = 9, s.webpFeatures
		return nil
	}
	chunk, err := s.peek(int(min(8+size, maxSegment)))
	if chunk == nil {
		return err
	}
	if s.put = bytes.Clone(chunk[:8]); kind != "EXIF" {
		copy(s.put, "none")
	}
	blank := int64(0)
	if kind == "EXIF" && size >= tiffSize {
		s.put = append(s.put, tiff(orientation(bytes.TrimPrefix(chunk[8:], []byte("Exif\x00\x00"))))...)
		blank = tiffSize
	}
	s.drop = 8 + padded
	// A blank of any length needs no memory: it is made of pieces.
	s.next = s.blank(padded - blank)
	return nil
}

// webpFeatures is the rest of a chunk VP8X, whose size counts already.
func (s *stripper) webpFeatures() error {
	s.pass, s.next = 9, s.webpChunk
	return nil
}

// blank gives n zeros, and goes on with the next chunk.
func (s *stripper) blank(n int64) func() error {
	return func() error {
		if n == 0 {
			s.next = s.webpChunk
			return nil
		}
		s.put = make([]byte, min(n, 4<<10))
		n -= int64(len(s.put))
		return nil
	}
}
