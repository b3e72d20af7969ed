package htl

import (
	"encoding/binary"

	"plausch"
	"plausch/internal/front/port"
)

// errInvalid is of bytes that are no msgpack.
var errInvalid = plausch.Errorf(plausch.Invalid, "that is no msgpack; connect again")

// scan looks for the end of one msgpack document (https://msgpack.org, the
// specification of formats), however it is nested, without recursion and without
// looking at a byte twice: it is called again when there is more.
type scan struct {
	at    int    // up to here the bytes have been looked at
	left  uint64 // elements that are still to come
	least uint64 // bytes that the document has at least
}

func newScan() scan { return scan{left: 1} }

// more goes on with b, which begins with the document. It reports whether the
// document is complete; it then has s.at bytes.
func (s *scan) more(b []byte) (bool, error) {
	for s.left > 0 {
		s.least = uint64(s.at) + s.left // each has a byte
		if s.at >= len(b) {
			return false, nil
		}
		head, size, elements, err := element(b[s.at:])
		if err != nil {
			return false, err
		}
		if head == 0 {
			return false, nil
		}
		s.least += uint64(head) - 1 + size
		if size > uint64(len(b)-s.at-head) {
			return false, nil
		}
		s.at += head + int(size)
		s.left += elements - 1
	}
	return true, nil
}

// element reads the header of an element: how many bytes it has, 0 if they are
// not all there, how many bytes follow that belong to it, and how many elements.
func element(b []byte) (head int, size, elements uint64, err error) {
	c := b[0]
	switch {
	case c < 0x80 || c >= 0xe0: // fixint
		return 1, 0, 0, nil
	case c < 0x90: // fixmap
		return 1, 0, 2 * uint64(c&15), nil
	case c < 0xa0: // fixarray
		return 1, 0, uint64(c & 15), nil
	case c < 0xc0: // fixstr
		return 1, uint64(c & 31), 0, nil
	case c == 0xc1:
		return 0, 0, 0, errInvalid
	}
	f := formats[c-0xc0]
	if len(b) < 1+f.length {
		return 0, 0, 0, nil
	}
	n := uint64(0)
	switch f.length {
	case 1:
		n = uint64(b[1])
	case 2:
		n = uint64(binary.BigEndian.Uint16(b[1:]))
	case 4:
		n = uint64(binary.BigEndian.Uint32(b[1:]))
	}
	return 1 + f.length, f.fixed + n*f.bytes, n * f.elements, nil
}

// formats are those from 0xc0 on: how many bytes the length has, and what is
// there for each one of it, beside a fixed number of bytes.
var formats = [0x20]struct {
	length                 int
	fixed, bytes, elements uint64
}{
	0x04: {length: 1, bytes: 1}, 0x05: {length: 2, bytes: 1}, 0x06: {length: 4, bytes: 1}, // bin
	0x07: {length: 1, fixed: 1, bytes: 1}, 0x08: {length: 2, fixed: 1, bytes: 1}, 0x09: {length: 4, fixed: 1, bytes: 1}, // ext
	0x0a: {fixed: 4}, 0x0b: {fixed: 8}, // float
	0x0c: {fixed: 1}, 0x0d: {fixed: 2}, 0x0e: {fixed: 4}, 0x0f: {fixed: 8}, // uint
	0x10: {fixed: 1}, 0x11: {fixed: 2}, 0x12: {fixed: 4}, 0x13: {fixed: 8}, // int
	0x14: {fixed: 2}, 0x15: {fixed: 3}, 0x16: {fixed: 5}, 0x17: {fixed: 9}, 0x18: {fixed: 17}, // fixext
	0x19: {length: 1, bytes: 1}, 0x1a: {length: 2, bytes: 1}, 0x1b: {length: 4, bytes: 1}, // str
	0x1c: {length: 2, elements: 1}, 0x1d: {length: 4, elements: 1}, // array
	0x1e: {length: 2, elements: 2}, 0x1f: {length: 4, elements: 2}, // map
}

// isMap reports whether a document that begins with c is a map.
func isMap(c byte) bool { return c&0xf0 == 0x80 || c == 0xde || c == 0xdf }

// hasTexts judges a map by its first key.
func hasTexts(b []byte) port.Verdict {
	head, _, elements, _ := element(b)
	switch {
	case head == 0 || elements > 0 && len(b) == head:
		return port.Maybe
	case elements > 0 && !isText(b[head]):
		return port.No
	default:
		return port.Yes
	}
}

// hasType looks for the key type in the beginning of a map.
func hasType(b []byte) port.Verdict {
	if !isMap(b[0]) {
		return port.No
	}
	head, _, elements, _ := element(b)
	if head == 0 {
		return port.Maybe
	}
	for b = b[head:]; elements > 0; elements -= 2 {
		key := newScan()
		if done, err := key.more(b); err != nil {
			return port.No
		} else if !done {
			return port.Maybe
		}
		switch name := text(b[:key.at]); name {
		case "type":
			return port.Yes
		case "id", "method":
			return port.No
		}
		value := newScan()
		b = b[key.at:]
		if done, err := value.more(b); err != nil {
			return port.No
		} else if !done {
			return port.Maybe
		}
		b = b[value.at:]
	}
	return port.No
}

// text returns an element that is a str or bin as text, otherwise "".
func text(b []byte) string { return string(payload(b)) }

// payload returns the bytes of an element that is a str or bin, otherwise nil.
func payload(b []byte) []byte {
	head, size, _, err := element(b)
	if err != nil || head == 0 || !isText(b[0]) || uint64(len(b)-head) < size {
		return nil
	}
	return b[head : head+int(size)]
}

const nilByte = 0xc0

// isText reports whether an element that begins with c is a str or bin.
func isText(c byte) bool {
	return c&0xe0 == 0xa0 || c >= 0xc4 && c <= 0xc6 || c >= 0xd9 && c <= 0xdb
}
