package protocol

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/tinylib/msgp/msgp"
)

// Only the types that travel with every message have msgpack code of their own.
// All others are JSON to this package: on the way out their JSON becomes msgpack,
// on the way in their msgpack becomes JSON. Both carry the same values, so a new
// type needs nothing but its json tags.

// appendAsJSON appends the first value of doc, which has passed [Codec.Check],
// as JSON, and returns what stands behind it.
func appendAsJSON(dst, doc []byte) (out, rest []byte, err error) {
	switch kind := msgp.NextType(doc); kind {
	case msgp.MapType:
		n, rest, err := msgp.ReadMapHeaderBytes(doc)
		dst = append(dst, '{')
		for i := uint32(0); i < n && err == nil; i++ {
			if i > 0 {
				dst = append(dst, ',')
			}
			if dst, rest, err = appendAsJSON(dst, rest); err == nil {
				dst, rest, err = appendAsJSON(append(dst, ':'), rest)
			}
		}
		return append(dst, '}'), rest, err
	case msgp.ArrayType:
		n, rest, err := msgp.ReadArrayHeaderBytes(doc)
		dst = append(dst, '[')
		for i := uint32(0); i < n && err == nil; i++ {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst, rest, err = appendAsJSON(dst, rest)
		}
		return append(dst, ']'), rest, err
	case msgp.StrType:
		s, rest, err := msgp.ReadStringZC(doc)
		if err == nil {
			dst, err = jsontext.AppendQuote(dst, s)
		}
		return dst, rest, err
	case msgp.BoolType:
		b, rest, err := msgp.ReadBoolBytes(doc)
		return strconv.AppendBool(dst, b), rest, err
	case msgp.IntType:
		i, rest, err := msgp.ReadInt64Bytes(doc)
		return strconv.AppendInt(dst, i, 10), rest, err
	case msgp.UintType:
		u, rest, err := msgp.ReadUint64Bytes(doc)
		return strconv.AppendUint(dst, u, 10), rest, err
	case msgp.Float32Type:
		f, rest, err := msgp.ReadFloat32Bytes(doc)
		return appendFloat(dst, float64(f)), rest, err
	case msgp.Float64Type:
		f, rest, err := msgp.ReadFloat64Bytes(doc)
		return appendFloat(dst, f), rest, err
	default:
		return dst, doc, fmt.Errorf("the msgpack type %v is not used", kind)
	}
}

// appendFloat appends f with an exponent: a float stays one, also if it is whole.
func appendFloat(dst []byte, f float64) []byte { return strconv.AppendFloat(dst, f, 'e', -1, 64) }

// appendFromJSON appends text, one value of JSON that this package wrote, as
// msgpack, each value in its shortest form.
func appendFromJSON(dst, text []byte) ([]byte, error) {
	r := readers.Get().(*jsonReader)
	defer readers.Put(r)
	r.text.Reset(text)
	r.Reset(&r.text)
	return r.appendValue(dst)
}

// jsonReader reads tokens from memory. It is reused for its buffers.
type jsonReader struct {
	jsontext.Decoder
	text bytes.Reader
}

var readers = sync.Pool{New: func() any { return new(jsonReader) }}

func (r *jsonReader) appendValue(dst []byte) ([]byte, error) {
	t, err := r.ReadToken()
	if err != nil {
		return dst, err
	}
	switch t.Kind() {
	case '{', '[':
		return r.appendContainer(dst, t.Kind())
	case '"':
		return msgp.AppendString(dst, t.String()), nil
	case 't', 'f':
		return msgp.AppendBool(dst, t.Bool()), nil
	case '0':
		return appendNumber(dst, t.String())
	default:
		return dst, fmt.Errorf("%v is not used", t)
	}
}

// longHead is the size of the header of a map or array with more than 15 entries.
const longHead = 3

// appendContainer appends the map or array whose opening bracket was read. Its
// length is known at its end: the longest header is left free until then.
func (r *jsonReader) appendContainer(dst []byte, open jsontext.Kind) (_ []byte, err error) {
	start := len(dst)
	dst = append(dst, make([]byte, longHead)...)
	n := 0
	for ; r.PeekKind() != open+2; n++ { // the closing bracket in ASCII
		if dst, err = r.appendValue(dst); err != nil {
			return dst, err
		}
	}
	if _, err := r.ReadToken(); err != nil {
		return dst, err
	}
	head := msgp.AppendArrayHeader(make([]byte, 0, longHead), uint32(n))
	if open == '{' {
		head = msgp.AppendMapHeader(head[:0], uint32(n/2))
	}
	end := start + copy(dst[start:], head)
	return append(dst[:end], dst[start+longHead:]...), nil
}

func appendNumber(dst []byte, s string) ([]byte, error) {
	if strings.ContainsAny(s, ".eE") {
		f, err := strconv.ParseFloat(s, 64)
		return msgp.AppendFloat64(dst, f), err
	}
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		return msgp.AppendInt64(dst, i), nil
	}
	u, err := strconv.ParseUint(s, 10, 64)
	return msgp.AppendUint64(dst, u), err
}
