package storetest

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"plausch"
	"plausch/internal/store"
)

// RunSnapshots tests a [store.Snapshotter]. Open opens the store with the database
// in a file, a new one if there is none; the suite closes it.
func RunSnapshots(t *testing.T, open func(t *testing.T, path string) store.Store) {
	begin := func(t *testing.T) (*fixture, store.Snapshotter, string) {
		folder := t.TempDir()
		s := open(t, filepath.Join(folder, "first"))
		t.Cleanup(func() { s.Close() })
		return &fixture{T: t, Store: s}, s.(store.Snapshotter), filepath.Join(folder, "copy")
	}
	t.Run("a copy has everything and is a store of its own", func(t *testing.T) {
		f, s, path := begin(t)
		ann := f.account(store.NewAccount{Name: "ann", PasswordHash: "$hash", Token: token(1)}).Ref()
		room := f.room(plausch.RoomPrivate, "den", ann)
		f.one(identified(message(room, ann, "hi"), "id"))
		f.ok(s.Snapshot(f.ctx(), path))
		f.one(message(room, ann, "later"))

		c := &fixture{T: t, Store: open(t, path)}
		c.equal("texts", c.texts(room), []string{"", "hi"})
		a, err := c.byToken(token(1))
		c.ok(err)
		c.equal("account", a.Ref(), ann)
		c.equal("repeat", c.append(identified(message(room, ann, "again"), "id"))[0].Repeated, true)
		c.equal("seq of the next", c.one(message(room, ann, "other")).Seq, 3)
		c.ok(c.Close())
		f.equal("texts of the first", f.texts(room), []string{"", "hi", "later"})
	})
	t.Run("a copy under load has all from before, and no part of a batch", func(t *testing.T) {
		f, s, path := begin(t)
		ann := f.member("ann")
		const size, writers = 7, 3
		var mu sync.Mutex
		acknowledged := 0
		stop, beat := make(chan struct{}), make(chan struct{}, 1)
		var wg sync.WaitGroup
		for range writers {
			wg.Go(func() {
				for {
					var drafts []store.Draft
					for range size {
						drafts = append(drafts, message(plausch.PublicRoom, ann, "hi"))
					}
					got, err := f.Append(f.ctx(), drafts)
					if err != nil {
						f.Error(err)
						return
					}
					mu.Lock()
					acknowledged = max(acknowledged, int(got[size-1].Events[0].Seq))
					mu.Unlock()
					select {
					case beat <- struct{}{}:
					default:
					}
					select {
					case <-stop:
						return
					default:
					}
				}
			})
		}
		for n := range 10 {
			<-beat
			mu.Lock()
			least := acknowledged
			mu.Unlock()
			name := fmt.Sprint(path, n)
			f.ok(s.Snapshot(f.ctx(), name))
			c := &fixture{T: t, Store: open(t, name)}
			if got := len(c.texts(plausch.PublicRoom)); got < least || got%size != 0 {
				t.Errorf("copy %d has %d events, of batches of %d; %d were acknowledged before", n, got, size, least)
			}
			c.ok(c.Close())
		}
		close(stop)
		wg.Wait()
	})
	t.Run("a copy overwrites nothing, and leaves nothing when it fails", func(t *testing.T) {
		f, s, path := begin(t)
		f.ok(os.WriteFile(path, []byte("mine"), 0o600))
		if err := s.Snapshot(f.ctx(), path); err == nil {
			t.Error("it took the place of another file")
		}
		text, err := os.ReadFile(path)
		f.ok(err)
		f.equal("the other file", string(text), "mine")
		if err := s.Snapshot(f.ctx(), filepath.Join(path, "below a file")); err == nil {
			t.Error("it was made below a file")
		}
		f.ok(os.Remove(path))
		f.ok(s.Snapshot(f.ctx(), path))
		info, err := os.Stat(path)
		f.ok(err)
		f.equal("its mode", info.Mode().Perm(), fs.FileMode(0o600))
		f.ok(f.Close())
		if err := s.Snapshot(f.ctx(), path); err == nil || !errors.Is(err, fs.ErrExist) {
			t.Errorf("of a closed store, over a file: %v", err)
		}
	})
}
