package core_test

import (
	"errors"
	"image/color"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"plausch"
	"plausch/internal/core"
)

// unlocked says that no backup is being made.
func unlocked(o *core.Options) {
	o.LockFiles = func() (func() error, error) { return func() error { return nil }, nil }
}

func (f *fixture) sweep() {
	f.t.Helper()
	if err := f.Sweep(f.t.Context()); err != nil {
		f.t.Fatal(err)
	}
}

func TestSweep(t *testing.T) {
	f, dir := newFileFixture(t, unlocked)
	ann, bob := f.account("ann", plausch.RoleMember), f.account("bob", plausch.RoleMember)
	sent := f.upload(ann, "sent", "sent")
	f.say(ann, core.NewMessage{Room: plausch.PublicRoom, Attachments: []string{sent.ID}})
	alone, shared := f.upload(ann, "alone", "alone"), f.upload(ann, "shared", "shared")
	used := f.upload(bob, "shared", "shared")
	f.say(bob, core.NewMessage{Room: plausch.PublicRoom, Attachments: []string{used.ID}})
	picture := f.upload(bob, "me", encoded(t, stripes(9, 3, color.White), png.Encode))
	if _, err := f.SetAvatar(t.Context(), bob, picture.ID); err != nil {
		t.Fatal(err)
	}
	f.clock.move(core.PendingLife - time.Minute)
	young := f.upload(ann, "young", "young!")
	f.sweep()
	if n := blobs(t, dir); n != 6 {
		t.Fatalf("too early, %d blobs are left of 6", n)
	}

	f.clock.move(2 * time.Minute)
	f.sweep()
	for who, c := range map[string]struct {
		by   plausch.Account
		file plausch.Attachment
		code plausch.Code
	}{
		"alone": {ann, alone, plausch.NotFound}, "shared": {ann, shared, plausch.NotFound}, "picture": {bob, picture, plausch.NotFound},
		"sent": {ann, sent, ""}, "used": {bob, used, ""}, "young": {ann, young, ""},
	} {
		if _, err := f.content(c.by, core.FileRef{ID: c.file.ID}); plausch.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %q", who, err, c.code)
		}
	}
	if _, r, err := f.OpenAvatar(t.Context(), "bob"); err != nil {
		t.Error(err)
	} else {
		r.Close()
	}
	if n := blobs(t, dir); n != 4 { // of sent, shared, young and the avatar
		t.Errorf("%d blobs are left, want 4", n)
	}
	for who, want := range map[plausch.AccountID]int64{ann.ID: sent.Size + young.Size, bob.ID: used.Size} {
		if bytes, err := f.otherProcess().Store.AttachedBytes(t.Context(), who); err != nil || bytes != want {
			t.Errorf("account %d has %d bytes (%v), want %d", who, bytes, err, want)
		}
	}

	if _, err := f.SetAvatar(t.Context(), bob, ""); err != nil {
		t.Fatal(err)
	}
	f.sweep()
	if n := blobs(t, dir); n != 3 {
		t.Errorf("without the avatar %d blobs are left, want 3", n)
	}
}

func TestABackupHoldsTheSweepBack(t *testing.T) {
	locked := true
	f, dir := newFileFixture(t, func(o *core.Options) {
		o.LockFiles = func() (func() error, error) {
			if locked {
				return nil, errors.New("a backup is being made")
			}
			return func() error { return nil }, nil
		}
	})
	ann := f.account("ann", plausch.RoleMember)
	pending := f.upload(ann, "pending", "pending")
	f.clock.move(core.PendingLife + time.Minute)
	f.sweep()
	if _, err := f.content(ann, core.FileRef{ID: pending.ID}); err != nil || blobs(t, dir) != 1 {
		t.Errorf("under the lock: %v, %d blobs", err, blobs(t, dir))
	}
	locked = false
	f.sweep()
	if n := blobs(t, dir); n != 0 {
		t.Errorf("after it %d blobs are left", n)
	}
}

