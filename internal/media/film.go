package media

import (
	"bytes"
	"context"
	"encoding/binary"
	"io"
	"math"
	"time"
)

// Film is what is known of a film or a sound without decoding it.
type Film struct {
	Type string // media type, such as "video/mp4" or "audio/ogg"
	// Voice says that it is sound alone, as Opus or AAC, as voice messages are.
	Voice bool
	// Duration is how long it lasts, 0 if the file does not say.
	Duration time.Duration
}

const (
	// maxIndex is the largest index of a film that is read, in bytes.
	maxIndex = 1 << 20
	// maxElements bounds how many elements of a film are looked at.
	maxElements = 4096
)

// LookAtFilm returns what a film or a sound is: of Ogg with Opus, MP4, QuickTime, WebM or
// AAC. Of all else, HEIC and AVIF included, the type is empty. The error is the
// context's or the reader's.
func LookAtFilm(ctx context.Context, file io.ReadSeeker) (Film, error) {
	head := make([]byte, 64)
	r := &places{ctx: ctx, file: file}
	if size, err := file.Seek(0, io.SeekEnd); err != nil {
		return Film{}, err
	} else {
		r.size = size
	}
	head = head[:r.read(0, head)]
	var f Film
	switch {
	case len(head) >= 40 && string(head[:4]) == "OggS" && head[26] == 1 && string(head[28:36]) == "OpusHead":
		f = oggOpus(r, head)
	case len(head) >= 12 && string(head[4:8]) == "ftyp" && !hasHEIFBrand(head):
		f = mp4(r, head)
	case bytes.HasPrefix(head, []byte("\x1a\x45\xdf\xa3")):
		f = webm(r)
	case len(head) >= 7 && head[0] == 0xff && head[1]&0xf6 == 0xf0: // ADTS (ISO/IEC 13818-7, section 6.2)
		f = Film{Type: "audio/aac", Voice: true}
	}
	return f, r.err
}

// HEIFType returns the media type of a picture in a file of HEIF, by its first bytes,
// or "".
func HEIFType(head []byte) string {
	switch {
	case !hasHEIFBrand(head):
		return ""
	case bytes.Contains(head[:min(len(head), 40)], []byte("avi")):
		return "image/avif"
	}
	return "image/heic"
}

// places reads a file here and there. After an error it reads nothing.
type places struct {
	ctx  context.Context
	file io.ReadSeeker
	size int64
	err  error
}

// read fills b with what is at a place, and returns how much there was.
func (p *places) read(at int64, b []byte) int {
	if p.err != nil || at < 0 || at >= p.size {
		return 0
	}
	if p.err = p.ctx.Err(); p.err != nil {
		return 0
	}
	if _, p.err = p.file.Seek(at, io.SeekStart); p.err != nil {
		return 0
	}
	n, err := io.ReadFull(p.file, b)
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		p.err = err
	}
	return n
}

// oggOpus takes the duration from the last page, whose samples are counted (RFC 7845,
// section 4).
func oggOpus(r *places, head []byte) Film {
	f := Film{Type: "audio/ogg", Voice: true}
	skip := int64(binary.LittleEndian.Uint16(head[38:]))
	end := make([]byte, 64<<10+512) // a page and more
	at := max(0, r.size-int64(len(end)))
	end = end[:r.read(at, end)]
	if page := bytes.LastIndex(end, []byte("OggS\x00")); page >= 0 && len(end) >= page+14 {
		f.Duration = seconds(float64(int64(binary.LittleEndian.Uint64(end[page+6:]))-skip), 48000)
	}
	return f
}

// mp4 finds the index of a film, at its beginning or end, and looks at its tracks
// (ISO/IEC 14496-12, section 8).
func mp4(r *places, head []byte) Film {
	f := Film{Type: "video/mp4"}
	if string(head[8:12]) == "qt  " {
		f.Type = "video/quicktime"
	}
	var h [16]byte
	for at, n := int64(0), 0; n < maxElements; n++ {
		got := r.read(at, h[:])
		if got < 8 {
			return f
		}
		size, body := int64(binary.BigEndian.Uint32(h[:])), int64(8)
		if size == 1 && got == 16 {
			size, body = int64(binary.BigEndian.Uint64(h[8:])), 16
		}
		if size < body || size > r.size-at {
			return f
		}
		if string(h[4:8]) == "moov" {
			if size <= maxIndex {
				index := make([]byte, size-body)
				f.readIndex(index[:r.read(at+body, index)])
			}
			return f
		}
		at += size
	}
	return f
}

