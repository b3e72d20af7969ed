package blob_test

import (
	"os"
	"path/filepath"
	"testing"

	"plausch"
	"plausch/internal/blob"
)

// TestAPartialSurvivesACrash up to what is known to be on disk.
func TestAPartialSurvivesACrash(t *testing.T) {
	dir := t.TempDir()
	first := open(t, dir, blob.FolderOptions{})
	p, err := first.CreatePartial("A")
	if err != nil {
		t.Fatal(err)
	}
	write := func(p blob.Partial, text string) {
		t.Helper()
		if _, err := p.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	write(p, "hello ")
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if p, err = first.OpenPartial("A"); err != nil {
		t.Fatal(err)
	}
	write(p, "garbage that no state knows of") // and the process is killed
	second := open(t, dir, blob.FolderOptions{})
	again, err := second.OpenPartial("A")
	if err != nil || again.Offset() != 6 {
		t.Fatalf("it is at %d, %v", again.Offset(), err)
	}
	write(again, "world")
	h, size, err := again.Finish()
	if err != nil || size != 11 || h != put(t, second, "hello world") {
		t.Errorf("%v, %d, %v", h, size, err)
	}

	// A state that is damaged, or tells of more than there is, counts nothing.
	for name, damage := range map[string]func() error{
		"state": func() error { return os.WriteFile(filepath.Join(dir, "partial", "B.state"), make([]byte, 200), 0o600) },
		"bytes": func() error { return os.Truncate(filepath.Join(dir, "partial", "B"), 2) },
	} {
		b, err := second.CreatePartial("B")
		if err != nil {
			t.Fatal(err)
		}
		write(b, "hello")
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		if err := damage(); err != nil {
			t.Fatal(err)
		}
		if b, err = second.OpenPartial("B"); err != nil || b.Offset() != 0 {
			t.Errorf("with a damaged %s it is at %d, %v", name, b.Offset(), err)
		}
		b.Close()
		if err := second.RemovePartial("B"); err != nil {
			t.Fatal(err)
		}
	}
}

// TestPartialsLeaveTheFloor: a full disk refuses bytes, and those before stay.
func TestPartialsLeaveTheFloor(t *testing.T) {
	free := int64(100)
	f := open(t, t.TempDir(), blob.FolderOptions{Floor: 50, Free: func() (int64, error) { return free, nil }})
	if err := f.CheckRoom(51); plausch.CodeOf(err) != plausch.StorageFull {
		t.Errorf("51 bytes have room: %v", err)
	}
	p, err := f.CreatePartial("A")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Write(make([]byte, 50)); err != nil {
		t.Fatal(err)
	}
	free = 50
	if _, err := p.Write([]byte("x")); plausch.CodeOf(err) != plausch.StorageFull || p.Offset() != 50 {
		t.Errorf("at %d: %v", p.Offset(), err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
}
