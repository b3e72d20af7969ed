package core_test

import (
	"strings"
	"testing"
	"time"

	"plausch"
	"plausch/internal/core"
)

// TestALinkOpensOneFile, for an hour, while who was given it may read the file.
func TestALinkOpensOneFile(t *testing.T) {
	f, _ := newFileFixture(t, unlocked, func(o *core.Options) { o.Secret = []byte("secret") })
	ann, bob := f.account("ann", plausch.RoleMember), f.account("bob", plausch.RoleMember)
	room, err := f.CreateRoom(t.Context(), ann, "den", plausch.RoomPrivate)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.AddMember(t.Context(), ann, room.ID, "bob"); err != nil {
		t.Fatal(err)
	}
	file, other := f.upload(ann, "a.txt", "hello"), f.upload(ann, "b.txt", "other")
	sent := f.say(ann, core.NewMessage{Room: room.ID, Attachments: []string{file.ID, other.ID}})
	open := func(ticket string, want plausch.Code) {
		t.Helper()
		a, r, err := f.OpenFileLink(t.Context(), ticket)
		if plausch.CodeOf(err) != want {
			t.Errorf("%s: %v", ticket, err)
		}
		if err == nil {
			r.Close()
			if a.Name != "a.txt" {
				t.Errorf("it opens %s", a.Name)
			}
		}
	}
	link := f.FileLink(bob.ID, file.ID)
	open(link, "")
	f.restart()
	open(link, "")
	for i := range link { // nothing of it can be changed
		changed := []byte(link)
		changed[i]++
		if i < len(link)-1 { // of the last character some bits do not count
			open(string(changed), plausch.NotFound)
		}
	}
	open(strings.Replace(link, file.ID, other.ID, 1), plausch.NotFound)
	for _, none := range []string{"", "x", "---", link + "x", file.ID} {
		open(none, plausch.NotFound)
	}
	f.clock.move(59 * time.Minute)
	open(link, "")
	f.clock.move(2 * time.Minute)
	open(link, plausch.NotFound)

	link = f.FileLink(bob.ID, file.ID)
	if err := f.RemoveMember(t.Context(), ann, room.ID, "bob"); err != nil {
		t.Fatal(err)
	}
	open(link, plausch.NotFound)
	link = f.FileLink(ann.ID, file.ID)
	open(link, "")
	if _, err := f.DeleteMessage(t.Context(), ann, room.ID, sent.Seq); err != nil {
		t.Fatal(err)
	}
	open(link, plausch.NotFound)
}
