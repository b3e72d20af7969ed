package media

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"testing"
)

func square(t *testing.T, file []byte, side int) (image.Image, error) {
	t.Helper()
	b, err := Square(t.Context(), bytes.NewReader(file), side)
	if err != nil {
		return nil, err
	}
	m, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	return m, nil
}

// corners is a picture whose four quarters differ.
func corners(side int) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, side, side))
	for y := range side {
		for x := range side {
			c := color.NRGBA{A: 255}
			if x >= side/2 {
				c.R = 255
			}
			if y >= side/2 {
				c.G = 255
			}
			m.SetNRGBA(x, y, c)
		}
	}
	return m
}

// TestASmallPictureIsUpright: each orientation of the same picture gives the
// corner that belongs at the top left.
func TestASmallPictureIsUpright(t *testing.T) {
	// What is at the top left of the turned picture: red if from the right half,
	// green if from the lower one.
	for up, want := range map[byte][2]bool{
		1: {false, false}, 2: {true, false}, 3: {true, true}, 4: {false, true},
		5: {false, false}, 6: {false, true}, 7: {true, true}, 8: {true, false},
	} {
		var b bytes.Buffer
		if err := jpeg.Encode(&b, corners(64), nil); err != nil {
			t.Fatal(err)
		}
		file := append(bytes.Clone(b.Bytes()[:2]), segment(0xe1, exifHead+string(tiff(up)))...)
		m, err := square(t, append(file, b.Bytes()[2:]...), 32)
		if err != nil {
			t.Fatal(err)
		}
		if r, g, _, _ := m.At(3, 3).RGBA(); (r > 0x8000) != want[0] || (g > 0x8000) != want[1] {
			t.Errorf("orientation %d: red %x, green %x at the top left", up, r, g)
		}
		// Where rows and columns are exchanged the other diagonal tells.
		if r, g, _, _ := m.At(28, 3).RGBA(); (r > 0x8000) != (want[0] != (up < 5)) || (g > 0x8000) != (want[1] != (up >= 5)) {
			t.Errorf("orientation %d: red %x, green %x at the top right", up, r, g)
		}
	}
}

// jpegHead returns a JPEG's beginning with one component, of marker kind (0xc0, or
// 0xc2 if progressive), with tables that its scans may use.
func jpegHead(kind byte, width, height int) []byte {
	b := []byte{0xff, 0xd8}
	b = append(b, segment(0xdb, "\x00"+string(bytes.Repeat([]byte{1}, 64)))...)
	size := binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16([]byte{8}, uint16(height)), uint16(width))
	b = append(b, segment(kind, string(size)+"\x01\x01\x11\x00")...)
	for _, table := range []byte{0x00, 0x10} { // one code, of one bit, for 0
		b = append(b, segment(0xc4, string(table)+"\x01"+string(make([]byte, 15))+"\x00")...)
	}
	return append(b, segment(0xda, "\x01\x01\x00\x00\x00\x00")...)
}

// TestAPictureOfManyScansIsRefused: each takes a walk over all pixels, however few
// bytes it has.
func TestAPictureOfManyScansIsRefused(t *testing.T) {
	bomb := jpegHead(0xc2, 5600, 5600)
	for range 2000 {
		bomb = append(bomb, segment(0xda, "\x01\x01\x00\x00\x00\x00")...)
		bomb = append(bomb, make([]byte, 64)...)
	}
	bomb = append(bomb, 0xff, 0xd9)
	if _, err := square(t, bomb, 256); !errors.Is(err, ErrTooLarge) {
		t.Errorf("%d bytes: error %v", len(bomb), err)
	}
}

// TestPixels: how large a picture may be depends on what decoding it takes.
func TestPixels(t *testing.T) {
	for name, test := range map[string]struct {
		file []byte
		want error
	}{
		"a telephone's largest": {jpegHead(0xc0, 12000, 9000), ErrDamaged}, // there are no pixels behind it
		"larger":                {jpegHead(0xc0, 12000, 9200), ErrTooLarge},
		"progressive":           {jpegHead(0xc2, 8064, 6048), ErrTooLarge},
		"a text":                {[]byte("hello"), ErrNoPicture},
		"nothing":               {nil, ErrNoPicture},
	} {
		if _, err := square(t, test.file, 256); !errors.Is(err, test.want) {
			t.Errorf("%s: error %v, want %v", name, err, test.want)
		}
	}
}

// TestTypeOfLargePhotos: what telephones take is a picture.
func TestTypeOfLargePhotos(t *testing.T) {
	for name, test := range map[string]struct {
		file []byte
		want error
	}{
		"48 million pixels": {jpegHead(0xc0, 8064, 6048), nil},
		"a panorama":        {jpegHead(0xc0, 16000, 2500), nil},
		"progressive":       {jpegHead(0xc2, 8000, 8000), nil},
		"a row more":        {jpegHead(0xc0, 8000, 8001), ErrTooLarge},
	} {
		if p, err := Look(t.Context(), bytes.NewReader(test.file)); p.Type != "image/jpeg" || !errors.Is(err, test.want) {
			t.Errorf("%s: %s, %v, want %v", name, p.Type, err, test.want)
		}
	}
}

// TestOfAnAnimationTheFirstPictureIsTaken, with and without transparency.
func TestOfAnAnimationTheFirstPictureIsTaken(t *testing.T) {
	still, err := base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	if err != nil {
		t.Fatal(err)
	}
	frame := riffChunk("ANMF", "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x64\x00\x00\x00"+string(still[12:]))
	body := append([]byte("WEBP"), riffChunk("VP8X", "\x02\x00\x00\x00\x00\x00\x00\x00\x00\x00")...)
	body = append(body, riffChunk("ANIM", "\x00\x00\x00\x00\x00\x00")...)
	body = append(append(body, frame...), frame...)
	file := append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
	m, err := square(t, file, 256)
	if err != nil || m.Bounds() != image.Rect(0, 0, 1, 1) {
		t.Fatalf("%v, %v", m, err)
	}
	for n := range file { // cut off anywhere it is no worse than damaged
		if _, err := square(t, file[:n], 256); err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNoPicture) {
			t.Fatalf("cut off after %d bytes: %v", n, err)
		}
	}
}

// TestADecodeEndsWithItsContext, which is how a server that stops ends one.
func TestADecodeEndsWithItsContext(t *testing.T) {
	file := jpegOf(t, 1)
	ctx, cancel := context.WithCancel(t.Context())
	reads := 0
	r := seekCounter{bytes.NewReader(file), func() {
		if reads++; reads == 3 {
			cancel()
		}
	}}
	if _, err := Square(ctx, r, 256); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

type seekCounter struct {
	io.ReadSeeker
	read func()
}

func (s seekCounter) Read(p []byte) (int, error) {
	s.read()
	return s.ReadSeeker.Read(p[:min(len(p), 256)])
}
