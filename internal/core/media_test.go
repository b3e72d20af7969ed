package core_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"plausch"
	"plausch/internal/blob"
	"plausch/internal/core"
)

// withThumbnails keeps thumbnails in the folder returned.
func withThumbnails(t *testing.T) (change func(*core.Options), dir string) {
	t.Helper()
	dir = t.TempDir()
	cache, err := blob.OpenCache(dir, blob.FolderOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cache.Close() })
	return func(o *core.Options) { o.Thumbnails = cache }, dir
}

// turned is a photo of width × height pixels that lies on its side, with a place in it.
func turned(t *testing.T, width, height int) string {
	plain := encoded(t, stripes(width, height, color.White), func(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) })
	tiff := "MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00\x00\x00\x00\x00"
	exif := "Exif\x00\x00" + tiff + "48.2082N"
	return plain[:2] + "\xff\xe1\x00" + string(rune(2+len(exif))) + exif + plain[2:]
}

func (f *fixture) thumbnail(by plausch.Account, id string, size core.ThumbnailSize) (image.Config, error) {
	f.t.Helper()
	got, err := f.OpenThumbnail(f.t.Context(), by, id, size)
	if err != nil {
		return image.Config{}, err
	}
	c, _, err := image.DecodeConfig(bytes.NewReader(got.Data))
	if err != nil {
		f.t.Fatal(err)
	}
	return c, nil
}

// TestAPictureHasThumbnails, of two sizes, upright, for who may read it, as long as it is
// there, and made anew if they are lost.
func TestAPictureHasThumbnails(t *testing.T) {
	thumbnails, dir := withThumbnails(t)
	f, kept := newFileFixture(t, unlocked, thumbnails)
	ann, bob := f.account("ann", plausch.RoleMember), f.account("bob", plausch.RoleMember)
	photo := f.upload(ann, "photo.jpg", turned(t, 2000, 1000))
	m := photo.Media
	if m == nil || m.Width != 1000 || m.Height != 2000 || m.Orientation != 6 || !m.Thumbnail || len(m.Thumbhash) < 8 {
		t.Fatalf("of the photo %+v is known", m)
	}
	if _, err := f.thumbnail(bob, photo.ID, core.ThumbnailSmall); plausch.CodeOf(err) != plausch.NotFound {
		t.Errorf("before it is sent bob gets %v", err)
	}
	sent := f.say(ann, core.NewMessage{Room: plausch.PublicRoom, Attachments: []string{photo.ID}})
	if *sent.Attachments[0].Media != *m {
		t.Errorf("the event has %+v", sent.Attachments[0].Media)
	}
	check := func(when string) {
		t.Helper()
		for size, side := range map[core.ThumbnailSize]int{core.ThumbnailSmall: 400, core.ThumbnailLarge: 1280} {
			if c, err := f.thumbnail(bob, photo.ID, size); err != nil || c.Width != side/2 || c.Height != side {
				t.Errorf("%s, %s: %d × %d, %v", when, size, c.Width, c.Height, err)
			}
		}
		if n := blobs(t, dir); n != 2 {
			t.Errorf("%s there are %d thumbnails", when, n)
		}
	}
	check("at first")
	empty(t, dir)
	check("after they were lost")
	_, err := f.thumbnail(bob, photo.ID, "huge")
	expectCode(t, err, plausch.Invalid)
	note := f.upload(ann, "note.txt", "hello")
	_, err = f.thumbnail(ann, note.ID, core.ThumbnailSmall)
	expectCode(t, err, plausch.NotFound)

	f.clock.move(time.Minute)
	if _, err := f.DeleteMessage(t.Context(), ann, plausch.PublicRoom, sent.Seq); err != nil {
		t.Fatal(err)
	}
	if left, err := f.ClearDeleted(t.Context()); left || err != nil {
		t.Fatal(left, err)
	}
	if n := blobs(t, dir); n != 0 {
		t.Errorf("%d thumbnails are left of what was deleted", n)
	}
	if n := blobs(t, kept); n != 1 {
		t.Errorf("%d files are left, want the note", n)
	}
}

// TestOrphanedThumbnailsAreSwept: a crash can leave them.
func TestOrphanedThumbnailsAreSwept(t *testing.T) {
	var cache *blob.Cache
	thumbnails, dir := withThumbnails(t)
	f, _ := newFileFixture(t, unlocked, thumbnails, func(o *core.Options) { cache = o.Thumbnails })
	f.upload(f.account("ann", plausch.RoleMember), "photo.jpg", turned(t, 20, 10))
	if err := cache.Put(blob.Hash{1}, "small-1", []byte("x")); err != nil {
		t.Fatal(err)
	}
	f.sweep()
	if n := blobs(t, dir); n != 2 {
		t.Errorf("there are %d thumbnails", n)
	}
}

// TestFilesOfBeforeAreDescribed: those of a server that knew nothing of pictures.
func TestFilesOfBeforeAreDescribed(t *testing.T) {
	var kept blob.Store
	f, _ := newFileFixture(t, unlocked, func(o *core.Options) { kept = o.Blobs })
	ann := f.account("ann", plausch.RoleMember)
	f.storeUnstripped(kept, ann, "photo", turned(t, 60, 30))
	f.storeUnstripped(kept, ann, "text", "hello")
	if _, err := f.StripStored(t.Context()); err != nil {
		t.Fatal(err)
	}
	a, r, err := f.OpenAttachment(t.Context(), ann, core.FileRef{ID: "photo"})
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	if a.Media == nil || a.Media.Width != 30 || a.Media.Height != 60 || !a.Media.Thumbnail {
		t.Errorf("of the photo %+v is known", a.Media)
	}
	a, r, err = f.OpenAttachment(t.Context(), ann, core.FileRef{ID: "text"})
	if err != nil || a.Media != nil {
		t.Errorf("of the text %+v is known, %v", a.Media, err)
	}
	r.Close()
}

