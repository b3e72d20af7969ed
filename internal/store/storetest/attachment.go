package storetest

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"plausch"
	"plausch/internal/store"
)

// upload adds a file of size bytes, whose id is its name.
func (f *fixture) upload(by plausch.AccountRef, id string, size int64) plausch.Attachment {
	f.Helper()
	n := file(by, id, size)
	f.ok(f.CreateAttachment(f.ctx(), n))
	return n.Attachment
}

// testDeletePending forgets what was not sent in time, and nothing else.
func testDeletePending(f *fixture) {
	ann, bob := f.member("ann"), f.member("bob")
	f.upload(ann, "old", 7)
	f.upload(ann, "older", 5)
	f.upload(bob, "his", 3)
	f.upload(ann, "sent", 11)
	f.one(attached(message(plausch.PublicRoom, ann, ""), "sent"))
	late := file(ann, "late", 13)
	late.At = start.Add(time.Hour)
	f.ok(f.CreateAttachment(f.ctx(), late))
	avatar := store.ContentHash{9}
	f.change(store.AccountUpdate{Account: ann.ID, Avatar: &avatar})

	n, err := f.DeletePending(f.ctx(), start)
	f.ok(err)
	f.equal("too early", n, 0)
	n, err = f.DeletePending(f.ctx(), start.Add(time.Hour))
	f.ok(err)
	f.equal("files that are forgotten", n, 3)
	f.attachedBytes(ann, 24)
	f.attachedBytes(bob, 0)
	for id, want := range map[string]bool{"old": false, "older": false, "his": false, "sent": true, "late": true} {
		now, before, err := f.NamesContent(f.ctx(), file(ann, id, 0).Hash)
		f.ok(err)
		f.equal(id+" is named now, or was", []bool{now, before}, []bool{want, !want})
		if _, err := f.Attachment(f.ctx(), id); want {
			f.ok(err)
		} else {
			f.code(plausch.NotFound, err)
		}
	}
	named := func(when string, hash store.ContentHash, want ...bool) {
		f.Helper()
		now, before, err := f.NamesContent(f.ctx(), hash)
		f.ok(err)
		f.equal(when, []bool{now, before}, want)
	}
	named("an avatar", avatar, true, false)
	f.change(store.AccountUpdate{Account: ann.ID, Avatar: &store.ContentHash{}})
	named("an avatar of before", avatar, false, true)
	released, err := f.ListReleased(f.ctx(), store.ContentHash{}, 10)
	f.ok(err)
	f.equal("hashes that nothing has any more", len(released), 4)
	behind, err := f.ListReleased(f.ctx(), released[0], 2)
	f.ok(err)
	f.equal("those behind the first", behind, released[1:3])
	f.ok(f.ForgetContent(f.ctx(), avatar))
	named("one that was forgotten", avatar, false, false)
	again := file(ann, "again", 1)
	again.Hash = file(ann, "old", 0).Hash
	f.ok(f.CreateAttachment(f.ctx(), again))
	released, err = f.ListReleased(f.ctx(), store.ContentHash{}, 10)
	f.ok(err)
	f.equal("without what was forgotten and what there is again", len(released), 2)
	f.ok(f.ClearDeleted(f.ctx()))
	named("one that never was", store.ContentHash{8}, false, false)
}

func file(by plausch.AccountRef, id string, size int64) store.NewAttachment {
	n := store.NewAttachment{
		Attachment: plausch.Attachment{ID: id, Name: id + ".png", Type: "image/png", Size: size},
		Account:    by.ID, At: start, Quota: math.MaxInt64,
	}
	copy(n.Hash[:], id)
	return n
}

func attached(d store.Draft, ids ...string) store.Draft {
	d.Attachments = ids
	return d
}

func (f *fixture) attachedBytes(by plausch.AccountRef, want int64) {
	f.Helper()
	got, err := f.AttachedBytes(f.ctx(), by.ID)
	f.ok(err)
	f.equal("bytes of "+by.Name, got, want)
}

