package protocol

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"strconv"
	"unicode/utf8"

	"plausch"
)

const (
	// maxKeys and maxElements bound one map and one array, so that a decoder's
	// work and memory stay in proportion to the bytes it was sent.
	maxKeys     = 64
	maxElements = 256
)

// Check reports why body is not a document of the protocol. Both codecs accept
// the same: one map, nothing behind it, nesting up to [MaxNesting], at most 64
// keys in a map, none twice, at most 256 elements in an array, and as values
// strings of valid UTF-8, integers, finite floats, booleans, maps and arrays.
// There is no null, and no binary or extension type: what has no value is left
// out.
//
// For JSON, Check does only what the decoder behind it does not.
func (c Codec) Check(body []byte) error {
	if len(body) > MaxFrame {
		return plausch.Errorf(plausch.TooLarge, "the frame has %d bytes; at most %d are allowed", len(body), MaxFrame)
	}
	if !c.isMap(body) {
		return refuse("the body must be one map")
	}
	if c == JSON {
		return checkJSON(body)
	}
	return checkMsgpack(body)
}

// isMap reports whether doc begins like a map.
func (c Codec) isMap(doc []byte) bool {
	if c == JSON {
		for _, b := range doc {
			if b != ' ' && b != '\t' && b != '\n' && b != '\r' {
				return b == '{'
			}
		}
		return false
	}
	return len(doc) > 0 && (doc[0]&0xf0 == 0x80 || doc[0] == 0xde || doc[0] == 0xdf)
}

// checkJSON looks at brackets, commas, large numbers and the word null outside of
// strings. The grammar, UTF-8, duplicate keys and trailing bytes are the decoder's.
func checkJSON(body []byte) error {
	var (
		depth  int
		isMap  [MaxNesting + 1]bool
		commas [MaxNesting + 1]int
	)
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '"':
			for i++; i < len(body) && body[i] != '"'; i++ {
				if body[i] == '\\' {
					i++
				}
			}
		case '{', '[':
			depth++
			if depth > MaxNesting {
				return refuse("maps and arrays stand more than %d deep", MaxNesting)
			}
			isMap[depth], commas[depth] = body[i] == '{', 0
		case '}', ']':
			if depth--; depth < 0 {
				return refuse("a bracket closes nothing")
			}
		case ',':
			commas[depth]++
			if isMap[depth] && commas[depth] >= maxKeys {
				return refuse("a map has more than %d keys", maxKeys)
			}
			if commas[depth] >= maxElements {
				return refuse("an array has more than %d elements", maxElements)
			}
		case 'n': // only null has it, outside of strings
			return refuse("null is not used: leave out what has no value")
		case '-', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
			n := numberLength(body[i:])
			if !isFinite(body[i : i+n]) {
				return refuse("a number is too large")
			}
			i += n - 1
		}
	}
	return nil
}

// numberLength is the number of bytes that b begins with which can be part of a
// JSON number.
func numberLength(b []byte) int {
	for i, c := range b {
		if (c < '0' || c > '9') && c != '.' && c != 'e' && c != 'E' && c != '+' && c != '-' {
			return i
		}
	}
	return len(b)
}

// isFinite reports whether a JSON number is a 64-bit float other than infinity.
// What is no number the decoder refuses.
func isFinite(number []byte) bool {
	// Infinity begins with 309 digits, or an exponent.
	if len(number) < 309 && bytes.IndexByte(number, 'e') < 0 && bytes.IndexByte(number, 'E') < 0 {
		return true
	}
	_, err := strconv.ParseFloat(string(number), 64)
	return !errors.Is(err, strconv.ErrRange)
}

// checkMsgpack walks a body once and allocates nothing.
func checkMsgpack(body []byte) error {
	w := walker{body: body}
	if err := w.value(0); err != nil {
		return err
	}
	if rest := len(body) - w.pos; rest > 0 {
		return refuse("%d bytes stand behind the map", rest)
	}
	return nil
}

// walker stands at a position of a msgpack body.
type walker struct {
	body []byte
	pos  int
}

var errShort = refuse("the frame ends in the middle of a value")

