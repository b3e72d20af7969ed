package media

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/color/palette"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/image/webp"
)

// secret stands for what a camera tells; none of it may be left.
const secret = "48.2082N 16.3738E"

// exifOf is TIFF metadata of a camera: which way is up, and where it was.
func exifOf(up byte, little bool) []byte {
	var order binary.AppendByteOrder = binary.BigEndian
	b := []byte("MM\x00*")
	if little {
		order, b = binary.LittleEndian, []byte("II*\x00")
	}
	b = order.AppendUint32(b, 8)
	b = order.AppendUint16(b, 2)
	field := func(tag, kind uint16, n uint32) {
		b = order.AppendUint32(order.AppendUint16(order.AppendUint16(b, tag), kind), n)
	}
	field(0x010f, 2, uint32(len(secret)))
	b = order.AppendUint32(b, 38)
	field(0x0112, 3, 1)
	b = order.AppendUint16(order.AppendUint16(b, uint16(up)), 0)
	b = order.AppendUint32(b, 0)
	return append(b, secret...)
}

func picture() image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, 64, 48))
	for i := range m.Pix {
		m.Pix[i] = byte(i * i / 7)
	}
	return m
}

func segment(marker byte, body string) []byte {
	return append(binary.BigEndian.AppendUint16([]byte{0xff, marker}, uint16(2+len(body))), body...)
}

// jpegOf is a picture with all that telephones add, beside what must stay.
func jpegOf(t testing.TB, up byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture(), &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	plain := b.Bytes()
	out := bytes.Clone(plain[:2])
	out = append(out, segment(0xe0, "JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x00\x00")...)
	out = append(out, segment(0xe1, "Exif\x00\x00"+string(exifOf(up, true)))...)
	out = append(out, segment(0xe1, "http://ns.adobe.com/xap/1.0/\x00"+secret)...)
	out = append(out, segment(0xe2, "ICC_PROFILE\x00\x01\x01colours")...)
	out = append(out, segment(0xe2, "MPF\x00"+secret)...)
	out = append(out, 0xff) // padding
	out = append(out, segment(0xed, "Photoshop 3.0\x00"+secret)...)
	out = append(out, segment(0xfe, secret)...)
	out = append(out, plain[2:]...)
	return append(out, "a second picture: "+secret...)
}

func chunk(kind, body string) []byte {
	b := append(binary.BigEndian.AppendUint32(nil, uint32(len(body))), kind+body...)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[4:]))
}

func pngOf(t testing.TB, up byte) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, picture()); err != nil {
		t.Fatal(err)
	}
	const header = 8 + 25
	out := bytes.Clone(b.Bytes()[:header])
	for _, c := range [][]byte{
		chunk("gAMA", "\x00\x00\xb1\x8f"), chunk("eXIf", string(exifOf(up, false))), chunk("tEXt", "Comment\x00"+secret),
		chunk("iTXt", "XML:com.adobe.xmp\x00\x00\x00\x00\x00"+secret), chunk("tIME", "\x07\xe6\x01\x01\x01\x01\x01"), chunk("prVt", secret),
	} {
		out = append(out, c...)
	}
	return append(append(out, b.Bytes()[header:]...), secret...)
}

func riffChunk(kind, body string) []byte {
	b := append(binary.LittleEndian.AppendUint32([]byte(kind), uint32(len(body))), body...)
	return append(b, make([]byte, len(body)%2)...)
}

func webpOf(t testing.TB, up byte) []byte {
	t.Helper()
	pixel, err := base64.StdEncoding.DecodeString("UklGRhoAAABXRUJQVlA4TA0AAAAvAAAAEAcQERGIiP4HAA==")
	if err != nil {
		t.Fatal(err)
	}
	body := []byte("WEBP")
	for _, c := range [][]byte{
		riffChunk("VP8X", "\x0c\x00\x00\x00\x00\x00\x00\x00\x00\x00"), riffChunk("ICCP", "colours"), pixel[12:],
		riffChunk("EXIF", string(exifOf(up, true))), riffChunk("XMP ", secret), riffChunk("priv", secret+strings.Repeat("x", 9000)),
	} {
		body = append(body, c...)
	}
	return append(append(binary.LittleEndian.AppendUint32([]byte("RIFF"), uint32(len(body))), body...), secret...)
}

