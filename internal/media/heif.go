package media

import (
	"cmp"
	"encoding/binary"
	"slices"
)

// HEIC and AVIF (ISO/IEC 23008-12) are boxes within boxes (ISO/IEC 14496-12). The
// box meta says where in the file each item is: pixels, and what the camera tells.
// Others point at bytes by their place, so nothing is left out: what tells too much
// has other bytes in its place. Which way is up stands beside the pixels and stays.
//
// A file whose box meta comes after the data, or is larger than maxSegment, is left
// as it is.

// heifBrands are those of files that are pictures.
var heifBrands = []string{"heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "mif2", "msf1", "avif", "avis"}

// heifKept are the boxes that are the picture; their neighbours are films, small
// pictures and notes of the camera.
var heifKept = []string{"ftyp", "moov", "free", "skip", "wide"}

// hasHEIFBrand reports whether a file is one by its first box, of which head has some.
func hasHEIFBrand(head []byte) bool {
	if len(head) < 12 || string(head[4:8]) != "ftyp" {
		return false
	}
	size := min(int64(binary.BigEndian.Uint32(head)), int64(len(head)))
	for at := int64(8); at+4 <= size; at += 4 {
		if at != 12 && slices.Contains(heifBrands, string(head[at:at+4])) { // at 12 is a version
			return true
		}
	}
	return false
}

// heif reads such a file.
type heif struct {
	*stripper
	at    int64    // where in the file the next byte is
	end   int64    // of the box of data that is being read
	blank []extent // what has other bytes in its place, by where it starts
	items bool     // the box meta has been read; a file has one
}

// extent is bytes of a file, all or a part of an item.
type extent struct {
	start, end int64
	as         string // what stands there instead, at the start
	fill       byte   // and behind it
}

// emptyXMP is XMP that tells nothing.
const emptyXMP = `<x:xmpmeta xmlns:x="adobe:ns:meta/"/>`

// blankFor returns what stands in the place of an item of a kind: metadata without
// anything, so that readers do not take the file for damaged.
func blankFor(kind string) extent {
	switch kind {
	case "Exif":
		return extent{as: "\x00\x00\x00\x00" + string(tiff(1))} // after where the TIFF begins
	case "mime":
		return extent{as: emptyXMP, fill: ' '}
	}
	return extent{}
}

// write puts what stands instead into b, which is at a place in the file.
func (x extent) write(b []byte, at int64) {
	for i := range b {
		b[i] = x.fill
		if n := at + int64(i) - x.start; int64(len(x.as)) <= x.end-x.start && n < int64(len(x.as)) {
			b[i] = x.as[n]
		}
	}
}

// heifBox is a length with the head, a type and a body.
func (f *heif) heifBox() error {
	b, err := f.from.Peek(16)
	if err = ignoreEOF(err); err != nil || len(b) < 8 {
		f.next = nil
		return err
	}
	size, kind, head := int64(binary.BigEndian.Uint32(b)), string(b[4:8]), int64(8)
	switch {
	case size == 0: // to the end of the file
		size = 1 << 62
	case size == 1 && len(b) == 16:
		size, head = int64(binary.BigEndian.Uint64(b[8:])), 16
	}
	if size < head || size > 1<<62 {
		f.next = nil
		return nil
	}
	start := f.at
	switch {
	case kind == "meta" && !f.items:
		return f.meta(size, head)
	case kind == "mdat":
		f.pass, f.at, f.end = head, start+head, start+size
		f.next = f.data
	case slices.Contains(heifKept, kind):
		f.pass, f.at = size, start+size
	default:
		f.put = slices.Clone(b[:head])
		copy(f.put[4:], "free")
		f.drop, f.at, f.end = head, start+head, start+size
		f.next = f.empty
	}
	return nil
}

// meta reads the box of items and finds in it what has to go.
func (f *heif) meta(size, head int64) error {
	if size > maxSegment {
		f.next = nil
		return nil
	}
	b, err := f.peek(int(size))
	if b == nil {
		return err
	}
	f.put, f.drop = slices.Clone(b), size
	in, outside := itemsOf(f.put[head:])
	for _, x := range in {
		x.write(f.put[head+x.start:head+x.end], x.start)
	}
	slices.SortFunc(outside, func(a, b extent) int { return cmp.Compare(a.start, b.start) })
	f.at, f.blank, f.items = f.at+size, outside, true
	return nil
}

// data is the body of a box up to f.end, with other bytes in places.
func (f *heif) data() error {
	if f.at >= f.end {
		f.next = f.heifBox
		return nil
	}
	for len(f.blank) > 0 && f.blank[0].end <= f.at {
		f.blank = f.blank[1:]
	}
	until := f.end
	if len(f.blank) > 0 {
		if f.blank[0].start <= f.at {
			return f.instead(f.blank[0])
		}
		until = min(until, f.blank[0].start)
	}
	f.pass, f.at = until-f.at, until
	return nil
}

// empty is the body of a box up to f.end of which nothing stays.
func (f *heif) empty() error {
	if f.at >= f.end {
		f.next = f.heifBox
		return nil
	}
	return f.instead(extent{start: f.at, end: f.end})
}

// instead gives some other bytes in the place of x.
func (f *heif) instead(x extent) error {
	n := min(x.end, f.end) - f.at
	b, err := f.from.Peek(int(min(n, 4<<10)))
	if err = ignoreEOF(err); err != nil || len(b) == 0 {
		f.next = nil
		return err
	}
	f.put = make([]byte, len(b))
	x.write(f.put, f.at)
	f.drop = int64(len(b))
	f.at += f.drop
	return nil
}
