package blobtest

import (
	"bytes"
	"io"
	"slices"
	"time"

	"plausch"
	"plausch/internal/blob"
)

func (f *fixture) partial(name string, open func(string) (blob.Partial, error), want int64) blob.Partial {
	f.Helper()
	p, err := open(name)
	if err != nil {
		f.Fatal(err)
	}
	if got := p.Offset(); got != want {
		f.Fatalf("%s is at %d, want %d", name, got, want)
	}
	return p
}

func (f *fixture) ok(err error) {
	f.Helper()
	if err != nil {
		f.Fatal(err)
	}
}

// parts: what comes in parts becomes the blob of all of them.
func parts(f *fixture) {
	content := bytes.Repeat([]byte("0123456789abcdef"), 3<<16) // more than one state
	p := f.partial("A1", f.CreatePartial, 0)
	at := 0
	for _, end := range []int{0, 1, 70_000, 1 << 20, len(content)} {
		n, err := p.Write(content[at:end])
		if err != nil || n != end-at {
			f.Fatalf("wrote %d bytes of %d: %v", n, end-at, err)
		}
		f.ok(p.Close())
		f.ok(p.Close())
		at = end
		p = f.partial("A1", f.OpenPartial, int64(at))
	}
	r, err := p.Reader()
	f.ok(err)
	all, err := io.ReadAll(r)
	f.ok(err)
	if !bytes.Equal(all, content) {
		f.Fatal("other bytes are read back")
	}
	h, size, err := p.Finish()
	f.ok(err)
	f.ok(p.Close())
	if size != int64(len(content)) {
		f.Errorf("the blob has %d bytes", size)
	}
	f.expect(h, content)
	if h != f.put(content) {
		f.Error("the same bytes put at once have another hash")
	}
	if _, err := f.OpenPartial("A1"); plausch.CodeOf(err) != plausch.NotFound {
		f.Errorf("what is finished can be opened: %v", err)
	}
}

// knownParts: bytes that are there already are one blob.
func knownParts(f *fixture) {
	h := f.put([]byte("hello"))
	p := f.partial("B", f.CreatePartial, 0)
	_, err := p.Write([]byte("hello"))
	f.ok(err)
	if got, _, err := p.Finish(); err != nil || got != h {
		f.Errorf("%v, %v", got, err)
	}
	f.expect(h, []byte("hello"))
}

func listParts(f *fixture) {
	for _, name := range []string{"A", "B", "C"} {
		p := f.partial(name, f.CreatePartial, 0)
		_, err := p.Write([]byte(name))
		f.ok(err)
		f.ok(p.Close())
	}
	if _, err := f.CreatePartial("A"); err == nil {
		f.Error("one was made twice")
	}
	for _, name := range []string{"", "../A", "a/b", ".", "A.state"} {
		if _, err := f.CreatePartial(name); err == nil {
			f.Errorf("%q is a name", name)
		}
	}
	f.ok(f.RemovePartial("B"))
	f.ok(f.RemovePartial("B"))
	var names []string
	f.ok(f.EachPartial(f.Context(), func(name string, at time.Time) error {
		names = append(names, name)
		if time.Since(at).Abs() > time.Hour {
			f.Errorf("%s was written at %v", name, at)
		}
		return nil
	}))
	slices.Sort(names)
	if !slices.Equal(names, []string{"A", "C"}) {
		f.Errorf("there are %q", names)
	}
	f.ok(f.Each(f.Context(), func(blob.Hash) error { f.Error("a partial file is a blob"); return nil }))
}
