package ktn

import (
	"bufio"
	"fmt"
	"io"
)

const (
	// maxObject is the largest object that is taken from a server, in bytes: a
	// history may be long.
	maxObject = 4 << 20
	// maxDepth is how deep braces and brackets may stand in one another.
	maxDepth = 32
)

// objects finds the JSON objects in a stream of bytes that has no framing: they
// may stand side by side, or behind newlines or anything else, and be split
// anywhere.
type objects struct {
	r   *bufio.Reader
	buf []byte
}

func newObjects(r io.Reader) *objects { return &objects{r: bufio.NewReader(r)} }

// next returns the next object, which holds until the call after. It is as long
// as its braces say, and may not be JSON inside.
func (o *objects) next() ([]byte, error) {
	if err := o.skip(); err != nil {
		return nil, err
	}
	o.buf = append(o.buf[:0], '{')
	depth, quoted, escaped := 1, false, false
	for depth > 0 {
		c, err := o.r.ReadByte()
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, err
		}
		if o.buf = append(o.buf, c); len(o.buf) > maxObject {
			return nil, fmt.Errorf("the server sent an object of more than %d bytes", maxObject)
		}
		switch {
		case escaped:
			escaped = false
		case quoted:
			escaped, quoted = c == '\\', c != '"'
		case c == '"':
			quoted = true
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return nil, fmt.Errorf("the server sent an object that is nested more than %d deep", maxDepth)
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return o.buf, nil
}

// skip takes everything up to and with the brace that opens an object.
func (o *objects) skip() error {
	for {
		c, err := o.r.ReadByte()
		if err != nil || c == '{' {
			return err
		}
	}
}
