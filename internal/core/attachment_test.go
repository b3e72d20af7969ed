package core_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"plausch"
	"plausch/internal/blob"
	"plausch/internal/core"
)

// newFileFixture is a core that keeps files in the folder returned.
func newFileFixture(t *testing.T, change ...func(*core.Options)) (*fixture, string) {
	t.Helper()
	dir := t.TempDir()
	var now func() time.Time
	blobs, err := blob.OpenFolder(dir, blob.FolderOptions{Now: func() time.Time { return now() }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { blobs.Close() })
	return newFixture(t, append([]func(*core.Options){func(o *core.Options) { o.Blobs, now = blobs, o.Now }}, change...)...), dir
}

func (f *fixture) upload(by plausch.Account, name, content string) plausch.Attachment {
	f.t.Helper()
	a, err := f.UploadAttachment(f.t.Context(), by, core.File{Name: name, Body: strings.NewReader(content)})
	if err != nil {
		f.t.Fatalf("%s uploads %s: %v", by.Name, name, err)
	}
	return a
}

// content reads a file as by.
func (f *fixture) content(by plausch.Account, ref core.FileRef) (string, error) {
	f.t.Helper()
	_, r, err := f.OpenAttachment(f.t.Context(), by, ref)
	if err != nil {
		return "", err
	}
	defer r.Close()
	all, err := io.ReadAll(r)
	if err != nil {
		f.t.Fatal(err)
	}
	return string(all), nil
}

func blobs(t *testing.T, dir string) (n int) {
	t.Helper()
	err := filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			n++
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAttachmentsOfMessages(t *testing.T) {
	f, _ := newFileFixture(t)
	ann, bob := f.guest("ann").Account, f.guest("bob").Account
	notes, photo := f.upload(ann, "../notes.txt", "milk, eggs"), f.upload(ann, "", "\x00\x01")
	if notes.Name != "notes.txt" || notes.Size != 10 || notes.Type != "text/plain; charset=utf-8" || len(notes.ID) < 22 {
		t.Errorf("the file is %+v", notes)
	}
	if photo.Name != "file" || photo.Type != plausch.TypeUnknown {
		t.Errorf("the nameless file is %+v", photo)
	}
	sent := f.say(ann, core.NewMessage{To: "bob", Attachments: []string{photo.ID, notes.ID}})
	want := fmt.Sprint([]plausch.Attachment{photo, notes})
	if got := fmt.Sprint(sent.Attachments); got != want || sent.Text != "" {
		t.Errorf("the message has %s, want %s", got, want)
	}
	f.restart()
	events, _, err := f.History(t.Context(), bob, sent.Room, core.HistoryQuery{Limit: 1})
	if err != nil || fmt.Sprint(events[0].Attachments) != want {
		t.Errorf("after a restart the message is %+v, %v", events, err)
	}
	if got, err := f.content(bob, core.FileRef{ID: notes.ID}); got != "milk, eggs" {
		t.Errorf("bob reads %q, %v", got, err)
	}
}

// TestAttachmentReaders: who may read a file is asked at each read.
func TestAttachmentReaders(t *testing.T) {
	f, _ := newFileFixture(t)
	ann, bob, eve := f.guest("ann").Account, f.guest("bob").Account, f.guest("eve").Account
	room, err := f.CreateRoom(t.Context(), ann, "den", plausch.RoomPrivate)
	if err != nil {
		t.Fatal(err)
	}
	a := f.upload(ann, "secret.txt", "secret")
	ref := core.FileRef{ID: a.ID}
	expect := func(when string, readers ...plausch.Account) {
		t.Helper()
		for _, who := range []plausch.Account{ann, bob, eve} {
			want := plausch.NotFound
			for _, r := range readers {
				if r.ID == who.ID {
					want = ""
				}
			}
			if _, err := f.content(who, ref); plausch.CodeOf(err) != want {
				t.Errorf("%s, %s reads: %v, want %q", when, who.Name, err, want)
			}
		}
	}
	expect("while it is pending", ann)
	if _, err := f.send(bob, core.NewMessage{Room: plausch.PublicRoom, Attachments: []string{a.ID}}); plausch.CodeOf(err) != plausch.Invalid {
		t.Errorf("bob sends ann's file: %v", err)
	}
	expect("after bob's attempt", ann)
	f.say(ann, core.NewMessage{Room: room.ID, Attachments: []string{a.ID}})
	expect("when it was sent", ann)
	if err := f.AddMember(t.Context(), ann, room.ID, "bob"); err != nil {
		t.Fatal(err)
	}
	expect("when bob is in the room", ann, bob)
	if _, err := f.send(ann, core.NewMessage{Room: plausch.PublicRoom, Attachments: []string{a.ID}}); plausch.CodeOf(err) != plausch.Invalid {
		t.Errorf("ann sends it again, elsewhere: %v", err)
	}
	if err := f.RemoveMember(t.Context(), ann, room.ID, "bob"); err != nil {
		t.Fatal(err)
	}
	expect("when bob was removed", ann)
	if err := f.LeaveRoom(t.Context(), ann, room.ID, ""); err != nil {
		t.Fatal(err)
	}
	expect("when its uploader has left")

	hall, err := f.CreateRoom(t.Context(), ann, "hall", plausch.RoomPublic)
	if err != nil {
		t.Fatal(err)
	}
	ref.ID = f.upload(ann, "b", "b").ID
	f.say(ann, core.NewMessage{Room: hall.ID, Attachments: []string{ref.ID}})
	expect("in a public room of others", ann)
}

func TestAttachmentByClientID(t *testing.T) {
	f, _ := newFileFixture(t)
	ann, bob := f.guest("ann").Account, f.guest("bob").Account
	for _, content := range []string{"old", "new"} {
		if _, err := f.UploadAttachment(t.Context(), ann, core.File{Name: "a", ClientID: "7", Body: strings.NewReader(content)}); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := f.content(ann, core.FileRef{ClientID: "7"}); got != "new" {
		t.Errorf("ann's newest is %q, %v", got, err)
	}
	_, err := f.content(bob, core.FileRef{ClientID: "7"})
	expectCode(t, err, plausch.NotFound)
	_, err = f.content(ann, core.FileRef{ClientID: "8"})
	expectCode(t, err, plausch.NotFound)
	_, err = f.content(ann, core.FileRef{})
	expectCode(t, err, plausch.Invalid)
	_, err = f.UploadAttachment(t.Context(), ann, core.File{ClientID: "a b", Body: strings.NewReader("")})
	expectCode(t, err, plausch.Invalid)
}

func TestRepeatedSendWithAttachments(t *testing.T) {
	f, _ := newFileFixture(t)
	ann := f.guest("ann").Account
	post := core.NewMessage{Room: plausch.PublicRoom, Text: "look", ClientID: "1", Attachments: []string{f.upload(ann, "a", "a").ID}}
	first := f.say(ann, post)
	f.restart()
	again := f.say(ann, post)
	if again.Seq != first.Seq || fmt.Sprint(again.Attachments) != fmt.Sprint(first.Attachments) || len(again.Attachments) != 1 {
		t.Errorf("the repeat is %+v, the first %+v", again, first)
	}
	post.Attachments = make([]string, plausch.MaxAttachments+1)
	_, err := f.send(ann, post)
	expectCode(t, err, plausch.Invalid)
}

func TestMediaTypes(t *testing.T) {
	f, _ := newFileFixture(t)
	ann := f.guest("ann").Account
	small := image.NewPaletted(image.Rect(0, 0, 3, 2), color.Palette{color.Black, color.White})
	encode := func(enc func(io.Writer, image.Image) error) string {
		var b bytes.Buffer
		if err := enc(&b, small); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for _, c := range []struct{ name, content, want string }{
		{"nothing.png", "", "text/plain; charset=utf-8"},
		{"a.png", encode(png.Encode), "image/png"},
		{"not-a-photo.txt", encode(func(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) }), "image/jpeg"},
		{"a.gif", encode(func(w io.Writer, m image.Image) error { return gif.Encode(w, m, nil) }), "image/gif"},
		{"a.webp", webp, "image/webp"},
		{"a.pdf", "%PDF-1.7\n", "application/pdf"},
		{"a program.png", "\x7fELF\x02\x01\x01", plausch.TypeUnknown},
		{"a page.png", "<!DOCTYPE html><script>alert(1)</script>", "text/html; charset=utf-8"},
		{"a drawing.png", `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`, "text/plain; charset=utf-8"},
		{"half a picture.png", encode(png.Encode)[:20], plausch.TypeUnknown},
		{"32 Mpx.png", pngOf(8000, 4000), "image/png"},
		{"a pixel row more.png", pngOf(8000, 4001), plausch.TypeUnknown},
		{"a bomb.png", pngOf(65535, 65535), plausch.TypeUnknown},
		{"the widest.png", pngOf(1<<31-1, 1<<31-1), plausch.TypeUnknown},
		{"no pixels.png", pngOf(0, 0), plausch.TypeUnknown},
	} {
		if a := f.upload(ann, c.name, c.content); a.Type != c.want {
			t.Errorf("%s is %s, want %s", c.name, a.Type, c.want)
		} else if got, err := f.content(ann, core.FileRef{ID: a.ID}); got != c.content {
			t.Errorf("%s reads as %d bytes of %d: %v", c.name, len(got), len(c.content), err)
		}
	}
}

// webp is a picture of one pixel.
const webp = "RIFF\x1a\x00\x00\x00WEBPVP8L\x0d\x00\x00\x00\x2f\x00\x00\x00\x10\x07\x10\x11\x11\x88\x88\xfe\x07\x00"

// pngOf is a picture that says it is so wide and high, as far as its header.
func pngOf(width, height uint32) string {
	header := []byte("IHDR")
	header = binary.BigEndian.AppendUint32(header, width)
	header = binary.BigEndian.AppendUint32(header, height)
	header = append(header, 8, 2, 0, 0, 0)
	b := binary.BigEndian.AppendUint32([]byte("\x89PNG\r\n\x1a\n"), uint32(len(header)-4))
	b = append(b, header...)
	b = binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(header))
	return string(b) + "\x00\x00\x00\x00IDAT\x35\xaf\x06\x1e"
}

func TestFileLimits(t *testing.T) {
	f, dir := newFileFixture(t, func(o *core.Options) { o.MaxFile, o.MaxAccountFiles = 100, 250 })
	ann, bob := f.guest("ann").Account, f.guest("bob").Account
	upload := func(by plausch.Account, content string) error {
		_, err := f.UploadAttachment(t.Context(), by, core.File{Name: "a", Body: strings.NewReader(content)})
		return err
	}
	expectCode(t, upload(ann, strings.Repeat("x", 101)), plausch.TooLarge)
	f.upload(ann, "a", strings.Repeat("a", 100))
	f.upload(ann, "b", strings.Repeat("b", 100))
	expectCode(t, upload(ann, strings.Repeat("c", 51)), plausch.TooLarge)
	f.restart()
	expectCode(t, upload(ann, strings.Repeat("c", 51)), plausch.TooLarge)
	if n := blobs(t, dir); n != 2 {
		t.Errorf("%d files are kept, want 2: what is refused must not fill the disk", n)
	}
	f.upload(bob, "c", strings.Repeat("c", 51))
	f.upload(ann, "c", strings.Repeat("c", 50))
	expectCode(t, upload(ann, "x"), plausch.TooLarge)
}

// TestQuotaAtOnce uploads 100 files at once, of which 30 fit.
func TestQuotaAtOnce(t *testing.T) {
	f, dir := newFileFixture(t, func(o *core.Options) { o.MaxAccountFiles = 30*1000 + 999 })
	ann := f.guest("ann").Account
	var kept atomic.Int64
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			content := fmt.Sprintf("%0*d", 1000, i)
			_, err := f.UploadAttachment(t.Context(), ann, core.File{Name: "a", Body: strings.NewReader(content)})
			switch plausch.CodeOf(err) {
			case "":
				kept.Add(1)
			case plausch.TooLarge:
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	// Fewer can be kept: those that are refused later count while they come.
	if n := kept.Load(); n > 30 || n == 0 || blobs(t, dir) != int(n) {
		t.Errorf("%d files were kept, %d are on disk; 30 fit", n, blobs(t, dir))
	}
	for range 30 - kept.Load() {
		f.upload(ann, "a", strings.Repeat("y", 1000))
	}
	_, err := f.UploadAttachment(t.Context(), ann, core.File{Body: strings.NewReader(strings.Repeat("z", 1000))})
	expectCode(t, err, plausch.TooLarge)
}

// TestUploadBreaksOff: what did not come whole is not kept, and counts for nothing.
func TestUploadBreaksOff(t *testing.T) {
	f, dir := newFileFixture(t, func(o *core.Options) { o.MaxAccountFiles = 100 })
	ann := f.guest("ann").Account
	for range 3 {
		body := io.MultiReader(strings.NewReader(strings.Repeat("x", 90)), broken{})
		if _, err := f.UploadAttachment(t.Context(), ann, core.File{Body: body}); !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Fatalf("a body that breaks off: %v", err)
		}
	}
	if n := blobs(t, dir); n != 0 {
		t.Errorf("%d files are kept", n)
	}
	f.upload(ann, "a", strings.Repeat("x", 100))
}

// TestUploadBreaksOffBesideAnother: nor does it count for another upload that is
// still on its way.
func TestUploadBreaksOffBesideAnother(t *testing.T) {
	f, _ := newFileFixture(t, func(o *core.Options) { o.MaxAccountFiles = 100 })
	ann := f.guest("ann").Account
	slow, line := io.Pipe()
	uploaded := make(chan error, 1)
	go func() {
		_, err := f.UploadAttachment(t.Context(), ann, core.File{Body: slow})
		uploaded <- err
	}()
	if _, err := line.Write([]byte("x")); err != nil { // returns when it was read
		t.Fatal(err)
	}
	body := io.MultiReader(strings.NewReader(strings.Repeat("y", 90)), broken{})
	if _, err := f.UploadAttachment(t.Context(), ann, core.File{Body: body}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatalf("a body that breaks off: %v", err)
	}
	f.upload(ann, "a", strings.Repeat("z", 99))
	line.Close()
	if err := <-uploaded; err != nil {
		t.Errorf("the slow upload: %v", err)
	}
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestNoBlobs(t *testing.T) {
	f := newFixture(t)
	_, err := f.UploadAttachment(t.Context(), f.guest("ann").Account, core.File{Body: strings.NewReader("x")})
	expectCode(t, err, plausch.Unsupported)
}

// TestPicturesAreKeptWithoutMetadata uploads a picture with a comment, and behind
// its end as many bytes as are allowed.
func TestPicturesAreKeptWithoutMetadata(t *testing.T) {
	f, _ := newFileFixture(t, func(o *core.Options) { o.MaxFile = 64 << 10 })
	ann := f.guest("ann").Account
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	plain := b.String()
	said := plain[:2] + "\xff\xfe\x00\x0aat home" + "\x00" + plain[2:]
	a := f.upload(ann, "home.jpg", said)
	got, err := f.content(ann, core.FileRef{ID: a.ID})
	if got != plain || err != nil || a.Size != int64(len(plain)) || a.Type != "image/jpeg" {
		t.Errorf("the file is %+v with %d bytes, want %d; %v", a, len(got), len(plain), err)
	}
	_, err = f.UploadAttachment(t.Context(), ann, core.File{Name: "film.jpg", Body: strings.NewReader(plain + strings.Repeat("x", 64<<10))})
	if plausch.CodeOf(err) != plausch.TooLarge {
		t.Errorf("what is left out does not count: %v", err)
	}
}
