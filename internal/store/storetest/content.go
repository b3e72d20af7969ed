package storetest

import (
	"time"

	"plausch"
	"plausch/internal/store"
)

// testReplaceContent gives the bytes of files another hash, wherever they are.
func testReplaceContent(f *fixture) {
	ann, bob := f.member("ann"), f.member("bob")
	photo := file(ann, "photo", 100)
	f.ok(f.CreateAttachment(f.ctx(), photo))
	f.upload(ann, "other", 7)
	for by, id := range map[plausch.AccountRef]string{ann: "again", bob: "his"} {
		same := file(by, id, 100)
		same.Hash = photo.Hash
		f.ok(f.CreateAttachment(f.ctx(), same))
	}
	f.one(attached(message(plausch.PublicRoom, ann, ""), "photo"))
	contents, err := f.ListContents(f.ctx(), 0, 10)
	f.ok(err)
	f.equal("contents", []store.ContentHash{contents[0].Hash, contents[1].Hash}, []store.ContentHash{file(ann, "other", 0).Hash, photo.Hash})
	f.equal("how many", len(contents), 2)

	less := store.ContentHash{42}
	n, err := f.ReplaceContent(f.ctx(), photo.Hash, less, 60)
	f.ok(err)
	f.equal("replaced", n, 3)
	f.attachedBytes(ann, 60+60+7)
	f.attachedBytes(bob, 60)
	for _, id := range []string{"photo", "again", "his"} {
		a, err := f.Attachment(f.ctx(), id)
		f.ok(err)
		f.equal(id, []any{a.Hash, a.Size}, []any{less, int64(60)})
	}
	f.equal("in the log", f.log(plausch.PublicRoom)[0].Attachments[0].Size, int64(60))
	now, before, err := f.NamesContent(f.ctx(), photo.Hash)
	f.ok(err)
	f.equal("the old bytes are named, and were", []bool{now, before}, []bool{false, true})
	n, err = f.ReplaceContent(f.ctx(), photo.Hash, less, 60)
	f.ok(err)
	f.equal("a second time", n, 0)

	known := &plausch.Media{Width: 3, Height: 4, Orientation: 6, Thumbnail: true, Thumbhash: "aa", Duration: 1500 * time.Millisecond, Waveform: "w"}
	f.ok(f.DescribeContent(f.ctx(), less, "image/gif", known))
	f.ok(f.DescribeContent(f.ctx(), less, "image/webp", &plausch.Media{Width: 1}))
	for _, id := range []string{"photo", "again", "his"} {
		a, err := f.Attachment(f.ctx(), id)
		f.ok(err)
		f.equal(id+", described once", []any{a.Type, *a.Media}, []any{"image/gif", *known})
	}
	f.equal("described, in the log", *f.log(plausch.PublicRoom)[0].Attachments[0].Media, *known)

	last := contents[1].Number
	contents, err = f.ListContents(f.ctx(), last, 10)
	f.ok(err)
	f.equal("behind the last", len(contents), 0)
	for _, number := range []int64{3, last} {
		f.ok(f.SetContentWork(f.ctx(), "photos", 2, number))
		got, err := f.ContentWork(f.ctx(), "photos", 2)
		f.ok(err)
		f.equal("how far the work is", got, number)
	}
	got, err := f.ContentWork(f.ctx(), "photos", 3)
	f.ok(err)
	f.equal("how far another version is", got, int64(0))
}
