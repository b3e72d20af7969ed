package core_test

import (
	"crypto/sha256"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"plausch"
	"plausch/internal/blob"
	"plausch/internal/core"
	"plausch/internal/store"
)

// storeUnstripped keeps a file as a server did that left metadata in it.
func (f *fixture) storeUnstripped(blobs blob.Store, by plausch.Account, id, content string) {
	f.t.Helper()
	hash, size, err := blobs.Put(f.t.Context(), strings.NewReader(content), 1<<20)
	if err != nil {
		f.t.Fatal(err)
	}
	if err := f.otherProcess().Store.CreateAttachment(f.t.Context(), store.NewAttachment{
		Attachment: plausch.Attachment{ID: id, Name: id, Type: "image/jpeg", Size: size},
		Account:    by.ID, Hash: store.ContentHash(hash), At: f.clock.Now(), Quota: 1 << 30,
	}); err != nil {
		f.t.Fatal(err)
	}
}

// TestKeptPicturesLoseTheirMetadata, wherever they are, and once.
func TestKeptPicturesLoseTheirMetadata(t *testing.T) {
	var kept blob.Store
	f, dir := newFileFixture(t, unlocked, func(o *core.Options) { kept = o.Blobs })
	ann, bob := f.account("ann", plausch.RoleMember), f.account("bob", plausch.RoleMember)
	plain := encoded(t, stripes(9, 3, color.White), func(w io.Writer, m image.Image) error { return jpeg.Encode(w, m, nil) })
	const secret = "48.2082N 16.3738E"
	photo := plain[:2] + "\xff\xfe\x00\x13" + secret + plain[2:]
	f.storeUnstripped(kept, ann, "photo", photo)
	f.storeUnstripped(kept, bob, "the same", photo)
	f.storeUnstripped(kept, ann, "notes", "not a picture: "+secret)
	f.storeUnstripped(kept, ann, "damaged", photo+"more")
	damage(t, dir, photo+"more")
	f.say(ann, core.NewMessage{Room: plausch.PublicRoom, Attachments: []string{"photo"}})

	if _, err := f.StripStored(t.Context()); err != nil { // or the core itself did, at its start
		t.Fatal(err)
	}
	if n, err := f.StripStored(t.Context()); err != nil || n != 0 {
		t.Errorf("a second time takes it out of %d pictures, %v", n, err)
	}
	for id, want := range map[string]string{"photo": plain, "the same": plain, "notes": "not a picture: " + secret} {
		by := ann
		if id == "the same" {
			by = bob
		}
		got, err := f.content(by, core.FileRef{ID: id})
		a, r, _ := f.OpenAttachment(t.Context(), by, core.FileRef{ID: id})
		r.Close()
		if err != nil || got != want || a.Size != int64(len(want)) {
			t.Errorf("%s has %d bytes and says %d, want %d; %v", id, len(got), a.Size, len(want), err)
		}
	}
	if bytes, err := f.otherProcess().Store.AttachedBytes(t.Context(), bob.ID); err != nil || bytes != int64(len(plain)) {
		t.Errorf("bob has %d bytes (%v), want %d", bytes, err, len(plain))
	}
	f.clock.move(2 * time.Hour) // new bytes stay for one
	f.sweep()
	if _, err := os.Stat(blobFile(dir, photo)); !os.IsNotExist(err) {
		t.Errorf("after a sweep the picture with its metadata is still there (%v)", err)
	}
	if _, err := os.Stat(blobFile(dir, photo+"more")); err != nil {
		t.Errorf("a damaged one is gone: %v", err)
	}
}

// blobFile returns where the bytes of content are.
func blobFile(dir, content string) string {
	hash := blob.Hash(sha256.Sum256([]byte(content))).String()
	return filepath.Join(dir, hash[:2], hash[2:])
}

// damage changes a byte of a file in its blob.
func damage(t *testing.T, dir, content string) {
	t.Helper()
	b := []byte(content)
	b[len(b)/2] ^= 1
	if err := os.WriteFile(blobFile(dir, content), b, 0o600); err != nil {
		t.Fatal(err)
	}
}
