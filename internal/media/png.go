package media

import (
	"encoding/binary"
	"hash/crc32"
	"slices"
)

const pngMagic = "\x89PNG\r\n\x1a\n"

// pngKept are the chunks, besides those that no reader can do without, that tell
// how a picture is shown (PNG, third edition, section 11.3).
var pngKept = []string{
	"tRNS", "gAMA", "cHRM", "sRGB", "iCCP", "sBIT", "bKGD", "hIST", "pHYs", "sPLT", "cICP", "mDCV", "cLLI", "acTL", "fcTL", "fdAT",
}

// pngChunk is a length, a type, as many bytes, and a checksum.
func (s *stripper) pngChunk() error {
	h, ok, err := s.peekHead(8)
	if !ok {
		return err
	}
	kind, size := string(h[4:8]), int64(binary.BigEndian.Uint32(h[:]))
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