// gifData are pieces of at most 255 bytes and the empty one.
func gifData(body string) (b []byte) {
	for part := range slices.Chunk([]byte(body), 255) {
		b = append(append(b, byte(len(part))), part...)
	}
	return append(b, 0)
}

// gifOf is an animation of two pictures, the second with colours of its own. GIF
// does not tell which way is up.
func gifOf(t testing.TB, _ byte) []byte {
	t.Helper()
	frame := func(colours color.Palette) *image.Paletted {
		m := image.NewPaletted(image.Rect(0, 0, 64, 48), colours)
		for i := range m.Pix {
			m.Pix[i] = byte(i * i / 7 % len(colours))
		}
		return m
	}
	var b bytes.Buffer
	err := gif.EncodeAll(&b, &gif.GIF{
		Image: []*image.Paletted{frame(palette.Plan9), frame(palette.WebSafe[:16])}, Delay: []int{10, 20}, LoopCount: 3,
		Config: image.Config{ColorModel: color.Palette(palette.Plan9), Width: 64, Height: 48},
	})
	if err != nil {
		t.Fatal(err)
	}
	const screen = 13 + 3*256
	extension := func(label byte, parts ...[]byte) []byte {
		return append([]byte{0x21, label}, slices.Concat(parts...)...)
	}
	magic := []byte{1} // XMP is not in pieces: whoever counts them stumbles to the end
	for i := 255; i >= 0; i-- {
		magic = append(magic, byte(i))
	}
	return slices.Concat(b.Bytes()[:screen],
		extension(0xfe, gifData(secret+strings.Repeat("a long comment", 100))),
		extension(0xff, []byte("\x0bXMP DataXMP<x:xmpmeta>"+secret+"</x:xmpmeta>"), magic, []byte{0}),
		extension(0xff, []byte("\x0bICCRGBG1012"), gifData("colours")),
		extension(0xff, []byte("\x0bPRIVATE 1.0"), gifData(secret)),
		b.Bytes()[screen:], []byte(secret))
}

var pictures = map[string]struct {
	make   func(testing.TB, byte) []byte
	decode func(io.Reader) (image.Image, error)
	keeps  []string
}{
	"jpeg": {jpegOf, jpeg.Decode, []string{"ICC_PROFILE\x00\x01\x01colours", "JFIF"}},
	"png":  {pngOf, png.Decode, []string{"gAMA", "IEND"}},
	"gif":  {gifOf, gif.Decode, []string{"NETSCAPE2.0", "ICCRGBG1012\x07colours", "\x00;"}},
	"webp": {webpOf, webp.Decode, []string{"ICCP\x07\x00\x00\x00colours"}},
}

