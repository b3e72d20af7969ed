// Package blobtest is the one suite that every store of blobs passes: each
// sentence of the contract in package blob has a test here.
package blobtest

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"plausch"
	"plausch/internal/blob"
)

// Run tests stores that open makes, each new and empty.
func Run(t *testing.T, open func(t *testing.T) blob.Store) {
	for _, test := range []struct {
		name string
		run  func(f *fixture)
	}{
		{"what was put is read back", readBack},
		{"a blob is read from anywhere", seeks},
		{"the limit is the largest size", limits},
		{"the same bytes are one blob", sameBytes},
		{"what breaks off is not kept", breaksOff},
		{"the end of a context ends Put", cancelled},
		{"an unknown blob is not found", func(f *fixture) { f.absent([]byte("never put")) }},
		{"many at once", atOnce},
		{"what is removed is gone, and can come back", removes},
		{"parts become a blob", parts},
		{"parts of a blob that is there", knownParts},
		{"partial files are listed and removed", listParts},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(&fixture{t, open(t)}) })
	}
}

type fixture struct {
	*testing.T
	blob.Store
}

const noLimit = 1 << 40

func (f *fixture) put(content []byte) blob.Hash {
	f.Helper()
	h, size, err := f.Put(f.Context(), bytes.NewReader(content), noLimit)
	if err != nil {
		f.Fatal(err)
	}
	if h != sha256.Sum256(content) || size != int64(len(content)) {
		f.Fatalf("put %d bytes: got the hash %v of %d bytes", len(content), h, size)
	}
	return h
}

func (f *fixture) expect(h blob.Hash, content []byte) {
	f.Helper()
	r, size, err := f.Open(f.Context(), h)
	if err != nil {
		f.Fatal(err)
	}
	defer r.Close()
	got, err := io.ReadAll(r)
	if err != nil || size != int64(len(content)) || !bytes.Equal(got, content) {
		f.Fatalf("a blob of %d bytes reads as %d, its size is told as %d: %v", len(content), len(got), size, err)
	}
}

// absent expects that nothing of content was kept.
func (f *fixture) absent(content []byte) {
	f.Helper()
	if r, _, err := f.Open(f.Context(), sha256.Sum256(content)); plausch.CodeOf(err) != plausch.NotFound {
		if err == nil {
			r.Close()
		}
		f.Fatalf("opening what was not put: %v, want not_found", err)
	}
}

func (f *fixture) code(err error, want plausch.Code) {
	f.Helper()
	if plausch.CodeOf(err) != want {
		f.Fatalf("the error is %v, want one of code %q", err, want)
	}
}

// sizes are those at which readers and buffers are wrong, if they are.
var sizes = []int{0, 1, 511, 512, 513, 64<<10 - 1, 64 << 10, 64<<10 + 1, 256 << 10, 1<<20 + 7}

func content(size int) []byte {
	return []byte(strings.Repeat("All work and no play. ", size/22+1))[:size]
}

func readBack(f *fixture) {
	for _, size := range sizes {
		f.expect(f.put(content(size)), content(size))
	}
	for name, wrap := range map[string]func(io.Reader) io.Reader{
		"a byte at a time": iotest.OneByteReader, "data and end at once": iotest.DataErrReader, "halves": iotest.HalfReader,
	} {
		want := append([]byte(name), content(3000)...)
		h, _, err := f.Put(f.Context(), wrap(bytes.NewReader(want)), noLimit)
		if err != nil {
			f.Fatal(name, err)
		}
		f.expect(h, want)
	}
}

func seeks(f *fixture) {
	want := content(100_000)
	r, _, err := f.Open(f.Context(), f.put(want))
	if err != nil {
		f.Fatal(err)
	}
	defer r.Close()
	for _, at := range []int{70_000, 0, 99_999} {
		if _, err := r.Seek(int64(at), io.SeekStart); err != nil {
			f.Fatal(err)
		}
		if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want[at:]) {
			f.Fatalf("from %d: %d bytes, %v", at, len(got), err)
		}
	}
}

