package media

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
)

func box(kind, body string) string {
	return string(binary.BigEndian.AppendUint32(nil, uint32(8+len(body)))) + kind + body
}

func big16(v int) string { return string(binary.BigEndian.AppendUint16(nil, uint16(v))) }
func big32(v int) string { return string(binary.BigEndian.AppendUint32(nil, uint32(v))) }

// heicOf is a photo of a telephone: one item with pixels, one with what the camera
// tells, in two pieces around the pixels, and one within the index.
func heicOf(brands string) (file string, pixels string) {
	pixels = strings.Repeat("pixels", 2000)
	exif := "\x00\x00\x00\x06Exif\x00\x00" + string(exifOf(6, true)) + strings.Repeat(secret, 600)
	xmp := "<x:xmpmeta xmlns:x='adobe:ns:meta/'>" + secret + "</x:xmpmeta>"
	head := box("ftyp", brands)
	index := func(at int) string {
		entry := func(id int, kind, more string) string {
			return box("infe", "\x02\x00\x00\x00"+big16(id)+"\x00\x00"+kind+more+"\x00")
		}
		place := func(id, method int, extents ...int) string {
			s := big16(id) + big16(method) + big16(0) + big32(at*(1-method)) + big16(len(extents)/2)
			for _, v := range extents {
				s += big32(v)
			}
			return s
		}
		return box("meta", "\x00\x00\x00\x00"+
			box("hdlr", strings.Repeat("\x00", 8)+"pict"+strings.Repeat("\x00", 13))+
			box("iinf", "\x00\x00\x00\x00"+big16(3)+entry(1, "hvc1", "")+entry(2, "Exif", "")+entry(3, "mime", "\x00application/rdf+xml\x00"))+
			box("iloc", "\x01\x00\x00\x00\x44\x40"+big16(3)+
				place(1, 0, 5000, len(pixels))+
				place(2, 0, 0, 5000, 5000+len(pixels), len(exif)-5000)+
				place(3, 1, 0, len(xmp)))+
			box("idat", xmp))
	}
	at := len(head) + len(index(0)) + 8
	return head + index(at) + box("mdat", exif[:5000]+pixels+exif[5000:]) +
		box("uuid", strings.Repeat(secret, 400)) + box("mpvd", "a film: "+secret), pixels
}

// TestHEIC: what the camera tells is gone; the pixels stay, and stay where they
// were, since the index names their place.
func TestHEIC(t *testing.T) {
	for _, brands := range []string{"heic\x00\x00\x00\x00mif1heic", "mif1\x00\x00\x00\x00mif1heix", "xxxx\x00\x00\x00\x00mif1", "avif\x00\x00\x00\x00avifmif1miaf"} {
		file, pixels := heicOf(brands)
		got := string(strip(t, []byte(file)))
		if strings.Contains(got, secret) {
			t.Errorf("%.4s: the place is still in it", brands)
		}
		if len(got) != len(file) || strings.Index(got, pixels) != strings.Index(file, pixels) {
			t.Errorf("%.4s: %d bytes with the pixels at %d, want %d and %d", brands, len(got), strings.Index(got, pixels), len(file), strings.Index(file, pixels))
		}
		for _, whole := range []string{"\x00\x00\x00\x00" + string(tiff(1)), emptyXMP} {
			if !strings.Contains(got, whole) {
				t.Errorf("%.4s: in the place of metadata are none that are whole", brands)
			}
		}
		if again := strip(t, []byte(got)); string(again) != got {
			t.Errorf("%.4s: a second time changes more", brands)
		}
	}
}

// TestHEICCutOff: a beginning of a file never has more of the secret than the
// bytes of a box that is not there whole.
func TestHEICCutOff(t *testing.T) {
	file, _ := heicOf("heic\x00\x00\x00\x00mif1heic")
	data := strings.Index(file, "mdat")
	for n := 0; n < len(file); n += 7 {
		got := strip(t, []byte(file[:n]))
		if len(got) != n {
			t.Fatalf("%d bytes became %d", n, len(got))
		}
		if n > data+4 && bytes.Contains(got, []byte(secret)) {
			t.Fatalf("cut off after %d bytes the place is in it", n)
		}
	}
}

// TestFilmsAreLeft: only pictures are looked into.
func TestFilmsAreLeft(t *testing.T) {
	file, _ := heicOf("isom\x00\x00\x02\x00isomiso2mp41")
	if got := strip(t, []byte(file)); string(got) != file {
		t.Error("a film was changed")
	}
}
