package media

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
)

// maxWebPFrame is the most bytes of a picture of an animation.
const maxWebPFrame = 32 << 20

// firstFrame returns a WebP as it is or, of an animation, its first picture as a
// WebP of its own: the decoder knows no animations (RFC 9649, section 2.7.1).
func firstFrame(file io.ReadSeeker) (io.Reader, error) {
	var head [12]byte
	if _, err := io.ReadFull(file, head[:]); err != nil {
		return nil, ErrNoPicture
	}
	for {
		var chunk [8]byte
		_, err := io.ReadFull(file, chunk[:])
		kind, size := string(chunk[:4]), int64(binary.LittleEndian.Uint32(chunk[4:]))
		switch {
		case err != nil, kind == "VP8 ", kind == "VP8L":
			_, err = file.Seek(0, io.SeekStart)
			return file, err
		case kind == "ANMF":
			return frameOf(file, size)
		}
		if _, err := file.Seek(size+size&1, io.SeekCurrent); err != nil {
			return nil, err
		}
	}
}

// frameOf reads the body of a chunk ANMF, of size bytes.
func frameOf(r io.Reader, size int64) (io.Reader, error) {
	const frameHead = 16 // where it stands, its size, how long it is shown
	if size < frameHead || size > maxWebPFrame {
		return nil, fmt.Errorf("%w: a picture of the animation has %d bytes", ErrDamaged, size)
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(r, body); err != nil {
		return nil, fmt.Errorf("%w: it ends in its first picture", ErrDamaged)
	}
	head, data := body[:frameHead], body[frameHead:]
	if err := checkFrame(data); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	out.WriteString("RIFF----WEBP")
	if bytes.HasPrefix(data, []byte("ALPH")) {
		out.WriteString("VP8X\x0a\x00\x00\x00\x10\x00\x00\x00") // it is transparent
		out.Write(head[6:12])                                   // width and height
	}
	out.Write(data)
	whole := out.Bytes()
	binary.LittleEndian.PutUint32(whole[4:], uint32(len(whole)-8))
	return bytes.NewReader(whole), nil
}

// checkFrame fails if the pixels of a picture of an animation are too many: they say for
// themselves how large they are.
func checkFrame(chunks []byte) error {
	for len(chunks) >= 8 {
		kind, size := string(chunks[:4]), int64(binary.LittleEndian.Uint32(chunks[4:]))
		chunks = chunks[8:]
		frame := webpFrame(kind, chunks)
		if err := checkPixels(frame.X, frame.Y, MaxPixels); err != nil {
			return err
		}
		chunks = chunks[min(size+size&1, int64(len(chunks))):]
	}
	return nil
}
