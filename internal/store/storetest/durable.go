package storetest

import (
	"fmt"
	"sync"
	"testing"

	"plausch"
	"plausch/internal/store"
)

// RunDurable tests a store whose database outlives its handle and may be open
// more than once. Create makes a new, empty database and returns how to open it,
// any number of times; the suite closes what it opens.
func RunDurable(t *testing.T, create func(t *testing.T) (open func(t *testing.T) store.Store)) {
	for _, test := range durableTests {
		t.Run(test.name, func(t *testing.T) {
			open := create(t)
			test.run(t, func() *fixture { return &fixture{T: t, Store: open(t)} })
		})
	}
}

var durableTests = []struct {
	name string
	run  func(t *testing.T, open func() *fixture)
}{
	{"everything is there after a restart", func(t *testing.T, open func() *fixture) {
		f := open()
		ann := f.account(store.NewAccount{Name: "ann", PasswordHash: "$hash", Token: token(1), Role: plausch.RoleOwner})
		bob := f.member("bob")
		gone := f.account(store.NewAccount{Name: "gone", Role: plausch.RoleGuest, Transient: true})
		room := f.room(plausch.RoomPrivate, "den", ann.Ref())
		f.one(identified(message(room, ann.Ref(), "hi"), "id"))
		talk := f.one(direct(ann.Ref(), bob, "psst")).Room
		snapshot := func(f *fixture) string {
			f.Helper()
			list, err := f.ListAccounts(f.ctx(), 0, 100, start)
			f.ok(err)
			byToken, err := f.byToken(token(1))
			f.ok(err)
			id, hash, err := f.PasswordHash(f.ctx(), "ann")
			f.ok(err)
			rooms, err := f.ListRooms(f.ctx(), ann.ID, true, 0, 100)
			f.ok(err)
			return fmt.Sprintf("%+v\n%+v\n%v %v\n%+v\n%+v\n%+v\n%v", list, byToken, id, hash, rooms, f.log(room), f.log(talk), f.members(talk))
		}
		want := snapshot(f)
		for range 3 {
			f.ok(f.Close())
			f = open()
			f.equal("after a restart", snapshot(f), want)
		}
		f.ok(f.ReleaseTransient(f.ctx(), ""))
		_, err := f.AccountByName(f.ctx(), gone.Name)
		f.code(plausch.NotFound, err)
		f.equal("seq of the next", f.one(message(room, ann.Ref(), "hi")).Seq, 3)
		f.ok(f.Close())
	}},
	{"a client id is remembered over a restart", func(t *testing.T, open func() *fixture) {
		f := open()
		ann := f.member("ann")
		d := identified(message(plausch.PublicRoom, ann, "hi"), "id")
		first := f.one(d)
		for range 3 {
			f.ok(f.Close())
			f = open()
			f.equal("repeat", f.append(d)[0], store.Appended{Events: []plausch.Event{first}, Repeated: true})
		}
		f.equal("texts", f.texts(plausch.PublicRoom), []string{"hi"})
		f.ok(f.Close())
	}},
	{"two handles write at the same time", func(t *testing.T, open func() *fixture) {
		handles := []*fixture{open(), open()}
		ann := handles[0].member("ann")
		const batches, size = 20, 5
		var wg sync.WaitGroup
		for h, f := range handles {
			wg.Go(func() {
				for b := range batches {
					name := fmt.Sprint("user ", h, b)
					if _, err := f.CreateAccount(f.ctx(), store.NewAccount{Name: name, Role: plausch.RoleMember, At: start}); err != nil {
						f.Errorf("handle %d: create account: %v", h, err)
					}
					drafts := []store.Draft{identified(message(plausch.PublicRoom, ann, "shared"), fmt.Sprint("shared", b))}
					for range size {
						drafts = append(drafts, message(plausch.PublicRoom, ann, name))
					}
					if _, err := f.Append(f.ctx(), drafts); err != nil {
						f.Errorf("handle %d: append: %v", h, err)
					}
				}
			})
		}
		wg.Wait()
		for _, f := range handles {
			f.equal("events", len(f.texts(plausch.PublicRoom)), 2*batches*size+batches)
			_, err := f.AccountByName(f.ctx(), fmt.Sprint("user ", 0, batches-1))
			f.ok(err)
			_, err = f.AccountByName(f.ctx(), fmt.Sprint("user ", 1, batches-1))
			f.ok(err)
		}
		_, err := handles[1].CreateAccount(t.Context(), store.NewAccount{Name: "ann", Role: plausch.RoleMember, At: start})
		handles[1].code(plausch.Taken, err)
		for _, f := range handles {
			f.ok(f.Close())
		}
	}},
	{"two handles take turns in a room", func(t *testing.T, open func() *fixture) {
		a, b := open(), open()
		ann := a.member("ann")
		room := a.room(plausch.RoomPublic, "room", ann)
		seq := int64(1)
		for n := range 5 {
			for _, f := range []*fixture{a, b, b, a} { // neither can go on from what it wrote last
				seq++
				e := f.one(identified(message(room, ann, "hi"), fmt.Sprint("id", seq)))
				f.equal("seq", e.Seq, seq)
			}
			seq++
			first := b.one(identified(message(room, ann, "first"), fmt.Sprint("both", n)))
			got := a.append(identified(message(room, ann, "second"), fmt.Sprint("both", n)), message(room, ann, "hi"))
			a.equal("repeat", got[0], store.Appended{Events: []plausch.Event{first}, Repeated: true})
			seq++
			a.equal("seq after a repeat", got[1].Events[0].Seq, seq)
		}
		found, err := b.Room(b.ctx(), room)
		b.ok(err)
		b.equal("head", found.Head, seq)
		b.equal("events", len(b.texts(room)), seq)
		a.ok(a.Close())
		b.ok(b.Close())
	}},
	{"what was acknowledged before Close is there after it", func(t *testing.T, open func() *fixture) {
		f := open()
		ann := f.member("ann")
		acknowledged := make([]int, 8)
		var started, wg sync.WaitGroup
		started.Add(len(acknowledged))
		for w := range acknowledged {
			wg.Go(func() {
				for n := 1; ; n++ {
					_, err := f.Append(f.ctx(), []store.Draft{message(plausch.PublicRoom, ann, fmt.Sprint(w, " ", n))})
					if n == 1 {
						started.Done()
					}
					if err != nil {
						return // closed
					}
					acknowledged[w] = n
				}
			})
		}
		started.Wait()
		f.ok(f.Close())
		wg.Wait()
		f = open()
		read := map[string]int{}
		for _, text := range f.texts(plausch.PublicRoom) {
			read[text]++
		}
		total := 0
		for w, n := range acknowledged {
			total += n
			for i := 1; i <= n; i++ {
				f.equal(fmt.Sprint("copies of ", w, " ", i), read[fmt.Sprint(w, " ", i)], 1)
			}
		}
		f.equal("texts", len(read), total)
		f.ok(f.Close())
	}},
}
