package protocol

import (
	"fmt"
	"strconv"
	"sync"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/tinylib/msgp/msgp"

	"plausch"
)

// Codec is how the body of a frame is written: the schema is the same in both.
type Codec uint8

const (
	Msgpack Codec = iota
	JSON
)

func (c Codec) String() string {
	if c == JSON {
		return "json"
	}
	return "msgpack"
}

// Body is a pointer to a params or result type of this package.
type Body any

// hot is a type with msgpack code of its own, generated: what travels with every
// message. All others are transcoded from and to JSON.
type hot interface {
	msgp.Marshaler
	msgp.Unmarshaler
	msgp.Sizer
}

// Encode appends v to dst. Bytes of its texts that are not UTF-8 become U+FFFD,
// so that one bad row of a database cannot make a room unreadable.
func (c Codec) Encode(dst []byte, v Body) []byte {
	if c == JSON {
		return appendJSON(dst, v)
	}
	h, ok := v.(hot)
	if !ok {
		return appendTranscoded(dst, v)
	}
	all, err := h.MarshalMsg(dst)
	if err != nil {
		panic(fmt.Sprintf("protocol: encode %T: %v", v, err))
	}
	w := walker{body: all[len(dst):]}
	if w.value(1) == nil {
		return all
	}
	return appendTranscoded(dst, v) // JSON mends what is not UTF-8
}

// appendTranscoded and appendJSON panic if v cannot be encoded, which no value of
// this package's types causes.
func appendTranscoded(dst []byte, v Body) []byte {
	dst, err := appendFromJSON(dst, appendJSON(nil, v))
	if err != nil {
		panic(fmt.Sprintf("protocol: encode %T: %v", v, err))
	}
	return dst
}

func appendJSON(dst []byte, v Body) []byte {
	w := appenders.Get().(*appender)
	w.bytes = dst
	err := json.MarshalWrite(w, v, mendUTF8)
	dst, w.bytes = w.bytes, nil
	appenders.Put(w)
	if err != nil {
		panic(fmt.Sprintf("protocol: encode %T: %v", v, err))
	}
	return dst
}

var (
	mendUTF8  = jsontext.AllowInvalidUTF8(true)
	appenders = sync.Pool{New: func() any { return new(appender) }}
)

// appender appends what is written to it.
type appender struct{ bytes []byte }

func (w *appender) Write(p []byte) (int, error) {
	w.bytes = append(w.bytes, p...)
	return len(p), nil
}

// Decode reads a document into v, which must be zero. The document has to be
// part of a body that passed Check. Unknown keys are ignored. An absent document
// (nil) leaves v as it is.
func (c Codec) Decode(doc []byte, v Body) error {
	if doc == nil {
		return nil
	}
	if c == Msgpack {
		if h, ok := v.(hot); ok {
			if _, err := h.UnmarshalMsg(doc); err != nil {
				return refuse("%v", err)
			}
			return nil
		}
		var err error
		// Escapes seldom make a text longer than twice.
		if doc, _, err = appendAsJSON(make([]byte, 0, 2*len(doc)), doc); err != nil {
			return refuse("%v", err)
		}
	}
	if err := json.Unmarshal(doc, v); err != nil {
		return refuse("%v", err)
	}
	return nil
}

// The following write what a body has around the types of this package: a map of
// n keys, and a list of n values.

func (c Codec) beginMap(dst []byte, n int) []byte {
	if c == JSON {
		return append(dst, '{')
	}
	return append(dst, 0x80|byte(n))
}

func (c Codec) endMap(dst []byte) []byte {
	if c == JSON {
		return append(dst, '}')
	}
	return dst
}

// key appends a key of letters; in JSON a comma stands before all but the first.
func (c Codec) key(dst []byte, name string) []byte {
	if c == Msgpack {
		return msgp.AppendString(dst, name)
	}
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	dst = append(dst, '"')
	dst = append(dst, name...)
	return append(dst, '"', ':')
}

func (c Codec) int(dst []byte, i int64) []byte {
	if c == JSON {
		return strconv.AppendInt(dst, i, 10)
	}
	return msgp.AppendInt64(dst, i)
}

// list appends n values, of which value appends the i-th.
func (c Codec) list(dst []byte, n int, value func(dst []byte, i int) []byte) []byte {
	if c == Msgpack {
		dst = msgp.AppendArrayHeader(dst, uint32(n))
	} else {
		dst = append(dst, '[')
	}
	for i := range n {
		if c == JSON && i > 0 {
			dst = append(dst, ',')
		}
		dst = value(dst, i)
	}
	if c == JSON {
		dst = append(dst, ']')
	}
	return dst
}

// skip splits b behind its first value.
func skip(b []byte) (value, rest []byte, err error) {
	rest, err = msgp.Skip(b)
	return b[:len(b)-len(rest)], rest, err
}

func refuse(format string, args ...any) error {
	return plausch.Errorf(plausch.Invalid, format, args...)
}