// value walks over one value that stands in depth containers.
// Type bytes: https://github.com/msgpack/msgpack/blob/master/spec.md#formats
func (w *walker) value(depth int) error {
	if w.pos >= len(w.body) {
		return errShort
	}
	switch t := w.body[w.pos]; {
	case t <= 0x7f, t >= 0xe0, t == 0xc2, t == 0xc3: // fixints, booleans
		w.pos++
		return nil
	case t&0xe0 == 0xa0, t == 0xd9, t == 0xda, t == 0xdb:
		_, err := w.str()
		return err
	case t&0xf0 == 0x80:
		w.pos++
		return w.mapOf(int(t&0x0f), depth)
	case t&0xf0 == 0x90:
		w.pos++
		return w.arrayOf(int(t&0x0f), depth)
	case t == 0xca, t == 0xcb: // float 32 and 64
		return w.float(4 << (t & 1))
	case t == 0xce, t == 0xd2: // uint 32, int 32
		return w.advance(5)
	case t == 0xcf, t == 0xd3: // uint 64, int 64
		return w.advance(9)
	case t == 0xcc, t == 0xd0: // uint 8, int 8
		return w.advance(2)
	case t == 0xcd, t == 0xd1: // uint 16, int 16
		return w.advance(3)
	case t == 0xdc, t == 0xdd, t == 0xde, t == 0xdf: // array 16 and 32, map 16 and 32
		n, err := w.length(2 << (t & 1))
		if err != nil {
			return err
		}
		if t <= 0xdd {
			return w.arrayOf(n, depth)
		}
		return w.mapOf(n, depth)
	case t == 0xc0:
		return refuse("nil is not used: leave out what has no value")
	default:
		return refuse("the msgpack type 0x%02x is not used", t)
	}
}

func (w *walker) arrayOf(n, depth int) error {
	if depth >= MaxNesting {
		return refuse("maps and arrays stand more than %d deep", MaxNesting)
	}
	if n > maxElements {
		return refuse("an array has more than %d elements", maxElements)
	}
	for ; n > 0; n-- {
		if err := w.value(depth + 1); err != nil {
			return err
		}
	}
	return nil
}

func (w *walker) mapOf(n, depth int) error {
	if depth >= MaxNesting {
		return refuse("maps and arrays stand more than %d deep", MaxNesting)
	}
	if n > maxKeys {
		return refuse("a map has more than %d keys", maxKeys)
	}
	var keys [maxKeys]struct{ from, to uint32 } // small, since maps nest
	for i := range n {
		key, err := w.str()
		if err != nil {
			return err
		}
		keys[i].from, keys[i].to = uint32(w.pos-len(key)), uint32(w.pos)
		for _, k := range keys[:i] {
			if string(w.body[k.from:k.to]) == string(key) {
				return refuse("the key %q stands twice in a map", key[:min(len(key), 64)])
			}
		}
		if err := w.value(depth + 1); err != nil {
			return err
		}
	}
	return nil
}

// str walks over a str, which is the only type of keys.
func (w *walker) str() ([]byte, error) {
	if w.pos >= len(w.body) {
		return nil, errShort
	}
	var n int
	switch t := w.body[w.pos]; {
	case t&0xe0 == 0xa0:
		n = int(t & 0x1f)
		w.pos++
	case t == 0xd9, t == 0xda, t == 0xdb:
		var err error
		if n, err = w.length(1 << (t - 0xd9)); err != nil {
			return nil, err
		}
	default:
		return nil, refuse("a key of a map is not a string")
	}
	if len(w.body)-w.pos < n {
		return nil, errShort
	}
	s := w.body[w.pos : w.pos+n]
	if !utf8.Valid(s) {
		return nil, refuse("a string is not UTF-8")
	}
	w.pos += n
	return s, nil
}

// float walks over a float of size bytes. JSON has no infinity and no NaN.
func (w *walker) float(size int) error {
	from := w.pos + 1
	if err := w.advance(1 + size); err != nil {
		return err
	}
	b, f := w.body[from:w.pos], 0.0
	if size == 4 {
		f = float64(math.Float32frombits(binary.BigEndian.Uint32(b)))
	} else {
		f = math.Float64frombits(binary.BigEndian.Uint64(b))
	}
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return refuse("a number is infinite, or none")
	}
	return nil
}

// length walks over a type byte and the size bytes (1, 2 or 4, big-endian)
// behind it. Lengths over MaxFrame, which no body can hold, come as one more
// than it, so that they fit an int everywhere.
func (w *walker) length(size int) (int, error) {
	from := w.pos + 1
	if err := w.advance(1 + size); err != nil {
		return 0, err
	}
	var n uint64
	for _, b := range w.body[from:w.pos] {
		n = n<<8 | uint64(b)
	}
	return int(min(n, MaxFrame+1)), nil
}

func (w *walker) advance(n int) error {
	if len(w.body)-w.pos < n {
		return errShort
	}
	w.pos += n
	return nil
}
