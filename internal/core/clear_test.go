package core_test

import (
	"bytes"
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"plausch"
	"plausch/internal/core"
	"plausch/internal/store"
)

// clearedStore says when what was deleted was cleared.
type clearedStore struct {
	store.Store
	cleared chan error
}

func (s clearedStore) ClearDeleted(ctx context.Context) error {
	err := s.Store.ClearDeleted(ctx)
	select {
	case s.cleared <- err:
	case <-ctx.Done():
	}
	return err
}

// checkGone searches the folders of database and files for some bytes.
func (f *fixture) checkGone(blobs, what string) {
	f.t.Helper()
	for _, dir := range []string{filepath.Dir(f.path), blobs} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			if bytes.Contains(data, []byte(what)) {
				f.t.Errorf("%q is in %s", what, path)
			}
			return err
		})
		if err != nil {
			f.t.Fatal(err)
		}
	}
}

// TestDeletedIsClearedSoon: nobody asks for it.
func TestDeletedIsClearedSoon(t *testing.T) {
	const secret = "s3cret."
	cleared := make(chan error)
	f, blobs := newFileFixture(t, unlocked)
	f.close()
	f.wrap = func(st store.Store) store.Store { return clearedStore{st, cleared} }
	f.open()
	wait := func() {
		t.Helper()
		if err := <-cleared; err != nil {
			t.Fatal(err)
		}
	}
	wait() // at the start
	ann, bob := f.account("ann", plausch.RoleMember), f.account("bob", plausch.RoleMember)
	file := f.upload(ann, "file", strings.Repeat(secret, 1000))
	sent := f.say(ann, core.NewMessage{Room: plausch.PublicRoom, Text: secret, Attachments: []string{file.ID}})
	if _, err := f.EditMessage(t.Context(), ann, plausch.PublicRoom, sent.Seq, core.Edit{Text: secret + " again"}); err != nil {
		t.Fatal(err)
	}
	f.say(bob, core.NewMessage{Room: plausch.PublicRoom, Text: "oh", Target: sent.Seq})
	f.upload(bob, "kept", "kept")
	f.clock.move(time.Minute)
	if _, err := f.DeleteMessage(t.Context(), ann, plausch.PublicRoom, sent.Seq); err != nil {
		t.Fatal(err)
	}
	wait()
	f.checkGone(blobs, secret)

	pending := f.upload(bob, "pending", strings.Repeat(secret, 1000))
	f.say(bob, core.NewMessage{Room: plausch.PublicRoom, Text: secret, Attachments: []string{pending.ID}})
	f.upload(bob, "never sent", secret+secret)
	f.clock.move(time.Minute)
	olga := f.account("olga", plausch.RoleOwner)
	if err := f.Admin(olga).DeleteAccount(t.Context(), "bob", true); err != nil {
		t.Fatal(err)
	}
	wait()
	f.checkGone(blobs, secret)
	log, _, err := f.History(t.Context(), ann, plausch.PublicRoom, core.HistoryQuery{Limit: 1})
	if err != nil || len(log) != 1 || log[0].Kind != plausch.EventDelete || log[0].Member.ID != bob.ID {
		t.Errorf("the log ends with %+v, %v", log, err)
	}
}

// TestAnUploadHoldsItsBytes: the same bytes are deleted while they are uploaded again.
func TestAnUploadHoldsItsBytes(t *testing.T) {
	f, dir := newFileFixture(t, unlocked)
	ann := f.account("ann", plausch.RoleMember)
	file := f.upload(ann, "file", "the same")
	sent := f.say(ann, core.NewMessage{Room: plausch.PublicRoom, Attachments: []string{file.ID}})
	body := &slowBody{began: make(chan struct{}), goOn: make(chan struct{}), Reader: strings.NewReader("the same")}
	uploaded := make(chan error, 1)
	go func() {
		_, err := f.UploadAttachment(t.Context(), ann, core.File{Name: "again", Body: body})
		uploaded <- err
	}()
	<-body.began
	if _, err := f.DeleteMessage(t.Context(), ann, plausch.PublicRoom, sent.Seq); err != nil {
		t.Fatal(err)
	}
	f.clock.move(time.Second)
	if left, err := f.ClearDeleted(t.Context()); !left || err != nil {
		t.Errorf("beside the upload: left %t, %v", left, err)
	}
	close(body.goOn)
	if err := <-uploaded; err != nil {
		t.Fatal(err)
	}
	f.clock.move(time.Minute)
	if left, err := f.ClearDeleted(t.Context()); left || err != nil || blobs(t, dir) != 1 {
		t.Errorf("after it: left %t, %v, %d blobs", left, err, blobs(t, dir))
	}
}

