package ktn

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"plausch"
)

const (
	maxBeforeLogin = 4 << 10  // bytes of a request
	maxRequest     = 64 << 10 // after it
	maxDepth       = 32
)

// request is what a client asks for, as far as it could be understood.
type request struct {
	kind    string // in lower case; empty if missing
	content string
	empty   bool // there is no content, in one of the ways to say so
}

// nonsense is a mistake of the client that the connection survives.
type nonsense string

func (n nonsense) Error() string { return string(n) }

// decoder reads requests from a stream of JSON objects. Between them there may
// be white space, NULs and commas, or nothing.
type decoder struct {
	in   source
	json *jsontext.Decoder
}

// source is the stream, as far as it was read.
type source struct {
	r    io.Reader
	rest []byte // was read before
	left int    // bytes that the request may still take
}

var errTooLarge = errors.New("too large")

func (s *source) Read(p []byte) (int, error) {
	if len(s.rest) > 0 {
		n := copy(p, s.rest)
		s.rest = s.rest[n:]
		return n, nil
	}
	if s.left <= 0 {
		return 0, errTooLarge
	}
	n, err := s.r.Read(p[:min(len(p), s.left)])
	s.left -= n
	return n, err
}

func newDecoder(r io.Reader) *decoder {
	d := &decoder{in: source{r: r}}
	d.restart(nil)
	return d
}

// restart begins anew with rest, which was read already.
func (d *decoder) restart(rest []byte) {
	d.in.rest = bytes.Clone(rest)
	d.json = jsontext.NewDecoder(&d.in,
		jsontext.AllowDuplicateNames(true), // the last counts
		jsontext.AllowInvalidUTF8(true))    // some clients write Latin-1
}

// next returns the next request of at most limit bytes. Errors are nonsense,
// after which it can be called again, TooLarge, or those of reading.
func (d *decoder) next(limit int) (request, error) {
	if err := d.skipSpace(limit); err != nil {
		return request{}, err
	}
	d.in.left = limit - len(d.unread())
	r, err := d.object()
	if err == nil {
		return r, nil
	}
	switch syntax := (*jsontext.SyntacticError)(nil); {
	case errors.Is(err, errTooLarge):
		return request{}, plausch.Errorf(plausch.TooLarge, "A request can have at most %d bytes here. Connect again.", limit)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return request{}, io.EOF
	case errors.As(err, &syntax):
		err = nonsense("That is no JSON: " + reason(syntax))
	case !errors.As(err, new(nonsense)):
		return request{}, err
	}
	// Whatever begins next may be whole.
	rest := d.unread()
	if i := bytes.IndexByte(rest, '{'); i >= 0 {
		d.restart(rest[i:])
	} else {
		d.restart(nil)
	}
	return request{}, err
}

// reason is what a syntactic error says, without where: its offset is of all
// that was ever read.
func reason(err *jsontext.SyntacticError) string {
	if err.Err == nil {
		return "it is not complete."
	}
	return err.Err.Error() + "."
}

// unread returns what was read but not used.
func (d *decoder) unread() []byte {
	return append(bytes.Clone(d.json.UnreadBuffer()), d.in.rest...)
}

// skipSpace skips what may stand between requests. What is not even the
// beginning of one is nonsense.
func (d *decoder) skipSpace(limit int) error {
	rest := d.unread()
	for {
		i := 0
		for i < len(rest) && isSpace(rest[i]) {
			i++
		}
		switch rest = rest[i:]; {
		case len(rest) == 0:
			var buf [512]byte
			n, err := d.in.r.Read(buf[:min(len(buf), limit)])
			if n == 0 && err != nil {
				return err
			}
			rest = buf[:n]
			continue
		case rest[0] == '{':
			d.restart(rest)
			return nil
		}
		if i = bytes.IndexByte(rest, '{'); i < 0 {
			i = len(rest)
		}
		d.restart(rest[i:])
		return nonsense(`A request is a JSON object, such as {"request": "help", "content": null}.`)
	}
}

func isSpace(b byte) bool { return strings.IndexByte(" \t\r\n,\x00", b) >= 0 }

// object reads an object.
func (d *decoder) object() (r request, err error) {
	r.empty = true
	if _, err := d.json.ReadToken(); err != nil { // {
		return r, err
	}
	for d.json.PeekKind() != '}' {
		name, err := d.json.ReadToken()
		if err != nil {
			return r, err
		}
		key := strings.ToLower(name.String())
		value, text, err := d.value()
		if err != nil {
			return r, err
		}
		switch key {
		case "request":
			r.kind = strings.ToLower(strings.TrimSpace(value))
		case "content":
			r.content, r.empty = value, !text
		}
	}
	_, err = d.json.ReadToken() // }
	return r, err
}

// value reads a value and returns it as text, if it is a string, a number or a
// boolean that is not empty.
func (d *decoder) value() (value string, text bool, err error) {
	depth := d.json.StackDepth()
	token, err := d.json.ReadToken()
	if err != nil {
		return "", false, err
	}
	switch token.Kind() {
	case 'n':
	case '{', '[':
		for d.json.StackDepth() > depth {
			if d.json.StackDepth() > maxDepth {
				return "", false, nonsense("That is nested too deeply.")
			}
			if _, err := d.json.ReadToken(); err != nil {
				return "", false, err
			}
		}
	default:
		value = token.String()
	}
	return value, value != "", nil
}
