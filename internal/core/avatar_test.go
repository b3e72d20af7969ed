package core_test

import (
	"bytes"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"runtime"
	"strings"
	"testing"

	"plausch"
)

// stripes is a picture whose left, middle and right third differ.
func stripes(width, height int, middle color.Color) image.Image {
	m := image.NewNRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := color.Color(color.NRGBA{R: 255, A: 255})
			if x >= width/3 && x < width-width/3 {
				c = middle
			}
			m.Set(x, y, c)
		}
	}
	return m
}

func encoded(t *testing.T, m image.Image, encode func(io.Writer, image.Image) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := encode(&b, m); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func jpegEncode(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) }
func gifEncode(w io.Writer, m image.Image) error  { return gif.Encode(w, m, nil) }

func TestAvatar(t *testing.T) {
	f, _ := newFileFixture(t)
	ann, bob := f.account("ann", plausch.RoleMember), f.account("bob", plausch.RoleMember)
	green, glass := color.NRGBA{G: 255, A: 255}, color.NRGBA{G: 255, A: 128}
	photo := encoded(t, stripes(900, 300, green), jpegEncode)
	exif := photo[:2] + "\xff\xe1\x00\x10Exif\x00\x00GPS 48N " + photo[2:]
	for name, test := range map[string]struct {
		file, is string
		side     int
	}{
		"jpeg":                   {photo, "image/jpeg", 256},
		"jpeg with a place":      {exif, "image/jpeg", 256},
		"png":                    {encoded(t, stripes(900, 300, green), png.Encode), "image/jpeg", 256},
		"png, transparent":       {encoded(t, stripes(900, 300, glass), png.Encode), "image/png", 256},
		"gif":                    {encoded(t, stripes(900, 300, green), gifEncode), "image/jpeg", 256},
		"png, small and upright": {encoded(t, stripes(30, 90, green), png.Encode), "image/jpeg", 30},
	} {
		t.Run(name, func(t *testing.T) {
			now, err := f.SetAvatar(t.Context(), ann, f.upload(ann, "me", test.file).ID)
			if err != nil || now.Avatar == "" {
				t.Fatalf("SetAvatar: %+v, %v", now, err)
			}
			a, r, err := f.OpenAvatar(t.Context(), "Ann")
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			all, err := io.ReadAll(r)
			if err != nil || a.Type != test.is || a.Size != int64(len(all)) || a.Hash != now.Avatar {
				t.Fatalf("the avatar is %+v of %d bytes (%v)", a, len(all), err)
			}
			if strings.Contains(string(all), "GPS") || strings.Contains(string(all), "Exif") {
				t.Error("the avatar says where it was taken")
			}
			m, _, err := image.Decode(bytes.NewReader(all))
			if err != nil || m.Bounds() != image.Rect(0, 0, test.side, test.side) {
				t.Fatalf("the avatar is %v (%v)", m.Bounds(), err)
			}
			// Of the wide ones only the middle third is left.
			if r, g, _, _ := m.At(2, 2).RGBA(); test.side == 256 && (r > g || g < 0x7000) {
				t.Errorf("its corner is red %x, green %x", r, g)
			}
		})
	}
	members, _, err := f.ListMembers(t.Context(), bob, plausch.PublicRoom, 0, 10)
	if err != nil || len(members) != 2 || members[0].Avatar == "" || members[1].Avatar != "" {
		t.Errorf("the members are %+v (%v)", members, err)
	}
	if now, err := f.SetAvatar(t.Context(), ann, ""); err != nil || now.Avatar != "" {
		t.Errorf("without a picture she is %+v (%v)", now, err)
	}
	_, _, err = f.OpenAvatar(t.Context(), "ann")
	expectCode(t, err, plausch.NotFound)
}

func TestWhatIsNoAvatar(t *testing.T) {
	f, _ := newFileFixture(t)
	ann, bob, guest := f.account("ann", plausch.RoleMember), f.account("bob", plausch.RoleMember), f.guest("guest").Account
	whole := encoded(t, stripes(90, 30, color.White), png.Encode)
	id := f.upload(ann, "", whole).ID
	for name, test := range map[string]struct {
		by   plausch.Account
		id   string
		want plausch.Code
	}{
		"a guest's":          {guest, id, plausch.Forbidden},
		"somebody else's":    {bob, id, plausch.NotFound},
		"no file":            {ann, "nothing", plausch.NotFound},
		"a text":             {ann, f.upload(ann, "", "hello").ID, plausch.Invalid},
		"cut off":            {ann, f.upload(ann, "", whole[:len(whole)-20]).ID, plausch.Invalid},
		"an SVG":             {ann, f.upload(ann, "", `<svg xmlns="http://www.w3.org/2000/svg"/>`).ID, plausch.Invalid},
		"32 million and one": {ann, f.upload(ann, "", pngOf(32_000_001, 1)).ID, plausch.TooLarge},
	} {
		if now, err := f.SetAvatar(t.Context(), test.by, test.id); plausch.CodeOf(err) != test.want || now.Avatar != "" {
			t.Errorf("%s: %+v, %v, want %q", name, now, err, test.want)
		}
	}
}

// TestABombIsNoAvatar is promise R16 for pictures.
func TestABombIsNoAvatar(t *testing.T) {
	f, _ := newFileFixture(t)
	ann := f.account("ann", plausch.RoleMember)
	id := f.upload(ann, "bomb.png", pngOf(65_000, 65_000)).ID
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := f.SetAvatar(t.Context(), ann, id)
	runtime.ReadMemStats(&after)
	expectCode(t, err, plausch.TooLarge)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 32<<20 {
		t.Errorf("%d bytes were allocated", grown)
	}
}
