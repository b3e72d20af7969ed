package ktn

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"plausch"
	"plausch/internal/front/gateway"
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
	notText bool // the content is a list or an object
}

// requestError is a mistake of the client that the connection survives.
type requestError = gateway.RequestError

// decoder reads requests from a stream of JSON objects. Between them there may
// be white space, NULs and commas, or nothing.
type decoder struct {
	in   source
	json *jsontext.Decoder // has what in has given
}

// source is the stream. It keeps what was read and not used, to give it anew.
type source struct {
	r     io.Reader
	buf   []byte // read
	used  int    // of buf, by requests
	given int    // of buf, to the JSON decoder; at least used
	left  int    // bytes that may still be read for the request
}

var errTooLarge = errors.New("too large")

func (s *source) Read(p []byte) (int, error) {
	if s.given < len(s.buf) {
		n := copy(p, s.buf[s.given:])
		s.given += n
		return n, nil
	}
	if s.left <= 0 {
		return 0, errTooLarge
	}
	n, err := s.r.Read(p[:min(len(p), s.left)])
	s.left -= n
	replaceControls(p[:n])
	s.buf = append(s.buf, p[:n]...)
	s.given += n
	return n, err
}

// rest returns what was read and not used.
func (s *source) rest() []byte { return s.buf[s.used:] }

// forget forgets what is used, once that is most of what is kept.
func (s *source) forget() {
	switch {
	case s.used < len(s.buf)-s.used:
		return
	case s.used == len(s.buf) && cap(s.buf) > maxBeforeLogin:
		s.buf = nil // an idle connection does not hold it
	default:
		s.buf = append(s.buf[:0], s.rest()...)
	}
	s.used, s.given = 0, 0
}

// fill reads some of what comes.
func (s *source) fill() error {
	const some = 512
	s.forget()
	s.buf = slices.Grow(s.buf, some)
	n, err := s.r.Read(s.buf[len(s.buf) : len(s.buf)+some])
	replaceControls(s.buf[len(s.buf) : len(s.buf)+n])
	s.buf = s.buf[:len(s.buf)+n]
	if n == 0 {
		return err
	}
	return nil
}

// replaceControls makes spaces of control characters: between values they mean nothing
// else, and in a string, where JSON forbids them, some programs leave line ends.
func replaceControls(b []byte) {
	for i, c := range b {
		if c < ' ' {
			b[i] = ' '
		}
	}
}

// lenient are the options for reading what many different programs write.
var lenient = []jsontext.Options{
	jsontext.AllowDuplicateNames(true), // the last counts
	jsontext.AllowInvalidUTF8(true),    // some clients write Latin-1
}

func newDecoder(r io.Reader) *decoder {
	d := &decoder{in: source{r: r}}
	d.json = jsontext.NewDecoder(&d.in, lenient...)
	return d
}

// use marks what the JSON decoder has read as used, and has it begin anew behind.
func (d *decoder) use() {
	end := d.in.given - len(d.json.UnreadBuffer())
	if end-d.in.used > maxBeforeLogin {
		d.json = jsontext.NewDecoder(&d.in, lenient...) // its buffer has grown
	} else {
		d.json.Reset(&d.in, lenient...)
	}
	d.in.used, d.in.given = end, end
}

// next returns the next request of at most limit bytes. Errors are of type requestError,
// after which it can be called again, TooLarge, or those of reading.
func (d *decoder) next(limit int) (request, error) {
	if err := d.skipSpace(); err != nil {
		return request{}, err
	}
	d.in.forget()
	d.in.given = d.in.used
	d.in.left = limit - len(d.in.rest())
	r, err := d.object()
	if err == nil {
		d.use()
		return r, nil
	}
	switch syntax := (*jsontext.SyntacticError)(nil); {
	case errors.Is(err, errTooLarge):
		return request{}, plausch.Errorf(plausch.TooLarge, "A request can have at most %d bytes here. Connect again.", limit)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return request{}, io.EOF
	case errors.As(err, &syntax):
		err = requestError("That is no JSON: " + reason(syntax))
	case !errors.As(err, new(requestError)):
		return request{}, err
	}
	d.use()
	d.skipTo('{') // whatever begins next may be whole
	return request{}, err
}

// skipTo skips what was read, up to a byte or all of it.
func (d *decoder) skipTo(b byte) {
	if i := bytes.IndexByte(d.in.rest(), b); i >= 0 {
		d.in.used += i
	} else {
		d.in.used = len(d.in.buf)
	}
}

// reason is what a syntactic error says, without where: its offset is of all
// that was ever read.
func reason(err *jsontext.SyntacticError) string {
	if err.Err == nil {
		return "it is not complete."
	}
	return err.Err.Error() + "."
}

// skipSpace skips what may stand between requests. What is not even the
// beginning of one is a requestError.
func (d *decoder) skipSpace() error {
	for {
		for _, b := range d.in.rest() {
			switch {
			case isSpace(b):
				d.in.used++
			case b == '{':
				return nil
			default:
				d.skipTo('{')
				return requestError(`A request is a JSON object, such as {"request": "help", "content": null}.`)
			}
		}
		if err := d.in.fill(); err != nil {
			return err
		}
	}
}

func isSpace(b byte) bool { return b <= ' ' || b == ',' }

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
		kind := d.json.PeekKind()
		value, text, err := d.value()
		if err != nil {
			return r, err
		}
		switch key {
		case "request":
			r.kind = strings.ToLower(strings.TrimSpace(value))
		case "content":
			r.content, r.empty = value, !text
			r.notText = kind == '{' || kind == '['
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
				return "", false, requestError("That is nested too deeply.")
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
