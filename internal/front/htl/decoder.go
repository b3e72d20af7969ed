package htl

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"plausch"
	"plausch/internal/front/gateway"
)

const (
	lengthBytes    = 4
	maxBeforeLogin = 4 << 10
	maxSmall       = 64 << 10 // what takes more of memory is an upload
)

// request is a client's document; missing keys are empty.
type request struct {
	kind      string // the key type
	user      string
	uuid      string
	recipient string
	filename  string
	fileID    string

	// content and file may be large: they are slices of the read buffer, valid until
	// the next request is read.
	content, file []byte
}

// requestError is a mistake of the client that the connection survives.
type requestError = gateway.RequestError

// stream is the input of a decoder; see [gateway.Session.ReadBy].
type stream interface {
	io.Reader
	ReadBy(time.Time)
}

// decoder reads requests, in either framing.
type decoder struct {
	s      stream
	framed bool
	upload *upload
	buf    []byte // read, not used
}

func newDecoder(s stream, framed bool, u *upload) *decoder {
	return &decoder{s: s, framed: framed, upload: u}
}

// next returns the next request of at most limit bytes. Errors are of type requestError,
// after which it can be called again, errInvalid, TooLarge, or those of reading.
func (d *decoder) next(limit int) (request, error) {
	d.endUpload()
	if len(d.buf) == 0 {
		d.buf = nil // what was read is not kept
	}
	read := d.bare
	if d.framed {
		read = d.frame
	}
	n, err := read(limit)
	if err != nil {
		return request{}, err
	}
	r, err := decode(d.buf[:n])
	d.buf = d.buf[n:]
	return r, err
}

// frame has d.buf begin with the document of a frame, of n bytes.
func (d *decoder) frame(limit int) (n int, err error) {
	for n == 0 { // empty frames are skipped
		if err := d.fill(lengthBytes, lengthBytes); err != nil {
			return 0, err
		}
		length := binary.BigEndian.Uint32(d.buf)
		if uint64(length) > uint64(limit) {
			return 0, tooLarge(limit)
		}
		n = int(length)
		d.buf = d.buf[lengthBytes:]
	}
	return n, d.fill(n, n)
}

// bare has d.buf begin with a document of n bytes.
func (d *decoder) bare(limit int) (int, error) {
	scan := newScan()
	for {
		done, err := scan.more(d.buf)
		switch {
		case err != nil:
			return 0, err // where the next one begins cannot be known
		case scan.at > limit, !done && len(d.buf) >= limit:
			return 0, tooLarge(limit)
		case done:
			return scan.at, nil
		case scan.least > uint64(limit):
			return 0, tooLarge(limit)
		}
		if err := d.fill(len(d.buf)+1, max(int(scan.least), len(d.buf)+1)); err != nil {
			return 0, err
		}
	}
}

func tooLarge(limit int) error {
	return plausch.Errorf(plausch.TooLarge, "A message can have at most %d bytes here. Connect again.", limit)
}

// endUpload ends an upload, once its request has been answered.
func (d *decoder) endUpload() {
	if d.upload.active {
		d.upload.end()
		d.buf = bytes.Clone(d.buf) // the rest does not keep the large one
		d.s.ReadBy(time.Time{})
	}
}

// fill reads until d.buf has n bytes, of announced ones that the request has by what
// is known so far.
func (d *decoder) fill(n, announced int) error {
	for len(d.buf) < n {
		if err := d.grow(announced); err != nil {
			return err
		}
		var deadline time.Time
		if d.upload.active {
			deadline = d.upload.deadline()
			d.s.ReadBy(deadline)
		}
		m, err := d.s.Read(d.buf[len(d.buf):cap(d.buf)])
		d.buf = d.buf[:len(d.buf)+m]
		switch {
		case m > 0:
		case errors.Is(err, io.EOF) && len(d.buf) > 0:
			return io.ErrUnexpectedEOF
		case errors.Is(err, os.ErrDeadlineExceeded) && d.upload.active && !time.Now().Before(deadline):
			return plausch.Errorf(plausch.Unavailable, "The rest of your file did not come in time. Connect again.")
		case err != nil:
			return err
		}
	}
	return nil
}

// growth are the sizes of a buffer before it has room for all that was announced: that
// much has to have arrived first. Few steps leave little garbage.
var growth = []int{maxSmall / 4, maxSmall, 256 << 10, 1 << 20, 4 << 20}

// grow makes room behind d.buf for some of what comes: the buffer grows with what
// has arrived, to what was announced at most.
func (d *decoder) grow(announced int) error {
	const ahead = 4 << 10 // requests behind this one may have come with it
	if len(d.buf) < cap(d.buf) {
		return nil
	}
	size := max(announced, len(d.buf)+len(d.buf)/2)
	if i := slices.IndexFunc(growth, func(step int) bool { return step > len(d.buf) }); i >= 0 {
		size = min(size, growth[i])
	}
	size += ahead
	if size > maxSmall+ahead {
		if err := d.upload.grow(size); err != nil {
			return err
		}
	}
	d.buf = append(make([]byte, 0, size), d.buf...)
	return nil
}

// decode reads a document. It ignores bytes behind it, and unknown keys.
func decode(b []byte) (r request, err error) {
	whole := newScan()
	if done, err := whole.more(b); err != nil || !done {
		return r, requestError("that is no msgpack document")
	}
	if !isMap(b[0]) {
		return r, requestError("that is no map; a message is one, with the key type")
	}
	head, _, elements, _ := element(b)
	for b = b[head:]; elements > 0; elements -= 2 {
		key, value := cutElement(&b), cutElement(&b)
		name := text(key[:min(len(key), maxKey)])
		into := r.field(name)
		switch {
		case name == "content":
			r.content = payload(value)
		case name == "file":
			r.file = payload(value)
		case into == nil:
		case len(value) > maxSmall: // a copy of it could be as large as a file
			err = requestError(fmt.Sprintf("the value of %s is too long", name))
		case isText(value[0]):
			*into = text(value)
		case into == &r.recipient:
			// What was meant for somebody must not go to everyone.
			err = requestError("the recipient has to be a text: all, or a name")
		case into == &r.uuid && value[0] != nilByte:
			*into = string(value) // as good a secret as a text
		}
	}
	return r, err
}

// cutElement cuts the first element off b, which has it whole.
func cutElement(b *[]byte) []byte {
	s := newScan()
	_, _ = s.more(*b)
	first := (*b)[:s.at]
	*b = (*b)[s.at:]
	return first
}

// maxKey is longer than every key that is known, with its header.
const maxKey = 32

// field returns the field of a key that is kept as a copy, nil if there is none.
func (r *request) field(key string) *string {
	switch key {
	case "type":
		return &r.kind
	case "user":
		return &r.user
	case "uuid":
		return &r.uuid
	case "recipient":
		return &r.recipient
	case "filename":
		return &r.filename
	case "fileid":
		return &r.fileID
	}
	return nil
}
