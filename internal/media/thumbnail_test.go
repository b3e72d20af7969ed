package media

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"runtime"
	"strings"
	"testing"
)

// halves is a picture whose left half is red and whose right half is blue.
func halves(m interface {
	image.Image
	Set(x, y int, c color.Color)
}) image.Image {
	b := m.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.NRGBA{R: 255, A: 255}
			if x >= b.Dx()/2 {
				c = color.NRGBA{B: 255, A: 255}
			}
			m.Set(x, y, c)
		}
	}
	return m
}

func encodeJPEG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func encodePNG(t testing.TB, m image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// turnedJPEG is a JPEG of 80 × 40 pixels with an orientation.
func turnedJPEG(t testing.TB, up byte) []byte {
	file := encodeJPEG(t, halves(image.NewRGBA(image.Rect(0, 0, 80, 40))))
	return bytes.Join([][]byte{file[:2], segment(0xe1, exifHead+string(exifOf(up, true))), file[2:]}, nil)
}

// turnedPNG is a PNG of 80 × 40 pixels with an orientation.
func turnedPNG(t testing.TB, up byte) []byte {
	file := encodePNG(t, halves(image.NewNRGBA(image.Rect(0, 0, 80, 40))))
	return bytes.Join([][]byte{file[:33], chunk("eXIf", string(exifOf(up, false))), file[33:]}, nil)
}

// offsetGIF is an animation whose first picture is only the lower right corner of it.
func offsetGIF(t testing.TB) []byte {
	t.Helper()
	colours := color.Palette{color.Transparent, color.NRGBA{R: 255, A: 255}, color.NRGBA{B: 255, A: 255}}
	var frames []*image.Paletted
	for i, at := range []image.Rectangle{image.Rect(60, 30, 80, 40), image.Rect(0, 0, 80, 40)} {
		m := image.NewPaletted(at, colours)
		for p := range m.Pix {
			m.Pix[p] = byte(i + 1)
		}
		frames = append(frames, m)
	}
	var b bytes.Buffer
	err := gif.EncodeAll(&b, &gif.GIF{Image: frames, Delay: []int{1, 1}, Config: image.Config{ColorModel: colours, Width: 80, Height: 40}})
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// pixel is a WebP of one pixel, without loss, behind its head of 12 bytes.
func pixel(t testing.TB) []byte {
	t.Helper()
	file, err := base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	if err != nil {
		t.Fatal(err)
	}
	return file[12:]
}

func webpFile(chunks ...[]byte) []byte {
	body := append([]byte("WEBP"), bytes.Join(chunks, nil)...)
	return append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...)
}

// vp8x says how large a WebP is.
func vp8x(flags byte, width, height int) []byte {
	b := binary.LittleEndian.AppendUint32([]byte{flags, 0, 0, 0}, uint32(width-1))
	b = binary.LittleEndian.AppendUint32(b[:7], uint32(height-1))
	return riffChunk("VP8X", string(b[:10]))
}

// frameAt is a picture of an animation at a place.
func frameAt(x, y int, data []byte) []byte {
	head := make([]byte, 16)
	head[0], head[3] = byte(x/2), byte(y/2)
	return riffChunk("ANMF", string(head)+string(data))
}

// enormous makes a WebP's pixels say that they are 16383 × 16383.
func enormous(data []byte) []byte {
	b := bytes.Clone(data)
	binary.LittleEndian.PutUint32(b[9:], 0x3ffe|0x3ffe<<14)
	return b
}

func rgbProfile() string {
	b := make([]byte, 200)
	copy(b[16:], "RGB ")
	copy(b[36:], "acsp")
	return string(b)
}

// oddPictures are what a picture may be like, and what becomes of it: its size as it is shown,
// the format of its thumbnail, and what is at its left and right end.
func oddPictures(t testing.TB) map[string]struct {
	file          []byte
	width, height int
	format        string
	left, right   string
} {
	const red, blue, none, any = "red", "blue", "none", ""
	type odd = struct {
		file          []byte
		width, height int
		format        string
		left, right   string
	}
	frame := image.Rect(0, 0, 80, 40)
	all := map[string]odd{
		"jpeg":             {encodeJPEG(t, halves(image.NewRGBA(frame))), 80, 40, "jpeg", red, blue},
		"jpeg, grey":       {encodeJPEG(t, image.NewGray(frame)), 80, 40, "jpeg", any, any},
		"png":              {encodePNG(t, halves(image.NewNRGBA(frame))), 80, 40, "jpeg", red, blue},
		"png, 16 bits":     {encodePNG(t, halves(image.NewNRGBA64(frame))), 80, 40, "jpeg", red, blue},
		"png, transparent": {encodePNG(t, image.NewNRGBA(frame)), 80, 40, "png", none, none},
		"png, grey":        {encodePNG(t, image.NewGray16(frame)), 80, 40, "jpeg", any, any},
		"png, colour table": {encodePNG(t, halves(image.NewPaletted(frame, color.Palette{
			color.NRGBA{R: 255, A: 255}, color.NRGBA{B: 255, A: 255}}))), 80, 40, "jpeg", red, blue},
		"png, a line":            {encodePNG(t, halves(image.NewNRGBA(image.Rect(0, 0, 2000, 1)))), 2000, 1, "jpeg", red, blue},
		"png, a pixel":           {encodePNG(t, image.NewGray(image.Rect(0, 0, 1, 1))), 1, 1, "jpeg", any, any},
		"gif, animated, offset":  {offsetGIF(t), 80, 40, "png", none, red},
		"webp":                   {webpFile(pixel(t)), 1, 1, "png", any, any},
		"webp, animated, offset": {webpFile(vp8x(2, 80, 40), frameAt(78, 38, pixel(t)), frameAt(0, 0, pixel(t))), 80, 40, "png", none, any},
	}
	for up, want := range map[byte]odd{
		1: {nil, 80, 40, "jpeg", red, blue}, 2: {nil, 80, 40, "jpeg", blue, red}, 3: {nil, 80, 40, "jpeg", blue, red}, 4: {nil, 80, 40, "jpeg", red, blue},
		5: {nil, 40, 80, "jpeg", any, any}, 6: {nil, 40, 80, "jpeg", any, any}, 7: {nil, 40, 80, "jpeg", any, any}, 8: {nil, 40, 80, "jpeg", any, any},
	} {
		want.file = turnedJPEG(t, up)
		all[fmt.Sprintf("jpeg, orientation %d", up)] = want
		want.file = turnedPNG(t, up)
		all[fmt.Sprintf("png, orientation %d", up)] = want
	}
	return all
}

func colourName(c color.Color) string {
	r, _, b, a := c.RGBA()
	switch {
	case a < 0x4000:
		return "none"
	case r > 0xb000 && b < 0x5000:
		return "red"
	case b > 0xb000 && r < 0x5000:
		return "blue"
	}
	return "another"
}

func TestThumbnailsOfOddPictures(t *testing.T) {
	for name, test := range oddPictures(t) {
		t.Run(name, func(t *testing.T) {
			looked, err := Look(t.Context(), bytes.NewReader(test.file))
			if err != nil || looked.Width != test.width || looked.Height != test.height {
				t.Fatalf("looked at, it is %+v, %v; want %d × %d", looked, err, test.width, test.height)
			}
			if !strings.HasPrefix(looked.Type, "image/"+strings.SplitN(name, ",", 2)[0]) {
				t.Errorf("it is %s", looked.Type)
			}
			made, err := MakeThumbnails(t.Context(), bytes.NewReader(test.file), 64, 16)
			if err != nil || made.Width != test.width || made.Height != test.height {
				t.Fatalf("%d × %d, %v", made.Width, made.Height, err)
			}
			if n := len(made.Hash); n < 5 || n > 25 {
				t.Errorf("its hash has %d bytes", n)
			}
			for i, side := range []int{64, 16} {
				m, format, err := image.Decode(bytes.NewReader(made.Files[i]))
				if err != nil || format != test.format {
					t.Fatalf("size %d: %s, %v", side, format, err)
				}
				width, height := fit(test.width, test.height, side)
				if m.Bounds().Dx() != width || m.Bounds().Dy() != height {
					t.Errorf("size %d: %v, want %d × %d", side, m.Bounds(), width, height)
				}
				left, right := colourName(m.At(0, height-1)), colourName(m.At(width-1, height-1))
				if test.left != "" && left != test.left || test.right != "" && right != test.right {
					t.Errorf("size %d: at the left %s, want %s; at the right %s, want %s", side, left, test.left, right, test.right)
				}
			}
		})
	}
}

// TestThumbnailsAreTurned: where rows and columns are exchanged, the halves are above
// each other.
func TestThumbnailsAreTurned(t *testing.T) {
	for up, want := range map[byte]string{5: "red blue", 6: "red blue", 7: "blue red", 8: "blue red"} {
		made, err := MakeThumbnails(t.Context(), bytes.NewReader(turnedJPEG(t, up)), 40)
		if err != nil {
			t.Fatal(err)
		}
		m, _, err := image.Decode(bytes.NewReader(made.Files[0]))
		if err != nil {
			t.Fatal(err)
		}
		if got := colourName(m.At(10, 2)) + " " + colourName(m.At(10, 37)); got != want {
			t.Errorf("orientation %d: from above %s, want %s", up, got, want)
		}
	}
}

// TestFinePatternsAreAveraged: a chess board of single pixels becomes grey, at any size.
func TestFinePatternsAreAveraged(t *testing.T) {
	board := image.NewGray(image.Rect(0, 0, 200, 120))
	for i := range board.Pix {
		board.Pix[i] = byte((i + i/200) % 2 * 255)
	}
	for _, width := range []int{100, 50, 20, 1} {
		m := scale(board, board.Rect, width, width*120/200+1)
		for i, v := range m.Pix {
			if want := byte(128); i%4 == 3 && v != 255 || i%4 != 3 && (v < want-14 || v > want+14) {
				t.Fatalf("width %d: value %d is %d", width, i, v)
			}
		}
	}
	same := scale(board, board.Rect, 200, 120)
	for i, v := range board.Pix {
		if same.Pix[4*i] != v {
			t.Fatal("at its own size it is another picture")
		}
	}
}

// TestThumbnailsKeepTheirColours: the profile goes along, and nothing else does.
func TestThumbnailsKeepTheirColours(t *testing.T) {
	opaque, clear := halves(image.NewNRGBA(image.Rect(0, 0, 80, 40))), image.NewNRGBA(image.Rect(0, 0, 80, 40))
	for name, m := range map[string]image.Image{"jpeg": opaque, "png": clear} {
		var file []byte
		if name == "jpeg" {
			file = encodeJPEG(t, m)
		} else {
			file = encodePNG(t, m)
		}
		file = withProfile(file, []byte(rgbProfile()))
		made, err := MakeThumbnails(t.Context(), bytes.NewReader(file), 20)
		if err != nil {
			t.Fatal(err)
		}
		f, err := factsOf(t.Context(), bytes.NewReader(made.Files[0]), name)
		if err != nil || string(f.profile) != rgbProfile() {
			t.Errorf("%s: the profile is %d bytes, %v", name, len(f.profile), err)
		}
		if _, _, err := image.Decode(bytes.NewReader(made.Files[0])); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	made, err := MakeThumbnails(t.Context(), bytes.NewReader(jpegOf(t, 6)), 20)
	if err != nil || bytes.Contains(made.Files[0], []byte(secret)) || bytes.Contains(made.Files[0], []byte("Exif")) {
		t.Errorf("there is more than pixels: %v", err)
	}
}

// TestBombsAreRefused: a few bytes that say they are many pixels get no memory.
func TestBombsAreRefused(t *testing.T) {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, 65000), 65000)
	screen := append([]byte("GIF89a\xff\xff\xff\xff\x80\x00\x00"), make([]byte, 6)...)
	for name, file := range map[string][]byte{
		"png":            append([]byte(pngMagic), chunk("IHDR", string(head)+"\x08\x06\x00\x00\x00")...),
		"gif":            append(screen, "\x2c\x00\x00\x00\x00\xff\xff\xff\xff\x00\x08\x01\x00\x00;"...),
		"jpeg":           jpegHead(0xc0, 65000, 65000),
		"webp":           webpFile(enormous(pixel(t))),
		"webp, small":    webpFile(vp8x(0, 16, 16), enormous(pixel(t))),
		"webp, animated": webpFile(vp8x(2, 16, 16), frameAt(0, 0, enormous(pixel(t)))),
		"webp, canvas":   webpFile(vp8x(0x12, 16384, 16384), frameAt(0, 0, pixel(t))),
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := MakeThumbnails(t.Context(), bytes.NewReader(file), 64)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, ErrTooLarge) {
			t.Errorf("%s: %v", name, err)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 32<<20 {
			t.Errorf("%s: it took %d MiB", name, n>>20)
		}
	}
}

// FuzzMakeThumbnails: whatever a file is, it becomes a picture within bounds, or an error.
func FuzzMakeThumbnails(f *testing.F) {
	for _, odd := range oddPictures(f) {
		f.Add(odd.file)
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		looked, err := Look(t.Context(), bytes.NewReader(file))
		if err != nil || looked.Width*looked.Height > 1<<20 {
			return
		}
		made, err := MakeThumbnails(t.Context(), bytes.NewReader(file), 64, 16)
		if err != nil {
			return
		}
		if made.Width != looked.Width || made.Height != looked.Height {
			t.Errorf("%d × %d decoded, %d × %d looked at", made.Width, made.Height, looked.Width, looked.Height)
		}
		for _, b := range made.Files {
			if c, _, err := image.DecodeConfig(bytes.NewReader(b)); err != nil || c.Width > 64 || c.Height > 64 {
				t.Errorf("the small picture: %v, %v", c, err)
			}
		}
	})
}
