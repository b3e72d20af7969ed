package core_test

import (
	"strings"
	"testing"
	"time"

	"plausch"
	"plausch/internal/blob"
	"plausch/internal/core"
)

func (f *fixture) begin(by plausch.Account, file core.File) core.Upload {
	f.t.Helper()
	u, err := f.BeginUpload(f.t.Context(), by, file)
	if err != nil {
		f.t.Fatal(err)
	}
	return u
}

func (f *fixture) part(by plausch.Account, u core.Upload, offset int64, body string) (core.Upload, error) {
	f.t.Helper()
	return f.AppendUpload(f.t.Context(), by, u.ID, core.Part{Offset: offset, Body: strings.NewReader(body)})
}

// TestAnUploadGoesOnAfterARestart, and becomes what it would be in one piece: a photo
// without its metadata, a voice message with its waveform.
func TestAnUploadGoesOnAfterARestart(t *testing.T) {
	f, dir := newFileFixture(t, unlocked)
	ann := f.account("ann", plausch.RoleMember)
	photo := turned(t, 300, 200)
	wave := strings.Repeat("A", 64)
	for name, tt := range map[string]struct {
		file core.File
		body string
	}{
		"photo.jpg": {core.File{}, photo},
		"voice.ogg": {core.File{Duration: 3 * time.Second, Waveform: wave}, voice(3)},
		"note.txt":  {core.File{}, "milk, eggs"},
		"empty":     {core.File{}, ""},
	} {
		tt.file.Name, tt.file.Size = name, int64(len(tt.body))
		u := f.begin(ann, tt.file)
		half := len(tt.body) / 2
		if now, err := f.part(ann, u, 0, tt.body[:half]); err != nil || now.Offset != int64(half) {
			t.Fatalf("%s: %+v, %v", name, now, err)
		}
		f.restart()
		now, err := f.part(ann, u, int64(half), tt.body[half:])
		if err != nil || now.Attachment == nil || now.Attachment.Name != name || now.Attachment.ID != u.ID {
			t.Fatalf("%s: %+v, %v", name, now, err)
		}
		again, err := f.Upload(t.Context(), ann, u.ID, true)
		if err != nil || again.Attachment == nil || again.Offset != again.Size {
			t.Errorf("%s, asked for again: %+v, %v", name, again, err)
		}
		whole := f.upload(ann, name, tt.body)
		got, err := f.content(ann, core.FileRef{ID: u.ID})
		want, _ := f.content(ann, core.FileRef{ID: whole.ID})
		if err != nil || got != want || now.Attachment.Type != whole.Type || now.Attachment.Size != whole.Size {
			t.Errorf("%s is %+v with %d bytes, in one piece %+v with %d; %v", name, now.Attachment, len(got), whole, len(want), err)
		}
		if name == "voice.ogg" && (now.Attachment.Media == nil || now.Attachment.Media.Waveform != wave) {
			t.Errorf("of the voice message %+v is known", now.Attachment.Media)
		}
	}
	if n := blobs(t, dir); n != 4 {
		t.Errorf("there are %d files, want 4", n)
	}
}

// TestUnfinishedUploadsAreForgotten after a day, also by another process.
func TestUnfinishedUploadsAreForgotten(t *testing.T) {
	var kept blob.Store
	f, dir := newFileFixture(t, unlocked, func(o *core.Options) { kept, o.MaxAccountFiles = o.Blobs, 100 })
	ann := f.account("ann", plausch.RoleMember)
	u := f.begin(ann, core.File{Name: "a", Size: 80, ClientID: "1"})
	if _, err := f.part(ann, u, 0, "hello"); err != nil {
		t.Fatal(err)
	}
	_, err := f.BeginUpload(t.Context(), ann, core.File{Size: 21})
	expectCode(t, err, plausch.TooLarge)
	f.clock.move(23 * time.Hour)
	f.restart()
	f.sweep()
	if now, err := f.Upload(t.Context(), ann, u.ID, false); err != nil || now.Offset != 5 {
		t.Fatalf("within a day it is at %d, %v", now.Offset, err)
	}
	f.clock.move(2 * time.Hour)
	f.sweep()
	_, err = f.part(ann, u, 5, "x")
	expectCode(t, err, plausch.NotFound)
	if n := blobs(t, dir); n != 0 {
		t.Errorf("%d files are left", n)
	}
	f.begin(ann, core.File{Name: "a", Size: 80, ClientID: "1"})
	if _, err := kept.CreatePartial("ORPHAN"); err != nil {
		t.Fatal(err)
	}
	f.clock.move(2 * time.Hour)
	f.sweep()
	if _, err := kept.OpenPartial("ORPHAN"); plausch.CodeOf(err) != plausch.NotFound {
		t.Errorf("bytes of no upload are left: %v", err)
	}
}

// TestAnUploadThatIsRefused for what it is when it is complete is forgotten.
func TestAnUploadThatIsRefused(t *testing.T) {
	f, dir := newFileFixture(t, unlocked)
	ann := f.account("ann", plausch.RoleMember)
	u := f.begin(ann, core.File{Name: "a", Size: 5, Waveform: strings.Repeat("A", 64)})
	_, err := f.part(ann, u, 0, "hello")
	expectCode(t, err, plausch.Invalid)
	_, err = f.Upload(t.Context(), ann, u.ID, false)
	expectCode(t, err, plausch.NotFound)
	for _, file := range []core.File{{Waveform: "x"}, {Thumbnail: "NONE"}, {Duration: -1}, {Size: core.DefaultMaxFile + 1}} {
		if _, err := f.BeginUpload(t.Context(), ann, file); err == nil {
			t.Errorf("%+v has begun", file)
		}
	}
	// What its uploader has lost in a restored backup can be begun again.
	u = f.begin(ann, core.File{Name: "a", Size: 5, ClientID: "1"})
	empty(t, dir)
	if again := f.begin(ann, core.File{Name: "a", Size: 5, ClientID: "1"}); again.ID == u.ID || again.Offset != 0 {
		t.Errorf("it is %+v", again)
	}
}
