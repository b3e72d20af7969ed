package media

import (
	"bytes"
	"encoding/binary"
)

// maxSegment is the most bytes of a segment of JPEG with its marker, and of other
// elements as many as are looked at.
const maxSegment = 2 + 1<<16

// jpegSegment is a marker and what belongs to it (ITU-T T.81, annex B).
func (s *stripper) jpegSegment() error {
	h, ok, err := s.peekHead(2)
	if !ok {
		return err
	}
	switch marker := h[1]; {
	case h[0] != 0xff || marker == 0:
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
	if h, ok, err = s.peekHead(4); !ok {
		return err
	}
	size := 2 + int(binary.BigEndian.Uint16(h[2:]))
	segment, err := s.peek(size)
	if segment == nil {
		return err
	}
	if size < 4 {
		s.next = nil
		return nil
	}
	s.jpegBody(segment[1], segment[4:])
	return nil
}

const (
	exifHead = "Exif\x00\x00"
	jfifHead = "JFIF\x00"
	// jfifSize is the size of the body of a JFIF segment without a thumbnail.
	jfifSize = 14
)

// jpegBody says what becomes of a segment with a marker and a body, which is not
// used after it returns.
func (s *stripper) jpegBody(marker byte, body []byte) {
	size := int64(4 + len(body))
	switch {
	case marker == 0xe0 && bytes.HasPrefix(body, []byte(jfifHead)) && len(body) >= jfifSize:
		s.drop = size
		s.put = append([]byte{0xff, 0xe0, 0, 2 + jfifSize}, body[:jfifSize]...)
		s.put[4+12], s.put[4+13] = 0, 0 // the thumbnail's width and height
	case marker == 0xe1 && bytes.HasPrefix(body, []byte(exifHead)):
		s.drop = size
		if up := orientation(body[len(exifHead):]); up != 1 {
			s.put = append([]byte{0xff, 0xe1, 0, byte(2 + len(exifHead) + tiffSize)}, exifHead...)
			s.put = append(s.put, tiff(up)...)
			// Read puts before it drops.
		}
	case marker == 0xfe, // a comment
		marker >= 0xe0 && marker <= 0xef && marker != 0xee && // but Adobe's, which tells of the colours
			!(marker == 0xe2 && bytes.HasPrefix(body, []byte(iccHead))):
		s.drop = size
	case marker == 0xda:
		s.pass, s.next = size, s.jpegScan
	default:
		s.pass = size
	}
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
	h, ok, err := s.peekHead(2)
	if !ok {
		return err
	}
	if h[1] == 0 || h[1] >= 0xd0 && h[1] <= 0xd7 {
		s.pass = 2
	} else {
		s.next = s.jpegSegment
	}
	return nil
}
