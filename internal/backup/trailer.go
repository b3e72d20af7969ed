package backup

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"hash"
	"io"
)

// errDamaged is the answer to every archive that is not as it was written.
var errDamaged = errors.New("the backup is damaged or was cut off; use another one")

// The trailer is a skippable frame (RFC 8878, section 3.1.2): a magic number, the
// size of what follows, and that: here, the SHA-256 of all bytes before the frame.
const (
	trailerMagic = 0x184d2a50
	trailerSize  = 8 + sha256.Size
)

func trailer(sum hash.Hash) []byte {
	b := binary.LittleEndian.AppendUint32(nil, trailerMagic)
	b = binary.LittleEndian.AppendUint32(b, sha256.Size)
	return sum.Sum(b)
}

// trailerReader reads what stands before the trailer of r. It ends with errDamaged
// instead of io.EOF if the trailer is not the right one.
type trailerReader struct {
	r    io.Reader
	sum  hash.Hash
	buf  []byte // what was read from r and not given out; the last bytes may be the trailer
	from int    // where that begins
	end  error
}

func newTrailerReader(r io.Reader) *trailerReader {
	return &trailerReader{r: r, sum: sha256.New(), buf: make([]byte, 0, 64<<10)}
}

func (t *trailerReader) Read(p []byte) (int, error) {
	for len(t.buf)-t.from <= trailerSize && t.end == nil {
		t.buf = t.buf[:copy(t.buf[:cap(t.buf)], t.buf[t.from:])]
		t.from = 0
		n, err := t.r.Read(t.buf[len(t.buf):cap(t.buf)])
		t.buf, t.end = t.buf[:len(t.buf)+n], err
	}
	ready := len(t.buf) - t.from - trailerSize
	if ready > 0 {
		n := copy(p, t.buf[t.from:t.from+ready])
		t.sum.Write(p[:n])
		t.from += n
		return n, nil
	}
	if t.end == io.EOF && !bytes.Equal(t.buf[t.from:], trailer(t.sum)) {
		t.end = errDamaged
	}
	return 0, t.end
}
