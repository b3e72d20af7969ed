package media

import (
	"bytes"
	"fmt"
	"image/jpeg"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// pieces gives at most size bytes a read, which is how they come over a network.
type pieces struct {
	from io.Reader
	size func() int
}

func (p pieces) Read(b []byte) (int, error) { return p.from.Read(b[:min(len(b), p.size())]) }

// photos are pictures with all kinds of elements, of sizes around those of the
// buffer and of what a network brings at once.
func photos(t testing.TB) map[string][]byte {
	all := map[string][]byte{}
	for name, p := range pictures {
		for _, up := range []byte{1, 6} {
			all[fmt.Sprint(name, " ", up)] = p.make(t, up)
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, picture(), nil); err != nil {
		t.Fatal(err)
	}
	plain := b.Bytes()
	photo := func(segments ...[]byte) []byte {
		return append(append(bytes.Clone(plain[:2]), slices.Concat(segments...)...), plain[2:]...)
	}
	exif := segment(0xe1, exifHead+string(exifOf(6, true))+strings.Repeat(secret, 3000))
	icc := segment(0xe2, "ICC_PROFILE\x00\x01\x01"+strings.Repeat("colours", 9000))
	jfif := segment(0xe0, "JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x02\x01"+"abcdef"+secret)
	all["jpeg with long segments"] = photo(exif, icc, exif, icc, segment(0xfe, secret))
	all["jpeg with thumbnails"] = photo(jfif, segment(0xe0, "JFXX\x00\x13\x02\x01"+secret), segment(0xe0, "II\x1a\x00\x00\x00HEAPCCDR"+secret))
	all["jpeg with tiny segments"] = photo(bytes.Repeat(segment(0xee, ""), 5000), bytes.Repeat([]byte{0xff}, 3000), exif)
	scan := plain[bytes.Index(plain, []byte{0xff, 0xda}) : len(plain)-2]
	all["jpeg of many scans"] = slices.Concat(plain[:len(plain)-2], bytes.Repeat(slices.Concat(exif, scan), 4), plain[len(plain)-2:], []byte(secret))
	all["png with a long eXIf"] = slices.Concat([]byte(pngMagic), chunk("eXIf", string(exifOf(3, false))+strings.Repeat(secret, 9000)), chunk("IDAT", strings.Repeat("pixels", 30000)), chunk("IEND", ""))
	heic, _ := heicOf("heic\x00\x00\x00\x00mif1heic")
	all["heic"] = []byte(heic)
	return all
}

// TestPiecesMakeNoDifference holds that what is left of a picture does not hang on
// how its bytes come.
func TestPiecesMakeNoDifference(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	for name, whole := range photos(t) {
		t.Run(name, func(t *testing.T) {
			want := strip(t, whole)
			if bytes.Contains(want, []byte(secret)) {
				t.Fatal("the place is still in it")
			}
			check := func(how string, r io.Reader) {
				t.Helper()
				got, err := io.ReadAll(WithoutMetadata(r))
				if err != nil || !bytes.Equal(got, want) {
					t.Fatalf("%s: %d bytes, not %d, or others (%v)", how, len(got), len(want), err)
				}
			}
			step := 1 + len(whole)/8000 // long ones take more time
			for n := 1; n <= 3000; n += step {
				check(fmt.Sprint("in pieces of ", n), pieces{bytes.NewReader(whole), func() int { return n }})
			}
			for range 30 {
				check("in random pieces", pieces{bytes.NewReader(whole), func() int { return 1 + chance.IntN(3000) }})
			}
			check("by halves", iotest.HalfReader(bytes.NewReader(whole)))
			check("with the end beside the last bytes", iotest.DataErrReader(bytes.NewReader(whole)))
			for _, n := range []int{12, 100, 1448, 4096, 8192} { // then the rest at once
				check(fmt.Sprint("with a pause after ", n), io.MultiReader(bytes.NewReader(whole[:min(n, len(whole))]), bytes.NewReader(whole[min(n, len(whole)):])))
			}
		})
	}
}

// TestOnlyJFIFStaysInAPP0: neither its thumbnail nor other small pictures.
func TestOnlyJFIFStaysInAPP0(t *testing.T) {
	got := strip(t, photos(t)["jpeg with thumbnails"])
	for _, gone := range []string{"JFXX", "HEAPCCDR", "abcdef"} {
		if bytes.Contains(got, []byte(gone)) {
			t.Errorf("%q is still in it", gone)
		}
	}
	if want := segment(0xe0, "JFIF\x00\x01\x02\x00\x00\x01\x00\x01\x00\x00"); !bytes.HasPrefix(got[2:], want) {
		t.Errorf("it begins with % x, want % x", got[2:22], want)
	}
	if _, err := jpeg.Decode(bytes.NewReader(got)); err != nil {
		t.Error(err)
	}
}
