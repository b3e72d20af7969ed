package storetest

import (
	"fmt"
	"time"

	"plausch"
	"plausch/internal/store"
)

var uploadTests = []test{
	{"an upload is found until it is deleted", func(f *fixture) {
		ann, bob := f.member("ann"), f.member("bob")
		u := store.Upload{
			ID: "A", Account: ann.ID, Name: "a.mp4", Size: 60, ClientID: "1", Thumbnail: "T", Duration: 1500 * time.Millisecond, Waveform: "w", At: start,
		}
		f.ok(f.CreateUpload(f.ctx(), u, 100, 2))
		got, err := f.Upload(f.ctx(), "A")
		f.ok(err)
		got.At = got.At.UTC()
		f.equal("upload", got, u)
		got, err = f.UploadByClientID(f.ctx(), ann.ID, "1")
		f.ok(err)
		f.equal("by client id", got.ID, "A")
		_, err = f.UploadByClientID(f.ctx(), bob.ID, "1")
		f.code(plausch.NotFound, err)

		more := store.Upload{ID: "B", Account: ann.ID, Name: "b", Size: 41, At: start.Add(time.Hour)}
		f.code(plausch.TooLarge, f.CreateUpload(f.ctx(), more, 100, 2))
		f.upload(ann, "file", 1)
		more.Size = 40
		f.code(plausch.TooLarge, f.CreateUpload(f.ctx(), more, 100, 2))
		more.Size, more.ClientID = 39, "1"
		f.code(plausch.Taken, f.CreateUpload(f.ctx(), more, 100, 2))
		more.ClientID = ""
		f.ok(f.CreateUpload(f.ctx(), more, 100, 2))
		third := store.Upload{ID: "C", Account: ann.ID, Name: "c", At: start}
		f.code(plausch.RateLimited, f.CreateUpload(f.ctx(), third, 100, 2))
		third.Account = bob.ID
		f.ok(f.CreateUpload(f.ctx(), third, 100, 2))

		ids, err := f.DeleteUploads(f.ctx(), start)
		f.ok(err)
		f.equal("deleted too early", len(ids), 0)
		ids, err = f.DeleteUploads(f.ctx(), start.Add(time.Hour))
		f.ok(err)
		f.equal("deleted", len(ids), 2)
		for id, want := range map[string]bool{"A": false, "B": true} {
			deleted, err := f.DeleteUpload(f.ctx(), id)
			f.ok(err)
			f.equal(fmt.Sprintf("%s was there", id), deleted, want)
			_, err = f.Upload(f.ctx(), id)
			f.code(plausch.NotFound, err)
		}
	}},
}