// slowBody says when it is read first, and goes on when it is told to.
type slowBody struct {
	began, goOn chan struct{}
	*strings.Reader
	read bool
}

func (b *slowBody) Read(p []byte) (int, error) {
	if !b.read {
		b.read = true
		close(b.began)
		<-b.goOn
	}
	return b.Reader.Read(p)
}

// TestRetentionLeavesNothing of what is older, in no file, and says what is gone.
func TestRetentionLeavesNothing(t *testing.T) {
	const secret = "s3cret."
	cleared := make(chan error)
	f, blobs := newFileFixture(t, unlocked)
	f.close()
	f.wrap = func(st store.Store) store.Store { return clearedStore{st, cleared} }
	f.open()
	wait := func() {
		t.Helper()
		if err := <-cleared; err != nil {
			t.Fatal(err)
		}
	}
	wait() // at the start
	ann, bob := f.account("ann", plausch.RoleMember), f.account("bob", plausch.RoleMember)
	den, err := f.CreateRoom(t.Context(), ann, "den", plausch.RoomPublic)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.JoinRoom(t.Context(), bob, den.ID, ""); err != nil {
		t.Fatal(err)
	}
	file := f.upload(ann, "file", strings.Repeat(secret, 1000))
	sent := f.say(ann, core.NewMessage{Room: den.ID, Text: secret, Attachments: []string{file.ID}, ClientID: "once"})
	f.clock.move(12 * time.Hour)
	if _, err := f.EditMessage(t.Context(), ann, den.ID, sent.Seq, core.Edit{Text: secret + " again"}); err != nil {
		t.Fatal(err)
	}
	reply := f.say(bob, core.NewMessage{Room: den.ID, Text: "oh", Target: sent.Seq})
	f.clock.move(13 * time.Hour)
	if _, err := f.UpdateRoom(t.Context(), ann, den.ID, plausch.RoomChange{Retention: new(plausch.Day)}); err != nil {
		t.Fatal(err)
	}
	wait() // nobody asks for it
	f.checkGone(blobs, secret)

	first := reply.Seq - 1 // the edit, which is empty
	for _, c := range []struct {
		q    core.HistoryQuery
		want plausch.Code
	}{
		{core.HistoryQuery{Limit: 9}, ""},
		{core.HistoryQuery{After: first - 1, Forward: true, Limit: 9}, ""},
		{core.HistoryQuery{After: first - 2, Forward: true, Limit: 9}, plausch.Gone},
		{core.HistoryQuery{Forward: true, Limit: 9}, plausch.Gone},
		{core.HistoryQuery{Before: first + 1, Limit: 9}, ""},
		{core.HistoryQuery{Before: first, Limit: 9}, plausch.Gone},
	} {
		events, more, err := f.History(t.Context(), bob, den.ID, c.q)
		if plausch.CodeOf(err) != c.want || err == nil && (len(events) == 0 || events[0].Seq != first || more) {
			t.Errorf("%+v: %+v, more %t, %v", c.q, events, more, err)
		}
	}
	if room, err := f.GetRoom(t.Context(), bob, den.ID, ""); err != nil || room.First != first || room.Retention != plausch.Day {
		t.Errorf("the room is %+v, %v", room, err)
	}
	for _, bad := range []time.Duration{-plausch.Day, time.Hour, plausch.MaxRetention + plausch.Day} {
		if _, err := f.UpdateRoom(t.Context(), ann, den.ID, plausch.RoomChange{Retention: &bad}); plausch.CodeOf(err) != plausch.Invalid {
			t.Errorf("a retention of %v: %v", bad, err)
		}
	}
}