var attachmentTests = []test{
	{"what is not sent in time is forgotten", testDeletePending},
	{"the bytes of files get another hash", testReplaceContent},
	{"a thumbnail names its bytes", func(f *fixture) {
		ann := f.member("ann")
		n := file(ann, "film", 1)
		n.Thumbnail = store.ContentHash{7}
		n.Media = &plausch.Media{Width: 640, Height: 480, Thumbnail: true}
		f.ok(f.CreateAttachment(f.ctx(), n))
		got, err := f.Attachment(f.ctx(), "film")
		f.ok(err)
		f.equal("thumbnail", got.Thumbnail, n.Thumbnail)
		f.equal("media", *got.Media, *n.Media)
		named := func(what string, want ...bool) {
			f.Helper()
			now, before, err := f.NamesContent(f.ctx(), n.Thumbnail)
			f.ok(err)
			f.equal(what, []bool{now, before}, want)
		}
		sent := f.one(attached(message(plausch.PublicRoom, ann, ""), "film"))
		f.equal("in the event", *sent.Attachments[0].Media, *n.Media)
		f.change(store.AccountUpdate{Account: ann.ID, Avatar: &n.Thumbnail})
		f.change(store.AccountUpdate{Account: ann.ID, Avatar: &store.ContentHash{}})
		released, err := f.ListReleased(f.ctx(), store.ContentHash{}, 10)
		f.ok(err)
		f.equal("an avatar of before that a file still has", len(released), 0)
		named("kept", true, true)
		f.one(store.Draft{Room: plausch.PublicRoom, Time: start, Kind: plausch.EventDelete, Actor: ann, Target: sent.Seq})
		named("deleted", false, true)
		released, err = f.ListReleased(f.ctx(), store.ContentHash{}, 10)
		f.ok(err)
		f.equal("the film and its thumbnail", len(released), 2)
	}},
	{"one that is pending is found by id", func(f *fixture) {
		ann := f.member("ann")
		n := file(ann, "a", 123)
		n.Name, n.Type = "Grüße \"1\" \\ {}.txt", "text/plain; charset=utf-8"
		f.ok(f.CreateAttachment(f.ctx(), n))
		got, err := f.Attachment(f.ctx(), "a")
		f.ok(err)
		f.equal("file", got, store.Attachment{Attachment: n.Attachment, Account: ann.ID, Hash: n.Hash})
		for _, id := range []string{"", "A", "b"} {
			_, err := f.Attachment(f.ctx(), id)
			f.code(plausch.NotFound, err)
		}
	}},
	{"one that was sent knows its room", func(f *fixture) {
		ann := f.member("ann")
		room := f.room(plausch.RoomPrivate, "room", ann)
		f.upload(ann, "a", 1)
		f.one(attached(message(room, ann, "look"), "a"))
		got, err := f.Attachment(f.ctx(), "a")
		f.ok(err)
		f.equal("room", got.Room, room)
	}},
	{"a message has its attachments in their order, wherever it is read", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		var files []plausch.Attachment
		for _, id := range []string{"b", "c", "a"} {
			files = append(files, f.upload(ann, id, int64(len(files))))
		}
		want := []plausch.Attachment{files[2], files[0], files[1]}
		f.one(message(plausch.PublicRoom, ann, "before"))
		got := f.append(
			attached(identified(message(plausch.PublicRoom, ann, ""), "id"), "a", "b", "c"),
			message(plausch.PublicRoom, bob, "after"))
		f.equal("attachments when sent", got[0].Events[0].Attachments, want)
		log := f.log(plausch.PublicRoom)
		f.equal("all attachments", fmt.Sprint(log[0].Attachments, log[1].Attachments, log[2].Attachments), fmt.Sprint([]int{}, want, []int{}))
		f.equal("none", log[0].Attachments == nil, true)
		up, _, err := f.Events(f.ctx(), plausch.PublicRoom, store.HistoryQuery{Forward: true, After: 1, Limit: 1})
		f.ok(err)
		f.equal("going up", up[0].Attachments, want)
		f.equal("repeat", f.one(identified(message(plausch.PublicRoom, ann, ""), "id")).Attachments, want)
	}},
	{"the size of an event counts its attachments", func(f *fixture) {
		ann := f.member("ann")
		f.upload(ann, "a", 1)
		f.one(message(plausch.PublicRoom, ann, "1"))
		f.one(attached(message(plausch.PublicRoom, ann, "2"), "a"))
		size := func(e *plausch.Event) int { return 1 + 10*len(e.Attachments) }
		events, more, err := f.Events(f.ctx(), plausch.PublicRoom, store.HistoryQuery{Limit: 10, MaxBytes: 11, Size: size})
		f.ok(err)
		f.equal("events and more", fmt.Sprint(len(events), more), "1 true")
	}},
	{"a repeat gets the first event with its attachments, and sends nothing", func(f *fixture) {
		ann := f.member("ann")
		first, second := f.upload(ann, "first", 1), f.upload(ann, "second", 1)
		sent := f.one(attached(identified(message(plausch.PublicRoom, ann, "hi"), "id"), "first"))
		f.equal("attachments", sent.Attachments, []plausch.Attachment{first})
		for _, ids := range [][]string{{"first"}, {"second"}, {"nobody's"}, {}} {
			got := f.append(attached(identified(message(plausch.PublicRoom, ann, "hi"), "id"), ids...))[0]
			f.equal("repeat", got, store.Appended{Events: []plausch.Event{sent}, Repeated: true})
		}
		f.equal("later", f.one(attached(message(plausch.PublicRoom, ann, "2"), "second")).Attachments, []plausch.Attachment{second})
	}},
	{"only one's own that were not sent can be sent", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		for _, id := range []string{"a", "sent", "b", "c"} {
			f.upload(ann, id, 1)
		}
		f.upload(bob, "bob's", 1)
		f.one(attached(message(plausch.PublicRoom, ann, "hi"), "sent"))
		for _, ids := range [][]string{{"bob's"}, {"sent"}, {"unknown"}, {""}, {"a", "bob's"}, {"bob's", "a"}, {"a", "a"}} {
			got := f.append(
				message(plausch.PublicRoom, bob, "before"),
				attached(identified(message(plausch.PublicRoom, ann, "refused"), "id"), ids...),
				attached(direct(ann, bob, "refused"), ids...),
				message(plausch.PublicRoom, bob, "after"))
			f.ok(got[0].Err)
			f.code(plausch.Invalid, got[1].Err)
			f.code(plausch.Invalid, got[2].Err)
			f.ok(got[3].Err)
		}
		if strings.Contains(fmt.Sprint(f.texts(plausch.PublicRoom)), "refused") {
			f.Fatal("a draft that failed is in the log")
		}
		f.equal("the direct room", f.pair(ann, bob), 0)
		f.equal("a good one", len(f.one(attached(identified(message(plausch.PublicRoom, ann, "hi"), "id"), "a")).Attachments), 1)
		got := f.append( // the same file twice in a batch
			attached(message(plausch.PublicRoom, ann, "first"), "b", "c"), attached(message(plausch.PublicRoom, ann, "second"), "c"))
		f.ok(got[0].Err)
		f.code(plausch.Invalid, got[1].Err)
	}},
	{"the first message to somebody can have attachments", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		a := f.upload(ann, "a", 1)
		e := f.one(attached(direct(ann, bob, ""), "a"))
		f.equal("seq and attachments", fmt.Sprint(e.Seq, e.Attachments), fmt.Sprint(3, []plausch.Attachment{a}))
		f.equal("log", f.log(e.Room)[2].Attachments, []plausch.Attachment{a})
	}},
	{"the newest of a client id is found by its uploader", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		for i, by := range []plausch.AccountRef{ann, ann, bob} {
			n := file(by, fmt.Sprint(i), 1)
			n.ClientID = "id"
			n.At = at(-i) // time tells nothing
			f.ok(f.CreateAttachment(f.ctx(), n))
		}
		f.upload(ann, "without", 1)
		for by, want := range map[plausch.AccountID]string{ann.ID: "1", bob.ID: "2"} {
			got, err := f.AttachmentByClientID(f.ctx(), by, "id")
			f.ok(err)
			f.equal("file", got.ID, want)
		}
		for _, id := range []string{"", "ID", "other"} {
			_, err := f.AttachmentByClientID(f.ctx(), ann.ID, id)
			f.code(plausch.NotFound, err)
		}
	}},
	{"an upload happens once if it is to", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		once := func(by plausch.AccountRef, id, clientID string) error {
			n := file(by, id, 1)
			n.ClientID, n.Once = clientID, true
			return f.CreateAttachment(f.ctx(), n)
		}
		f.ok(once(ann, "1", "id"))
		f.code(plausch.Taken, once(ann, "2", "id"))
		f.attachedBytes(ann, 1) // what is refused does not count
		f.ok(once(ann, "3", "other"))
		f.ok(once(bob, "4", "id"))
		f.ok(once(ann, "5", ""))
		f.ok(once(ann, "6", ""))
	}},
	{"the quota bounds the sum of an account's files", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		f.attachedBytes(ann, 0)
		f.upload(ann, "a", 60)
		f.one(attached(message(plausch.PublicRoom, ann, "hi"), "a")) // counts on
		over, fits := file(ann, "over", 41), file(ann, "fits", 40)
		over.Quota, fits.Quota = 100, 100
		f.code(plausch.TooLarge, f.CreateAttachment(f.ctx(), over))
		_, err := f.Attachment(f.ctx(), "over")
		f.code(plausch.NotFound, err)
		f.attachedBytes(ann, 60)
		f.ok(f.CreateAttachment(f.ctx(), fits))
		f.attachedBytes(ann, 100)
		f.attachedBytes(bob, 0)
		_, err = f.AttachedBytes(f.ctx(), 12345)
		f.ok(err)
	}},
	{"a hundred at once do not get over the quota", func(f *fixture) {
		ann := f.member("ann")
		var wg sync.WaitGroup
		var kept, refused atomic.Int32
		for i := range 100 {
			wg.Go(func() {
				n := file(ann, fmt.Sprint(i), 10)
				n.Quota = 305
				switch err := f.CreateAttachment(f.ctx(), n); plausch.CodeOf(err) {
				case "":
					kept.Add(1)
				case plausch.TooLarge:
					refused.Add(1)
				default:
					f.Error(err)
				}
			})
		}
		wg.Wait()
		f.equal("kept and refused", fmt.Sprint(kept.Load(), refused.Load()), "30 70")
		f.attachedBytes(ann, 300)
	}},
}