// voice is Opus of a duration.
func voice(seconds int) string {
	page := func(samples int, packet string) string {
		n := make([]byte, 8)
		for i := range n {
			n[i] = byte(samples >> (8 * i))
		}
		return "OggS\x00\x02" + string(n) + strings.Repeat("\x00", 12) + "\x01" + string(rune(len(packet))) + packet
	}
	return page(0, "OpusHead\x01\x01\x00\x00\x80\xbb\x00\x00\x00\x00\x00") + page(seconds*48000, "x")
}

// TestWhatSendersSayOfFiles is kept if it can be so.
func TestWhatSendersSayOfFiles(t *testing.T) {
	thumbnails, _ := withThumbnails(t)
	f, dir := newFileFixture(t, unlocked, thumbnails)
	ann, bob := f.account("ann", plausch.RoleMember), f.account("bob", plausch.RoleMember)
	still := f.upload(ann, "still.jpg", turned(t, 3000, 1500)).ID
	text := f.upload(ann, "note.txt", "hello").ID
	his := f.upload(bob, "his.jpg", turned(t, 30, 15)).ID
	const film = "\x00\x00\x00\x14ftypisom\x00\x00\x00\x00isom"
	const heic = "\x00\x00\x00\x14ftypheic\x00\x00\x00\x00heic"
	wave := strings.Repeat("AZaz09-_", 8)
	for _, tt := range []struct {
		name string
		file core.File
		body string
		code plausch.Code
		want plausch.Media
	}{
		{"a voice message", core.File{Duration: 3500 * time.Millisecond, Waveform: wave}, voice(3), "", plausch.Media{Duration: 3 * time.Second, Waveform: wave}},
		{"one of which nothing is said", core.File{}, voice(3), "", plausch.Media{Duration: 3 * time.Second}},
		{"another duration", core.File{Duration: 30 * time.Second, Waveform: wave}, voice(3), plausch.Invalid, plausch.Media{}},
		{"no waveform", core.File{Waveform: wave[1:]}, voice(3), plausch.Invalid, plausch.Media{}},
		{"other characters", core.File{Waveform: "+" + wave[1:]}, voice(3), plausch.Invalid, plausch.Media{}},
		{"a duration below zero", core.File{Duration: -1}, voice(3), plausch.Invalid, plausch.Media{}},
		{"more than a day", core.File{Duration: 25 * time.Hour}, film, plausch.Invalid, plausch.Media{}},
		{"a text that sounds", core.File{Waveform: wave}, "hello", plausch.Invalid, plausch.Media{}},
		{"a film that is a voice", core.File{Waveform: wave}, film, plausch.Invalid, plausch.Media{}},
		{"a film", core.File{Duration: 5 * time.Second, Thumbnail: still}, film, "", plausch.Media{Duration: 5 * time.Second, Width: 1500, Height: 3000, Thumbnail: true}},
		{"HEIC", core.File{Thumbnail: still}, heic, "", plausch.Media{Width: 1500, Height: 3000, Thumbnail: true}},
		{"a thumbnail that is a text", core.File{Thumbnail: text}, heic, plausch.Invalid, plausch.Media{}},
		{"a thumbnail of somebody else", core.File{Thumbnail: his}, heic, plausch.NotFound, plausch.Media{}},
		{"a picture needs none", core.File{Thumbnail: still}, turned(t, 30, 15), "", plausch.Media{Width: 15, Height: 30, Orientation: 6, Thumbnail: true}},
	} {
		tt.file.Name, tt.file.Body = tt.name, strings.NewReader(tt.body)
		a, err := f.UploadAttachment(t.Context(), ann, tt.file)
		if plausch.CodeOf(err) != tt.code {
			t.Errorf("%s: %v", tt.name, err)
		}
		if err != nil {
			continue
		}
		got := *a.Media
		got.Thumbhash = ""
		if got != tt.want {
			t.Errorf("%s: %+v, want %+v", tt.name, got, tt.want)
		}
		if tt.want.Thumbnail {
			if c, err := f.thumbnail(ann, a.ID, core.ThumbnailSmall); err != nil || c.Height != min(400, tt.want.Height) {
				t.Errorf("%s: the thumbnail is %+v, %v", tt.name, c, err)
			}
		}
	}
	// The thumbnail is the file's own, and goes with it.
	f.clock.move(25 * time.Hour)
	f.sweep()
	if n := blobs(t, dir); n != 0 {
		t.Errorf("%d files are left of what nobody has sent", n)
	}
}

// TestManyPicturesWait for each other: one of an account is decoded at a time.
func TestManyPicturesWait(t *testing.T) {
	f, _ := newFileFixture(t)
	ann, bob := f.account("ann", plausch.RoleMember), f.account("bob", plausch.RoleMember)
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			by := ann
			if i%2 == 1 {
				by = bob
			}
			a, err := f.UploadAttachment(t.Context(), by, core.File{Name: fmt.Sprint(i), Body: strings.NewReader(turned(t, 300+i, 200))})
			if err != nil || a.Media == nil || a.Media.Thumbhash == "" {
				t.Errorf("picture %d: %+v, %v", i, a.Media, err)
			}
		})
	}
	all.Wait()
}

// empty removes all files of a folder.
func empty(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			return os.Remove(path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