// readIndex reads the box moov.
func (f *Film) readIndex(index []byte) {
	video, sound, voice := false, false, true
	var walk func(b []byte, depth int)
	walk = func(b []byte, depth int) {
		for len(b) >= 8 {
			size := int(binary.BigEndian.Uint32(b))
			if size < 8 || size > len(b) {
				return
			}
			body := b[8:size]
			switch kind := string(b[4:8]); {
			case kind == "mvhd":
				f.Duration = mvhdDuration(body)
			case (kind == "trak" || kind == "mdia" || kind == "minf" || kind == "stbl") && depth < 5:
				walk(body, depth+1)
			case kind == "hdlr" && len(body) >= 12:
				video = video || string(body[8:12]) == "vide"
				sound = sound || string(body[8:12]) == "soun"
			case kind == "stsd" && len(body) >= 16:
				codec := string(body[12:16])
				voice = voice && (codec == "mp4a" || codec == "Opus")
			}
			b = b[size:]
		}
	}
	walk(index, 0)
	if sound && !video {
		f.Type, f.Voice = "audio/mp4", voice
	}
}

// mvhdDuration returns what the box mvhd says, 0 if it does not know.
func mvhdDuration(body []byte) time.Duration {
	var scale, length uint64
	switch {
	case len(body) >= 32 && body[0] == 1:
		scale, length = uint64(binary.BigEndian.Uint32(body[20:])), binary.BigEndian.Uint64(body[24:])
	case len(body) >= 20 && body[0] == 0:
		scale, length = uint64(binary.BigEndian.Uint32(body[12:])), uint64(binary.BigEndian.Uint32(body[16:]))
		if length == math.MaxUint32 {
			length = 0
		}
	}
	return seconds(float64(length), float64(scale))
}

// seconds returns a duration of n units of which scale are a second, 0 if it is none.
func seconds(n, scale float64) time.Duration {
	if s := n / scale; scale > 0 && s > 0 && s < 1e8 {
		return time.Duration(s * float64(time.Second))
	}
	return 0
}

// The elements of WebM that are looked at (RFC 9559, section 5.1).
const (
	webmSegment   = 0x18538067
	webmInfo      = 0x1549a966
	webmScale     = 0x2ad7b1
	webmDuration  = 0x4489
	webmTracks    = 0x1654ae6b
	webmTrack     = 0xae
	webmTrackType = 0x83
	webmCodec     = 0x86
	webmCluster   = 0x1f43b675
)

// webm looks at what stands before the first cluster.
func webm(r *places) Film {
	b := make([]byte, 64<<10)
	b = b[:r.read(0, b)]
	f := Film{Type: "video/webm"}
	if !bytes.Contains(b[:min(len(b), 64)], []byte("webm")) {
		f.Type = "video/x-matroska"
	}
	video, sound, voice := false, false, true
	scale, length := 1e6, 0.0 // nanoseconds
	for n := 0; n < maxElements; n++ {
		id, size, rest := ebmlHead(b)
		if id == 0 || id == webmCluster {
			break
		}
		b = rest
		if id == webmSegment || id == webmInfo || id == webmTracks || id == webmTrack {
			continue // its elements follow
		}
		body := b[:min(size, uint64(len(b)))]
		switch id {
		case webmScale:
			scale = float64(bigEndian(body))
		case webmDuration:
			if len(body) == 4 {
				length = float64(math.Float32frombits(binary.BigEndian.Uint32(body)))
			} else if len(body) == 8 {
				length = math.Float64frombits(binary.BigEndian.Uint64(body))
			}
		case webmTrackType:
			video, sound = video || bigEndian(body) == 1, sound || bigEndian(body) == 2
		case webmCodec:
			voice = voice && (string(body) == "A_OPUS" || bytes.HasPrefix(body, []byte("A_AAC")))
		}
		b = b[len(body):]
	}
	f.Duration = seconds(length*scale, 1e9)
	if sound && !video {
		f.Type, f.Voice = "audio/webm", voice
	}
	return f
}

// ebmlHead reads the id and the size of an element (RFC 8794, section 4). An unknown size is
// the largest. The id is 0 if there is none.
func ebmlHead(b []byte) (id uint32, size uint64, rest []byte) {
	n := 0
	for n < 4 && len(b) > 0 && b[0]&(0x80>>n) == 0 {
		n++
	}
	if n == 4 || len(b) < n+2 {
		return 0, 0, nil
	}
	id, b = uint32(bigEndian(b[:n+1])), b[n+1:]
	n = 0
	for n < 8 && b[0]&(0x80>>n) == 0 {
		n++
	}
	if n == 8 || len(b) < n+1 {
		return 0, 0, nil
	}
	size = bigEndian(b[:n+1]) &^ (1 << (7 * (n + 1)))
	return id, size, b[n+1:]
}

func bigEndian(b []byte) (n uint64) {
	for _, c := range b[:min(len(b), 8)] {
		n = n<<8 | uint64(c)
	}
	return n
}