func limits(f *fixture) {
	for _, size := range sizes[1:] {
		want := content(size)
		_, _, err := f.Put(f.Context(), bytes.NewReader(want), int64(size)-1)
		f.code(err, plausch.TooLarge)
		f.absent(want)
		if _, _, err := f.Put(f.Context(), bytes.NewReader(want), int64(size)); err != nil {
			f.Fatalf("%d bytes with as many allowed: %v", size, err)
		}
	}
	endless := io.MultiReader(bytes.NewReader(content(10)), zeros{})
	_, _, err := f.Put(f.Context(), endless, 1<<20)
	f.code(err, plausch.TooLarge)
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

func sameBytes(f *fixture) {
	first := f.put([]byte("again"))
	if again := f.put([]byte("again")); again != first {
		f.Errorf("the hashes are %v and %v", first, again)
	}
	if other := f.put([]byte("again!")); other == first {
		f.Errorf("other bytes have the same hash %v", other)
	}
	f.expect(first, []byte("again"))
}

func breaksOff(f *fixture) {
	ours := errors.New("the line was cut")
	for _, cause := range []error{ours, io.ErrUnexpectedEOF, plausch.Errorf(plausch.TooLarge, "over your quota")} {
		for _, size := range sizes {
			want := append(content(size), '!')
			broken := io.MultiReader(bytes.NewReader(want), iotest.ErrReader(cause))
			if _, _, err := f.Put(f.Context(), broken, noLimit); !errors.Is(err, cause) {
				f.Fatalf("a reader that fails with %v: %v", cause, err)
			}
			f.absent(want)
		}
	}
	f.expect(f.put(content(512)), content(512)) // it can be tried again
}

func cancelled(f *fixture) {
	ctx, cancel := context.WithCancel(f.Context())
	want := content(300_000)
	r := io.MultiReader(bytes.NewReader(want[:200_000]), onRead(cancel), bytes.NewReader(want[200_000:]))
	if _, _, err := f.Put(ctx, r, noLimit); !errors.Is(err, context.Canceled) {
		f.Fatalf("Put with a context that ended: %v", err)
	}
	f.absent(want)
}

// onRead does something when it is read, and gives nothing.
type onRead func()

func (do onRead) Read([]byte) (int, error) { do(); return 0, io.EOF }

func atOnce(f *fixture) {
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for n := range 10 { // the same ten for all
				want := content(20_000 + n)
				h, _, err := f.Put(f.Context(), bytes.NewReader(want), noLimit)
				if err != nil {
					f.Error(err)
					return
				}
				r, size, err := f.Open(f.Context(), h)
				if err != nil {
					f.Error(err)
					return
				}
				got, err := io.ReadAll(r)
				if err != nil || size != int64(len(want)) || !bytes.Equal(got, want) {
					f.Errorf("%d bytes read as %d of %d: %v", len(want), len(got), size, err)
				}
				r.Close()
			}
		})
	}
	wg.Wait()
}

func removes(f *fixture) {
	var all []blob.Hash
	for _, text := range []string{"one", "two", "three"} {
		h, _, err := f.Store.Put(f.Context(), strings.NewReader(text), 100)
		if err != nil {
			f.Fatal(err)
		}
		all = append(all, h)
	}
	each := func() map[blob.Hash]bool {
		found := map[blob.Hash]bool{}
		if err := f.Store.Each(f.Context(), func(h blob.Hash) error { found[h] = true; return nil }); err != nil {
			f.Fatal(err)
		}
		return found
	}
	if found := each(); len(found) != 3 || !found[all[0]] || !found[all[1]] || !found[all[2]] {
		f.Errorf("there are %v, want %v", found, all)
	}
	later := time.Now().Add(time.Hour)
	for _, want := range []bool{true, false} { // the second time it is no error
		if removed, err := f.Store.Remove(f.Context(), all[0], later); err != nil || removed != want {
			f.Fatalf("removed: %v (%v), want %v", removed, err, want)
		}
	}
	f.absent([]byte("one"))
	if found := each(); len(found) != 2 || found[all[0]] {
		f.Errorf("there are %v", found)
	}
	if _, _, err := f.Store.Put(f.Context(), strings.NewReader("one"), 100); err != nil {
		f.Fatal(err)
	}
	if found := each(); len(found) != 3 {
		f.Errorf("there are %v again", found)
	}
	for _, h := range all[:2] { // put again, or for the first time
		if _, _, err := f.Store.Put(f.Context(), strings.NewReader("one"), 100); err != nil {
			f.Fatal(err)
		}
		if removed, err := f.Store.Remove(f.Context(), h, time.Now().Add(-time.Minute)); err != nil || removed {
			f.Errorf("one that was put a moment ago was removed: %v (%v)", removed, err)
		}
	}
	stop := errors.New("stop")
	if err := f.Store.Each(f.Context(), func(blob.Hash) error { return stop }); err != stop {
		f.Errorf("Each returns %v, want what its function did", err)
	}
}
