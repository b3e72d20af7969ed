package core

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"slices"
)

// Cameras write into pictures where and when they were taken, with what, and
// often a small picture of what was there before it was cut. None of it is for
// the readers of a chat. The pixels, and what tells how they are shown, stay as
// they are, byte for byte: colours, animation, and which way is up.

// withoutMetadata returns r, without its metadata if it is a JPEG, PNG or WebP
// picture. From where a picture is damaged on, it is left as it is.
func withoutMetadata(r io.Reader) io.Reader {
	s := &stripper{from: bufio.NewReaderSize(r, maxSegment+8)}
	s.next = s.begin
	return s
}

// begin tells by the first bytes what it is.
func (s *stripper) begin() error {
	head, err := s.from.Peek(12)
	if err != nil && err != io.EOF {
		return err
	}
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		s.pass, s.next = 2, s.jpegSegment
	case bytes.HasPrefix(head, []byte(pngMagic)):
		s.pass, s.next = int64(len(pngMagic)), s.pngChunk
	case len(head) == 12 && string(head[:4]) == "RIFF" && string(head[8:]) == "WEBP":
		// What is behind the picture is not counted in its size.
		s.pass, s.riff, s.next = 12, int64(binary.LittleEndian.Uint32(head[4:]))-4, s.webpChunk
	default:
		s.next = nil
	}
	return nil
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

// peek returns the next n bytes, or nil and no error, with s.next nil, if they
// are not there.
func (s *stripper) peek(n int) ([]byte, error) {
	b, err := s.from.Peek(n)
	switch err {
	case nil:
		return b, nil
	case io.EOF:
		s.next = nil
		return nil, nil
	}
	return nil, err
}

// maxSegment is the most bytes of a segment of JPEG with its marker, and of other
// elements as many as are looked at.
const maxSegment = 2 + 1<<16

// jpegSegment is a marker and what belongs to it (ITU-T T.81, annex B).
func (s *stripper) jpegSegment() error {
	head, err := s.peek(2)
	if head == nil {
		return err
	}
	switch marker := head[1]; {
	case head[0] != 0xff || marker == 0:
		s.next = nil
		return nil
	case marker == 0xff: // padding
		s.drop = 1
		return nil
	case marker == 0xd9: // the end; telephones put a second picture, or a film, behind it
		s.pass, s.rest = 2, true
		return nil
	case marker >= 0xd0 && marker <= 0xd8 || marker == 1:
		s.pass = 2
		return nil
	}
	if head, err = s.peek(4); head == nil {
		return err
	}
	size := 2 + int(binary.BigEndian.Uint16(head[2:]))
	segment, err := s.peek(size)
	if segment == nil {
		return err
	}
	if size < 4 {
		s.next = nil
		return nil
	}
	body := segment[4:]
	const exif = "Exif\x00\x00"
	switch marker := head[1]; {
	case marker == 0xe1 && bytes.HasPrefix(body, []byte(exif)):
		s.drop = int64(size)
		if up := orientation(body[len(exif):]); up != 1 {
			s.put = append([]byte{0xff, 0xe1, 0, byte(2 + len(exif) + tiffSize)}, exif...)
			s.put = append(s.put, tiff(up)...)
			// Read puts before it drops.
		}
	case marker == 0xfe, // a comment
		marker >= 0xe1 && marker <= 0xef && marker != 0xee && // but Adobe's, which tells of the colours
			!(marker == 0xe2 && bytes.HasPrefix(body, []byte("ICC_PROFILE\x00"))):
		s.drop = int64(size)
	case marker == 0xda:
		s.pass, s.next = int64(size), s.jpegScan
	default:
		s.pass = int64(size)
	}
	return nil
}

// jpegScan is pixels, up to the next marker.
func (s *stripper) jpegScan() error {
	b, err := s.from.Peek(1)
	if len(b) == 0 {
		return err
	}
	b, _ = s.from.Peek(s.from.Buffered())
	at := bytes.IndexByte(b, 0xff)
	switch {
	case at < 0:
		s.pass = int64(len(b))
		return nil
	case at > 0:
		s.pass = int64(at)
		return nil
	}
	if b, err = s.peek(2); b == nil {
		return err
	}
	if b[1] == 0 || b[1] >= 0xd0 && b[1] <= 0xd7 {
		s.pass = 2
	} else {
		s.next = s.jpegSegment
	}
	return nil
}

const pngMagic = "\x89PNG\r\n\x1a\n"

// pngKept are the chunks, besides those that no reader can do without, that tell
// how a picture is shown (PNG, third edition, section 11.3).
var pngKept = []string{
	"tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "sBIT", "bKGD", "hIST", "pHYs", "sPLT", "cICP", "mDCV", "cLLI", "acTL", "fcTL", "fdAT",
}

// pngChunk is a length, a type, as many bytes, and a checksum.
func (s *stripper) pngChunk() error {
	head, err := s.peek(8)
	if head == nil {
		return err
	}
	kind, size := string(head[4:]), int64(binary.BigEndian.Uint32(head))
	switch {
	case kind == "IEND":
		s.rest = true
		fallthrough
	case kind[0]&0x20 == 0, slices.Contains(pngKept, kind):
		s.pass = 8 + size + 4
	default:
		s.drop = 8 + size + 4
	}
	if kind != "eXIf" {
		return nil
	}
	chunk, err := s.peek(int(min(8+size, maxSegment)))
	if chunk == nil {
		return err
	}
	if up := orientation(chunk[8:]); up != 1 {
		s.put = append(binary.BigEndian.AppendUint32(nil, tiffSize), "eXIf"...)
		s.put = append(s.put, tiff(up)...)
		s.put = binary.BigEndian.AppendUint32(s.put, crc32.ChecksumIEEE(s.put[4:]))
	}
	return nil
}

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
	head, err := s.peek(8)
	if head == nil {
		return err
	}
	kind, size := string(head[:4]), int64(binary.LittleEndian.Uint32(head[4:]))
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
		if head, err = s.peek(9); head == nil {
			return err
		}
		s.put = bytes.Clone(head)
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

// tiffSize is the size of what tiff returns.
const tiffSize = 26

// tiff returns the metadata that say which way is up, and nothing else (TIFF 6.0,
// section 2; Exif 3.0, section 4.6).
func tiff(up byte) []byte {
	return []byte{
		'M', 'M', 0, 42, 0, 0, 0, 8, 0, 1,
		1, 0x12, 0, 3, 0, 0, 0, 1, 0, up, 0, 0,
		0, 0, 0, 0,
	}
}

// orientation returns which way is up, from 1 to 8; 1 is the top.
func orientation(tiff []byte) byte {
	if len(tiff) < 8 {
		return 1
	}
	var order binary.ByteOrder
	switch string(tiff[:4]) {
	case "II*\x00":
		order = binary.LittleEndian
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 1
	}
	at := uint64(order.Uint32(tiff[4:]))
	if at+2 > uint64(len(tiff)) {
		return 1
	}
	fields := tiff[at+2:]
	for range order.Uint16(tiff[at:]) {
		if len(fields) < 12 {
			return 1
		}
		if order.Uint16(fields) == 0x0112 {
			if up := order.Uint16(fields[8:]); up >= 1 && up <= 8 {
				return byte(up)
			}
			return 1
		}
		fields = fields[12:]
	}
	return 1
}