// TestASweepTakesNothingFromAnUpload uploads the same bytes again and again while
// the ones before are swept: what an upload has answered for is there.
func TestASweepTakesNothingFromAnUpload(t *testing.T) {
	f, _ := newFileFixture(t, unlocked)
	ann := f.account("ann", plausch.RoleMember)
	done := make(chan struct{})
	var sweeping sync.WaitGroup
	sweeping.Go(func() {
		for {
			select {
			case <-done:
				return
			default:
				if err := f.Sweep(t.Context()); err != nil {
					t.Error(err)
					return
				}
			}
		}
	})
	for range 100 {
		f.clock.move(core.PendingLife + time.Minute) // those before are old now
		file := f.upload(ann, "same", "the same bytes")
		if _, err := f.content(ann, core.FileRef{ID: file.ID}); err != nil {
			t.Fatalf("what was just uploaded: %v", err)
		}
	}
	close(done)
	sweeping.Wait()
}

// TestASweepKeepsWhatTheDatabaseNeverKnew, if that is more than half: the database
// may be an older one than the files.
func TestASweepKeepsWhatTheDatabaseNeverKnew(t *testing.T) {
	f, dir := newFileFixture(t, unlocked)
	ann := f.account("ann", plausch.RoleMember)
	for _, name := range []string{"one", "two"} {
		file := f.upload(ann, name, name)
		f.say(ann, core.NewMessage{Room: plausch.PublicRoom, Attachments: []string{file.ID}})
	}
	f.upload(ann, "unsent", "unsent")
	for _, lost := range []string{"a", "b"} {
		if _, _, err := f.opts.Blobs.Put(t.Context(), strings.NewReader("lost "+lost), 100); err != nil {
			t.Fatal(err)
		}
	}
	f.sweep()
	if n := blobs(t, dir); n != 5 {
		t.Fatalf("%d blobs are left of five that are new", n)
	}
	f.clock.move(2 * time.Hour)
	f.sweep()
	if n := blobs(t, dir); n != 3 {
		t.Fatalf("%d blobs are left; the two of five that nobody knows of should go", n)
	}
	for _, lost := range []string{"a", "b", "c", "d"} {
		if _, _, err := f.opts.Blobs.Put(t.Context(), strings.NewReader("lost "+lost), 100); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, strings.Repeat("a stray file ", 9)), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	f.clock.move(core.PendingLife + time.Minute)
	f.sweep()
	if n := blobs(t, dir); n != 6+1 { // the unsent one is known, and went; the stray file is nobody's
		t.Fatalf("%d blobs are left, want six and a stray file", n)
	}
	if n, err := core.RemoveUnknown(t.Context(), f.otherProcess().Store, f.opts.Blobs); err != nil || n != 4 {
		t.Errorf("when asked, %d are removed (%v), want 4", n, err)
	}
}

// TestDamagedFilesAreNotGivenOut, whether their size or their bytes are wrong, until
// somebody uploads the same again.
func TestDamagedFilesAreNotGivenOut(t *testing.T) {
	for name, damage := range map[string]func(path string) error{
		"cut off": func(path string) error { return os.Truncate(path, 3) },
		"missing": os.Remove,
		"changed": func(path string) error { return os.WriteFile(path, []byte("a phot0"), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			f, dir := newFileFixture(t)
			ann := f.account("ann", plausch.RoleMember)
			file := f.upload(ann, "photo", "a photo")
			if err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
				if err == nil && d.Type().IsRegular() {
					err = damage(path)
				}
				return err
			}); err != nil {
				t.Fatal(err)
			}
			if err := f.Scrub(t.Context()); err != nil {
				t.Fatal(err)
			}
			_, err := f.content(ann, core.FileRef{ID: file.ID})
			expectCode(t, err, plausch.Internal)
			f.upload(ann, "again", "a photo")
			if got, err := f.content(ann, core.FileRef{ID: file.ID}); err != nil || got != "a photo" {
				t.Errorf("uploaded again, it is %q, %v", got, err)
			}
		})
	}
}