func strip(t testing.TB, b []byte) []byte {
	t.Helper()
	out, err := io.ReadAll(WithoutMetadata(bytes.NewReader(b)))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func samePixels(a, b image.Image) bool {
	if a.Bounds() != b.Bounds() {
		return false
	}
	for y := a.Bounds().Min.Y; y < a.Bounds().Max.Y; y++ {
		for x := a.Bounds().Min.X; x < a.Bounds().Max.X; x++ {
			if color.RGBA64Model.Convert(a.At(x, y)) != color.RGBA64Model.Convert(b.At(x, y)) {
				return false
			}
		}
	}
	return true
}

// TestMetadataIsRemoved takes what cameras add from pictures, and nothing of what
// they look like.
func TestMetadataIsRemoved(t *testing.T) {
	for name, p := range pictures {
		t.Run(name, func(t *testing.T) {
			for _, up := range []byte{1, 6} {
				before := p.make(t, up)
				after := strip(t, before)
				if !bytes.Contains(before, []byte(secret)) || bytes.Contains(after, []byte(secret)) {
					t.Error("the place is still in it")
				}
				for _, kept := range p.keeps {
					if !bytes.Contains(after, []byte(kept)) {
						t.Errorf("%q is lost", kept)
					}
				}
				if turned := bytes.Contains(after, tiff(up)); turned != (up != 1) && name != "webp" && name != "gif" || !turned && up != 1 && name != "gif" {
					t.Errorf("which way is up: %v, for %d", turned, up)
				}
				a, errA := p.decode(bytes.NewReader(before))
				b, errB := p.decode(bytes.NewReader(after))
				if errA != nil || errB != nil {
					t.Fatalf("before: %v; after: %v", errA, errB)
				}
				if !samePixels(a, b) {
					t.Error("it looks otherwise")
				}
				if again := strip(t, after); !bytes.Equal(again, after) {
					t.Error("a second time changes more")
				}
				slowly, err := io.ReadAll(iotest.OneByteReader(WithoutMetadata(iotest.OneByteReader(bytes.NewReader(before)))))
				if err != nil || !bytes.Equal(slowly, after) {
					t.Errorf("byte by byte it is %d bytes, not %d, %v", len(slowly), len(after), err)
				}
			}
		})
	}
}

// TestAnAnimationRunsOn holds that a GIF keeps all its pictures, their times and how
// often they run.
func TestAnAnimationRunsOn(t *testing.T) {
	before := gifOf(t, 1)
	a, errA := gif.DecodeAll(bytes.NewReader(before))
	b, errB := gif.DecodeAll(bytes.NewReader(strip(t, before)))
	if errA != nil || errB != nil {
		t.Fatalf("before: %v; after: %v", errA, errB)
	}
	if len(a.Image) != 2 || !reflect.DeepEqual(a, b) {
		t.Error("it runs otherwise")
	}
}

// TestDamagedPicturesAreLeft cuts pictures everywhere: what is there stays a
// beginning of the whole, and other files stay as they are.
func TestDamagedPicturesAreLeft(t *testing.T) {
	for name, p := range pictures {
		whole := p.make(t, 6)
		for n := range whole {
			if got := strip(t, whole[:n]); len(got) > n+64 {
				t.Fatalf("%s: %d bytes became %d", name, n, len(got))
			}
		}
	}
	var anim bytes.Buffer
	if err := gif.Encode(&anim, picture(), nil); err != nil {
		t.Fatal(err)
	}
	for _, other := range []string{"", "x", "hello", "\xff\xd8 no picture", "RIFF\x04\x00\x00\x00WAVE" + secret, anim.String()} {
		if got := strip(t, []byte(other)); string(got) != other {
			t.Errorf("%.20q became %.20q", other, got)
		}
	}
}

func TestErrorsOfUploadsAreNotSwallowed(t *testing.T) {
	for name, p := range pictures {
		whole := p.make(t, 6)
		for n := range len(whole) {
			broken := io.MultiReader(bytes.NewReader(whole[:n]), iotest.ErrReader(io.ErrClosedPipe))
			if _, err := io.ReadAll(WithoutMetadata(broken)); err != io.ErrClosedPipe {
				t.Fatalf("%s, broken off after %d bytes: %v", name, n, err)
			}
		}
	}
}

// FuzzWithoutMetadata: no picture is too strange, and none grows by more than
// which way is up.
func FuzzWithoutMetadata(f *testing.F) {
	for _, p := range pictures {
		f.Add(p.make(f, 1))
		f.Add(p.make(f, 6))
	}
	heic, _ := heicOf("heic\x00\x00\x00\x00mif1heic")
	f.Add([]byte(heic))
	f.Fuzz(func(t *testing.T, b []byte) {
		// The smallest metadata that say so are a little smaller than ours.
		if n := len(strip(t, b)); n > len(b)+len(b)/4 {
			t.Fatalf("%d bytes became %d", len(b), n)
		}
	})
}
